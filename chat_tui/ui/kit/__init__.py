"""Parts that any screen may use: dialogs, lists, questions, bars, line panes, news, safe text for widgets.

Not its job: anything about one chat.
"""
