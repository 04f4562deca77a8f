"""`e` exports a chat as evidence without asking, and says what is missing from it."""

import threading
from dataclasses import replace
from pathlib import Path

from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, Desk, desk


def made(it: Desk) -> list[Path]:
    return sorted((Path.home() / "Downloads").glob("chat-*"))


async def test_one_key_writes_the_whole_chat_down(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat_ref = it.highlighted
        assert chat_ref is not None
        market.say(chat_ref.number, "Вот фото", files=[("фото.png", b"x")])
        await it.press("e")
        await it.until_said("Evidence saved in ")
        (directory,) = made(it)
        assert directory.name.startswith(f"chat-{chat_ref.number}-")
        assert "Вот фото" in (directory / "history.md").read_text(encoding="utf-8")
        (photo,) = directory.glob("files/*-фото.png")
        assert photo.read_bytes() == b"x"
        assert "фото.png" in (directory / "timeline.txt").read_text(encoding="utf-8")
        assert any(sentence.endswith(f" ~/Downloads/{directory.name}") for sentence in it.said)


async def test_without_the_network_it_is_made_of_what_is_here_and_says_so(
    tmp_path: Path, market: Sandbox
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("enter")
        await it.until(lambda: it.opened is not None)
        market.stop()
        await it.press("e")
        await it.until_said("This is the copy on this computer: the newest messages may be missing.")
        (directory,) = made(it)
        assert "the newest messages" in (directory / "history.md").read_text(encoding="utf-8")


async def test_in_an_empty_tab_there_is_nothing_to_write_down(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        # Nothing is snoozed: no row is highlighted there.
        await it.press("5", "e")
        await it.until_said("Nothing is snoozed.")
        assert made(it) == []


async def test_the_same_key_stops_it_and_goes_on_where_it_was(tmp_path: Path, market: Sandbox) -> None:
    """Promised: U68."""
    chat = market.open_direct("письмо 0")
    for number in range(1, 600):
        market.say(chat, f"письмо {number}")
    # Otherwise its whole history would be read in idle time.
    async with desk(tmp_path, market, settings=replace(CALM, backfill=False)) as it:
        await it.synced()
        await it.go_to(chat)
        before, go_on = market.asked("getChatHistory"), threading.Event()
        market.script("getChatHistory", [Answer()] * 5 + [Answer(until=go_on)])
        await it.press("escape", "e")
        await it.until(lambda: "messages loaded" in it.screen)
        await it.press("e")
        await it.until_said("Stopped, nothing was saved.")
        go_on.set()
        await it.until(lambda: "messages loaded" not in it.screen)
        assert list((Path.home() / "Downloads").glob("*")) == []
        stopped = market.asked("getChatHistory") - before
        assert 2 < stopped < 600 // 50
        await it.press("e")
        await it.until_said("Evidence saved in ")
        (directory,) = made(it)
        assert "письмо 0" in (directory / "history.md").read_text(encoding="utf-8")
        # Again only the newest, and the page that was under way.
        assert market.asked("getChatHistory") - before <= 600 // 50 + 3
