"""A typed text is never lost, never doubled, and never reaches another buyer."""

import threading
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from textual.widgets import Static

from chat_tui.inbox.context import InboxSettings
from chat_tui.model.ids import ChatRef
from chat_tui.settings import Preferences
from chat_tui.settings.schema import QueueSettings
from chat_tui.ui.chat.drafts import DRAFT_S
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.kit.questions import Confirm
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, NARROW, WIDE, Desk, desk

HELD = InboxSettings(undo_s=600, poll_s=CALM.poll_s, scan_s=CALM.scan_s)
"""Everything sent is held for undo, for longer than a test takes."""


async def open_next(it: Desk) -> ChatRef:
    """Open the next waiting chat, with the caret in its box."""
    # In the list the highlighted chat is shown, and may be the one to answer next.
    before = it.opened if it.focus != "list" else None
    if it.focus == "box":
        await it.press("escape")
    await it.press("n")
    await it.until(lambda: it.focus == "box" and it.opened not in {before, None})
    assert it.opened is not None
    return it.opened


async def test_f_180_every_chat_keeps_its_own_draft_also_over_a_restart(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U45."""
    typed: dict[ChatRef, str] = {}
    async with desk(tmp_path, market) as it:
        await it.synced()
        for number in range(5):
            chat = await open_next(it)
            typed[chat] = f"черновик {number} для {chat}"
            # The last letters and the keys that leave the box come in one read.
            await it.burst([*typed[chat], *(["escape"] if number < 4 else [])])
        assert len(typed) == 5
        assert it.opened == chat
        first = next(iter(typed))
        await it.go_to(first)
        assert (it.box, it.caret) == (typed[first], len(typed[first]))
    async with desk(tmp_path, market) as it:
        for _ in range(5):
            chat = await open_next(it)
            assert (it.box, it.caret) == (typed.pop(chat), len(it.box))
        assert (typed, it.sent) == ({}, [])


async def test_letters_typed_while_a_chat_opens_stay_in_the_chat_they_were_typed_in(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U11."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        first = await open_next(it)
        await it.burst([*"первому", "escape", "n", *"второму"])
        await it.until(lambda: it.opened != first)
        second = it.opened
        assert second is not None
        texts = {chat: await text_of(it, chat) for chat in (first, second)}
        assert texts == {first: "первому", second: "второму"}


async def test_letters_typed_just_before_another_chat_is_opened_from_the_list_are_kept(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        first = await open_next(it)
        # Tab leaves the box without saving, so the text is not on the disk when the next chat opens.
        await it.burst([*"первому", "tab", "down", "enter"])
        await it.until(lambda: it.opened != first)
        assert it.box == ""
        assert await text_of(it, first) == "первому"


async def text_of(it: Desk, chat_ref: ChatRef) -> str:
    """Open a chat and return its draft."""
    await it.go_to(chat_ref)
    return it.box


async def test_f_170_the_list_may_reorder_while_typing_and_enter_goes_to_the_name_by_the_box(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U11."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        name = it.addressee
        await it.write("Это вам")
        order = it.rows
        for chat_ref in order[3:]:
            market.say(chat_ref.number, "Алло?")
        fresh = [ref(market.open_direct(f"Вопрос {number}")) for number in range(20)]
        # In a finished chat the operator is asked first, which another test covers.
        for chat_ref in {*order[:3]} - {chat}:
            market.finish(chat_ref.number)
        await it.until(lambda: set(fresh) <= set(it.rows))
        assert (it.addressee, it.box) == (name, "Это вам")
        await it.press("enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(chat, "Это вам")]


@pytest.mark.parametrize("times", [2, 60])
async def test_f_171_an_enter_pressed_twice_or_held_down_sends_once(
    market: Sandbox, tmp_path: Path, times: int
) -> None:
    """Promised: U40."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        await it.write("Один раз")
        await it.burst(["enter"] * times)
        await it.until_shown("confirmed ✓")
        assert it.sent_texts == [(chat, "Один раз")]
        assert await it.app.inbox.outbox.open_items() == ()


async def test_f_172_an_unmarked_paste_of_many_lines_is_not_sent_by_its_newlines(
    market: Sandbox, tmp_path: Path
) -> None:
    lines = [f"строка {number}" for number in range(30)]
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.burst([key for line in lines for key in (*line, "enter")])
        assert it.box.split() == "\n".join(lines).split()
        assert await it.app.inbox.outbox.open_items() == ()
    assert market.ledger == []


async def test_f_173_blanks_are_not_sent(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        for blank in ("   ", "\n\n \n", "\u200b"):
            await it.paste(blank)
            await it.press("enter")
        assert await it.app.inbox.outbox.open_items() == ()
        await it.write("но не это")
        await it.press("enter")
        await it.until(lambda: it.sent)
        assert [text.strip("\n \u200b") for _, text in it.sent_texts] == ["но не это"]


@pytest.mark.parametrize("text", ["я" * 4097, "😀" * 2049], ids=["letters", "emoji"])
@pytest.mark.parametrize("fix", ["Shorten it"])
async def test_f_174_a_text_over_the_limit_stays_whole_in_the_box(
    market: Sandbox, tmp_path: Path, text: str, fix: str
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        await it.paste(text)
        await it.press("enter")
        await it.until_told(fix)
        assert it.box == text
        assert f"{len(text.encode('utf-16-le')) // 2}/4096" in it.screen
        await it.press("backspace", "enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(chat, text[:-1])]
        assert it.box == ""


async def test_whoever_types_without_a_pause_is_kept_up_with(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program killed while the operator types loses the last second, not the whole text."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        pane = it.app.screen.query_one(TalkPane)
        timer = Mock()
        set_timer = Mock(return_value=timer)
        monkeypatch.setattr(pane, "set_timer", set_timer)
        await it.write("Приедет во вторник")
        set_timer.assert_called_once_with(DRAFT_S, pane.drafts.save)
        timer.stop.assert_not_called()
        await pane.drafts.save()
        assert pane.drafts.is_kept
        await it.write(".")
        assert set_timer.call_count == 2


async def test_undo_brings_text_and_caret_back_and_nothing_is_sent(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U34, U46."""
    async with desk(tmp_path, market, settings=HELD) as it:
        await it.synced()
        chat = await open_next(it)
        await it.write("Приедет во вторник")
        await it.press("enter")
        await it.until_shown("sends in ")
        other = await open_next(it)
        assert other != chat
        await it.write("чужой черновик")
        await it.press("escape", "u")
        await it.until(lambda: it.opened == chat)
        assert (it.box, it.caret, it.focus) == ("Приедет во вторник", len("Приедет во вторник"), "box")
        assert "sends in " not in it.screen
        assert await it.app.inbox.outbox.open_items() == ()
        assert (await it.app.inbox.drafts.get(ref(other))).text == "чужой черновик"
        assert it.sent == []
        await it.press("escape", "u")
        await it.until_said("Nothing to undo.")


async def test_the_send_is_reported_at_the_box_and_ctrl_z_takes_it_back(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U34."""
    preferences = Preferences(queue=QueueSettings(auto_advance=True))
    async with desk(tmp_path, market, settings=HELD, preferences=preferences) as it:
        await it.synced()
        chat = await open_next(it)
        name = it.addressee.removeprefix("To: ").split(" · ")[0]
        await it.write("Приедет в среду")
        await it.press("left", "left", "enter")
        await it.until(lambda: it.opened != chat)
        assert f" s: {name}" in it.outcome
        assert it.outcome.startswith("Sends in ")
        assert "ctrl+z: undo" in it.outcome
        await it.press("ctrl+z")
        await it.until(lambda: it.opened == chat)
        assert (it.box, it.caret, it.focus) == ("Приедет в среду", len("Приедет в сре"), "box")
        await it.until(lambda: "undo" not in it.outcome)
        assert it.sent == []


async def test_the_report_of_a_send_goes_when_it_cannot_be_undone_any_more(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market, settings=replace(CALM, undo_s=4.0)) as it:
        await it.synced()
        await open_next(it)
        await it.answer("Уже ушло")
        await it.until(lambda: "Sends in " in it.outcome)
        await it.until(lambda: it.sent and not it.outcome)
        await it.press("ctrl+z")
        await it.until_told("Already sent: ")
        assert it.said == []


async def test_undo_too_late_says_so(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.answer("Уже ушло")
        await it.until_shown("confirmed ✓")
        await it.press("escape", "u")
        await it.until_told("Already sent: ")
        assert it.box == ""


async def test_f_178_leaving_with_something_unsent_says_how_much_and_loses_nothing(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U24."""
    async with desk(tmp_path, market, settings=HELD) as it:
        await it.synced()
        chat = await open_next(it)
        await it.answer("Первое")
        await it.until(lambda: it.box == "")
        await it.answer("Второе")
        await it.until_shown("Второе", "sends in ")
        await it.press("ctrl+q")
        await it.until(lambda: it.dialog == "Confirm")
        question = it.app.screen
        assert isinstance(question, Confirm)
        words = str(question.query_one("#question", Static).content)
        assert words.startswith("2 messages are not delivered yet. They stay in the outbox")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert it.app.is_running
        await it.write("а это — черновик")
        await it.press("ctrl+q")
        await it.until(lambda: it.dialog == "Confirm")
        await it.press("y")
        await it.until(lambda: not it.app.is_running)
    assert market.ledger == []
    async with desk(tmp_path, market, settings=HELD) as it:
        await it.go_to(chat)
        await it.until_shown("Первое", "Второе")
        assert it.box == "а это — черновик"
        assert [item.text for item in await it.app.inbox.outbox.open_items()] == ["Первое", "Второе"]


async def test_leaving_with_everything_delivered_asks_nothing(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.answer("Готово")
        await it.until_shown("confirmed ✓")
        await it.press("ctrl+q")
        await it.until(lambda: not it.app.is_running)


async def test_f_181_a_question_that_came_while_replying_is_shown_first_and_stands_above_the_answer(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U47."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        await it.write("Да, есть")
        market.say(chat.number, "А синий?")
        await it.until_shown("А синий?")
        await it.press("enter")
        await it.until_told("Enter again sends")
        assert (it.box, it.focus) == ("Да, есть", "box")
        await it.press_again("enter")
        await it.until_shown("confirmed ✓")
        # And one that this copy could not know of when Enter was pressed.
        await it.write("Вот фото")
        market.script("getChats", [Answer(until=(read_on := threading.Event()))] * 100)
        market.say(chat.number, "Или зелёный?")
        await it.press("enter")
        await it.until(lambda: len(it.sent) == 2)
        read_on.set()
        await it.until(lambda: it.screen.count("confirmed ✓") == 2)
        await it.until_shown("Или зелёный?")
        places = [it.history.index(words) for words in ("А синий?", "Да, есть", "Или зелёный?", "Вот фото")]
        assert places == sorted(places)


async def test_a_smaller_and_a_larger_window_keep_draft_and_chat(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        text = "Здравствуйте! Это длинный ответ, который пишут, пока окно меняет размер."
        await it.write(text)
        for columns, rows in ((60, 24), (20, 5), WIDE, (1, 1), NARROW, WIDE):
            await it.resize(columns, rows)
            is_readable = columns >= 40
            await it.until(lambda: ("To: " in it.screen) is is_readable)  # noqa: B023
            assert all(len(line) <= columns for line in it.screen.splitlines())
            assert (it.opened, it.focus, it.box, it.caret) == (chat, "box", text, len(text))
        await it.resize(20, 5)
        await it.until_shown("The window is too")
        # Neither text nor commands act while their effect cannot be seen.
        await it.press("n", "q", "q", "enter")
        await it.resize(*WIDE)
        await it.until_shown("To: ")
        assert (it.opened, it.focus, it.box) == (chat, "box", text)
        await it.write("!")
        await it.until_shown("To: Денис", "размер.!")
        await it.press("enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(chat, text + "!")]
