"""Rows hold still under the highlight while the operator is in the list."""

from pathlib import Path

from chat_tui.model.queue import Tab
from chat_tui.sandbox.serve import Sandbox
from chat_tui.ui.widgets.queue_list import QueueList
from tests.ui.app_stage import Desk, desk


def badge(it: Desk) -> str:
    return str(it.app.screen_stack[1].query_one(QueueList).border_title)


async def test_new_chats_wait_behind_a_badge_until_r(market: Sandbox, tmp_path: Path) -> None:
    """New rows never move what is under the highlight. While the list has focus, reordering is held back and
    a badge says “+3 new”; r applies it."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j", "j")
        before, highlighted = it.rows, it.highlighted
        new = [market.open_direct(f"Здравствуйте, {n}") for n in range(3)]
        await it.until(lambda: "+3 new" in badge(it))
        assert (it.rows, it.highlighted) == (before, highlighted)
        await it.press("r")
        await it.until(lambda: set(new) <= set(it.rows))
        assert "new" not in badge(it)


async def test_after_r_the_list_holds_still_again(market: Sandbox, tmp_path: Path) -> None:
    """While the list has focus, reordering is held back."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j", "r")
        before = it.rows
        market.open_direct("Здравствуйте")
        await it.until(lambda: "+1 new" in badge(it))
        assert it.rows == before


async def test_leaving_the_list_applies_the_order(market: Sandbox, tmp_path: Path) -> None:
    """r or leaving the list applies it. Opening always concerns the chat whose name is shown."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j")
        highlighted = it.highlighted
        new = market.open_direct("Здравствуйте")
        await it.until(lambda: "+1 new" in badge(it))
        await it.press("enter")
        await it.until(lambda: it.opened == highlighted)
        await it.until(lambda: new in it.rows)


async def test_a_chat_answered_elsewhere_keeps_its_line_and_says_so(market: Sandbox, tmp_path: Path) -> None:
    """A chat leaves the queue when a colleague in the web cabinet answers; held back, its row says so."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        before = it.rows
        waiting = (await it.app.inbox.queue_page(Tab.WAITING)).items[-1].chat.chat_id
        market.say(waiting, "ответ из кабинета", "PARTNER", status="WAITING_FOR_CUSTOMER")
        await it.until_shown("You: ответ из")
        assert it.rows == before
        await it.press("r")
        await it.until(lambda: waiting not in it.rows)


async def test_the_counts_of_the_tabs_are_live(market: Sandbox, tmp_path: Path) -> None:
    """Tabs show live counts, also while the list holds still."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        counts = await it.app.inbox.tab_counts()
        await it.until_shown(f"Waiting {counts[Tab.WAITING]}", f"All {counts[Tab.ALL]}")
        market.open_direct("Здравствуйте")
        await it.until_shown(f"All {counts[Tab.ALL] + 1}")
