"""The nouns of the program, and what follows from them alone: frozen values and pure functions.

    ids                     who and what is meant: `ChatRef`, numbers of the Market, moments
    chat, message, order    what the Market tells; these mirror its API, and their words are open lists
    timeline, queue         one chat as it is read, all chats in the order in which to answer them
    outbox, hold            what the operator sent, the legal moves of an item, how long it waits
    door, doubt             what may leave, and what the operator is asked about before
    mark, template, search  what the operator marks, keeps ready and looks for
    file, record            files to send and saved; conversations and reply times as they are handed on
    problem                 an expected failure, as a value, and whether a request may have taken effect
    quota, link             how much may still be asked, how things stand with the Market

Not its job: files, the network, a clock (moments are arguments), sentences for the operator (`words`).
"""
