"""The nouns of the program and the rules about them: frozen values and pure functions.

    ids               `ChatRef`, the ids of the Market, moments
    chat, order       what the Market sends; these mirror its API, and their enums are open lists
    timeline, queue   the history of one chat; all chats in the order in which to answer them
    outbox            what the operator sent, and the legal moves of an item
    mark              what the operator marks on a chat, and how long an outbox item waits
    door, doubt       what may be sent, and what the operator must agree to first
    template, search  prepared answers; search queries and their results
    file, record      files to send and received files; conversations and reply times for export
    problem           an expected failure as a value, and whether a request may have taken effect
    quota, link       how many requests are left; the state of the connection

Not its job: files, the network, a clock (moments are arguments), sentences for the operator (`words`).
"""
