"""`send`: one text or file to one chat, and what became of it."""

import asyncio
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TypeVar

from chat_tui.commands.speak import complain, say
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.inbox.service import Inbox
from chat_tui.inbox.writing import holds_secret
from chat_tui.locale import _
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatId
from chat_tui.model.limits import TEXT_LIMIT, text_length
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.safetext import is_blank, one_line
from chat_tui.ui.view.delivery_words import delivery_reason, delivery_state
from chat_tui.ui.view.problems import problem_words
from chat_tui.ui.view.recipient import recipient
from chat_tui.ui.view.sizes import size_words

T = TypeVar("T", OutboxItem, FileCard)

_MOST_BYTES = 1_000_000
"""Of standard input: far more than a message may have."""


class Refused(Exception):  # noqa: N818 - house word: a failure that was expected
    """It will not be sent; the text is one sentence."""


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Exit code 0 only when it is sent (with --queue: when it is safe in the outbox)."""
    chat_id = ChatId(arguments.chat)
    try:
        what = await _content(inbox, arguments)
        to = await _addressee(inbox, chat_id)
        if arguments.dry_run:
            _rehearse(to, what)
            return 0
        item = _accepted(await _enqueue(inbox, chat_id, what))
    except Refused as refusal:
        complain(str(refusal))
        return 1
    if arguments.queue:
        say(_("In the outbox. It goes when an inbox is open."))
        return 0
    return _tell(await _delivered(inbox, item))


async def _content(inbox: Inbox, arguments: Namespace) -> str | FileCard:
    """What is to be sent, refused before anything else happens if it cannot be."""
    if arguments.file is not None:
        return _accepted(await inbox.inspect_file(Path(arguments.file)))
    text = _standard_input() if arguments.text == "-" else arguments.text
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused(_("The text is not UTF-8."))
    if is_blank(text):
        raise Refused(problem_words(Problem(ProblemKind.TEXT_EMPTY)))
    if text_length(text) > TEXT_LIMIT:
        raise Refused(problem_words(Problem(ProblemKind.TEXT_TOO_LONG)))
    if holds_secret(text, ()):
        raise Refused(problem_words(Problem(ProblemKind.TEXT_SECRET)))
    return text


def _standard_input() -> str:
    data = sys.stdin.buffer.read(_MOST_BYTES)
    return data.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")


async def _addressee(inbox: Inbox, chat_id: ChatId) -> QueueItem:
    """The chat; one that is not in the cache is asked for, so that no text goes to a mistyped number."""
    item = await inbox.queue_item(chat_id)
    if item is None:
        problem = await inbox.fetch_chat(chat_id)
        if problem is not None:
            raise Refused(problem_words(problem))
        item = await inbox.queue_item(chat_id)
    assert item is not None, "a chat that was fetched is in the cache"
    return item


def _rehearse(to: QueueItem, what: str | FileCard) -> None:
    say(recipient(to))
    if isinstance(what, FileCard):
        say(_("File: {name}, {size}").format(name=one_line(what.name), size=size_words(what.size)))
    else:
        say(what)
    say(_("Nothing was sent."))


async def _enqueue(inbox: Inbox, chat_id: ChatId, what: str | FileCard) -> OutboxItem | Problem:
    if isinstance(what, FileCard):
        return await inbox.send_file(chat_id, what)
    return await inbox.send_text(chat_id, what)


async def _delivered(inbox: Inbox, item: OutboxItem) -> OutboxItem:
    """Wait for the outcome; say once why it takes long."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, OutboxChanged):
            loop.call_soon_threadsafe(changed.set)

    leave = inbox.subscribe(hear)
    explaining = asyncio.create_task(_explain(inbox, item, changed))
    try:
        return await inbox.deliver(item.outbox_id)
    finally:
        leave()
        explaining.cancel()


async def _explain(inbox: Inbox, item: OutboxItem, changed: asyncio.Event) -> None:
    told = ""
    while True:
        await changed.wait()
        changed.clear()
        for now in await inbox.open_items():
            is_on_its_way = now.state in {OutboxState.WAITING, OutboxState.SENDING}
            reason = delivery_reason(now) if now.outbox_id == item.outbox_id and is_on_its_way else ""
            if reason and reason != told:
                complain(reason)
                told = reason


def _tell(item: OutboxItem) -> int:
    words = delivery_state(item, time.time_ns() // 1_000_000).text
    if item.state in {OutboxState.SENT, OutboxState.CONFIRMED}:
        say(words)
        return 0
    complain(f"{words}: {delivery_reason(item)}")
    return 1


def _accepted(outcome: T | Problem) -> T:
    if isinstance(outcome, Problem):
        raise Refused(problem_words(outcome))
    return outcome
