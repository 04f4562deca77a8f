"""`y` in the history: from the key to the clipboard of the terminal."""

from pathlib import Path

from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk


async def opened(it: Desk, market: Sandbox, text: str) -> int:
    """A chat about an order in which a buyer has written this."""
    chat = next(chat for chat in market.world.listed("desc", None, 0, 100) if chat.context == "ORDER")
    market.say(chat.chat_id, text)
    await it.synced()
    await it.go_to(chat.chat_id)
    await it.until_shown(text[:10])
    return chat.chat_id


async def test_y_asks_what_to_copy_and_says_what_it_copied(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U39."""
    async with desk(tmp_path, market) as it:
        await opened(it, market, "Вот ссылка: https://market.yandex.ru/x?y=1, посмотрите")
        await it.press("y")
        await it.until(lambda: it.dialog == "Choose")
        await it.until_shown("text of the message", "order number", "https://market.yandex.ru/x?y=1")
        await it.press("2")
        await it.until_said("clipboard")
        assert it.app.clipboard == "https://market.yandex.ru/x?y=1"
        assert it.said[-1].startswith("link: ")
        assert "▌" in it.history


async def test_what_leaves_holds_no_controls_and_escape_copies_nothing(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await opened(it, market, "Привет! Это \x1b]52;c;ZXZpbA==\x07я")
        await it.press("y")
        await it.until(lambda: it.dialog == "Choose")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert it.said == []
        await it.press("y")
        await it.until(lambda: it.dialog == "Choose")
        await it.press("1")
        await it.until_said("without its control characters")
        assert it.app.clipboard == "Привет! Это я"


async def test_the_only_thing_is_copied_at_once(market: Sandbox, tmp_path: Path) -> None:
    chat = market.open_direct("Подойдёт ли чехол?")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(chat)
        await it.until_shown("Подойдёт ли чехол?")
        await it.press("y")
        await it.until_said("clipboard")
        assert it.app.clipboard == "Подойдёт ли чехол?"
        assert it.said[-1].startswith("text of the message: ")
