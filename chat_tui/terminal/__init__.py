"""Textual over SSH, on any terminal: no input is lost, and the terminal is left as it was.

In: `driver` reads bytes on a thread; `sequences` cuts them into text, keys and reports of the terminal,
wherever a read ends; `parser` turns these into events; `keys` releases keys one by one, on any `layout`.
Out: `display` writes only the cells that changed, without controls, and never waits for a stalled terminal,
in the colours that the terminal has (`palette`).
`side_channels` notifies the operator, copies text and sets the window title. `text_box` takes typed text.
Around it: `environment` (before Textual is imported), `signals` (an orderly end, a pause, the terminal lent
to an editor) and `guard` (a crash that shows no message text). `app` combines them; their order matters.

This room imports `safetext` and nothing else of ours: neither words nor settings. Sentences come in through
the constructor; events go out as messages. All private names of Textual that we use are in this folder.
REPAIRS.md lists what each repair is for and what would make it unnecessary.
"""
