"""A file, a new chat and the outbox, each from the first key to the Market."""

import hashlib
import os
from pathlib import Path

import pytest
from textual.widgets import Input

from chat_tui.inbox.context import InboxSettings
from tests.support.faults import Answer, accepted_then, lost
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, Desk, desk
from tests.ui.chat.test_typed_text import open_next

IMPATIENT = InboxSettings(
    undo_s=0, settle_s=0.05, poll_s=CALM.poll_s, look_delays_s=(0.01,), backoff_s=0.05, scan_s=CALM.scan_s
)
"""Settings with which an unclear outcome is soon shown to the operator."""


async def choose(it: Desk, name: str) -> None:
    """ctrl+o, the name, Enter: up to the card."""
    await it.press("ctrl+o")
    await it.until(lambda: it.dialog == "FilePicker")
    await it.write(name)
    await it.until_shown(f"{name}", "1 entry")
    await it.press("enter")


async def test_f_175_a_chosen_file_arrives_byte_by_byte_and_stays_with_the_chat_it_was_chosen_in(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U43."""
    content = b"\x89PNG\r\n\x1a\n" + os.urandom(300_000)
    (Path.home() / "чайник.png").write_bytes(content)
    (Path.home() / "other.txt").write_text("no")
    async with desk(tmp_path, market) as it:
        await it.synced()
        first = await open_next(it)
        name = it.addressee
        await choose(it, "чайник.png")
        await it.until(lambda: it.dialog == "FileCardScreen")
        await it.until_shown(name, "чайник.png", "KB")
        assert it.sent == []
        await it.press_again("enter")
        second = await open_next(it)
        await it.answer("А это — другому")
        await it.until(lambda: len(it.sent) == 2)
        by_chat = {ref(one.chat_id): one for one in it.sent}
        assert by_chat[first].kind == "file"
        assert by_chat[first].sha256 == hashlib.sha256(content).hexdigest()
        assert by_chat[first].size == len(content)
        assert by_chat[second].text == "А это — другому"
        await it.go_to(first)
        await it.until_shown("чайник.png", "confirmed ✓")


async def test_escape_sends_no_file_and_keeps_the_text(market: Sandbox, tmp_path: Path) -> None:
    (Path.home() / "a.txt").write_text("one")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.write("К письму")
        await choose(it, "a.txt")
        await it.until(lambda: it.dialog == "FileCardScreen")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert (it.box, it.focus) == ("К письму", "box")
        assert await it.app.inbox.outbox.open_items() == ()
    assert market.ledger == []


@pytest.mark.parametrize(("context", "words"), [("ORDER", "order"), ("RETURN", "return")])
async def test_a_chat_about_an_order_or_a_return_begins_with_its_number(
    market: Sandbox, tmp_path: Path, context: str, words: str
) -> None:
    """Promised: U36."""
    number = market.unopened(context)
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("a")
        await it.until(lambda: it.dialog == "NewChatScreen")
        if context == "RETURN":
            await it.press("tab")
        await it.write(str(number))
        await it.press("enter")
        await it.until(lambda: it.dialog == "" and it.opened is not None)
        assert [*map(ref, market.created)] == [it.opened]
        await it.until_shown(f"{words} {number}")
        await it.until(lambda: it.focus == "box")
        await it.answer("Здравствуйте! Это магазин.")
        await it.until_shown("confirmed ✓")
        assert it.sent_texts == [(it.opened, "Здравствуйте! Это магазин.")]


async def test_an_order_that_does_not_exist_is_one_sentence_and_the_number_stays(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("a")
        await it.until(lambda: it.dialog == "NewChatScreen")
        await it.write("99")
        await it.press("enter")
        await it.until_shown("404: Order not found: '99'.", "the number.")
        assert it.app.screen.query_one(Input).value == "99"
        assert market.created == []
        number = str(market.unopened())
        await it.press("backspace", "backspace")
        await it.write(number)
        await it.press("enter")
        await it.until(lambda: [*map(ref, market.created)] == [it.opened])


async def test_the_outbox_shows_what_nobody_knows_and_sends_or_drops_it_as_told(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U09, U37."""
    async with desk(tmp_path, market, settings=IMPATIENT) as it:
        await it.synced()
        first = await open_next(it)
        market.script("sendMessageToChat", [lost("close")])
        await it.answer("Дошло ли?")
        await it.until_shown("unconfirmed")
        second = await open_next(it)
        market.script("sendMessageToChat", [lost("close")])
        await it.answer("А это?")
        await it.until_shown("unconfirmed")
        assert it.sent == []

        await it.press("escape", "O")
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.until_shown("Дошло ли?", "А это?", "2 messages not confirmed")
        await it.press("e")
        await it.until(lambda: it.dialog == "Confirm")
        await it.press("y")
        await it.until(lambda: it.sent)
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.until_shown("1 message not confirmed", "А это?")
        await it.press("d")
        await it.until(lambda: it.dialog == "Confirm")
        await it.press("y")
        await it.until_shown("Everything is confirmed")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert it.sent_texts == [(first, "Дошло ли?")]
        await it.go_to(second)
        assert "А это?" not in it.history


async def test_an_answer_whose_receipt_is_lost_is_found_and_not_sent_twice(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        market.script("sendMessageToChat", [accepted_then("reset")])
        await it.answer("Ровно один раз")
        await it.until_shown("confirmed ✓")
        assert it.sent_texts == [(chat, "Ровно один раз")]


async def test_a_refused_answer_says_why_and_can_be_sent_again(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        market.script("sendMessageToChat", [Answer(status=400, accept=False)])
        await it.answer("Ещё раз")
        await it.until_shown("not sent ✗", "Change it")
        await it.press("escape", "O")
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.press("e")
        await it.until(lambda: it.sent_texts == [(chat, "Ещё раз")])
