"""The main screen, and what its keys do. `screen` is one class that has these objects.

Not its job: how a pane looks (`ui.queue`, `ui.chat`, `ui.order`), and what a mark or a send means (`inbox`).
"""
