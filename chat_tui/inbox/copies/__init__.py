"""What the running copies of the program on one machine share, so that they act as one towards the Market.

A copy is a process with a screen or a verb. Copies communicate only through the files of the store and need
no daemon. Three things hold them together:

    kernel locks    released when their process dies: which copy leads (`leader`), the four places for
                    requests (`rate_limit`), which copy acts for a chat's outbox (`copies.chat_locks`), and
                    which copies run (`copies.Company`)
    shared rows     quotas, signs of life, activity and open chats (`store.copies`), written with moments
                    of the machine's own clock (`clock`), which starts with the machine and cannot be set
    commits         each copy sees within a tenth of a second that another has committed, and publishes the
                    same events to its own screen (`change_feed`)

One copy leads: it reads the list for all. A leader that is killed loses its lock at once; one that is frozen
keeps it. So the lock has a number, the *term*: a copy that has seen no sign of life from the leader for long
begins the next term with the next lock. Two copies may lead for one round at most, which costs a request and
does no harm. A copy whose key may not read gives up leading, because another may have a better key.

`copies.Copies` puts the parts together. This room does not know what is read or sent.
"""
