"""An operator who is looking elsewhere is called for new messages of buyers, and only for those."""

from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.settings import Preferences
from chat_tui.settings.schema import ScreenSettings
from chat_tui.words.status import call_words, dispute_words, window_title
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import WIDE, Desk, desk

SECRET = "слова покупателя"
WITH_WORDS = Preferences(ui=ScreenSettings(notify_text=True))


async def known(it: Desk) -> None:
    """Wait until everything is loaded and counts as old."""
    await it.synced()
    arrivals = it.app.screen.calls.arrivals  # type: ignore[attr-defined]
    await it.until(lambda: arrivals.since is not None, "nothing that is there taken for new")


def listen(it: Desk) -> list[str]:
    """Everything that is written to the terminal from now on, apart from the screen."""
    written: list[str] = []
    assert it.app._driver is not None
    it.app._driver.write = written.append  # type: ignore[assignment]
    it.app.terminal_focused = False
    return written


async def test_a_buyer_calls_and_nobody_else_does(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE) as it:
        await known(it)
        written = listen(it)
        it.app.call_by = "osc777"
        chat_ref = it.rows[-1]
        market.say(chat_ref.number, "ответ из кабинета", "PARTNER", status="WAITING_FOR_CUSTOMER")
        await it.until(lambda: chat_ref not in it.rows, "the answered chat away")
        before = len(it.rows)
        assert written == []
        market.say(chat_ref.number, SECRET, status="WAITING_FOR_PARTNER")
        await it.until(lambda: written, "a call")
        assert written == ["\x1b]777;notify;chat-tui;1 buyer has written\x1b\\"]
        await it.until(lambda: it.app.window_title == f"chat-tui · {before + 1} waiting", "the title")


async def test_with_leave_the_words_are_shown(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE, preferences=WITH_WORDS) as it:
        await known(it)
        written = listen(it)
        it.app.call_by = "osc9"
        market.say(it.rows[-1].number, f"{SECRET}\x1b]52;c;ZXZpbA==\x07")
        await it.until(lambda: written, "a call")
        assert written[0].startswith("\x1b]9;chat-tui: ")
        assert written[0].endswith(f": {SECRET}\x1b\\")


async def test_a_dispute_calls_at_once_by_its_own_sentence(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE) as it:
        await known(it)
        written = listen(it)
        it.app.call_by = "osc777"
        quiet, disputed = it.rows[-1], it.rows[-2]
        market.say(quiet.number, SECRET)
        await it.until(lambda: written, "a call")
        market.start_dispute(disputed.number)
        await it.until(lambda: len(written) == 2, "an alarm within the pause between calls")
        assert written[1] == "\x1b]777;notify;chat-tui;New dispute\x1b\\"
        await it.until_said("New dispute: ")
        await it.until_said("(2 to see)")
        await it.until(lambda: disputed in it.rows[:4], "the dispute on top")
        market.say(disputed.number, "Пришлите накладную", "SUPPORT")
        await it.until(lambda: len(written) == 3, "an alarm for a message of the arbiter")
        assert written[2] == "\x1b]777;notify;chat-tui;New message in a dispute\x1b\\"
        market.say(disputed.number, "Вот она", "PARTNER")
        market.say(quiet.number, SECRET)
        await it.until(lambda: it.market.idle and SECRET in it.screen)
        assert len(written) == 3, "neither our own message nor, so soon, a buyer's"


async def test_a_chat_becomes_a_dispute_without_a_message(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE) as it:
        await known(it)
        written = listen(it)
        it.app.call_by = "osc9"
        chat = market._chat(it.rows[-1].number)
        market.world.move(chat, status="WAITING_FOR_ARBITER", kind="ARBITRAGE")
        await it.until(lambda: written, "an alarm")
        assert written == ["\x1b]9;chat-tui: New dispute\x1b\\"]
        market.finish(chat.chat_id)
        await it.until(lambda: ref(chat.chat_id) not in it.rows, "the finished dispute away")
        assert len(written) == 1


async def test_with_leave_a_dispute_is_named(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE, preferences=WITH_WORDS) as it:
        await known(it)
        written = listen(it)
        it.app.call_by = "osc9"
        disputed = it.rows[-1]
        market.start_dispute(disputed.number)
        await it.until(lambda: written, "an alarm")
        assert written[0].startswith("\x1b]9;chat-tui: dispute: ")
        assert written[0].endswith(": New dispute\x1b\\")
        market.say(disputed.number, SECRET, "SUPPORT")
        await it.until(lambda: len(written) == 2, "another")
        assert written[1].endswith(f": {SECRET}\x1b\\")


async def test_what_was_there_at_the_start_calls_nobody(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market, size=WIDE) as it:
        written = listen(it)
        await known(it)
        assert written == []


@pytest.mark.parametrize(
    ("language", "waiting", "title"),
    [
        ("ru", 0, "chat-tui"),
        ("ru", 1, "chat-tui · 1 ждёт"),
        ("ru", 12, "chat-tui · 12 ждут"),
        ("en", 12, "chat-tui · 12 waiting"),
    ],
)
def test_the_title_tells_how_many_wait(language: str, waiting: int, title: str) -> None:
    locale.use(language)
    assert window_title(waiting) == title


def test_disputes_are_counted() -> None:
    locale.use("ru")
    assert [dispute_words(begun, 5) for begun in (1, 2, 5, 0)] == [
        "Новый спор",
        "2 новых спора",
        "5 новых споров",
        "Новые сообщения в 5 спорах",
    ]


def test_several_are_counted() -> None:
    locale.use("ru")
    assert [call_words(n) for n in (1, 2, 5)] == [
        "1 покупатель написал",
        "2 покупателя написали",
        "5 покупателей написали",
    ]
