"""One setting is written into settings.toml, and everything else in the file stays."""

import stat
import tomllib
from pathlib import Path

import pytest

from chat_tui.settings import Flags, SettingsProblem, load
from chat_tui.settings.keep import keep_setting, unkeepable
from tests.support.read_only import Protect

OLD = """\
# How our shop works.
[queue]
warn = 20  # minutes

[ui]
# Liked by everybody.
language = "ru"
theme = "nord"  # Anna's

[keys]
quit = "ctrl+q"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "chat-tui"
    folder.mkdir(mode=0o700)
    return folder / "settings.toml"


def keep(path: Path, name: str) -> None:
    keep_setting(path, "ui", "theme", name)


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_only_the_value_changes(path: Path) -> None:
    written(path, OLD)
    keep(path, "dracula")
    assert path.read_text() == OLD.replace('"nord"', '"dracula"')
    assert load(Flags(), {}, path, shop=False).ui.theme == "dracula"


@pytest.mark.parametrize(
    "old",
    [
        "",
        '[ui]\nlanguage = "ru"',
        "[queue]\nwarn = 20\n",
        "ui.mouse = true\nqueue.warn = 20\n",
        "\ufeff[queue]\r\nwarn = 20\r\n",
        '[profiles.kitchen]\nname = "Уют"\nbusiness_id = 5\napi_key_file = "k"\n',
    ],
)
def test_a_setting_that_was_not_there_is_added(path: Path, old: str) -> None:
    written(path, old)
    keep(path, "nord")
    tables = tomllib.loads(path.read_text().lstrip("\ufeff"))
    assert tables["ui"].pop("theme") == "nord"
    before = tomllib.loads(old.lstrip("\ufeff"))
    assert tables == {"ui": {}} | before
    assert path.read_text().startswith("\ufeff") == old.startswith("\ufeff")


def test_the_file_is_made_for_the_operator_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chat-tui" / "settings.toml"
    assert not unkeepable(path)
    keep(path, "nord")
    assert load(Flags(), {}, path, shop=False).ui.theme == "nord"
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]


def test_a_link_is_named_and_left(path: Path, tmp_path: Path) -> None:
    target = written(tmp_path / "dotfiles.toml", OLD)
    path.symlink_to(target)
    assert unkeepable(path) == f"{path} is a link to {target}"
    with pytest.raises(SettingsProblem, match="is a link to"):
        keep(path, "dracula")
    assert target.read_text() == OLD
    assert path.is_symlink()


def test_a_file_that_is_read_only_stays_as_it_is(path: Path) -> None:
    written(path, OLD, 0o400)
    assert unkeepable(path) == f"{path} is read-only"
    with pytest.raises(SettingsProblem, match="is read-only"):
        keep(path, "dracula")
    assert path.read_text() == OLD


@pytest.mark.parametrize("text", [OLD, None])
def test_a_disk_that_is_read_only_is_named(path: Path, read_only: Protect, text: str | None) -> None:
    if text is not None:
        written(path, text)
    read_only(path.parent)
    assert unkeepable(path) == f"{path if text else path.parent} is read-only"
    with pytest.raises(SettingsProblem, match="is read-only"):
        keep(path, "dracula")


@pytest.mark.parametrize(
    ("text", "words"),
    [("[ui\n", "line 1: this is not valid TOML"), ("[ui]\nfoo = 1\n", "line 2: unknown setting")],
)
def test_a_file_that_is_being_edited_is_left(path: Path, text: str, words: str) -> None:
    written(path, text)
    assert words in unkeepable(path)
    with pytest.raises(SettingsProblem, match=words):
        keep(path, "dracula")
    assert path.read_text() == text


def test_a_table_within_one_line_is_left(path: Path) -> None:
    written(path, 'ui = { language = "ru" }\n')
    with pytest.raises(SettingsProblem, match=r"write \[ui\] on a line of its own"):
        keep(path, "dracula")


@pytest.mark.parametrize("value", ['"neon"', "5", '"\\u001b[31m"', f'"{"x" * 300}"'])
def test_an_unknown_theme_does_not_stop_the_program(path: Path, value: str) -> None:
    written(path, f'[ui]\nlanguage = "en"\ntheme = {value}\nmouse = true\n')
    found = load(Flags(), {}, path, shop=False)
    assert (found.ui.theme, found.ui.mouse) == ("dark", True)
    [notice] = found.notices
    assert notice.startswith(f"{path}, line 3: there is no theme “")
    assert "“dark” is used. There are: dark, light, ansi" in notice
    assert notice.endswith(", atom-one-light")
    assert notice.isprintable()
    assert len(notice) - len(str(path)) < 440
    assert found.preferences.notices == found.notices
    assert path.read_text().count(value) == 1
    keep(path, "nord")
    assert load(Flags(), {}, path, shop=False).notices == ()
