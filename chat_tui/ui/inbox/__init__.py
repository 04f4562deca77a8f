"""The main screen and the objects behind its keys. `screen` is one class that owns these objects.

Not its job: how a pane looks (`ui.queue`, `ui.chat`, `ui.order`), and what a mark or a send means (`inbox`).
"""
