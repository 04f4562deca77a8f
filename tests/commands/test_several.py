"""Several profiles in the settings file: all at once on the screen, one at a time for the verbs."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.commands.context import CannotStart
from chat_tui.commands.opening import open_all
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.paths import locate
from chat_tui.sandbox.access import API_KEY, FOREIGN_KEY
from chat_tui.settings import Settings
from tests.commands.conftest import Run
from tests.support.program import at_home
from tests.support.pty_program import PtyProgram
from tests.support.refs import BUSINESS, OTHER_BUSINESS, ref
from tests.support.sandbox import Sandbox

Markets = tuple[Sandbox, Sandbox]
KEYS = (API_KEY, FOREIGN_KEY)
BUSINESSES = (BUSINESS, OTHER_BUSINESS)


@pytest.fixture
def markets() -> Iterator[Markets]:
    with (
        Sandbox.start(chats=5, seed=3, long_chat=4) as one,
        Sandbox.start(chats=7, seed=5, long_chat=4) as other,
    ):
        yield one, other


def write_settings(markets: Markets, directory: Path) -> None:
    """A settings file with both shops, their keys beside it, and a third shop whose key is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    tables = ['[ui]\nlanguage = "ru"\n[queue]\nauto_advance = false\n[sending]\nundo_seconds = 0\n']
    shops = zip(("kitchen", "home"), ("Кухня", "Дом"), markets, KEYS, BUSINESSES, strict=True)
    for name, title, market, secret, business in shops:
        key = directory / f"{name}.key"
        key.write_text(secret)
        key.chmod(0o600)
        tables.append(
            f'[profiles.{name}]\nname = "{title}"\napi_url = "{market.url}"\n'
            f'business_id = {business}\napi_key_file = "{name}.key"\n'
        )
    tables.append('[profiles.garden]\nbusiness_id = 5\napi_key_file = "garden.key"\n')
    (directory / "settings.toml").write_text("\n".join(tables))


@pytest.fixture
def environment(markets: Markets) -> dict[str, str]:
    write_settings(markets, locate().config)
    return {}


@pytest.mark.parametrize("argv", [("list",), ("show", 5), ("send", 5, "text"), ("new", "--order", 5)])
def test_a_verb_asks_which_shop_is_meant(run: Run, argv: tuple[object, ...]) -> None:
    ran = run(*argv, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "chat-tui: There are several shops: kitchen, home, garden. "
        "Say which one, for example: --profile garden\n"
    )


def test_a_verb_works_on_the_shop_that_is_named(run: Run) -> None:
    assert len(json.loads(run("list", "--json", "--profile", "kitchen").out)) == 5
    assert len(json.loads(run("list", "--json", "--profile", "home").out)) == 7
    refused = run("list", "--profile", "garden")
    assert refused.code == 2
    assert "garden.key" in refused.err


def test_the_screen_shows_all_shops_and_answers_in_the_right_one(markets: Markets, tmp_path: Path) -> None:
    environment = at_home(tmp_path, markets[0])
    for name in ("CHAT_TUI_API_URL", "CHAT_TUI_API_KEY", "CHAT_TUI_BUSINESS_ID"):
        del environment[name]
    write_settings(markets, Path(environment["XDG_CONFIG_HOME"]) / "chat-tui")
    program = [sys.executable, "-P", "-m", "chat_tui"]
    with PtyProgram(program, environment=environment, size=(200, 40)) as screen:
        screen.wait_for(
            lambda: "garden: " in screen.text and "Кухня  " in screen.text and "Дом  " in screen.text
        )
        screen.feed("n")
        screen.wait_for_text("╔═ Кому: ")
        # A message that came after the first letter would be shown first.
        screen.wait_for(lambda: " ‹ " in screen.text)
        whom = next(line for line in screen.text.splitlines() if "Кому: " in line)
        place = int("Дом" in whom.partition("Кому: ")[2])
        screen.feed("Добрый день!\r")
        screen.wait_for(
            lambda: any("Добрый день!" in line and "подтвержд" in line for line in screen.text.splitlines())
        )
        screen.feed("\x11")
        assert screen.wait_exit() == 0
    assert [len(market.ledger) for market in markets] == [int(place == 0), int(place == 1)]
    assert not (tmp_path / "data" / "chat-tui" / "garden").exists()


async def test_what_is_private_to_one_shop_is_sent_by_none(environment: dict[str, str]) -> None:
    paths = locate()
    key = paths.config.parent / "elsewhere.key"
    key.write_text("not-like-a-key")
    key.chmod(0o600)
    text = paths.settings_file.read_text().replace('"home.key"', f'"{key}"')
    paths.settings_file.write_text(text)
    inbox = open_all(("kitchen", "home", "garden"), Settings())
    inbox.start(background=False)
    try:
        for business in BUSINESSES:
            refused = await inbox.outbox.send_text(ref(5, business), "Вот: not-like-a-key")
            assert refused == Problem(ProblemKind.TEXT_SECRET)
        assert await inbox.files.inspect(key) == Problem(ProblemKind.FILE_OWN)
    finally:
        await inbox.close()


def test_a_business_that_two_profiles_name_is_open_once(environment: dict[str, str]) -> None:
    paths = locate()
    text = paths.settings_file.read_text()
    paths.settings_file.write_text(text.replace(str(OTHER_BUSINESS), str(BUSINESS)))
    inbox = open_all(("kitchen", "home"), Settings())
    inbox.start(background=False)
    try:
        known = {name: part.problem for name, part in inbox.link().parts}
        assert known["Дом"] == Problem(ProblemKind.LEFT_OUT, message="This is the same business as Кухня.")
        assert inbox.own(ref(5)).business == BUSINESS
    finally:
        asyncio.run(inbox.close())


def test_if_no_shop_can_be_opened_every_reason_is_said(environment: dict[str, str]) -> None:
    for key in locate().config.glob("*.key"):
        key.unlink()
    with pytest.raises(CannotStart) as raised:
        open_all(("kitchen", "home"), Settings())
    assert all(f"{name}: " in str(raised.value) for name in ("kitchen", "home"))
