"""Rows hold still under the highlight while the operator is in the list."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat_tui.inbox.events import ChatsChanged
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.ui.queue import pane as pane_module
from chat_tui.ui.queue.list import QueueList
from chat_tui.ui.queue.pane import QueuePane
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.scenes import NOW, ONLINE, make_scene, unread_chats
from tests.support.settling import drawn, pressing, settled
from tests.ui.app_stage import WIDE, Desk, desk


def badge(it: Desk) -> str:
    return str(it.app.screen_stack[1].query_one(QueueList).border_title)


async def test_new_chats_wait_behind_a_badge_until_r(market: Sandbox, tmp_path: Path) -> None:
    """New rows never move what is under the highlight. While the list has focus, reordering is held back and
    a badge says “+3 new”; r applies it."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j", "j")
        before, highlighted = it.rows, it.highlighted
        new = [ref(market.open_direct(f"Здравствуйте, {n}")) for n in range(3)]
        await it.until(lambda: "+3 new" in badge(it))
        assert (it.rows, it.highlighted) == (before, highlighted)
        await it.press("r")
        await it.until(lambda: set(new) <= set(it.rows) and "new" not in badge(it))


@pytest.mark.parametrize("fresh_at", [None, NOW])
async def test_while_the_list_is_read_for_the_first_time_nothing_is_new_and_nothing_held_back(
    tmp_path: Path, fresh_at: int | None
) -> None:
    scene = make_scene(tmp_path, language="en", link=replace(ONLINE, fresh_at=fresh_at))
    async with scene.app.run_test(size=WIDE) as pilot:
        await pressing("6", "j", "j")(pilot)
        rows = scene.app.screen.query_one(QueueList)
        highlighted, before = rows.highlighted, len(rows.view.window.items)
        unread_chats(scene.store)
        scene.inbox._publish(ChatsChanged(frozenset(ref(100 + n) for n in range(15))))
        await settled(scene.app)
        held = 0 if fresh_at is None else 15
        assert (rows.held_back, len(rows.view.window.items)) == (held, before + 15 - held)
        assert rows.highlighted == highlighted
        scene.app.exit()
    scene.close()


async def test_news_on_the_way_while_another_tab_opens_are_no_new_rows(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        pane, inbox = it.app.screen.query_one(QueuePane), it.app.inbox
        every = [item.chat.chat_ref for item in (await inbox.chats.page(Tab.ALL)).items]
        elsewhere = next(chat_ref for chat_ref in every if chat_ref not in it.rows)
        asked, page = [], inbox.chats.page

        async def counted(tab: Tab, **more: Any) -> QueuePage:
            asked.append(tab)
            return await page(tab, **more)

        monkeypatch.setattr(inbox.chats, "page", counted)
        go_on = held_back(monkeypatch, inbox.chats, "page")
        await it.burst("6")
        hearing = asyncio.create_task(pane.hear([elsewhere]))
        await drawn(it.app)
        go_on.set()
        await hearing
        await it.until(lambda: elsewhere in it.rows)
        assert badge(it) == "Chats"
        assert asked == [Tab.ALL], "a second reading would show what came since without a badge"


async def test_news_of_a_chat_below_the_rows_that_are_read_is_no_new_row(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else reading old histories in passing would count as new chats."""
    monkeypatch.setattr(pane_module, "PAGE", 10)
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j")
        pane = it.app.screen.query_one(QueuePane)
        every = [item.chat.chat_ref for item in (await it.app.inbox.chats.page(Tab.ALL, limit=30)).items]
        below = every[-1]
        assert below not in it.rows
        await pane.hear([below])
        assert badge(it) == "Chats"
        new = market.open_direct("Здравствуйте")
        await it.until(lambda: "+1 new" in badge(it))
        await pane.hear([below, ref(new)])
        assert "+1 new" in badge(it)


async def test_news_that_come_late_to_another_tab_move_no_highlight(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who has moved down meanwhile opens the highlighted chat and no other."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        pane, inbox = it.app.screen.query_one(QueuePane), it.app.inbox
        changed = it.rows[0]
        held: set[object] = set()
        go_on = held_back(monkeypatch, inbox.chats, "item", held)
        hearing = asyncio.create_task(pane.hear([changed]))
        held.add(hearing)
        await it.press("6", "j", "j", "j")
        await it.until(lambda: len(it.rows) == 30 and it.highlighted == it.rows[3])
        rows, highlighted = it.rows, it.highlighted
        go_on.set()
        await hearing
        assert (it.rows, it.highlighted, badge(it)) == (rows, highlighted, "Chats")


async def test_news_on_the_way_while_the_order_is_applied_are_no_new_rows(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("6", "j")
        pane, inbox = it.app.screen.query_one(QueuePane), it.app.inbox
        new = ref(market.open_direct("Здравствуйте"))
        await it.until(lambda: "+1 new" in badge(it))
        held: set[object] = set()
        go_on = held_back(monkeypatch, inbox.chats, "item", held)
        hearing = asyncio.create_task(pane.hear([new]))
        held.add(hearing)
        await drawn(it.app)
        await pane.apply_order()
        assert new in it.rows
        go_on.set()
        await hearing
        assert badge(it) == "Chats"


def held_back(
    monkeypatch: pytest.MonkeyPatch, chats: object, question: str, tasks: set[object] | None = None
) -> asyncio.Event:
    """Hold back this question's answers until the event is set; only those to `tasks` unless it is None."""
    ask, go_on = getattr(chats, question), asyncio.Event()

    async def later(*arguments: Any, **more: Any) -> Any:
        answer = await ask(*arguments, **more)
        if tasks is None or asyncio.current_task() in tasks:
            await go_on.wait()
        return answer

    monkeypatch.setattr(chats, question, later)
    return go_on


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
        new = ref(market.open_direct("Здравствуйте"))
        await it.until(lambda: "+1 new" in badge(it))
        await it.press("enter")
        await it.until(lambda: it.opened == highlighted)
        await it.until(lambda: new in it.rows)


async def test_a_chat_answered_elsewhere_keeps_its_line_and_says_so(market: Sandbox, tmp_path: Path) -> None:
    """A chat leaves the queue when a colleague in the web cabinet answers; held back, its row says so."""
    async with desk(tmp_path, market, size=WIDE) as it:
        await it.synced()
        await it.press("j")
        before = it.rows
        waiting = (await it.app.inbox.chats.page(Tab.WAITING)).items[-1].chat.chat_ref
        market.say(waiting.number, "ответ из кабинета", "PARTNER", status="WAITING_FOR_CUSTOMER")
        await it.until_shown("You: ответ из")
        assert it.rows == before
        await it.press("r")
        await it.until(lambda: waiting not in it.rows)


async def test_the_counts_of_the_tabs_are_live(market: Sandbox, tmp_path: Path) -> None:
    """Tabs show live counts, also while the list holds still."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        counts = await it.app.inbox.chats.counts()
        waiting, questions = counts[Tab.WAITING], counts[Tab.QUESTIONS]
        await it.until_shown(f"Waiting {waiting}", f"Questions {questions}")
        market.open_direct("Здравствуйте")
        await it.until_shown(f"Waiting {waiting + 1}", f"Questions {questions + 1}")
