"""The right side shows the highlighted chat; passing by asks and marks nothing; keys act on what is shown."""

import asyncio
import threading
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.problem import Problem
from chat_tui.model.timeline import Draft
from chat_tui.ui.chat.history import History
from chat_tui.ui.dialogs.welcome import Welcome
from chat_tui.ui.inbox import opening
from chat_tui.ui.inbox.screen import MainScreen
from chat_tui.ui.queue.list import QueueList
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.scenes import NOW, make_scene
from tests.support.settling import pressing, settled
from tests.ui.app_stage import NARROW, WIDE, Desk, desk

LONG_S = 3600.0


@pytest.fixture
def never_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, the operator only passes by."""
    monkeypatch.setattr(opening, "STAY_S", LONG_S)


@pytest.fixture
def held_down(never_stays: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, the operator moves fast and does not pause."""
    monkeypatch.setattr(opening, "FAST_S", LONG_S)


@pytest.fixture
def one_by_one(never_stays: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast the machine, each move is a single one."""
    monkeypatch.setattr(opening, "FAST_S", 0.0)


def watch_seen(it: Desk, monkeypatch: pytest.MonkeyPatch) -> list[ChatRef]:
    """The chats that are noted as seen from now on."""
    seen: list[ChatRef] = []
    see = it.app.inbox.marks.see

    async def note(chat_ref: ChatRef, message_id: MessageId) -> Problem | None:
        seen.append(chat_ref)
        return await see(chat_ref, message_id)

    monkeypatch.setattr(it.app.inbox.marks, "see", note)
    return seen


def watch_asked(it: Desk, monkeypatch: pytest.MonkeyPatch) -> list[ChatRef]:
    """The chats about which the Market is asked from now on because of the operator."""
    asked: list[ChatRef] = []
    for noun, name in ((it.app.inbox.chats, "open"), (it.app.inbox.chats, "want_older")):
        monkeypatch.setattr(noun, name, asked.append)
    monkeypatch.setattr(it.app.inbox.orders, "want", asked.append)
    return asked


async def read_all(it: Desk) -> None:
    """Wait until the Market is asked only for the list."""
    await it.synced()
    await it.until(lambda: it.opened == it.highlighted == it.rows[0])


async def test_the_first_chat_is_shown_at_the_start_and_each_move_shows_the_next(
    market: Sandbox, tmp_path: Path, one_by_one: None
) -> None:
    """Promised: U71."""
    async with desk(tmp_path, market, size=WIDE) as it:
        await read_all(it)
        for chat_ref in it.rows[1:5]:
            await it.press("j")
            assert (it.highlighted, it.opened, it.focus) == (chat_ref, chat_ref, "list")
            item = await it.app.inbox.chats.item(chat_ref)
            assert item is not None
            assert (item.chat.context.customer_name or "Buyer")[:6].strip("[") in it.addressee


@pytest.mark.usefixtures("one_by_one")
async def test_whoever_passes_by_asks_the_market_nothing_and_marks_nothing(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promised: U72."""
    async with desk(tmp_path, market, size=(150, 30)) as it:
        await read_all(it)
        await it.press("6", "i")
        assert it.focus == "list"
        seen, asked, passed = watch_seen(it, monkeypatch), watch_asked(it, monkeypatch), []
        for _ in range(12):
            await it.press("j")
            passed.append(it.opened)
        assert passed == it.rows[1:13]
        await asyncio.sleep(0.1)
        assert (seen, asked) == ([], [])


@pytest.mark.usefixtures("one_by_one")
async def test_whoever_stays_asks_once_and_has_seen_it(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[ChatRef | None] = []
    async with desk(tmp_path, market) as it:
        await read_all(it)
        seen = watch_seen(it, monkeypatch)
        monkeypatch.setattr(it.app.inbox.chats, "open", opened.append)
        await it.press("j")
        monkeypatch.setattr(opening, "STAY_S", 0.05)
        await it.press("j")
        await it.until(lambda: seen)
        await it.pilot.pause(0.2)
        assert opened == [it.rows[2]]
        assert set(seen) == {it.rows[2]}


@pytest.mark.usefixtures("never_stays")
@pytest.mark.parametrize("key", ["enter", "c", "tab", "n"])
async def test_whoever_enters_asks_and_has_seen_it_at_once(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    opened: list[ChatRef | None] = []
    async with desk(tmp_path, market) as it:
        await read_all(it)
        monkeypatch.setattr(it.app.inbox.chats, "open", opened.append)
        seen = watch_seen(it, monkeypatch)
        await it.press(key)
        assert it.focus != "list"
        await it.until(lambda: seen)
        assert opened == seen[:1] == [it.rows[0]]
        await it.press("escape", "escape", key)
        await it.until(lambda: it.focus != "list")
        assert opened == ([it.rows[0]] if key != "n" else it.rows[:2]), "and not again"


@pytest.mark.usefixtures("held_down")
async def test_a_key_held_down_reads_and_shows_nothing_until_the_pause(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promised: U72."""
    async with desk(tmp_path, market) as it:
        await read_all(it)
        reads: list[ChatRef] = []
        timeline = it.app.inbox.chats.timeline

        async def note(chat_ref: ChatRef, **how: Any) -> object:
            reads.append(chat_ref)
            return await timeline(chat_ref, **how)

        monkeypatch.setattr(it.app.inbox.chats, "timeline", note)
        history = it.app.screen.query_one(History)
        drawn: list[object] = []
        monkeypatch.setattr(history, "refresh", lambda *regions, **_how: drawn.append(regions))
        first = it.opened
        for _ in range(8):
            await it.press("j")
        assert (it.highlighted, it.opened) == (it.rows[8], first)
        assert (reads, drawn) == ([], [])
        monkeypatch.setattr(opening, "FAST_S", 0.05)
        await it.press("j")
        await it.until(lambda: it.opened == it.rows[9])
        assert set(reads) == {it.rows[9]}
        assert drawn


@pytest.mark.usefixtures("held_down")
@pytest.mark.parametrize("way", [["c"], ["tab", "tab"], ["shift+tab"]], ids=" ".join)
async def test_letters_after_a_burst_of_moves_go_to_the_highlighted_chat(
    market: Sandbox, tmp_path: Path, way: list[str]
) -> None:
    """Promised: U71."""
    async with desk(tmp_path, market) as it:
        await read_all(it)
        aim, first = it.rows[7], it.rows[0]
        await it.burst([*["down"] * 7, *way, *"вам"])
        await it.until(lambda: it.box == "вам")
        assert (it.opened, it.highlighted, it.focus) == (aim, aim, "box")
        await it.press("enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(aim, "вам")]
        assert (await it.app.inbox.drafts.get(first)).text == ""


@pytest.mark.usefixtures("held_down")
@pytest.mark.parametrize("key", ["x", "p"])
async def test_a_mark_after_a_burst_of_moves_is_made_on_the_highlighted_chat_alone(
    market: Sandbox, tmp_path: Path, key: str
) -> None:
    """Promised: U71."""
    async with desk(tmp_path, market) as it:
        await read_all(it)
        aim, rows = it.rows[5], it.rows
        await it.burst([*["down"] * 5, key])
        await it.until(lambda: it.said)
        await it.answered()
        marked = []
        for chat_ref in rows:
            item = await it.app.inbox.chats.item(chat_ref)
            assert item is not None
            if item.hold is not None or item.is_pinned:
                marked.append(chat_ref)
        assert marked == [aim]
        await it.until(lambda: it.highlighted in it.rows)
        if key == "x":
            assert (it.highlighted, it.rows) == (rows[6], [row for row in rows if row != aim])


@pytest.mark.usefixtures("held_down")
@pytest.mark.parametrize("key", ["z", "m", "l"])
async def test_a_question_after_a_burst_of_moves_is_about_the_highlighted_chat(
    market: Sandbox, tmp_path: Path, key: str
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        aim = it.rows[4]
        # The next key comes at once, and belongs to the dialog.
        await it.burst([*["down"] * 4, key, "down"])
        await it.until(lambda: it.dialog)
        assert (it.highlighted, it.opened) == (aim, aim)


async def test_the_greeting_names_the_wait_of_the_chat_that_n_opens(tmp_path: Path) -> None:
    """Promised: U80."""
    scene = make_scene(tmp_path, language="en")
    async with scene.app.run_test(size=WIDE) as pilot:
        await pressing()(pilot)
        scene.app.push_screen(Welcome(scene.inbox, now=lambda: NOW, zone=UTC))
        await settled(scene.app)
        count = str(scene.app.screen.query_one("#count", Static).content)
        await pressing("escape", "n")(pilot)
        row = scene.app.screen.query_one(QueueList)
        assert row.highlighted == ref(1)
        assert count == "6 waiting, longest 3 h", (
            "not that of the buyer below the dispute, who waits 42 minutes"
        )
        scene.app.exit()
    scene.close()


@pytest.mark.usefixtures("one_by_one")
async def test_the_draft_of_a_chat_that_is_passed_stands_in_the_box_and_stays_as_it_is(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        # The box drops the mark that turns the direction of writing; the draft keeps it.
        text = "две строки\nи хвост \u202e"
        await it.app.inbox.drafts.save(Draft(it.rows[2], text, 4))
        saved: list[Draft] = []
        save = it.app.inbox.drafts.save

        async def note(draft: Draft) -> Problem | None:
            saved.append(draft)
            return await save(draft)

        monkeypatch.setattr(it.app.inbox.drafts, "save", note)
        boxes = []
        for key in "jjjk":
            await it.press(key)
            boxes.append((it.box, it.caret))
        assert boxes == [("", 0), (text[:-1], 4), ("", 0), (text[:-1], 4)]
        await it.press("j", "j")
        assert saved == []
        kept = await it.app.inbox.drafts.get(it.rows[2])
        assert (kept.text, kept.caret) == (text, 4)


@pytest.mark.usefixtures("never_stays")
async def test_on_a_narrow_screen_the_hidden_chat_is_not_read_and_a_wider_one_shows_it(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market, size=NARROW) as it:
        await it.synced()
        reads: list[ChatRef] = []
        timeline = it.app.inbox.chats.timeline

        async def note(chat_ref: ChatRef, **how: Any) -> object:
            reads.append(chat_ref)
            return await timeline(chat_ref, **how)

        monkeypatch.setattr(it.app.inbox.chats, "timeline", note)
        await it.press("j", "j", "j")
        assert (reads, it.opened) == ([], None)
        await it.resize(*WIDE)
        await it.until(lambda: it.opened == it.highlighted == it.rows[3])
        await it.resize(*NARROW)
        await it.press("k")
        assert it.opened == it.rows[3]
        await it.press("enter")
        assert (it.opened, it.highlighted, it.focus) == (it.rows[2], it.rows[2], "history")


@pytest.mark.usefixtures("never_stays")
async def test_what_comes_while_a_narrow_screen_hides_the_chat_is_not_seen_until_a_stay(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market, size=NARROW) as it:
        await it.synced()
        await it.press("enter")
        chat_ref = it.opened
        assert chat_ref is not None
        await it.press("escape")
        await it.until(lambda: it.focus == "list")
        await it.until_shown(" Chats ")
        seen = watch_seen(it, monkeypatch)
        market.say(chat_ref.number, "Вы тут?")
        await it.until(lambda: "Вы тут?" in it.screen)
        await it.synced()
        await it.resize(*WIDE)
        await it.until(lambda: "Вы тут?" in it.history)
        assert seen == []
        await it.press("enter")
        await it.until(lambda: chat_ref in seen)


async def test_beside_an_empty_tab_no_chat_is_shown_and_no_letters_are_taken(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        await it.press("5")
        await it.until(lambda: it.opened is None)
        assert it.screen.count("Nothing is snoozed.") == 1
        for key in ("c", "enter", "tab", "x", "z", "m", "l", "p", "e", "i"):
            await it.press(key)
            assert (it.focus, it.dialog, it.opened) == ("list", "", None), key
        assert {one[:19] for one in it.said} == {"Nothing is snoozed."}
        await it.press("1")
        await it.until(lambda: it.opened == it.highlighted == it.rows[0])


async def test_with_nothing_in_the_cache_the_right_side_is_empty_and_then_shows_the_first_chat(
    market: Sandbox, tmp_path: Path
) -> None:
    market.script("getChats", [Answer(until=(read_on := threading.Event()))] * 3)
    async with desk(tmp_path, market, fresh=True) as it:
        await it.until(lambda: it.screen.count("Loading the chats") == 1)
        read_on.set()
        await it.until(lambda: it.rows and it.opened == it.highlighted == it.rows[0])
        assert "Loading the chats" not in it.screen


async def test_done_in_the_list_brings_the_neighbour_to_the_right_side(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        rows = it.rows
        await it.press("j", "x")
        await it.until(lambda: it.rows == [rows[0], *rows[2:]])
        await it.until(lambda: it.opened == it.highlighted == rows[2])
        await it.press("u")
        await it.until(lambda: it.rows == rows)
        assert it.highlighted == rows[2], "the highlight does not move"
        await it.until(lambda: it.opened == it.highlighted)


async def test_a_chat_that_no_row_shows_stays_on_the_right_until_the_list_has_the_focus(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        aim = it.rows[4]
        await it.press(*"jjjj", "enter")
        market.say(aim.number, "Ответили из кабинета", "PARTNER")
        await it.until(lambda: aim not in it.rows)
        assert (it.opened, it.highlighted) == (aim, None)
        await it.press("escape")
        await it.until(lambda: it.focus == "list" and it.opened == it.highlighted)
        assert it.highlighted == it.rows[4], "the row where it was"


async def test_n_opens_the_longest_wait_wherever_the_highlight_is_and_goes_on_from_there(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U80."""
    async with desk(tmp_path, market) as it:
        await read_all(it)
        await it.press("j", "j", "j", "n")
        await it.until(lambda: (it.opened, it.focus) == (it.rows[0], "box"))
        await it.press("escape", "escape", "n")
        await it.until(lambda: (it.opened, it.focus) == (it.rows[1], "box"))
        await it.press("ctrl+n")
        await it.until(lambda: (it.opened, it.focus) == (it.rows[2], "box"))


async def test_a_slow_disk_holds_up_neither_the_highlight_nor_what_a_key_means(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_by_one: None
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        go_on, item = asyncio.Event(), it.app.inbox.chats.item
        late = it.rows[1]

        async def slow(chat_ref: ChatRef, *tab: object) -> object:
            if chat_ref == late:
                await go_on.wait()
            return await item(chat_ref, *tab)  # type: ignore[arg-type]

        monkeypatch.setattr(it.app.inbox.chats, "item", slow)
        await it.press("j")
        assert (it.highlighted, it.opened) == (late, it.rows[0])
        await it.press("j", "c", *"вам")
        assert (it.opened, it.highlighted, it.box) == (it.rows[2], it.rows[2], "вам")
        go_on.set()
        await settled(it.app)
        assert (it.opened, it.highlighted, it.box) == (it.rows[2], it.rows[2], "вам")


async def test_what_a_key_wants_is_not_disturbed_by_what_the_highlight_wants(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        go_on, item, aim = asyncio.Event(), it.app.inbox.chats.item, it.rows[5]

        async def slow(chat_ref: ChatRef, *tab: object) -> object:
            if chat_ref == aim:
                await go_on.wait()
            return await item(chat_ref, *tab)  # type: ignore[arg-type]

        monkeypatch.setattr(it.app.inbox.chats, "item", slow)
        main = it.app.screen
        assert isinstance(main, MainScreen)
        opened = asyncio.create_task(main.opening.open(aim, write=True))
        await it.press("j")
        main.commands.following.check()
        await it.press("j")
        go_on.set()
        await opened
        await it.answered()
        assert (it.opened, it.highlighted, it.focus) == (aim, aim, "box")


@pytest.mark.usefixtures("held_down")
async def test_a_key_is_not_dropped_by_what_the_highlight_wanted_a_moment_before(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await read_all(it)
        await it.press("j", "j", "j")
        assert it.opened != it.highlighted
        main = it.app.screen
        assert isinstance(main, MainScreen)
        # Its task begins only after the key has said what it wants.
        main.commands.following.check()
        await main.opening.open(it.rows[5], write=True)
        assert (it.opened, it.focus) == (it.rows[5], "box")
