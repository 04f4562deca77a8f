"""What the running copies of the program on one machine share, so that they act as one towards the Market.

A copy is a process with a screen or a verb. Copies find each other through the files of the store alone
and need no daemon. Three things hold them together:

    kernel locks    die with their process and cannot be left behind: who leads (`leader`), the four places
                    for requests (`rate_limit`), and who acts for a chat's outbox (`copies.chat_locks`)
    shared rows     quotas, signs of life and activity (`store.copies`, `store.budget`), written with moments
                    of the machine's own clock (`clock`), which starts with the machine and cannot be set
    commits         each copy sees within a tenth of a second that another has committed, and tells its own
                    screen the same events (`change_feed`)

One copy leads: it reads the list for all. A leader that is killed loses its lock at once; one that is frozen
keeps it, so the lock has a number, the *term*, and whoever hears nothing of a leader for long begins the next
term with the next lock. Two may lead for one round at most: that costs a request and harms nothing. A copy
whose key may not read gives up leading, for another may have a better key.

`copies.Copies` puts the parts together. Nothing here knows what is read or sent.
"""
