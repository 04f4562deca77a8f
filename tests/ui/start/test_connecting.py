"""The first minute with nothing set up: the box, and the steps to a connected shop, on a real socket."""

import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from chat_tui.commands import access, starting
from chat_tui.inbox.connect import Connector
from chat_tui.paths import locate
from chat_tui.sandbox.access import FOREIGN_KEY, READ_ONLY_KEY, REVOKED_KEY
from chat_tui.settings import Flags, Preferences, Settings, load
from chat_tui.settings.keep import table_of
from chat_tui.settings.schema import MarketSettings
from chat_tui.ui.kit import dialog
from chat_tui.ui.start.app import Start, StartApp
from tests.support.faults import Answer, portal
from tests.support.sandbox import Sandbox
from tests.support.settling import drawn, resize, settled
from tests.support.unseen import picture
from tests.support.waiting import until

ESC, ENTER = "escape", "enter"
BEHIND = "wait a moment"


@dataclass
class Newcomer:
    """An operator in front of the box."""

    app: StartApp
    pilot: Pilot[Start]
    settings_file: Path

    async def press(self, *keys: str) -> None:
        """Press keys by hand."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            character = key if len(key) == 1 else "\r" if key == ENTER else None
            self.app.post_message(events.Key(name, character))
            await drawn(self.app)

    async def paste(self, text: str) -> None:
        """Paste in bracketed mode."""
        self.app.post_message(events.Paste(text))
        await drawn(self.app)

    async def check(self, key: str) -> None:
        """Enter a key from the box on, and wait for the answer about it."""
        await self.until_shown("Connect a shop")
        await self.press("1")
        await self.until_shown("paste the key here")
        await self.paste(key)
        await self.press(ENTER)

    @property
    def screen(self) -> str:
        """The top screen as lines of text."""
        return "\n".join(picture(self.app.screen))

    async def until_shown(self, *words: str) -> None:
        """Wait until all the words are on the screen."""
        await self.until(lambda: all(said(word) in said(self.screen) for word in words), f"{words} shown")

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let everything work until the condition is true."""

        async def holds() -> bool:
            await drawn(self.app)
            if not condition():
                await settled(self.app)
            return bool(condition())

        try:
            await until(holds, what or "the condition")
        except AssertionError as gave_up:
            raise AssertionError(f"{gave_up}; on the screen:\n{self.screen}") from None

    @property
    def stored(self) -> dict[str, str]:
        """The contents of every settings file, by name."""
        place = self.settings_file.parent
        return {path.name: path.read_text() for path in place.iterdir()} if place.exists() else {}


def said(text: str) -> str:
    """The words of a text, regardless of its line breaks."""
    return " ".join(re.sub("[│╭╮╯╰─]", " ", text).split())


@asynccontextmanager
async def box(url: str, *, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Newcomer]:
    """Start the program with nothing set up and a Market at `url`."""
    settings_file = locate().settings_file
    connect = partial(access.try_key, Settings(market=MarketSettings(api_url=url)))
    connector = Connector(connect, partial(starting.store_shop, settings_file, table_of(None)))
    app = StartApp(connector, Preferences(), report=locate().log)
    try:
        async with app.run_test(size=size) as pilot:
            yield Newcomer(app, pilot, settings_file)
        assert not app.return_code
    finally:
        connector.close()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every Enter count as a separate press."""
    monkeypatch.setattr(dialog, "ENTER_PAUSE_S", 0.0)


def two_businesses(operation: str, body: Any) -> Any:
    """A key that opens a second business."""
    if operation == "getCampaigns":
        more = {"id": 5, "domain": "Second", "business": {"id": 77, "name": "A second cabinet"}}
        body["campaigns"].append(more | {"placementType": "FBS", "apiAvailability": "MANUALLY_DISABLED"})
    return body


async def test_a_shop_is_connected_with_one_field_and_the_key_is_only_in_its_file(market: Sandbox) -> None:
    """Promised: U58, U59."""
    async with box(market.url) as it:
        await it.until_shown("Nothing is set up yet", "1  Connect a shop", "2  Demo without a key", "3  Help")
        await it.press(ENTER)
        await it.until_shown("paste the key here")
        await it.paste(f"\n {market.api_key}\r\n")
        await it.until_shown("•" * len(market.api_key))
        assert it.stored == {}
        await it.press(ENTER)
        await it.until_shown("Key “chat terminal” allows you to:", "✓ yes  answer, send files, start chats")
        fields = [one for screen in it.app.screen_stack for one in screen.query(Input)]
        assert [one.value for one in fields if one.value] == []
        await it.press(ENTER)
        await it.until_shown("Уютная кухня · 1185230 · 3 shops", "Уютная кухня — своя доставка · DBS")
        assert it.stored == {}
        await it.press(ENTER)
        await it.until(lambda: not it.app.is_running)
    assert it.app.return_value is Start.CONNECT
    assert {name for name, text in it.stored.items() if market.api_key in text} == {"api-key-1185230"}
    settings = load(Flags(), {}, it.settings_file)
    assert (settings.api_key, settings.market.business_id) == (market.api_key, market.business_id)


FIRST, HELP = "paste the key here", "Where does the key come from?"


@pytest.mark.parametrize(
    "ways",
    [
        [(["1"], FIRST), (["3"], HELP), (["f1"], HELP)],
        [([ENTER], FIRST), (["down", "down", ENTER], HELP)],
        [(["up", ENTER], HELP)],
        [(["о", "о", ENTER], HELP)],
        [(["о", "л", ENTER], FIRST), (["tab", "tab", ENTER], HELP)],
    ],
    ids=["digits", "enter and down", "up", "cyrillic", "cyrillic and tab"],
)
async def test_the_box_is_answered_by_digits_arrows_and_on_both_layouts(
    ways: list[tuple[list[str], str]],
) -> None:
    """Promised: U57."""
    async with box("http://127.0.0.1:9") as it:
        for keys, shown in ways:
            await it.until_shown("1  Connect a shop")
            await it.press(*keys)
            await it.until_shown(shown)
            await it.press(ESC)
        await it.until_shown("1  Connect a shop")


@pytest.mark.parametrize("keys", [["2"], ["down", ENTER], ["о", ENTER]])
async def test_the_demo_is_one_key_away(keys: list[str]) -> None:
    async with box("http://127.0.0.1:9") as it:
        await it.until_shown("2  Demo without a key")
        await it.press(*keys)
        await it.until(lambda: not it.app.is_running)
    assert it.app.return_value is Start.DEMO


@pytest.mark.parametrize("keys", [[ESC], ["q"], ["й"], ["ctrl+q"], ["1", "ctrl+q"], ["3", "ctrl+q"]])
async def test_the_box_is_left(keys: list[str]) -> None:
    async with box("http://127.0.0.1:9") as it:
        await it.until_shown("1  Connect a shop")
        await it.press(*keys)
        await it.until(lambda: not it.app.is_running)
    assert it.app.return_value is None


async def test_the_mouse_chooses_too(market: Sandbox) -> None:
    market.behaviour.edit = two_businesses
    async with box(market.url) as it:
        await it.until_shown("1  Connect a shop")
        await it.pilot.click("Answers", offset=(5, 1))
        await it.until_shown("paste the key here")
        await it.paste(market.api_key)
        await it.press(ENTER)
        await it.until_shown("allows you to:")
        await it.press(ENTER)
        await it.until_shown("A second cabinet")
        await it.pilot.click("ShopsScreen ChoiceList", offset=(5, 1))
        await it.until(lambda: not it.app.is_running)
    assert set(it.stored) == {"api-key-1185230", "settings.toml"}


async def test_escape_steps_back_and_nothing_is_stored(market: Sandbox) -> None:
    async with box(market.url) as it:
        await it.check(market.api_key)
        await it.until_shown("allows you to:")
        await it.press(ENTER)
        await it.until_shown("3 shops")
        for shown in ("allows you to:", "paste the key here", "1  Connect a shop"):
            await it.press(ESC)
            await it.until_shown(shown)
        assert it.stored == {}
        await it.press(ESC)
        await it.until(lambda: not it.app.is_running)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (REVOKED_KEY, "401: Api-Key token is revoked. Copy the whole key"),
        ("nonsense", "Api-Key token prefix invalid"),
        ("", "Api-Key: the key is empty."),
        ("y0_AgAAAAB", "this is an OAuth token. Create an"),
        ("ключ", "only Latin letters"),
    ],
)
async def test_a_wrong_key_is_told_with_the_fix_and_the_next_one_is_taken(
    market: Sandbox, key: str, words: str
) -> None:
    """Promised: U59."""
    async with box(market.url) as it:
        await it.check(key)
        await it.until_shown(words)
        for _letter in it.app.screen.query_one(Input).value:
            await it.press("backspace")
        await it.paste(market.api_key)
        await it.press(ENTER)
        await it.until_shown("allows you to:")
        assert it.stored == {}


async def test_a_network_in_between_is_told_and_the_key_stays_for_the_next_try(market: Sandbox) -> None:
    market.script("getAuthTokenInfo", [portal(), Answer(status=503)])
    async with box(market.url) as it:
        await it.check(market.api_key)
        await it.until_shown("open any page in a browser, then try again.")
        await it.press(ENTER)
        await it.until_shown("503: Service temporarily", "The Market has a problem on its side.")
        await it.press(ENTER)
        await it.until_shown("allows you to:")


async def test_without_network_the_step_says_so() -> None:
    async with box("http://127.0.0.1:9") as it:
        await it.check("ACMA:a:b")
        await it.until_shown("Check the network and try again.")


async def test_escape_breaks_off_what_is_being_asked(market: Sandbox) -> None:
    async def is_asked() -> bool:
        return not market.unused("getAuthTokenInfo")

    answer = threading.Event()
    market.script("getAuthTokenInfo", [Answer(until=answer)])
    try:
        async with box(market.url) as it:
            await it.check(market.api_key)
            await it.until_shown("Checking the key…")
            # A cancelled request leaves the silent answer to the next one.
            await until(is_asked, "the question at the Market")
            await it.press(ESC)
            await it.until_shown("1  Connect a shop")
            await it.check(market.api_key)
            await it.until_shown("allows you to:")
    finally:
        answer.set()


async def test_a_resize_loses_nothing(market: Sandbox) -> None:
    async with box(market.url, size=(120, 40)) as it:
        await it.until_shown("1  Connect a shop")
        await it.press("1")
        await it.until_shown("paste the key here")
        await it.paste(market.api_key)
        for size in ((80, 24), (30, 8), (120, 40)):
            await resize(it.app, *size)
        await it.until_shown("•" * len(market.api_key))
        await it.press(ENTER)
        await it.until_shown("allows you to:")
        for size in ((40, 12), (80, 24)):
            await resize(it.app, *size)
        await it.until_shown("allows you to:", "another key")


async def test_the_key_is_neither_shown_nor_copied(market: Sandbox) -> None:
    async with box(market.url) as it:
        await it.until_shown("1  Connect a shop")
        await it.press("1")
        await it.until_shown("paste the key here")
        await it.press(*"ACMA:5e")
        await it.press("shift+home", "ctrl+c", "ctrl+x")
        await it.until_shown("•••••••")
        assert "5e" not in it.screen
        assert it.app.clipboard == ""


async def test_a_reading_key_is_said_to_be_for_viewing(market: Sandbox) -> None:
    async with box(market.url) as it:
        await it.check(READ_ONLY_KEY)
        await it.until_shown("✗ no   answer, send files", "View only: everything can be read")


async def test_a_key_that_may_not_read_chats_goes_no_further(market: Sandbox) -> None:
    rights = {"status": "OK", "result": {"apiKey": {"name": "prices", "authScopes": ["PRICING"]}}}
    market.script("getAuthTokenInfo", [Answer(status=200, body=rights)])
    async with box(market.url) as it:
        await it.check(market.api_key)
        await it.until_shown("This key has no access to chats.", "“Chats with buyers”")
        await it.press(ENTER)
        await it.until_shown("This key has no access to chats.")
        assert "continue" not in it.screen


async def test_a_key_that_opens_no_shop_goes_no_further(market: Sandbox) -> None:
    async with box(market.url) as it:
        await it.check(FOREIGN_KEY)
        await it.until_shown("allows you to:")
        await it.press(ENTER)
        await it.until_shown("The key opens no shop.")
        await it.press(ENTER)
        await it.until_shown("The key opens no shop.")
        assert it.stored == {}


async def test_of_several_businesses_one_is_chosen(market: Sandbox) -> None:
    market.behaviour.edit = two_businesses
    async with box(market.url) as it:
        await it.check(market.api_key)
        await it.until_shown("allows you to:")
        await it.press(ENTER)
        await it.until_shown(
            "Which one?", "▌ A second cabinet · 77 · 1 shop", "Уютная кухня · 1185230 · 3 shops"
        )
        await it.press("о", "down", "up", ENTER)
        await it.until(lambda: not it.app.is_running)
    assert set(it.stored) == {"api-key-77", "settings.toml"}


async def test_a_disk_that_refuses_is_told_and_the_step_stays(market: Sandbox) -> None:
    place = locate().config
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file where the directory should be")
    async with box(market.url) as it:
        await it.check(market.api_key)
        await it.until_shown("allows you to:")
        await it.press(ENTER)
        await it.until_shown("3 shops")
        await it.press(ENTER)
        await it.until_shown("Not a directory")
        place.unlink()
        await it.press(ENTER)
        await it.until(lambda: not it.app.is_running)
    assert it.app.return_value is Start.CONNECT
