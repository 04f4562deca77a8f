"""Reading: keeps the cache like the Market's chats with few requests, and fills it where somebody looks.

The Market has no events. Each operation has an hourly quota for all programs of the shop, and the order of
the list of chats is not promised. So one copy of the program reads for all copies on the machine
(`copies.leader`), and what it commits reaches the others through the database (`copies.change_feed`).

A round of `sync`, every `poll_s` seconds while somebody is at a screen, less often while nobody is:
    1. The list from its top down to the time that was known before (`scan.ListScan.news`). Newest-first is
       believed only while every page shows it; otherwise all chats that may be waiting are scanned.
    2. Chats of which the list knows more than the cache are *behind*: one read each, from the newest
       message known (`history.HistoryReader.newer`), the open chat first.
    3. In the time left: chats whose status changed without a message, every ten minutes, and all chats once
       a day, page by page (`scan.FullScan`). The place reached is kept: a later start goes on from there.

Histories have three edges in the cache: the newest message read, the oldest, and whether the beginning was
reached. All pages after the newest are saved in one transaction, so that a crash leaves no gap; older pages
come one by one, each with the token for the next. `backfill` reads them in passing while quota is to
spare, so that a search looks through everything. Reading a chat is locked per chat within this copy; another
copy may read the same page, and merging it twice changes nothing.

Pages come from a Market that may repeat itself or never end: every loop over pages goes through
`scan.Pager`, which ends at a token met before, after empty pages, and after very many.

Whoever waits goes first: each request has an urgency (`model.quota.Urgency`), and `copies.rate_limit` refuses
a less urgent one while the quota is needed for others. A scan that may not go on is no failure.

What fails
    the network, the Market   the round ends, `Link` says why, the pause grows; the cache stays as it is
    one chat                  costs itself: it is left out until the list tells something new of it
    one item of an answer     is kept in the quarantine file and counted; the rest of the page is used
    the key or a right        the round ends until the operator asks again; this copy gives up leading
    the local files           the round is not kept, and the same is read again; a send keeps what it read
                              in memory (`history.Unstored`)

Beside the round: `orders` reads orders and returns of the chats looked at, `attachments` fetches files from
their host. `reading` puts all of it together, and asks once in a run what the key may do.

Not done here: nothing is sent, and nothing is decided about whose turn it is (`model.queue`, `store.chats`).
"""
