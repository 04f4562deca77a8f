"""Imports: help loads no heavy module, commands load no screen, and the first paint loads no network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHANGED_BY_IMPORTS
from tests.support.sandbox import Sandbox

SCREEN = {"textual"}
SERVER = {"starlette", "uvicorn"}
NETWORK = {"httpx", "httpcore", "h11"}
STEMMER = {"snowballstemmer"}
LATER = {"markdown_it", "PIL", "curses"} | STEMMER
DIALOGS = {f"chat_tui.ui.dialogs.{name}" for name in ("app_dialogs", "dialogs", "outbox")}
LOGIN = ["login", "--token-stdin"]
ALMOST_NOTHING = (
    SCREEN | SERVER | NETWORK | LATER | {"rich", "asyncio", "sqlite3", "msgspec", "platformdirs", "logging"}
)


def loaded(code: str, environ: dict[str, str] | None = None) -> set[str]:
    """The modules that a fresh process has loaded after running `code`."""
    told = "import sys; sys.stdout.flush(); sys.stderr.write('\\n'.join(['', *sys.modules]))"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\n{told}"],
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    modules = set(ran.stderr.splitlines())
    assert "chat_tui" in modules
    return modules


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["send", "--help"], ["--lang", "ru", "--help"]])
def test_help_and_version_import_almost_nothing(argv: list[str]) -> None:
    modules = loaded(f"from chat_tui.cli import main; main({argv!r})")
    assert modules & (ALMOST_NOTHING) == set()
    assert {name for name in modules if name.startswith("chat_tui.")} == {
        "chat_tui.cli",
        "chat_tui.commands",
        "chat_tui.commands.arguments",
        "chat_tui.commands.streams",
        "chat_tui.locale",
    }


ASKING = (
    ["list"],
    ["show", "5"],
    ["send", "5", "hi"],
    ["new", "--order", "5"],
    ["sync", "--once"],
    ["export", "5"],
    ["stats"],
    ["doctor"],
)
SILENT = (["paths"], ["settings"], LOGIN)
"""Commands that send no request to the Market: an empty key is not tried."""


def loaded_by(*verbs: list[str]) -> set[str]:
    """The modules that a fresh process has loaded after these commands."""
    run = f"from chat_tui.cli import main; [main(argv) for argv in {verbs!r}]"
    with Sandbox.start(chats=3) as market:
        return loaded(run, {"CHAT_TUI_API_URL": market.url, "CHAT_TUI_API_KEY": market.api_key})


def test_no_verb_imports_the_screen_or_the_server() -> None:
    modules = loaded_by(*ASKING)
    assert modules & (SCREEN | SERVER | LATER) <= STEMMER, "reading indexes the messages"
    assert "httpx" in modules


def test_no_verb_that_asks_nothing_imports_the_network() -> None:
    assert loaded_by(*SILENT) & (SCREEN | SERVER | LATER | NETWORK) == set()


@pytest.mark.thorough
@pytest.mark.parametrize("argv", [*ASKING, *SILENT])
def test_no_verb_imports_what_another_needs(argv: list[str]) -> None:
    modules = loaded_by(argv)
    assert modules & (SCREEN | SERVER | LATER) <= STEMMER
    assert ("httpx" in modules) == (argv in ASKING)


def test_the_inbox_is_ready_to_paint_without_network_or_server() -> None:
    code = (
        "from chat_tui.commands.opening import open_inbox; from chat_tui.settings import Settings;"
        " from chat_tui.paths import locate;"
        " from chat_tui.settings.schema import MarketSettings;"
        " settings = Settings(market=MarketSettings(business_id=5), api_key='ACMA:x');"
        " inbox = open_inbox(settings, locate(), undo_seconds=5);"
        " import chat_tui.ui.app"
    )
    modules = loaded(code)
    assert {"textual", "sqlite3", "chat_tui.ui.app", "chat_tui.inbox.service"} <= modules
    assert modules & (NETWORK | SERVER | LATER | DIALOGS) == set()
    assert modules & {"chat_tui.inbox.multi"} == set()


def test_several_businesses_are_ready_to_paint_without_network() -> None:
    place = Path(os.environ["XDG_CONFIG_HOME"]) / "chat-tui"
    place.mkdir(parents=True)
    for name, number in (("one", 5), ("other", 6)):
        table = f'[profiles.{name}]\nbusiness_id = {number}\napi_key_command = ["echo", "ACMA:x"]\n'
        with (place / "settings.toml").open("a") as settings:
            settings.write(table)
    code = (
        "from chat_tui.settings import Settings;"
        " from chat_tui.commands.opening import open_all; import os; os.umask(0o077);"
        " from chat_tui.paths import locate, make_private; make_private(locate().log.parent);"
        " inbox = open_all(('one', 'other'), Settings()); import chat_tui.ui.app;"
        " assert [name for name, link in inbox.link().parts] == ['one', 'other']"
    )
    modules = loaded(code)
    assert {"textual", "sqlite3", "chat_tui.ui.app", "chat_tui.inbox.multi"} <= modules
    assert modules & (NETWORK | SERVER | LATER | DIALOGS) == set()


def test_the_pretend_market_runs_without_screen_and_client() -> None:
    assert loaded("import chat_tui.sandbox.serve") & (SCREEN | {"httpx", "sqlite3"}) == set()


def test_importing_the_tests_changes_no_variable(request: pytest.FixtureRequest) -> None:
    """A test module sets the variables that it needs in a fixture, or in the program that it starts."""
    assert request.config.stash[CHANGED_BY_IMPORTS] == []
