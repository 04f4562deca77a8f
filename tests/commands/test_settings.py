"""`settings`: a documented file that is true, and the values in force without the key."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chat_tui import cli
from chat_tui.settings import Flags, Settings, load
from chat_tui.settings.schema import SCHEMA
from chat_tui.ui.keymap import chosen
from chat_tui.ui.keys import COMMANDS

KEY = "ACMA:5entinelKey:0a1b2c3d"


@pytest.fixture
def path(_own_directories: Path) -> Path:
    place = Path(os.environ["XDG_CONFIG_HOME"]) / "chat-tui" / "settings.toml"
    place.parent.mkdir(parents=True)
    return place


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    capsys.readouterr()
    assert cli.main(["settings", *argv]) == 0
    return capsys.readouterr().out


def uncommented(text: str) -> dict[str, Any]:
    """The tables of the documented file once every # before a setting is removed."""
    return tomllib.loads(re.sub(r"(?m)^#(?=\w+ = )", "", text))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_example_has_every_setting_with_its_default(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "--example", "--lang", language)
    tables = uncommented(text)
    commands = {command.id for command in COMMANDS}
    assert list(tables) == list(SCHEMA)
    for table, rows in SCHEMA.items():
        own = commands if table == "keys" else set()
        assert set(tables[table]) - own == set(rows), table
        for name, row in rows.items():
            wanted = getattr(getattr(Settings(), table), name) if row.example is None else row.example
            assert tables[table][name] == wanted, (table, name)


def test_no_setting_has_an_example_that_has_a_default() -> None:
    with_both = {
        (table, name): row.default
        for table, rows in SCHEMA.items()
        for name, row in rows.items()
        if row.example is not None and row.default is not None
    }
    # Without a setting the operator has no name, and the locale decides the language.
    assert with_both == {("ui", "operator"): "", ("ui", "language"): "en"}


def test_the_example_is_in_the_language_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "# Адрес API Маркета. (текст в кавычках)" in printed(capsys, "--example", "--lang", "ru")
    assert "# Address of the Market's API. (a text in quotes)" in printed(capsys, "--example", "--lang", "en")


def test_the_example_loads_without_complaint_as_it_is_and_uncommented(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "--example")
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert load(Flags(), {}, path) == Settings()
    whole = re.sub(r"(?m)^#(?=\w+ = )", "", text)
    path.write_text(re.sub(r"(?m)^api_key_\w+ = .*\n", "", whole), encoding="utf-8")
    settings = load(Flags(language="en"), {}, path)
    commands = chosen(settings.keys.own, path, jcuken=True)
    assert commands == COMMANDS, "the keys told are the keys there are"
    assert (settings.market.business_id, settings.ui.operator) == (1185230, "Anna")


def test_alone_it_tells_what_holds_and_who_said_so_and_never_the_key(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(
        f'[market]\napi_key_command = "echo {KEY}"\nbusiness_id = 7\n'
        '[ui]\ntheme = "nord"\n[keys]\nnext_waiting = ["w", "n"]\n'
    )
    monkeypatch.setenv("CHAT_TUI_API_KEY", KEY)
    monkeypatch.setenv("CHAT_TUI_BUSINESS_ID", "8")
    text = printed(capsys, "--lang", "en")
    lines = {line.partition(" =")[0]: " ".join(line.split()) for line in text.splitlines()}
    assert lines["theme"] == 'theme = "nord" # settings.toml, line 5'
    assert lines["business_id"] == "business_id = 8 # CHAT_TUI_BUSINESS_ID"
    assert lines["undo_seconds"] == "undo_seconds = 5 # default"
    assert lines["language"] == 'language = "en" # --lang'
    assert lines["next_waiting"] == 'next_waiting = ["w", "n"] # settings.toml, line 7'
    assert "#operator" in text
    assert "The key (never shown): CHAT_TUI_API_KEY, api_key_command (settings.toml, line 2)" in text
    assert "5entinel" not in text
    tomllib.loads(text)


def test_a_wrong_file_is_told_with_its_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text('[ui]\nnotify = "norf"')
    assert cli.main(["settings"]) == 2
    told = capsys.readouterr().err
    assert f"{path}, line 2: “notify” must be one of" in told
    assert '"bell", "osc9", "osc777"' in told


def test_a_theme_of_another_version_is_told_beside_the_values(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text('[ui]\ntheme = "norf"')
    told = printed(capsys)
    assert told.startswith(f"# {path}, line 2: there is no theme “norf”, so “dark” is used.")
    assert tomllib.loads(told)["ui"]["theme"] == "dark"


def test_neither_form_imports_textual_or_httpx() -> None:
    code = (
        "import sys; from chat_tui.cli import main; main(['settings']); main(['settings', '--example']);"
        " sys.exit(bool({'textual', 'httpx', 'sqlite3'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
