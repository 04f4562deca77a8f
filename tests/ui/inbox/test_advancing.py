"""Auto-advance: the next waiting chat opens automatically, and takes no letter meant for another chat."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from chat_tui.model.ids import ChatRef
from chat_tui.settings import Preferences
from chat_tui.terminal import keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox import advancing
from chat_tui.ui.inbox.advancing import Advancing
from chat_tui.ui.inbox.opening import Opening
from chat_tui.ui.inbox.screen import MainScreen
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, Desk, desk

ADVANCING = Preferences()


@pytest.fixture(autouse=True)
def _hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who never types too soon, unless the test says so."""
    monkeypatch.setattr(advancing, "QUIET_S", 0.05)
    monkeypatch.setattr(advancing, "READ_S", 0.0)


@pytest.fixture
def slow_eyes(_hands: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator cannot have read the new name yet, no matter when the next key comes."""
    monkeypatch.setattr(advancing, "READ_S", 60.0)


async def begin(it: Desk) -> tuple[ChatRef, ChatRef]:
    """Open the longest-waiting chat, ready to write. Returns it and the one after it."""
    await it.synced()
    await it.press("n")
    await it.until(lambda: it.opened is not None and it.focus == "box")
    assert it.opened is not None
    following = await it.app.inbox.chats.next_waiting(it.opened)
    assert following is not None
    return it.opened, following


async def switch(it: Desk) -> tuple[ChatRef, ChatRef]:
    """Send an answer and let the next chat open automatically. Returns the answered chat and the next."""
    first, following = await begin(it)
    await it.answer("раз")
    await it.until(lambda: it.opened == following)
    return first, following


async def test_after_an_answer_the_next_waiting_chat_opens_with_the_caret_in_its_box(
    market: Sandbox, tmp_path: Path
) -> None:
    """The next waiting chat is one n away (or opens by itself when auto-advance is on)."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await begin(it)
        await it.answer("закрыт")
        await it.until(lambda: it.opened == following)
        assert (it.focus, it.box) == ("box", "")
        await it.answer("и вам")
        await it.until(lambda: len(it.sent) == 2)
        assert it.sent_texts == [(first, "закрыт"), (following, "и вам")]


async def test_without_the_setting_the_chat_stays(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        first, _following = await begin(it)
        await it.answer("закрыт")
        await it.until(lambda: it.sent_texts == [(first, "закрыт")])
        await it.pilot.pause(0.1)
        assert it.opened == first


async def test_whoever_types_on_stays_in_the_chat_that_is_shown(market: Sandbox, tmp_path: Path) -> None:
    """Never while something is typed: keys before the switch belong to the chat whose name was shown."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, _following = await begin(it)
        await it.write("раз")
        at = time.monotonic()
        for n, (name, character) in enumerate([("enter", "\r"), *((c, c) for c in "ещё")]):
            key = events.Key(name, character)
            key.time = at + n * 0.2
            it.app.post_message(key)
        await it.app.keys_settled()
        await it.until(lambda: (first, "раз") in it.sent_texts)
        await it.pilot.pause(0.2)
        assert (it.opened, it.box) == (first, "ещё")


@pytest.mark.parametrize("elsewhere", ["escape", "f1", "ctrl+o"])
async def test_a_key_that_leads_elsewhere_keeps_the_chat(
    market: Sandbox, tmp_path: Path, elsewhere: str
) -> None:
    """Never with the focus stolen: the caret elsewhere or a dialog open."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, _following = await begin(it)
        await it.write("раз")
        await it.burst(["enter", elsewhere])
        await it.until(lambda: (first, "раз") in it.sent_texts)
        await it.pilot.pause(0.2)
        assert it.opened == first


async def test_a_key_for_which_the_order_was_given_up_keeps_the_chat_too(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine so slow that the answer is on the disk before Escape takes effect."""
    leave, is_slow, go_on = Compose.action_leave, asyncio.Event(), asyncio.Event()

    async def leave_late(box: Compose) -> None:
        is_slow.set()
        await go_on.wait()
        leave(box)

    def note_try(one: Advancing, chat_ref: ChatRef, keyed_at: float | None = None) -> None:
        tries.append(chat_ref)
        advance_soon(one, chat_ref, keyed_at)

    tries: list[ChatRef] = []
    advance_soon = Advancing.soon
    monkeypatch.setattr(Advancing, "soon", note_try)
    monkeypatch.setattr(keys, "_PATIENCE", 0.01)
    monkeypatch.setattr(Compose, "action_leave", leave_late)
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await begin(it)
        await it.write("раз")
        await it.burst(["enter", "escape"])
        await is_slow.wait()
        await it.until(lambda: (first, "раз") in it.sent_texts)
        await it.until(lambda: len(tries) > 2 or it.opened != first)
        go_on.set()
        assert it.opened == first
        await it.until(lambda: it.focus == "history")
        assert (it.opened, it.app.has_acted) == (first, True)
        await it.press("n")
        await it.until(lambda: it.opened == following)


@pytest.mark.usefixtures("slow_eyes")
async def test_rapid_keys_at_the_switch_land_in_the_chat_whose_name_was_shown(
    market: Sandbox, tmp_path: Path
) -> None:
    """Typed keys must not go into the other chat: keys typed before its name can be read go back."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await switch(it)
        await it.burst("/да, и ещё")
        assert (it.opened, it.box, it.dialog) == (first, "/да, и ещё", "")
        assert (await it.app.inbox.drafts.get(following)).text == ""
        await it.press("enter")
        await it.until(lambda: len(it.sent) == 2)
        assert it.sent_texts == [(first, "раз"), (first, "/да, и ещё")]


@pytest.mark.usefixtures("slow_eyes")
async def test_a_paste_at_the_switch_goes_back_too(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, _ = await switch(it)
        await it.paste("вставка")
        await it.until(lambda: (it.opened, it.box) == (first, "вставка"))


@pytest.mark.usefixtures("slow_eyes")
async def test_letters_that_come_before_the_new_chat_is_quite_there_go_back_whole(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is drawn while the disk is still busy: all letters go back, and they go together."""
    go_on, renew = asyncio.Event(), TalkPane.renew

    async def renew_later(pane: TalkPane) -> None:
        if pane.chat_ref == following:
            await go_on.wait()
        await renew(pane)

    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await begin(it)
        monkeypatch.setattr(TalkPane, "renew", renew_later)
        await it.answer("раз")
        await it.until(lambda: it.opened == following)
        for letter in "ещё":
            it.app.post_message(events.Key(letter, letter))
        go_on.set()
        await it.app.keys_settled()
        assert (it.opened, it.box) == (first, "ещё")
        assert (await it.app.inbox.drafts.get(following)).text == ""


@pytest.mark.usefixtures("slow_eyes")
async def test_a_letter_typed_while_others_go_back_follows_them(market: Sandbox, tmp_path: Path) -> None:
    """The second key is late enough for the chat that is shown, but its text began in the other one."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await switch(it)
        box = it.app.screen.query_one(Compose)
        for letter, late_s in (("д", 0.0), ("а", 3600.0)):
            key = events.Key(letter, letter)
            key.time += late_s
            await box.on_key(key)
        await it.until(lambda: (it.opened, it.box) == (first, "да"))
        assert (await it.app.inbox.drafts.get(following)).text == ""


async def test_a_letter_on_its_way_at_the_switch_is_known_by_its_time(
    market: Sandbox, tmp_path: Path
) -> None:
    """A key pressed before the switch and handled after it belongs to the chat before."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await begin(it)
        pressed_at = time.monotonic()
        await it.answer("раз")
        await it.until(lambda: it.opened == following)
        late = events.Key("q", "q")
        late.time = pressed_at
        it.app.post_message(late)
        await it.app.keys_settled()
        assert (it.opened, it.box) == (first, "q")


async def test_a_key_that_leads_elsewhere_is_not_dropped_by_the_chat_that_would_come_by_itself(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, following = await begin(it)
        main, aim, timeline = it.app.screen, it.rows[5], it.app.inbox.chats.timeline
        assert isinstance(main, MainScreen)
        is_asked, go_on, is_opening, read = (asyncio.Event() for _ in range(4))

        async def slow_choice(_: ChatRef | None) -> ChatRef:
            is_asked.set()
            await go_on.wait()
            return following

        async def slow_timeline(chat_ref: ChatRef, **page: object) -> object:
            if chat_ref == aim:
                is_opening.set()
                await read.wait()
            return await timeline(chat_ref, **page)  # type: ignore[arg-type]

        monkeypatch.setattr(it.app.inbox.chats, "next_waiting", slow_choice)
        monkeypatch.setattr(it.app.inbox.chats, "timeline", slow_timeline)
        advancing = asyncio.create_task(main.commands.advancing._advance(first, it.app.keyed_at))
        await is_asked.wait()
        it.app.keyed_at += 1.0
        opened = asyncio.create_task(main.opening.open(aim, write=True))
        await is_opening.wait()
        go_on.set()
        await advancing
        read.set()
        await opened
        assert (it.opened, it.focus) == (aim, "box")


async def test_ctrl_n_in_the_box_goes_on_and_keeps_the_draft(market: Sandbox, tmp_path: Path) -> None:
    """A draft belongs to its chat; ctrl+n works inside text."""
    async with desk(tmp_path, market) as it:
        first, following = await begin(it)
        await it.write("начало")
        await it.press("ctrl+n")
        await it.until(lambda: it.opened == following)
        assert (it.focus, it.box) == ("box", "")
        await it.press("escape", "N")
        await it.until(lambda: it.opened == first)
        assert it.box == "начало"


async def test_n_passes_over_chats_whose_answer_is_on_its_way(market: Sandbox, tmp_path: Path) -> None:
    """n: the next waiting chat; after the last one, the first that is still unanswered."""
    async with desk(tmp_path, market, settings=replace(CALM, undo_s=60.0)) as it:
        first, following = await begin(it)
        await it.answer("закрыт")
        await it.press("ctrl+n")
        await it.until(lambda: it.opened == following)
        await it.press("escape", "N")
        assert it.opened not in {first, following}


async def test_whoever_answers_the_last_one_stays_and_is_told_so_at_the_caret(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U01."""
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, _following = await begin(it)
        for chat_ref in it.rows:
            if chat_ref != first:
                await it.app.inbox.marks.done(chat_ref)
        await it.until(lambda: it.rows == [first])
        await it.answer("готово")
        await it.until_told("Nobody else is waiting for an answer.")
        assert (it.opened, it.focus, it.box) == (first, "box", "")
        assert it.said == []
        await it.press("ctrl+n")
        assert (it.opened, it.told) == (first, "Nobody else is waiting for an answer.")


async def test_before_the_list_was_read_nobody_is_said_to_wait_no_more(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market, preferences=ADVANCING) as it:
        first, _following = await begin(it)
        tried: list[object] = []

        async def nobody(beyond: object, **_how: object) -> None:
            tried.append(beyond)

        monkeypatch.setattr(it.app.inbox.chats, "next_waiting", nobody)
        monkeypatch.setattr(Opening, "is_list_read", False)
        await it.answer("готово")
        await it.until(lambda: tried)
        await it.answered()
        assert (it.opened, "Nobody" in it.told) == (first, False)
