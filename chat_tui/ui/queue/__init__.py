"""The list of chats: `pane` reads pages and holds a new order back, `list` is the widget, `view` draws."""
