"""Reading: keeps the cache up to date with few requests, and fills it where the operator looks.

The Market sends no events. Each operation has an hourly quota for all programs of the shop, and the order of
the list of chats is not documented. So one copy of the program reads for all copies on the machine
(`copies.leader`), and its commits reach the others through the database (`copies.change_feed`).

A round of `sync` runs every `poll_s` seconds while an operator is at a screen, and less often otherwise:
    1. The list, from its top down to the time known before (`scan.ListScan.news`). It is taken as newest
       first only while every page confirms it; otherwise all chats that may be waiting are scanned.
    2. Chats that are newer in the list than in the cache are *behind*: one read each, from the newest known
       message on (`history.HistoryReader.newer`), the open chat first.
    3. In the time left: chats whose status changed without a message, every ten minutes, and all chats once
       a day, page by page (`scan.FullScan`). The position is saved, so that a later start continues there.

For each history the cache knows the newest message read, the oldest, and whether the beginning was reached.
All pages after the newest are saved in one transaction, so that a crash leaves no gap; older pages are saved
one by one, each with the token for the next. `backfill` reads them while there is quota to spare, so that a
search covers everything. A chat is read under a lock within this copy; another copy may read the same page,
and merging a page twice changes nothing.

The Market may repeat pages or never end: every loop over pages uses `scan.Pager`, which stops at a token it
has met before, after several empty pages, and after very many pages.

Each request has an urgency (`model.quota.Urgency`). `copies.rate_limit` refuses a less urgent one while the
quota is needed for more urgent ones; a scan that is refused for this reason has not failed.

What fails
    the network, the Market   the round ends, `Link` says why, the pause grows; the cache stays as it is
    one chat                  the others go on; it is skipped until the list has something new about it
    one item of an answer     goes to the quarantine file and is counted; the rest of the page is used
    the key or a right        rounds stop until the operator refreshes; this copy gives up leading
    the local files           the round is not saved and is read again; a send keeps what it read in memory
                              (`history.Unstored`)

Outside the rounds, `orders` reads orders and returns of the chats on the screen, and `attachments` downloads
files. `reading` puts everything together and asks once per run for the rights of the key.

This room sends nothing, and does not decide whose turn it is (`model.queue`, `store.chats`).
"""
