"""The open chat: its history and the compose box. `pane` joins both and sends; the others draw and edit.

Not its job: which chat is open (`ui.inbox.opening`), and whether a text may leave (`inbox.sending.door`).
"""
