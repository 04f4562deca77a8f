"""Bad input and bad days: one sentence that names the remedy, in both languages; no typed text is lost."""

from pathlib import Path

import pytest

from chat_tui import locale
from tests.support.faults import Answer, half_answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import WIDE, Desk, desk
from tests.ui.chat.test_typed_text import open_next

NOBODY_LISTENS = "http://127.0.0.1:1"


def notice(it: Desk) -> str:
    """The notice above the panes, on one line."""
    lines = it.screen.splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if line.startswith(("╭", "╔")))
    return " ".join(line.strip() for line in lines[:end])


async def until_noticed(it: Desk, words: str) -> None:
    await it.until(lambda: words in notice(it), f"“{words}” above the panes")


KEY_WORDS = {"en": "Create a new one in the seller's cabinet", "ru": "Создайте новый в кабинете продавца"}
RIGHT_WORDS = {"en": "The key lacks the right", "ru": "Ключу не хватает прав"}
BUSINESS_WORDS = {"en": "Business not found.", "ru": "Кабинет не найден."}
CUT_WORDS = {
    "en": "The connection dropped before the answer was complete",
    "ru": "Связь оборвалась на середине ответа",
}
NETWORK_WORDS = {"en": "No network.", "ru": "Нет сети."}

LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])


@pytest.mark.parametrize(
    ("key", "language"),
    [(Sandbox.revoked_key, "en"), ("ACMA:nobody:00000000", "ru")],
    ids=["revoked-en", "unknown-ru"],
)
async def test_a_key_that_is_not_accepted(market: Sandbox, tmp_path: Path, language: str, key: str) -> None:
    locale.use(language)
    async with desk(tmp_path, market, key=key) as it:
        await until_noticed(it, KEY_WORDS[language])
        assert notice(it).startswith("401: Api-Key token is")
        assert key not in it.screen


@LANGUAGES
async def test_a_key_for_another_business(market: Sandbox, tmp_path: Path, language: str) -> None:
    locale.use(language)
    async with desk(tmp_path, market, business=77) as it:
        await until_noticed(it, RIGHT_WORDS[language])
        assert notice(it).startswith("403: Access denied.")


@LANGUAGES
async def test_a_business_that_does_not_exist(market: Sandbox, tmp_path: Path, language: str) -> None:
    locale.use(language)
    market.script("getChats", [Answer(status=404, accept=False)] * 1000)
    async with desk(tmp_path, market) as it:
        await until_noticed(it, BUSINESS_WORDS[language])
        assert "CHAT_TUI_BUSINESS_ID" in notice(it)


@LANGUAGES
async def test_no_network(market: Sandbox, tmp_path: Path, language: str) -> None:
    locale.use(language)
    async with desk(tmp_path, market, url=NOBODY_LISTENS) as it:
        await until_noticed(it, NETWORK_WORDS[language])


@LANGUAGES
async def test_half_a_page_costs_nothing_and_is_read_again(
    market: Sandbox, tmp_path: Path, language: str
) -> None:
    locale.use(language)
    market.script("getChats", [half_answer()] * 3)
    async with desk(tmp_path, market) as it:
        await until_noticed(it, CUT_WORDS[language])
        await it.synced()
        await it.until(lambda: notice(it) == "")
        assert len(it.rows) == 15


async def test_a_key_that_loses_its_right_keeps_every_message(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        market.script("sendMessageToChat", [Answer(status=403, accept=False)])
        await it.answer("Подождёт")
        await until_noticed(it, "Messages are saved but not sent.")
        await it.until_shown("Подождёт", "pending …")
        await it.write("черновик")
        await it.press("escape", "r")
        await it.until(lambda: it.sent_texts == [(chat, "Подождёт")])
        assert it.box == "черновик"
        await it.until(lambda: notice(it) == "")


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [(0, "en", "is empty: there is nothing to send"), (5_242_881, "ru", "5 МБ")],
    ids=["empty-en", "too large-ru"],
)
async def test_a_file_that_cannot_be_sent_is_refused_before_anything_is_asked(
    market: Sandbox, tmp_path: Path, size: int, language: str, words: str
) -> None:
    """Promised: U50."""
    locale.use(language)
    with (Path.home() / "file.bin").open("wb") as made:
        made.truncate(size)
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.write("К файлу")
        await it.press("ctrl+o")
        await it.until(lambda: it.dialog == "FilePicker")
        await it.write("file.bin")
        await it.until_shown("file.bin", words)
        await it.press("enter")
        assert it.dialog == "FilePicker"
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert (it.box, it.focus) == ("К файлу", "box")
        assert await it.app.inbox.outbox.open_items() == ()


@LANGUAGES
async def test_a_text_over_the_limit(market: Sandbox, tmp_path: Path, language: str) -> None:
    locale.use(language)
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.paste("я" * 4097)
        await it.press("enter")
        await it.until_told({"en": "Shorten it", "ru": "Сократите"}[language])
        assert it.box == "я" * 4097


async def test_a_start_without_the_market_shows_everything_at_once_and_sends_when_it_is_back(
    tmp_path: Path,
) -> None:
    with Sandbox.start(chats=30, seed=3) as market:
        port = int(market.url.rpartition(":")[2])
        async with desk(tmp_path, market, size=WIDE) as it:
            await it.synced()
            chat = await open_next(it)
            before, history = it.rows, it.history.split()
            await it.write("начато")
    # The program starts again while no server listens there.
    async with desk(tmp_path, market, size=WIDE) as it:
        await until_noticed(it, NETWORK_WORDS["en"])
        assert it.rows == before
        assert await open_next(it) == chat
        await it.until(lambda: (it.history.split(), it.box) == (history, "начато"))
        await it.press("enter")
        await it.until_shown("pending …", "offline")
        with Sandbox.start(chats=30, seed=3, port=port) as again:
            await it.until(
                lambda: [(ref(one.chat_id), one.text) for one in again.ledger] == [(chat, "начато")]
            )
            await it.until_shown("confirmed ✓", "online")
            await it.until(lambda: notice(it) == "")
