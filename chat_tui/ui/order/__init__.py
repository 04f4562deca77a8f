"""The order panel beside chat or list: the chat's order and return, deadlines, the buyer's other chats."""
