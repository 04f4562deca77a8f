"""Where settings come from, and the errors for those that are wrong."""

import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.settings import Flags, Settings, SettingsProblem, load
from chat_tui.settings.schema import (
    SCHEMA,
    TABLES,
    KeySettings,
    LogSettings,
    MarketSettings,
    QueueSettings,
    ScreenSettings,
    SendingSettings,
    SyncSettings,
)

KEY = "ACMA:5entinelKey:0a1b2c3d"
NONE = Flags()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def problem(flags: Flags, environ: dict[str, str], path: Path) -> str:
    with pytest.raises(SettingsProblem) as raised:
        load(flags, environ, path)
    return str(raised.value)


def test_defaults(path: Path) -> None:
    settings = load(NONE, {}, path)
    assert settings == Settings()
    market, sending = settings.market, settings.sending
    assert market.api_url == "https://api.partner.market.yandex.ru"
    assert (sending.undo_seconds, sending.settle_seconds, settings.sync.poll_seconds) == (5, 60, 5)
    assert (settings.queue.warn, settings.queue.late) == (30, 120)
    assert (market.business_id, settings.has_access, settings.keys.layout) == (None, False, "jcuken")


def test_every_default_and_every_example_is_what_the_file_may_have() -> None:
    for table, rows in SCHEMA.items():
        assert set(rows) == {each.name for each in fields(TABLES[table])} - {"own"}
        for name, row in rows.items():
            assert row.default in {None, ""} or row.kind.fits(row.default), (table, name)
            assert row.example is None or row.kind.fits(row.example), (table, name)
            assert row.default is not None or row.example is not None, (table, name)
    assert list(SCHEMA) == [each.name for each in fields(Settings)][: len(SCHEMA)]


def test_the_file_sets_everything(path: Path) -> None:
    path.write_text(
        """
        [market]
        api_url = "https://proxy.example/market/"
        business_id = 1185230
        [sending]
        undo_seconds = 0
        settle_seconds = 90
        [queue]
        warn = 10
        late = 20
        hours = "Mo-Fr 09:00-18:00"
        auto_advance = true
        [sync]
        poll_seconds = 7
        backfill = false
        [keys]
        layout = "off"
        [ui]
        language = "ru"
        theme = "nord"
        mouse = true
        operator = "Анна"
        [log]
        level = "debug"
        """
    )
    assert load(NONE, {}, path) == Settings(
        MarketSettings(api_url="https://proxy.example/market", business_id=1185230),
        SendingSettings(undo_seconds=0, settle_seconds=90),
        QueueSettings(warn=10, late=20, hours="Mo-Fr 09:00-18:00", auto_advance=True),
        SyncSettings(poll_seconds=7, backfill=False),
        KeySettings("off"),
        ScreenSettings(language="ru", theme="nord", mouse=True, operator="Анна"),
        LogSettings("debug"),
    )


def test_the_environment_wins_over_the_file_and_flags_over_both(path: Path) -> None:
    path.write_text('[market]\napi_url = "https://file.example"\nbusiness_id = 1\n[ui]\nlanguage = "ru"\n')
    environ = {
        "CHAT_TUI_API_URL": "http://127.0.0.1:8080/",
        "CHAT_TUI_BUSINESS_ID": "2",
        "CHAT_TUI_API_KEY": KEY,
    }
    settings = load(Flags("en", "second", True), environ | {"LANG": "ru_RU.UTF-8"}, path)
    assert (settings.market.api_url, settings.market.business_id) == ("http://127.0.0.1:8080", 2)
    assert settings.api_key == KEY
    assert (settings.ui.language, settings.read_only) == ("en", True)
    assert load(NONE, {"LANG": "en_GB.UTF-8"}, path).ui.language == "ru"


def test_the_locale_decides_when_nobody_else_does(path: Path) -> None:
    assert load(NONE, {"LANG": "ru_RU.UTF-8"}, path).ui.language == "ru"
    assert load(NONE, {"LANG": "C"}, path).ui.language == "en"


def test_without_a_shop_neither_key_nor_address_are_looked_at(path: Path) -> None:
    path.write_text('[market]\napi_key_file = "none"\n[sending]\nundo_seconds = 1\n')
    settings = load(NONE, {"CHAT_TUI_API_KEY": "", "CHAT_TUI_API_URL": "no"}, path, shop=False)
    assert settings == Settings(sending=SendingSettings(undo_seconds=1))


def test_secrets_are_not_in_the_repr(path: Path) -> None:
    settings = load(NONE, {"CHAT_TUI_API_KEY": KEY, "CHAT_TUI_OAUTH_TOKEN": "y0_token"}, path)
    assert (settings.api_key, settings.oauth_token) == (KEY, "y0_token")
    assert "5entinel" not in repr(settings)
    assert "y0_token" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[sending]\n\nundo = 5", 3, "unknown setting “undo”; [sending] has undo_seconds, settle_seconds"),
        ("# a\n[send]\nundo_seconds = 5", 2, "unknown table “send”"),
        ("undo_seconds = 5", 1, "unknown table “undo_seconds”"),
        ("ui = 5", 1, "write [ui] on its own line"),
        ('[sending]\nundo_seconds = "5"', 2, "“undo_seconds” must be a whole number from 0 to 60"),
        ("[queue]\nwarn = 5\n[sending]\nundo_seconds = true", 4, "a whole number from 0 to 60"),
        ("[sending]\nundo_seconds = 61", 2, "a whole number from 0 to 60"),
        ("sending.undo_seconds = 5.5", 1, "a whole number from 0 to 60"),
        ('[ui]\ntheme = "nord"\nmouse = "yes"', 3, "“mouse” must be true or false"),
        ('[keys]\nlayout = "qwerty"', 2, '“layout” must be one of "jcuken", "off"'),
        ("[market]\napi_key_command = []", 2, "a command"),
        ("[market]\nbusiness_id = 9223372036854775808", 2, "“business_id”"),
        ("[queue]\nwarn = 60\nlate = 59", 3, "“late” must not be less than “warn”"),
        ('[queue]\nwarn = 5\nhours = "Mo-Fr 9 to 18"', 3, "working hours such as"),
        ("[queue]\nauto_advance = 1", 2, "true or false"),
        ("[queue]\nwarn = 600", 2, "“late” must not be less than “warn”"),
        ("[ui]\n\nlanguage = ru", 3, "not valid TOML"),
        ("[ui]\n[ui]", 2, "not valid TOML"),
        ("[ui]\nlanguage = ", 2, "not valid TOML"),
        ('[market]\napi_key_file = "a"\napi_key_command = "b"', 3, "not both"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(path: Path, text: str, line: int, words: str) -> None:
    path.write_text(text)
    told = problem(NONE, {}, path)
    assert told.startswith(f"{path}, line {line}: ")
    assert words in told
    assert "\n" not in told


def test_a_problem_is_told_in_russian(path: Path) -> None:
    path.write_text("[sending]\nundo = 5")
    locale.use("ru")
    assert "строка 2: неизвестная настройка «undo»" in problem(NONE, {}, path)


def test_a_file_that_is_not_utf8(path: Path) -> None:
    path.write_bytes('[ui]\n# тема\ntheme = "тёмная"'.encode("koi8-r"))
    assert problem(NONE, {}, path) == f"{path}, line 2: this is not UTF-8; save the file as UTF-8"


def test_a_file_that_cannot_be_read(path: Path) -> None:
    path.mkdir()
    assert problem(NONE, {}, path) == f"{path} is not a file"


# -- the address -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.8.0.1", "http://[::1]:80", "https://a.example/x"]
)
def test_good_addresses(path: Path, url: str) -> None:
    assert load(NONE, {"CHAT_TUI_API_URL": url + "/"}, path).market.api_url == url


@pytest.mark.parametrize(
    "url",
    ["http://market.example", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"],
)
def test_plain_http_is_for_this_machine_alone(path: Path, url: str) -> None:
    assert "over plain http the key could be read" in problem(NONE, {"CHAT_TUI_API_URL": url}, path)
    path.write_text(f'[market]\napi_url = "{url}"\n')
    assert f"{path}:2: over plain http" in problem(NONE, {}, path)


@pytest.mark.parametrize(
    "url",
    [
        "market.example",
        "ftp://a.example",
        "https://",
        "https://a:b@c.example",
        "https://a.example?x=1",
        "https://a.example:x",
        "https://[a",
        "https://a example",
        "https://маркет.example",
    ],
)
def test_what_is_no_address(path: Path, url: str) -> None:
    assert (
        problem(NONE, {"CHAT_TUI_API_URL": url}, path)
        == "CHAT_TUI_API_URL: this is not the address of an API"
    )


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "x", "9223372036854775808", "٣", "1" * 5_000])
def test_what_is_no_business(path: Path, number: str) -> None:
    assert "CHAT_TUI_BUSINESS_ID" in problem(NONE, {"CHAT_TUI_BUSINESS_ID": number}, path)


# -- the key -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_end_after_the_key_is_trimmed(path: Path, end: str) -> None:
    assert load(NONE, {"CHAT_TUI_API_KEY": KEY + end}, path).api_key == KEY


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (KEY.replace("A", "А"), "Latin"),  # the second A is Cyrillic
        (f"{KEY}\r\n{KEY}", "Latin"),
        (f"{KEY} x", "Latin"),
        (f"{KEY}\udcff", "Latin"),
        (f"{KEY}\x1b", "Latin"),
        (KEY * 50, "too long"),
        (KEY * 40_000, "too long"),
    ],
)
def test_odd_keys_are_refused_and_not_shown(path: Path, key: str, words: str) -> None:
    for name in ("CHAT_TUI_API_KEY", "CHAT_TUI_OAUTH_TOKEN"):
        told = problem(NONE, {name: key}, path)
        assert told.startswith(f"{name}: ")
        assert words in told
        assert "5entinel" not in told
    (path.parent / "key").write_bytes(key.encode("utf-8", "surrogateescape"))
    (path.parent / "key").chmod(0o600)
    path.write_text('[market]\napi_key_file = "key"')
    assert "5entinel" not in problem(NONE, {}, path)


@pytest.fixture
def key_file(path: Path) -> Path:
    """A correct key file, which settings.toml names by a relative path."""
    key = path.parent / "key file"
    key.write_text(f"{KEY}\n")
    key.chmod(0o600)
    path.write_text('[market]\napi_key_file = "key file"')
    return key


def test_a_private_key_file(path: Path, key_file: Path) -> None:
    assert load(NONE, {}, path).api_key == KEY
    assert load(NONE, {"CHAT_TUI_API_KEY": "ACMA:other"}, path).api_key == "ACMA:other"


def test_a_key_file_in_the_home_directory(
    path: Path, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path.write_text('[market]\napi_key_file = "~/key file"')
    assert load(NONE, {}, path).api_key == KEY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_file_others_can_read_is_refused_with_the_fix(path: Path, key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    assert problem(NONE, {}, path).endswith(f"run: chmod 600 '{key_file}'")
    assert stat.S_IMODE(key_file.stat().st_mode) == mode


def test_a_key_file_of_another_user(path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: key_file.stat().st_uid + 1)
    assert "belongs to another user" in problem(NONE, {}, path)


def test_a_key_file_that_is_a_link(path: Path, key_file: Path) -> None:
    key_file.rename(key_file.with_name("real"))
    key_file.symlink_to(key_file.with_name("real"))
    assert "symbolic link" in problem(NONE, {}, path)


def test_a_key_file_that_is_no_file(path: Path, key_file: Path) -> None:
    key_file.unlink()
    assert "cannot be read: No such file" in problem(NONE, {}, path)
    os.mkfifo(key_file, 0o600)
    assert "is not a file" in problem(NONE, {}, path)


def test_a_command_prints_the_key_and_never_sees_one(path: Path) -> None:
    path.write_text(
        f'[market]\napi_key_command = ["sh", "-c", "cat; echo ${{CHAT_TUI_OAUTH_TOKEN-}}{KEY}"]',
        encoding="utf-8",
    )
    environ = {"PATH": os.environ["PATH"], "CHAT_TUI_OAUTH_TOKEN": "y0_token"}
    assert load(NONE, environ, path).api_key == KEY


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false", "ended with code 1"),
        ("/nowhere/pass", "could not be run: No such file"),
        ("true", "the key is empty"),
        ("echo 'unclosed", "could not be run: No closing quotation"),
        ("echo one two", "Latin"),
    ],
)
def test_commands_that_give_no_key(path: Path, command: str, words: str) -> None:
    path.write_text(f'[market]\napi_key_command = "{command}"')
    assert words in problem(NONE, {"PATH": os.environ["PATH"]}, path)
