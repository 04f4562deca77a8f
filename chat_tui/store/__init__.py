"""The local files of one business, and all SQL of the program. `database` explains the design.

Entry points
    database    `Store`: reads and writes are functions that take a connection, passed to `read`,
                `write_cache` or `write_state`; `StorePaths`: where the files are
    errors      `StoreError` and its kinds: what any of these calls may raise
The nouns, whose functions are passed to a store; ForeignChat if one gets a chat of another business
    cache       chats, messages, orders, search, indexing, cursors
    state       outbox, drafts, marks, copies (leader, presence, quotas)
Beside the databases
    spool       copies of files to send       saved        received files on the operator's disk
    locks       between running copies        quarantine   answers that could not be read
    inspection  what `doctor` asks            files        directories and files for the owner alone

`sqlite` (the files themselves) and `listing` (the tabs in SQL) are private to this package; a contract in
`pyproject.toml` checks it. Not done here: deciding what is sent, shown or requested, talking to the Market,
and reading the clock.
"""
