"""Several businesses in one settings file: which are opened, with which keys, and the errors for mistakes."""

from pathlib import Path

import pytest

from chat_tui.settings import Flags, Settings, SettingsProblem, load
from chat_tui.settings.load import profile_names as names
from chat_tui.settings.schema import MarketSettings

KEY = "ACMA:5entinelKey:0a1b2c3d"
TWO = """
[market]
api_url = "https://proxy.example/market"
[profiles.kitchen]
name = "Уютная кухня"
business_id = 11
api_key_file = "kitchen.key"
[profiles.home]
business_id = 12
api_key_command = ["printf", "ACMA:home:key"]
api_url = "http://127.0.0.1:8080/"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    key = tmp_path / "kitchen.key"
    key.write_text(f"{KEY}\n")
    key.chmod(0o600)
    (tmp_path / "settings.toml").write_text(TWO)
    return tmp_path / "settings.toml"


def test_all_are_opened_or_the_one_that_is_asked_for(path: Path) -> None:
    assert names(path, {}) == ("kitchen", "home")
    assert names(path, {}, "home") == ("home",)
    with pytest.raises(SettingsProblem, match="has no profile “hom”; there are: kitchen, home"):
        names(path, {}, "hom")


def test_each_has_the_key_the_business_and_the_address_of_its_table(path: Path) -> None:
    environ = {"CHAT_TUI_API_KEY": "ACMA:another:key", "CHAT_TUI_BUSINESS_ID": "5"}
    kitchen = load(Flags(profile="kitchen"), environ, path)
    assert kitchen == Settings(
        MarketSettings("Уютная кухня", "https://proxy.example/market", 11, "kitchen.key"),
        api_key=KEY,
        key_file=path.parent / "kitchen.key",
    )
    home = load(Flags(profile="home"), environ, path)
    assert (home.market.api_url, home.market.business_id) == ("http://127.0.0.1:8080", 12)
    assert (home.api_key, home.market.name, home.key_file) == ("ACMA:home:key", None, None)


def test_a_key_in_the_common_table_is_one_business_more(path: Path) -> None:
    path.write_text(TWO.replace("[market]", '[market]\nbusiness_id = 10\napi_key_file = "kitchen.key"'))
    assert names(path, {}) == ("default", "kitchen", "home")
    assert names(path, {}, "default") == ("default",)
    assert load(Flags(), {}, path).market.business_id == 10


def test_a_key_or_business_in_the_environment_is_the_only_one(path: Path) -> None:
    assert names(path, {"CHAT_TUI_API_KEY": KEY}) == ("default",)
    assert names(path, {"CHAT_TUI_BUSINESS_ID": "5"}) == ("default",)
    assert names(path, {"CHAT_TUI_API_KEY": KEY}, "home") == ("home",)


def test_without_tables_a_profile_only_keeps_files_apart(path: Path) -> None:
    path.write_text("")
    assert names(path, {}) == ("default",)
    assert names(path, {}, "anything") == ("anything",)
    assert load(Flags(profile="anything"), {"CHAT_TUI_API_KEY": KEY}, path).api_key == KEY


HOME = '[profiles.home]\nbusiness_id = 1\napi_key_file = "k"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[profiles.home]\nbusines_id = 1", 2, "unknown setting “busines_id”; [profiles.home] has name"),
        ('[profiles.home]\nbusiness_id = "1"', 2, "“business_id” must be a whole number"),
        ("\n[profiles.home]\nbusiness_id = 1", 2, "[profiles.home] needs business_id, and api_key_file"),
        ('[ui]\n[profiles.home]\napi_key_file = "k"', 2, "[profiles.home] needs business_id"),
        ("[profiles.home]", 1, "[profiles.home] needs business_id"),
        (f'{HOME}[profiles.twin]\napi_key_file = "k"\nbusiness_id = 1', 6, "1 is in [profiles.home] already"),
        (f'[market]\napi_key_file = "k"\n{HOME}', 2, "[market] needs business_id"),
        (f'[market]\napi_key_file = "k"\nbusiness_id = 1\n{HOME}', 5, "1 is in [market] already"),
        ("[profiles.default]", 1, "“default” is the profile of [market]"),
        ('[profiles."../x"]', 1, "has only letters, digits, - and _"),
        ("[profiles]\nhome = 5", 2, "write [profiles.home] on its own line"),
        ("profiles = 5", 1, "unknown table “profiles”; known are [market], "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(path: Path, text: str, line: int, words: str) -> None:
    path.write_text(text)
    with pytest.raises(SettingsProblem) as raised:
        names(path, {})
    assert f"line {line}: " in str(raised.value)
    assert words in str(raised.value)
