"""The screens, built with Textual. They ask the inbox for rows and know neither SQL nor HTTP.

`app` starts them. `inbox/screen` is the main screen and contains the panes of `queue`, `chat` and `order`.
The dialogs are in `dialogs`, `files`, `search` and `start`; code that any screen may use is in `kit`.
`keys` declares every command once: bindings, palette, help and README are made from it.
"""
