"""The outbox: how a text or a file gets to the Market exactly once, in its order, whatever fails on the way.

The Market gives no idempotency key and answers a send without the id of the message. A request whose answer
is lost may have arrived, and a second request would be a second message. So this room never repeats a send
whose outcome is unclear; it looks into the chat's history instead.

States of an item (the legal moves are `model.outbox.MOVES`):

    queued → sending → sent → confirmed      all goes well: taken by the Market, then seen in the history
      │         ├→ waiting → sending         surely not delivered: tried again at a later moment
      │         ├→ failed                    refused: the operator edits, sends again or discards it
      │         └→ unconfirmed               may have arrived, was not found: only the operator sends it again
      └→ confirmed                           found before the first try: this outbox was restored from a copy

`sending` is two things. Without `unclear_at` a request is under way, or was when its process died; with it
the outcome is unclear and the history is being searched. A `sent` item that was not found in time is
*released*: it no longer holds back its chat, and later news of the chat may still confirm it.

Who does what
    door         what may leave at all: no key of ours, no unfilled template; asked when an item is queued,
                 and for keys once more before each attempt
    delivery     chooses: which chat is due, under that chat's kernel lock
    sender       acts: one attempt for the head of a chat, and what its outcome means
    reconciler   looks: which message of the history is this item?
    retry        waits: when an item may be acted on, by a clock that nobody can set

Rows of the outbox are written by `inbox.outbox_writes` alone; each write is one durable transaction, and each
commit publishes one `OutboxChanged`. All copies of the program on the machine share the outbox. One item per
chat is under way over all of them: whoever acts for a chat holds its kernel lock from before the attempt is
written until the outcome is, and the kernel frees the lock of a process that dies.

The order of writes
    1. Enter: one transaction puts the row in and clears the draft; only then the box lets go of the text.
       A file is copied into the spool before its row is written; the copy is what will be sent.
    2. Before the first byte: state `sending`, the number of the attempt, the Market's time, and the *base*,
       the newest message known. Ours can only come after the base. It is set once and kept over retries.
    3. A second note of the attempt goes into the cache (`outbox.note_attempt`). If the outbox file is
       replaced by an older copy of itself, the note tells that this item was already given to the network.
    4. The request. Its failure has a *certainty*, decided in `market` by how far the request came:
         not sent, refused   nothing was delivered: `waiting` for what passes, `failed` for what does not,
                             a pause of all sends for a key or a right that the operator must mend
         unclear             `unclear_at` is set and the item is looked for
         accepted            `sent`
    5. After a look: `confirmed` with the id of its message. A message confirms one item; the database
       refuses a second.

A look reads everything after the base and takes the oldest message of ours that no item has and that says
the same. It counts only if it could be made: a failing network proves nothing. After `LEAST_LOOKS` complete
looks and `settle_s` seconds an unclear item becomes `unconfirmed` and a sent one is released. The Market may
change a text; a sent item then takes the one message that can have become of it, if no other item may have.

What a crash leaves
    before step 1    the draft; nothing was queued
    after step 1     `queued`: sent by the next start, or by another copy within `scan_s`
    after step 2     `sending` without an owner: whoever takes the lock next marks it unclear and looks
    after step 4     the same: the look finds the message, or after the time the operator is asked
    after step 5     nothing to do; the next start removes the file's copy from the spool

What was told to wait by the Market is written as a length with both clocks (`model.mark`): it survives a new
start of the program and of the machine, and no change of the wall clock shortens it. The first word a
restored copy of the outbox hears is a look: an item of which nothing was heard for `LEFT_ALONE_MS`, nor in
this run, is searched for once before it is sent.

Not decided here: how fast the Market may be asked (`copies.rate_limit`), what a failure means (`market`), and
what the operator is asked (`ui` and `commands`, from the `doubts` of a refusal).
"""
