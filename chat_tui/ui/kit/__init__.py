"""What any part of the screen may use: dialogs and lists to build on, bars, lines, safe text for widgets.

Nothing here knows a chat.
"""
