"""The dialogs of the main screen, each of which returns one answer. Loaded when the first one is wanted.

`dialogs` opens them; each dialog is in the module of its subject.
"""
