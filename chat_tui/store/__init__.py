"""What is kept on the disk for one business, and all that knows SQL. `database` teaches the design.

The way in
    database    `Store`: reads and writes are functions that take a connection, given to `read`, `write_cache`
                or `write_state`; where the files lie (`StorePaths`)
    errors      `StoreError` and its kinds: what any of these calls may raise
The nouns, whose functions are given to a store
    cache       chats, messages, orders, search, indexing, cursors
    state       outbox, drafts, marks, budget (quotas), copies (leader, presence)
Beside the databases
    spool       copies of files to send       saved        received files on the operator's disk
    locks       between running copies        quarantine   answers that nobody could read
    inspection  what `doctor` asks            files        directories and files for the owner alone

For this room alone are `sqlite` (the files themselves) and `listing` (the tabs in SQL); a contract says so.
Not its job: to decide what is sent, shown or asked, to speak to the Market, or to know what time it is.
"""
