"""The verbs that act: `send` sends a text or files to one chat and reports the outcome, `new` opens a chat.

A verb always ends, even if the Market never answers: an item has the time in which its outcome is looked up,
and SPARE_S more.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeVar

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
"""Added to the time in which an outcome is looked up, for the requests before that. Closing connections and
Python itself may take less than ten seconds more."""
UPLOAD_S: Final = 120.0
"""Added for a file: its request may take this long on a slow line."""
LOOK_S: Final = 0.5
"""Seconds between two looks at the item while no event reports a change."""
_MOST_BYTES: Final = 1_000_000
"""Of standard input; a message is far shorter."""

T = TypeVar("T")
Part = str | FileCard
"""A text or a file to send."""


async def send(context: Context) -> int:
    """Send a text or files; 0 only if all are sent (--queue: in the outbox). Raises Refused, Unprintable."""
    asked, begun = context.asked, context.begun
    context.stopped = _("Stopped. Nothing was sent.")
    parts = await _parts(context)
    to = await _addressee(context)
    if asked.dry_run:
        await rehearse(context, to, parts)
        return 0
    items, refused = [], False
    try:
        for part in parts:
            items.append(await _queue(context, part))
            context.stopped = f"{_('Stopped.')} {_stays()}"
    except Refused as refusal:
        # The parts that are in the outbox already are delivered all the same.
        complain(str(refusal))
        refused = True
    if asked.queue and items:
        report(_("In the outbox. It is sent automatically when chat-tui is open."))
        return int(refused)
    for item in items:
        refused |= not await _deliver(context.inbox, item, begun, names=len(parts) > 1)
        # Each file gets as much time as a single one would.
        begun = time.monotonic()
    return int(refused)


async def _parts(context: Context) -> Sequence[Part]:
    """The text or the files, all checked before the first request. Raises Refused if one may not be sent."""
    asked = context.asked
    parts: Sequence[Part]
    if asked.file is None:
        parts = [_standard_input() if asked.text == "-" else asked.text]
    else:
        parts = [accepted(await context.inbox.files.inspect(path)) for path in asked.file]
    # All are checked before the first is queued: two of three files would be worse than none.
    for part in parts:
        _agreed(context, await _check(context, part))
    return parts


def _standard_input() -> str:
    """The text on standard input; the door refuses it later if it is not UTF-8. Raises Refused."""
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES)
    except OSError as error:
        words = _("Standard input cannot be read: {reason}.")
        raise Refused(words, reason=error.strerror or type(error).__name__) from None
    # Invalid bytes become lone surrogates, by which the door recognises them.
    return data.decode("utf-8", "surrogateescape")


async def _addressee(context: Context) -> str:
    """The recipient, in words. Raises Refused if there is no such chat."""
    inbox = context.inbox
    item = await inbox.chats.item(context.chat)
    if item is None:
        # The Market is asked about a chat that is not in the cache, because its number may be mistyped.
        try:
            async with asyncio.timeout(context.begun + inbox.outbox.settle_s + SPARE_S - time.monotonic()):
                accepted(await inbox.fetch_chat(context.chat))
        except TimeoutError:
            raise Refused(_("The Market did not answer in time, so nothing was sent.")) from None
        item = await inbox.chats.item(context.chat)
    # If the chat is still missing, the Market has answered about another one.
    return recipient(accepted(item or Problem(ProblemKind.UNEXPECTED_ANSWER)))


async def rehearse(context: Context, to: str, parts: Sequence[Part]) -> None:
    """Print what would be sent to whom, exactly as the door would let it pass. Raises Unprintable."""
    say(to)
    for part in parts:
        # A part with doubts is checked twice: only an agreed one comes back as it would be sent.
        checked = await _agreeing(context, partial(_check, context, part))
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
    """Put a part into the outbox. Raises Refused."""
    outbox, chat = context.inbox.outbox, context.chat
    if isinstance(part, FileCard):
        return accepted(await _agreeing(context, partial(outbox.send_file, chat, part)))
    return accepted(await _agreeing(context, partial(outbox.send_text, chat, part)))


async def _agreeing(context: Context, attempt: Callable[[Sequence[Doubt]], Awaitable[T]]) -> T:
    """The outcome of an attempt, which is repeated with a warning if there are doubts. Raises Refused.

    With the command the operator has agreed to every doubt that needs only a warning.
    """
    outcome = await attempt(())
    if doubts := _agreed(context, outcome):
        complain(doubt_words(doubts))
        outcome = await attempt(doubts)
    return outcome


def _agreed(context: Context, outcome: object) -> tuple[Doubt, ...]:
    """The doubts of an outcome, if the command line agrees to all of them. Raises Refused otherwise."""
    if not isinstance(outcome, Problem):
        return ()
    if any(doubt.kind is DoubtKind.PRIVATE for doubt in outcome.doubts) and not context.asked.private:
        raise Refused(f"{doubt_words(outcome.doubts)} {_('To send it anyway: --private')}")
    if not outcome.doubts:
        raise Refused(problem_words(outcome))
    return outcome.doubts


async def _deliver(inbox: Inbox, item: OutboxItem, begun: float, *, names: bool) -> bool:
    """Wait for the outcome of an item and report it; whether it is sent. `names` = one of several files."""
    settled = await delivered(inbox, item, begun)
    if settled is None:
        complain(problem_words(Problem(ProblemKind.GONE)))
        return False
    # The words of the screen, except for "sent": after this verb no one looks whether it is confirmed.
    words = delivery_state(settled, wall_clock_ms()).text
    if settled.state is OutboxState.SENT:
        words = _("sent, not confirmed")
    told = f"{one_line(settled.file_name)}: {words}" if names else words
    if settled.state in {OutboxState.SENT, OutboxState.CONFIRMED}:
        report(told)
        return True
    reason = delivery_reason(settled)
    if settled.state in {OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING}:
        reason = f"{reason} {_stays()}".lstrip()
    complain(f"{told}: {reason}")
    return False


def _stays() -> str:
    return _("It stays in the outbox, and an open chat-tui sends it: do not send it again.")


async def delivered(inbox: Inbox, item: OutboxItem, begun: float) -> OutboxItem | None:
    """The item once it is settled, or as it is when its time is over; None if another copy has cancelled it.

    Its time starts at `begun`, in seconds of the monotonic clock. Each reason for a delay is reported once.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    spare = SPARE_S + (UPLOAD_S if item.kind is OutboxKind.FILE else 0.0)
    until = begun + inbox.outbox.settle_s + spare

    def hear(event: Event) -> None:
        if isinstance(event, OutboxChanged):
            loop.call_soon_threadsafe(changed.set)

    # Events arrive on the engine's thread.
    leave = inbox.subscribe(hear)
    working = asyncio.ensure_future(inbox.outbox.deliver(item.outbox_id))
    told = ""
    try:
        while True:
            changed.clear()
            # While the store cannot be read, the item counts as unchanged.
            with suppress(StoreError):
                found = await inbox.outbox.item(item.outbox_id)
                if found is None or found.is_settled:
                    return found
                item = found
            told = _explain(item, told)
            pause = min(LOOK_S, until - time.monotonic())
            if pause <= 0:
                return item
            # The event only shortens the pause: if it never comes, the row is read again all the same.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await changed.wait()
    finally:
        leave()
        # The item stays in the outbox; only this process stops working on it.
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _explain(item: OutboxItem, told: str) -> str:
    """Report why it is not settled yet, unless `told` says so already; the reason reported last."""
    is_on_its_way = item.state in {OutboxState.WAITING, OutboxState.SENDING}
    reason = delivery_reason(item) if is_on_its_way else ""
    if reason and reason != told:
        complain(reason)
        return reason
    return told


async def new_chat(context: Context) -> int:
    """Open (or find) the chat about an order or a return, and print only its id. Raises Refused."""
    asked = context.asked
    kind, number = (
        (ContextKind.RETURN, asked.return_) if asked.order is None else (ContextKind.ORDER, asked.order)
    )
    report(str(accepted(await context.inbox.chats.create(NewChat(kind, number))).number))
    return 0
