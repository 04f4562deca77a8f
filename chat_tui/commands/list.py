"""`list`: the chats of the cache, one a line, the longest waiting first."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from typing import Any

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.speak import columns, complain, say, say_json
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.words.chats import about, buyer_name
from chat_tui.words.json import chat_json, iso
from chat_tui.words.line import cut, shown
from chat_tui.words.problems import problem_words
from chat_tui.words.times import age
from chat_tui.words.turn import state_words

_PAGE = 500
_PREVIEW = 80
"""Cells of the newest message on a line for people."""


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the chats; asks the Market first when told to, or when nothing was ever read."""
    tab = Tab.WAITING if arguments.waiting else Tab.ALL
    if arguments.fresh or not (await inbox.tab_counts())[Tab.ALL]:
        report = await inbox.sync_once()
        if report.problem is not None:
            complain(problem_words(report.problem))
            return 1
    if arguments.json:
        say_json([_as_json(item) async for item in _items(inbox, tab)])
    else:
        now, width = wall_clock_ms(), columns()
        async for item in _items(inbox, tab):
            line = _as_line(item, now)
            # What a terminal wraps begins at its left edge, where the next chat should.
            say(cut(line, width) if width else line)
    return 0


async def _items(inbox: Inbox, tab: Tab) -> AsyncIterator[QueueItem]:
    after = None
    while True:
        page = await inbox.queue_page(tab, after=after, limit=_PAGE)
        for item in page.items:
            yield item
        if not page.has_after or not page.items:
            return
        after = page.items[-1].key
        await asyncio.sleep(0)


def _as_line(item: QueueItem, now: int) -> str:
    parts = [
        str(item.chat.chat_id),
        _standing(item, now),
        about(item.chat.context),
        buyer_name(item.chat.context),
        cut(shown(item.snippet, lines=False), _PREVIEW),
    ]
    return "  ".join(" ".join(part.split()) for part in parts)


def _standing(item: QueueItem, now: int) -> str:
    """The word of the row, and how long the buyer waits, also where that word tells something else."""
    words, _role = state_words(item)
    if item.waiting_since is None:
        return f"{words} {age(item.chat.updated_at, now)}"
    waits = f"{_('waits')} {age(item.waiting_since, now)}"
    return waits if words == _("waits") else f"{words}, {waits}"


def _as_json(item: QueueItem) -> dict[str, Any]:
    return {
        **chat_json(item),
        "updated_at": iso(item.chat.updated_at),
        "newest_sender": item.newest_sender,
        "snippet": item.snippet,
        "has_file": item.newest_has_file,
        "is_unseen": item.is_unseen,
        "has_draft": item.has_draft,
        "outbox": item.trouble,
        "is_pinned": item.is_pinned,
        "note": item.note,
        "labels": list(item.labels),
    }
