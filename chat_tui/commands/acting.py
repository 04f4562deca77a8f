"""The verbs that act: `send`, a text or files to one chat and what became of each, and `new`, to open a chat.

A verb ends, whatever the Market does: an item has the time in which its outcome is looked for, and a bit.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.context import Context, Refused, accepted, complain, report, say
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.doubt import Doubt, DoubtKind
from chat_tui.model.file import FileCard
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.safetext import one_line
from chat_tui.store.errors import StoreError
from chat_tui.words.chats import recipient
from chat_tui.words.delivery import delivery_reason, delivery_state
from chat_tui.words.files import size_words
from chat_tui.words.problems import doubt_words, problem_words

SPARE_S: Final = 4.0
"""Beyond the time for which an outcome is looked up: for the requests before it. With the end of requests and
of Python a verb lasts less than ten seconds longer than that."""
UPLOAD_S: Final = 120.0
"""More for a file: as long as its request may take on a slow line."""
LOOK_S: Final = 0.5
"""Between two looks at the item when no event tells that it changed."""


_MOST_BYTES: Final = 1_000_000
"""Of standard input: far more than a message may have."""


Part = str | FileCard
"""One thing to send."""


async def send(context: Context) -> int:
    """Exit code 0 only when all of it is sent (with --queue: when it is safe in the outbox)."""
    asked, begun = context.asked, context.begun
    parts = await _parts(context)
    to = await _addressee(context)
    if asked.dry_run:
        await rehearse(context, to, parts)
        return 0
    items, refused = [], False
    try:
        for part in parts:
            items.append(await _queue(context, part))
    except Refused as refusal:
        # What is in the outbox already is delivered all the same.
        complain(str(refusal))
        refused = True
    if asked.queue and items:
        report(_("In the outbox. It goes when an inbox is open."))
        return int(refused)
    for item in items:
        refused |= not await _deliver(context.inbox, item, begun, names=len(parts) > 1)
        # Each file has the time that a single one would have.
        begun = time.monotonic()
    return int(refused)


async def _parts(context: Context) -> Sequence[Part]:
    """What is to be sent, refused before anything is asked of the Market if any of it cannot be."""
    asked = context.asked
    parts: Sequence[Part]
    if asked.file is None:
        parts = [_standard_input() if asked.text == "-" else asked.text]
    else:
        parts = [accepted(await context.inbox.files.inspect(path)) for path in asked.file]
    # All before the first is queued: of three files nobody wants only two to arrive.
    for part in parts:
        _agreed(context, await _check(context, part))
    return parts


def _standard_input() -> str:
    """The text; what is no UTF-8 in it is refused at the door."""
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES)
    except OSError as error:
        words = _("Standard input cannot be read: {reason}.")
        raise Refused(words, reason=error.strerror or type(error).__name__) from None
    # Decoded without loss, so that the door can say which text it refuses.
    return data.decode("utf-8", "surrogateescape")


async def _addressee(context: Context) -> str:
    """Whom it goes to, in words. A chat that is not in the cache is asked for: its number may be mistyped."""
    inbox = context.inbox
    item = await inbox.chats.item(context.chat)
    if item is None:
        try:
            async with asyncio.timeout(context.begun + inbox.outbox.settle_s + SPARE_S - time.monotonic()):
                accepted(await inbox.fetch_chat(context.chat))
        except TimeoutError:
            raise Refused(_("The Market did not answer in time, so nothing was sent.")) from None
        item = await inbox.chats.item(context.chat)
    # The Market answered and still there is no such chat: then it answered about another one.
    return recipient(accepted(item or Problem(ProblemKind.UNEXPECTED_ANSWER)))


async def rehearse(context: Context, to: str, parts: Sequence[Part]) -> None:
    """Say what would go to whom, as the door would let it out."""
    say(to)
    for part in parts:
        # Twice where there are doubts: what leaves is known only once they are agreed to.
        checked = await _check(context, part)
        if isinstance(checked, Problem):
            _warn(_agreed(context, checked))
            checked = await _check(context, part, checked.doubts)
        if isinstance(part, FileCard):
            size = size_words(part.size)
            say(_("File: {name}, {size}").format(name=one_line(part.name), size=size))
        else:
            say(str(checked))
    say(_("Nothing was sent."))


async def _check(context: Context, part: Part, agreed: Sequence[Doubt] = ()) -> str | Problem | None:
    if isinstance(part, FileCard):
        return await context.inbox.outbox.check_file(context.chat, part, agreed)
    return await context.inbox.outbox.check_text(context.chat, part, agreed)


async def _queue(context: Context, part: Part) -> OutboxItem:
    """Put it into the outbox; the operator agreed to what a warning can be said of by typing the command."""
    send = (
        partial(context.inbox.outbox.send_file, context.chat, part)
        if isinstance(part, FileCard)
        else partial(context.inbox.outbox.send_text, context.chat, part)
    )
    outcome = await send()
    if doubts := _agreed(context, outcome):
        _warn(doubts)
        outcome = await send(doubts)
    return accepted(outcome)


def _agreed(context: Context, outcome: object) -> tuple[Doubt, ...]:
    """The doubts of an outcome to which the command line agrees. Raises Refused for anything else."""
    if not isinstance(outcome, Problem):
        return ()
    if any(doubt.kind is DoubtKind.PRIVATE for doubt in outcome.doubts) and not context.asked.private:
        raise Refused(f"{doubt_words(outcome.doubts)} {_('To send it all the same: --private')}")
    if not outcome.doubts:
        raise Refused(problem_words(outcome))
    return outcome.doubts


def _warn(doubts: Sequence[Doubt]) -> None:
    if doubts:
        complain(doubt_words(doubts))


async def _deliver(inbox: Inbox, item: OutboxItem, begun: float, *, names: bool) -> bool:
    """Wait for what becomes of an item and tell it, with its name among several; whether it is sent."""
    settled = await delivered(inbox, item, begun)
    if settled is None:
        complain(problem_words(Problem(ProblemKind.GONE)))
        return False
    # The word of the screen, but for "sent": nobody will look later whether it was confirmed.
    words = delivery_state(settled, wall_clock_ms()).text
    if settled.state is OutboxState.SENT:
        words = _("sent, not confirmed")
    told = f"{one_line(settled.file_name)}: {words}" if names else words
    if settled.state in {OutboxState.SENT, OutboxState.CONFIRMED}:
        report(told)
        return True
    reason = delivery_reason(settled)
    if settled.state in {OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING}:
        stays = _("It stays in the outbox, and an open inbox goes on with it: do not send it again.")
        reason = f"{reason} {stays}".lstrip()
    complain(f"{told}: {reason}")
    return False


async def delivered(inbox: Inbox, item: OutboxItem, begun: float) -> OutboxItem | None:
    """The item once it is settled, or as it stands when its time is over; None if somebody took it back.

    `begun` is the moment, on the monotonic clock, from which that time counts. Why it takes long is said,
    each reason once.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    spare = SPARE_S + (UPLOAD_S if item.kind is OutboxKind.FILE else 0.0)
    until = begun + inbox.outbox.settle_s + spare

    def hear(event: Event) -> None:
        if isinstance(event, OutboxChanged):
            loop.call_soon_threadsafe(changed.set)

    # Events come on the engine's thread.
    leave = inbox.subscribe(hear)
    working = asyncio.ensure_future(inbox.outbox.deliver(item.outbox_id))
    told = ""
    try:
        while True:
            changed.clear()
            found = await _look(inbox, item)
            if found is None or found.is_settled:
                return found
            item, told = found, _explain(found, told)
            pause = min(LOOK_S, until - time.monotonic())
            if pause <= 0:
                return item
            # The row counts, not the event: one that never comes delays nothing.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await changed.wait()
    finally:
        leave()
        # The item stays in the outbox; only this process does not work on it any more.
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _look(inbox: Inbox, item: OutboxItem) -> OutboxItem | None:
    """The item as it stands; as it was when the store cannot be read for the moment."""
    try:
        return await inbox.outbox.item(item.outbox_id)
    except StoreError:
        return item


def _explain(item: OutboxItem, told: str) -> str:
    """Say why it is not settled yet; what was said last."""
    is_on_its_way = item.state in {OutboxState.WAITING, OutboxState.SENDING}
    reason = delivery_reason(item) if is_on_its_way else ""
    if reason and reason != told:
        complain(reason)
        return reason
    return told


async def new_chat(context: Context) -> int:
    """Open (or find) the chat about an order or a return; print its id and nothing else."""
    asked = context.asked
    kind, number = (
        (ContextKind.RETURN, asked.return_) if asked.order is None else (ContextKind.ORDER, asked.order)
    )
    report(str(accepted(await context.inbox.chats.create(NewChat(kind, number))).number))
    return 0
