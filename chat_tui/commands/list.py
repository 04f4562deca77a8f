"""`list`: the chats of the cache, one a line, the longest waiting first."""

import asyncio
import time
from argparse import Namespace
from collections.abc import AsyncIterator
from typing import Any

from chat_tui.commands.speak import columns, complain, iso, say, say_json
from chat_tui.inbox.service import Inbox
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.ui.view.about import about, buyer_name
from chat_tui.ui.view.line import cut, shown
from chat_tui.ui.view.problems import problem_words
from chat_tui.ui.view.queue_rows import state_words
from chat_tui.ui.view.waits import age

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
        now, width = time.time_ns() // 1_000_000, columns()
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
    since = item.waiting_since if item.waiting_since is not None else item.chat.updated_at
    words, _role = state_words(item)
    parts = [
        str(item.chat.chat_id),
        f"{words} {age(since, now)}",
        about(item.chat.context),
        buyer_name(item.chat.context),
        cut(shown(item.snippet, lines=False), _PREVIEW),
    ]
    return "  ".join(" ".join(part.split()) for part in parts)


def _as_json(item: QueueItem) -> dict[str, Any]:
    context = item.chat.context
    return {
        "chat_id": item.chat.chat_id,
        "status": item.chat.status,
        "type": item.chat.kind,
        "about": context.kind,
        "order_id": context.order_id,
        "return_id": context.return_id,
        "campaign_id": context.campaign_id,
        "customer": context.customer_name,
        "shop": item.shop_name,
        "waiting_since": iso(item.waiting_since),
        "updated_at": iso(item.chat.updated_at),
        "newest_sender": item.newest_sender,
        "snippet": item.snippet,
        "has_file": item.newest_has_file,
        "is_unseen": item.is_unseen,
        "has_draft": item.has_draft,
        "outbox": item.trouble,
    }
