"""The screen: Textual, fed with rows, asking the inbox by nouns. It knows neither SQL nor HTTP.

`app` starts it. `inbox/screen` is the main screen and has the panes of `queue`, `chat` and `order`. What asks
the operator something is in `dialogs`, `files`, `search` and `start`; what any of them may use is in `kit`.
`keys` declares every command once: bindings, palette, help and README come from it.
"""
