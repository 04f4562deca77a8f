"""What the open chat is about: order, return, deadlines, the buyer's other chats, beside chat or list."""
