"""What the program says, for the screen and for verbs alike: sentences, lines and documents.

Pure functions from the nouns of `model` to text: problems and their fixes, times, whose turn it is, names of
chats, documents in Markdown and JSON. Text from outside is made safe here. Nothing in this room draws, asks
or writes, and Textual is not known; how a pane arranges its rows is said beside the pane, in `ui`.
"""
