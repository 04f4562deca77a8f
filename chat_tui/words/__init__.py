"""All text that the program shows, on screen and by verbs: sentences, lines and documents.

Pure functions from the nouns of `model` to text: problems and their fixes, times, whose turn it is, names of
chats, documents in Markdown and JSON. Text from outside is made safe here. This room does not draw, ask or
write, and does not import Textual; the layout of the rows of a pane is beside the pane, in `ui`.
"""
