"""`send`: one text, or files, to one chat, and what became of each."""

import asyncio
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.delivered import SPARE_S, delivered
from chat_tui.commands.speak import complain, report, say
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.doubt import Doubt, DoubtKind
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.safetext import one_line
from chat_tui.words.chats import recipient
from chat_tui.words.delivery import delivery_reason, delivery_state
from chat_tui.words.doubts import doubt_words
from chat_tui.words.files import size_words
from chat_tui.words.problems import problem_words

T = TypeVar("T")

_MOST_BYTES: Final = 1_000_000
"""Of standard input: far more than a message may have."""


class Refused(Exception):  # noqa: N818 - house word: a failure that was expected
    """It will not be sent; the text is one sentence."""


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Exit code 0 only when all of it is sent (with --queue: when it is safe in the outbox)."""
    chat_id = ChatId(arguments.chat)
    begun = arguments.begun
    try:
        parts = await _parts(inbox, chat_id, arguments)
        to = await _addressee(inbox, chat_id, begun)
    except Refused as refusal:
        complain(str(refusal))
        return 1
    if arguments.dry_run:
        return await _rehearse(inbox, to, parts, private=arguments.private)
    items, refused = [], False
    try:
        for part in parts:
            items.append(await _queue(inbox, chat_id, part, private=arguments.private))
    except Refused as refusal:
        complain(str(refusal))
        refused = True
    if arguments.queue and items:
        report(_("In the outbox. It goes when an inbox is open."))
        return int(refused)
    for item in items:
        refused |= not await _deliver(inbox, item, begun, names=len(parts) > 1)
        # Each file has the time that a single one would have.
        begun = time.monotonic()
    return int(refused)


async def _parts(inbox: Inbox, chat_id: ChatId, arguments: Namespace) -> Sequence[str | FileCard]:
    """What is to be sent, refused before anything is asked of the Market if any of it cannot be."""
    if arguments.file is None:
        parts: Sequence[str | FileCard] = [
            _standard_input() if arguments.text == "-" else arguments.text,
        ]
    else:
        parts = [_accepted(await inbox.inspect_file(path)) for path in arguments.file]
    for part in parts:
        _agreed(await _check(inbox, chat_id, part), private=arguments.private)
    return parts


def _standard_input() -> str:
    """The text; what is no UTF-8 in it is refused at the door."""
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES)
    except OSError as error:
        words = _("Standard input cannot be read: {reason}.")
        raise Refused(words.format(reason=error.strerror or type(error).__name__)) from None
    return data.decode("utf-8", "surrogateescape")


async def _addressee(inbox: Inbox, chat_id: ChatId, begun: float) -> QueueItem:
    """The chat; one that is not in the cache is asked for, so that no text goes to a mistyped number."""
    item = await inbox.queue_item(chat_id)
    if item is None:
        try:
            async with asyncio.timeout(begun + inbox.settle_s + SPARE_S - time.monotonic()):
                problem = await inbox.fetch_chat(chat_id)
        except TimeoutError:
            raise Refused(_("The Market did not answer in time, so nothing was sent.")) from None
        if problem is not None:
            raise Refused(problem_words(problem))
        item = await inbox.queue_item(chat_id)
    if item is None:
        raise Refused(problem_words(Problem(ProblemKind.UNEXPECTED_ANSWER)))
    return item


async def _rehearse(inbox: Inbox, to: QueueItem, parts: Sequence[str | FileCard], *, private: bool) -> int:
    """Say what would go to whom, as the door would let it out."""
    say(recipient(to))
    for part in parts:
        checked = await _check(inbox, to.chat.chat_id, part)
        if isinstance(checked, Problem):
            _warn(_agreed(checked, private=private))
            checked = await _check(inbox, to.chat.chat_id, part, checked.doubts)
        if isinstance(part, FileCard):
            size = size_words(part.size)
            say(_("File: {name}, {size}").format(name=one_line(part.name), size=size))
        else:
            say(str(checked))
    say(_("Nothing was sent."))
    return 0


async def _check(
    inbox: Inbox, chat_id: ChatId, part: str | FileCard, agreed: Sequence[Doubt] = ()
) -> str | Problem | None:
    if isinstance(part, FileCard):
        return await inbox.check_file(chat_id, part, agreed)
    return await inbox.check_text(chat_id, part, agreed)


async def _queue(inbox: Inbox, chat_id: ChatId, part: str | FileCard, *, private: bool) -> OutboxItem:
    """Put it into the outbox; the operator agreed to what a warning can be said of by typing the command."""
    send = (
        partial(inbox.send_file, chat_id, part)
        if isinstance(part, FileCard)
        else partial(inbox.send_text, chat_id, part)
    )
    outcome = await send()
    if doubts := _agreed(outcome, private=private):
        _warn(doubts)
        outcome = await send(doubts)
    return _accepted(outcome)


def _agreed(outcome: object, *, private: bool) -> tuple[Doubt, ...]:
    """The doubts of an outcome to which the command line agrees. Raises Refused for anything else."""
    if not isinstance(outcome, Problem):
        return ()
    if any(doubt.kind is DoubtKind.PRIVATE for doubt in outcome.doubts) and not private:
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


def _accepted(outcome: T | Problem) -> T:
    if isinstance(outcome, Problem):
        raise Refused(problem_words(outcome))
    return outcome
