"""The operator is asked about doubts of the door wherever the screen sends something, not only in the box."""

from pathlib import Path

from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk
from tests.ui.chat.test_finished_chat import finished_chat
from tests.ui.chat.test_typed_text import open_next
from tests.ui.dialogs.test_files_and_chats import choose


async def card_of(it: Desk, name: str) -> None:
    """Choose a file, as far as its card, for the open chat."""
    await choose(it, name)
    await it.until(lambda: it.dialog == "FileCardScreen")
    await it.press_again("enter")
    await it.until(lambda: it.dialog == "Confirm")


async def test_a_private_file_into_a_finished_chat_takes_a_yes_to_each(
    market: Sandbox, tmp_path: Path
) -> None:
    (Path.home() / "secrets.txt").write_bytes(b"\n" * 40 + b"-----BEGIN PRIVATE KEY-----\n")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(finished_chat(market))
        await it.press("c")
        await card_of(it, "secrets.txt")
        await it.until_shown("seems to contain a key or passwords", "Send it anyway?")
        await it.press("y")
        await it.until_shown("This chat is finished", "Send anyway")
        assert it.sent == []
        await it.press_again("y")
        await it.until(lambda: [one.name for one in it.sent] == ["secrets.txt"])


async def test_a_no_sends_nothing_and_is_no_error(market: Sandbox, tmp_path: Path) -> None:
    (Path.home() / "a.txt").write_text("x")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(finished_chat(market))
        await it.press("c")
        await card_of(it, "a.txt")
        await it.until_shown("This chat is finished")
        await it.press("n")
        await it.until(lambda: it.dialog == "")
        assert await it.app.inbox.outbox.open_items() == ()
        assert it.said == []


async def test_what_was_refused_once_is_asked_about_again_when_it_is_sent_again(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        market.script("sendMessageToChat", [Answer(status=400, accept=False)])
        await it.answer("Звоните 89161234567")
        await it.until_told("a phone number")
        await it.press_again("enter")
        await it.until_shown("not sent ✗")
        await it.press("escape", "O")
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.press("e")
        await it.until_shown("a phone number: “89161234567”", "Send it anyway?")
        assert it.sent == []
        await it.press_again("y")
        await it.until(lambda: it.sent_texts == [(chat, "Звоните 89161234567")])
