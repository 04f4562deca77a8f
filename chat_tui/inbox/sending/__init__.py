"""The outbox: how a text or a file gets to the Market exactly once, in its order, whatever fails on the way.

The Market has no idempotency key and answers a send without the id of the message. A request whose answer is
lost may have arrived, and a second request would be a second message. So this room never repeats a send whose
outcome is unclear; it searches the chat's history instead.

States of an item (`model.outbox.MOVES` lists the legal transitions):

    queued → sending → sent → confirmed      success: accepted by the Market, then found in the history
      │         ├→ waiting → sending         certainly not delivered: tried again later
      │         ├→ failed                    refused: the operator edits, resends or discards it
      │         └→ unconfirmed               may have arrived, was not found: only the operator resends it
      └→ confirmed                           found before the first try: the outbox was restored from a backup

`sending` means one of two things. Without `unclear_at` a request is under way, or was when its process died;
with it the outcome is unclear and the history is being searched. A `sent` item that was not found in time is
*released*: it no longer holds up its chat, and later messages of the chat may still confirm it.

Who does what
    door         checks what may leave: no API key of ours, no unfilled template; called when an item is
                 queued, and again, for keys, before each attempt
    delivery     chooses which chat is due, and holds that chat's kernel lock
    sender       makes one attempt for the head of a chat, and interprets its outcome
    reconciler   searches the history: which message is this item?
    retry        knows when an item may be acted on, by a clock that cannot be set

Only `inbox.outbox_writes` writes rows of the outbox; each write is one durable transaction, and each commit
publishes one `OutboxChanged`. All copies of the program on the machine share the outbox. At most one item per
chat is under way in all of them: a copy that acts for a chat holds its kernel lock from before the attempt is
written until the outcome is, and the kernel releases the locks of a process that dies.

The order of writes
    1. Enter: one transaction inserts the row and deletes the draft; only then is the box cleared. A file is
       copied into the spool before its row is written, and the copy is what is sent.
    2. Before the first byte: state `sending`, the number of the attempt, the Market's time, and the *base*,
       the newest known message. Our message can only come after the base, which retries do not change.
    3. The attempt is noted a second time, in the cache (`outbox.note_attempt`). If the outbox file is later
       replaced by an older copy of itself, the note says that this item was already given to the network.
    4. The request. `market` decides the *certainty* of a failure by how far the request got:
         not sent, refused   nothing was delivered: `waiting` if the cause passes, `failed` if it does not; a
                             refused key or a missing right pauses all sends until the operator acts
         unclear             `unclear_at` is set, and the history is searched
         accepted            `sent`
    5. After a search: `confirmed`, with the id of the message. A message confirms one item; the database
       refuses a second.

A look reads everything after the base and takes our oldest message that has the same content and belongs to
no item. It counts only if it was complete: a failing network proves nothing. After `LEAST_LOOKS` complete
looks and `settle_s` seconds, an unclear item becomes `unconfirmed` and a sent one is released. The Market
may change a text; a sent item then takes the one message that can be its text with changes, if it fits no
other item.

What a crash leaves
    before step 1    the draft; nothing was queued
    after step 1     `queued`: sent by the next start, or by another copy within `scan_s`
    after step 2     `sending` without an owner: the next copy that takes the lock marks it unclear and looks
    after step 4     the same: the look finds the message, or in the end the operator is asked
    after step 5     nothing to do; the next start removes the file's copy from the spool

A wait that the Market asks for is saved as a duration with both clocks (`model.mark`): it survives restarts
of the program and of the machine, and setting the wall clock does not shorten it. The outbox may have been
restored from a backup: an item untouched for `LEFT_ALONE_MS`, and since this run began, is searched for once
before it is sent.

Decided elsewhere: how many requests the Market allows (`copies.rate_limit`), what a failure means (`market`),
and what the operator is asked (`ui` and `commands`, from the `doubts` of a refusal).
"""
