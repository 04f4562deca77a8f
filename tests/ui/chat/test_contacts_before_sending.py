"""Contacts, for which the Market hides goods, are pointed out: the first Enter asks, the second sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.doubt import contacts
from chat_tui.ui.chat.compose import Compose
from chat_tui.words.problems import contact_warning
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A very small shop: these tests need one waiting chat only."""
    with Sandbox.start(chats=4, seed=3) as sandbox:
        yield sandbox


async def test_the_first_enter_asks_and_the_second_sends(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.answer("Call +7 916 123-45-67")
        await it.until_told("a phone number: “+7 916 123-45-67”")
        assert (it.box, it.sent) == ("Call +7 916 123-45-67", [])
        await it.write("!")
        assert it.told == "", "what was told was told of another text"
        await it.press("enter")
        await it.until_told("a phone number")
        assert it.sent == []
        await it.press_again("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["Call +7 916 123-45-67!"])


async def test_a_notification_leaves_the_box_and_the_top_line_in_sight(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market, notifications=True) as it:
        await it.synced()
        await it.press("u", "n")
        await it.answer("Call +7 916 123-45-67")
        await it.until(lambda: any(toast.region for toast in it.app.screen.query("Toast")))
        (toast,) = it.app.screen.query("Toast")
        box = it.app.screen.query_one(Compose)
        assert 1 <= toast.region.y < toast.region.bottom <= box.region.y


async def test_what_a_shop_writes_all_day_goes_at_once(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.answer("51230874561: 21.11.2026, 18:00, https://market.yandex.ru/my/orders")
        await it.until(lambda: len(it.sent) == 1)
        assert it.said == []


def test_three_are_quoted_and_the_rest_counted() -> None:
    found = contacts("a@b.ru c@d.ru @olga_shop www.example.com/\x1b[31m" + "x" * 80 + " e@f.ru")
    words = contact_warning(found)
    assert "“a@b.ru”" in words
    assert "2 more" in words
    assert "\x1b" not in contact_warning(found[3:])
    assert len(contact_warning(found[3:4])) < 200


def test_the_question_in_russian() -> None:
    locale.use("ru")
    assert "номер телефона «89161234567»" in contact_warning(contacts("89161234567"))
