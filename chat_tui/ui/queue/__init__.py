"""The list of chats: `pane` asks for rows and keeps them still, `list` moves the highlight, `view` paints."""
