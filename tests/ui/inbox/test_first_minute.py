"""The operator's first minute, from the list to a confirmed answer and the buyer's reply."""

import re
import threading
from dataclasses import replace
from pathlib import Path

from chat_tui.sandbox.world import Chat
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, NARROW, desk

JOHN = ref(14_800_017)
"""The buyer who asks in English; his chat is short."""


def all_chats(market: Sandbox) -> list[Chat]:
    return market.world.listed("desc", None, 0, 1000)


def pages_read(market: Sandbox) -> int:
    """The pages of John's history that the program requested: of 50 messages, except the newest page."""
    return sum(one.operation == "getChatHistory" and str(JOHN.number) in one.query for one in market.requests)


def numbers_on(screen: str) -> set[int]:
    return {int(number) for number in re.findall(r"line number (\d+)", screen)}


def waits_since(market: Sandbox, chat: Chat) -> int | None:
    """The time of the buyer's unanswered question, according to the world of the Market."""
    since = None
    for said in market.world.messages(chat):
        if said.sender == "CUSTOMER":
            since = since or said.at
        elif said.sender == "PARTNER":
            since = None
    return since


async def test_the_list_begins_with_disputes_and_then_with_who_waits_longest(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U16."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        chats = all_chats(market)
        disputes = {
            ref(chat.chat_id) for chat in chats if chat.kind == "ARBITRAGE" and chat.status != "FINISHED"
        }
        waiting = {
            ref(chat.chat_id): since
            for chat in chats
            if chat.kind == "CHAT"
            and chat.status in {"NEW", "WAITING_FOR_PARTNER"}
            and (since := waits_since(market, chat))
            and market.world.messages(chat)[-1].sender == "CUSTOMER"
        }
        await it.until(lambda: len(it.rows) == len(disputes) + len(waiting))
        assert disputes
        assert set(it.rows[: len(disputes)]) == disputes
        assert it.rows[len(disputes) :] == sorted(waiting, key=waiting.__getitem__)
        assert it.highlighted == it.rows[0]
        assert f"1 Waiting {len(it.rows)}" in it.screen


async def test_enter_opens_the_highlighted_chat_and_names_it_twice(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U07, U28."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j", "j", "enter")
        assert it.opened == it.highlighted == it.rows[2]
        assert it.focus == "history"
        await it.until_shown("═ Полина Р. · return 8800069", "To: Полина Р. · return 8800069")
        await it.until_shown("Support")


async def test_older_messages_come_page_by_page_while_scrolling_up(market: Sandbox, tmp_path: Path) -> None:
    for number in range(170):
        market.say(JOHN.number, f"line number {number:03}")
    async with desk(tmp_path, market, settings=replace(CALM, backfill=False), fresh=True) as it:
        await it.synced()
        await it.go_to(JOHN)
        await it.until_shown("line number 169")
        assert pages_read(market) < 170 / 50
        seen = numbers_on(it.screen)
        while "the beginning of the conversation" not in it.screen:
            await it.press("pageup")
            # A new row at the top pushes the others down: wait for it before the next key.
            await it.until(lambda: "loading older messages" not in it.screen)
            seen |= numbers_on(it.screen)
        await it.until_shown("Hi! Is the desk lamp", "the beginning of the conversation")
        assert seen == set(range(170))
        assert pages_read(market) > 170 / 50
        await it.press("G")
        await it.until_shown("line number 169")


async def test_an_answer_is_seen_on_its_way_and_the_reply_comes_by_itself(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U08, U30."""
    take, look = threading.Event(), threading.Event()
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(JOHN)
        # A history that was answered tells the Market's time, without which nothing is sent.
        await it.until(
            lambda: any(one.operation == "getChatHistory" and one.status for one in market.requests)
        )
        await it.answered()
        # The history must not contain the answer before the request to send it was answered.
        market.script("getChatHistory", [Answer(until=look)] * 200)
        market.script("sendMessageToChat", [Answer(until=take)])
        await it.answer("Yes, there is")
        await it.until(lambda: state_of(it.screen, "Yes, there is") == "sending …")
        assert it.box == ""
        await it.answer("In colour")
        await it.until(lambda: state_of(it.screen, "In colour") == "queued …")
        assert [text for _, text in it.sent_texts] == ["Yes, there is"]
        take.set()
        await it.until(lambda: state_of(it.screen, "Yes, there is") == "sent")
        look.set()
        await it.until(lambda: state_of(it.screen, "Yes, there is") == "confirmed ✓")
        await it.until(lambda: state_of(it.screen, "In colour") == "confirmed ✓")
        market.say(JOHN.number, "Wonderful, I take two")
        await it.until_shown("Wonderful, I take two")
        assert it.sent_texts == [(JOHN, "Yes, there is"), (JOHN, "In colour")]


def state_of(screen: str, text: str) -> str:
    """The state beside an own message."""
    found = re.search(rf"› \w+ +{text}(.*)", screen)
    return found[1].strip(" │║") if found else ""


async def test_n_goes_to_the_longest_wait_and_on_and_back(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U25."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        queue = it.rows
        for expected in queue[:3]:
            await it.press("n")
            await it.until(lambda: it.opened == expected)  # noqa: B023
            assert it.focus == "box"
            await it.press("escape")
            assert it.focus == "history"
        await it.press("N")
        await it.until(lambda: it.opened == queue[1])


async def test_an_answered_chat_leaves_the_queue_and_its_count(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U17."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        before = it.rows
        await it.go_to(JOHN)
        await it.answer("Yes")
        # It leaves the count as soon as it is sent, and the list when the Market has answered.
        await it.until_shown(f"1 Waiting {len(before) - 1}", "confirmed")
        await it.press("escape", "1")
        await it.until(lambda: it.rows == [chat for chat in before if chat != JOHN])


async def test_the_tabs_show_what_they_are_called(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U26."""
    chats = all_chats(market)
    async with desk(tmp_path, market) as it:
        await it.synced()
        for key, belongs in (
            ("2", lambda chat: chat.kind == "ARBITRAGE" and chat.status != "FINISHED"),
            ("3", lambda chat: chat.context == "RETURN"),
            ("4", lambda chat: chat.context == "DIRECT"),
            ("6", lambda chat: True),
        ):
            await it.press(key)
            assert set(it.rows) == {ref(chat.chat_id) for chat in chats if belongs(chat)}, key
            assert it.focus == "list"
        await it.press("5")
        assert it.rows == []
        await it.until_shown("Nothing is snoozed.")


async def test_tab_and_escape_walk_through_the_panes(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U28, U29."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("enter")
        walk = []
        for key in ("tab", "tab", "tab", "shift+tab", "shift+tab", "shift+tab", "c", "escape", "escape"):
            await it.press(key)
            walk.append(it.focus)
        assert walk == ["box", "list", "history", "list", "box", "history", "box", "history", "list"]


async def test_a_narrow_screen_shows_one_pane_at_a_time(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U03."""
    async with desk(tmp_path, market, size=NARROW) as it:
        await it.synced()
        assert "═ Chats ═" in it.screen
        assert "To: " not in it.screen
        await it.press("enter")
        await it.until_shown("To: Денис")
        assert "═ Chats ═" not in it.screen
        assert all(len(line) <= 80 for line in it.screen.splitlines())
        await it.press("tab", "tab")
        await it.until(lambda: (it.focus == "list") == ("═ Chats ═" in it.screen))
        await it.press("enter", "escape")
        await it.until_shown("═ Chats ═")
        assert it.focus == "list"
        assert "To: " not in it.screen


async def test_the_order_holds_still_under_the_eyes_until_r(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U10, U38."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j", "j", "j")
        before, stood_on = it.rows, it.highlighted
        new = [ref(market.open_direct(f"Сколько стоит {number}?")) for number in range(2)]
        market.finish(before[0].number)
        market.say(before[4].number, "Алло?")
        await it.until_shown("+2 new")
        assert it.rows == before
        assert it.highlighted == stood_on
        await it.press("r")
        await it.until(lambda: set(new) <= set(it.rows))
        assert " new" not in it.screen.splitlines()[1]
        assert it.rows[0] == it.highlighted


async def test_every_command_works_on_the_cyrillic_layout(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U23."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("о", "о", "л")
        assert it.highlighted == it.rows[1]
        await it.press("П")
        assert it.highlighted == it.rows[-1]
        await it.press("п")
        assert it.highlighted == it.rows[0]
        await it.press("т")
        assert (it.opened, it.focus) == (it.rows[0], "box")
        await it.press(*"тщку", "escape")
        assert (it.box, it.focus) == ("тщку", "history")
        await it.press("Т", "escape")
        assert it.opened == it.rows[-1]  # none waits longer: on to the shortest wait
        await it.press("с")
        assert it.focus == "box"
        await it.press("ctrl+щ")
        await it.until(lambda: it.dialog == "FilePicker")
        await it.press("escape", "escape", "ф")
        await it.until(lambda: it.dialog == "NewChatScreen")
        await it.press("escape", "Щ")
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.press("escape", "г")
        await it.until_said("Nothing to undo.")
        asked = len(market.requests)
        await it.press("к")
        await it.until(lambda: len(market.requests) > asked)
        await it.press("й")
        await it.until(lambda: not it.app.is_running)
