"""A list longer than what is loaded at once: on the way to its end and back no chat is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Tab
from chat_tui.ui.queue.pane import PAGE
from tests.support.ready import open_market
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk

MANY = 60
"""More presses than it takes to go through all pages."""


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """More chats than fit into two pages."""
    with open_market(chats=2 * PAGE + 10, long_chat=6) as sandbox:
        yield sandbox


async def whole_list(it: Desk) -> list[ChatRef]:
    page = await it.app.inbox.chats.page(Tab.ALL, limit=1_000)
    return [item.chat.chat_ref for item in page.items]


async def walk(it: Desk, key: str, end: ChatRef) -> set[ChatRef]:
    """Press the key until the highlight is on `end`; returns the chats that were in the list meanwhile."""
    seen = {*it.rows}
    for _ in range(MANY):
        await it.press(key)
        seen.update(it.rows)
        if it.highlighted == end:
            return seen
    raise AssertionError(f"{end} is not reached by {key}: {it.highlighted}")


async def test_whoever_pages_through_the_list_sees_every_chat(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.press("6", "home")
        chats = await whole_list(it)
        assert len(chats) > 2 * PAGE
        await it.until(lambda: it.highlighted == chats[0])
        assert it.rows == chats[: len(it.rows)] != chats
        await it.press("end")
        await it.until(lambda: it.highlighted == chats[-1])
        assert it.rows == chats[-len(it.rows) :] != chats
        assert await walk(it, "pageup", chats[0]) == {*chats}
        # Coming back from another tab shows the first page.
        await it.press("1", "6")
        await it.until(lambda: it.rows == chats[: len(it.rows)] != chats)
        await it.press("home")
        assert await walk(it, "pagedown", chats[-1]) == {*chats}
