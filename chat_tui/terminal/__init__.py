"""Textual over SSH, on any terminal: what it needs to lose nothing and to leave nothing behind.

In: `driver` reads bytes on a thread; `sequences` cuts them into text, keys and what the terminal says,
wherever the reads fall; `parser` makes events of them; `keys` releases these one by one, on any `layout`.
Out: `display` writes only cells that changed, none of them a control, and waits for no terminal that stalls.
Beside the picture `side_channels` calls the operator, copies and names the window. `text_box` is typed into.
Around it: `environment` (before Textual is imported), `signals` (an end in order, a pause, the terminal lent
to an editor) and `guard` (a crash without anybody's words). `app` puts them together; their order matters.

It knows `safetext` and nothing else of ours: neither words nor settings. What is to be said comes in by the
constructor or goes out as a message. All private names of Textual that we touch are in this folder.
REPAIRS.md says what each repair is for and what would make it unnecessary.
"""
