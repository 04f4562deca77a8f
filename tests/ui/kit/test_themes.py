"""Themes: each can be drawn, every role can be read, and a choice shows at once and is kept."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import NoReturn

import pytest
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from chat_tui.inbox.connect import Connector
from chat_tui.settings import Flags, Preferences, load
from chat_tui.settings.schema import THEMES, ScreenSettings
from chat_tui.ui import themes
from chat_tui.ui.app import ChatTuiApp
from chat_tui.ui.kit.line_pane import role_style
from chat_tui.ui.start.app import StartApp
from chat_tui.ui.themes import PLAIN_THEME, theme_for
from chat_tui.words.line import Role
from tests.support.places import places
from tests.support.scenes import NOW, Scene, make_scene
from tests.support.settling import pressing, settled
from tests.support.unseen import picture

OURS = {themes.LIGHT.name: themes.LIGHT, themes.HIGH_CONTRAST.name: themes.HIGH_CONTRAST}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = make_scene(tmp_path, language="en")
    yield made
    made.close()


def test_the_names_are_those_of_textual_and_four_of_ours() -> None:
    assert set(THEMES) == set(BUILTIN_THEMES) | {"dark", "light", "ansi", "high-contrast"}
    assert len(THEMES) == len(set(THEMES))


async def test_every_name_draws() -> None:
    app: App[None] = App()
    async with app.run_test():
        for name in THEMES:
            themes.choose(app, name, {})
            assert app.theme == {"dark": "textual-dark", "ansi": PLAIN_THEME}.get(name, name)


def least_contrast(name: str, *, but: frozenset[Role] = frozenset()) -> float:
    """The contrast of the faintest role on either background of a theme."""
    theme = {**BUILTIN_THEMES, **OURS}[theme_for(name, {})]
    variables = theme.to_color_system().generate()
    found = []
    for ground in ("background", "surface"):
        paper = Color.parse(variables[ground])
        for role in set(Role) - but:
            drawn = role_style(role, Style(), paper, variables, ansi=False).color
            assert drawn is not None
            assert drawn.triplet is not None
            one, other = sorted((light(drawn.triplet), light(paper.rgb)))
            found.append((other + 0.05) / (one + 0.05))
    return min(found)


def light(channels: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG counts it."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", [name for name in THEMES if "ansi" not in name])
def test_every_role_can_be_read_in_every_theme(name: str) -> None:
    least = {"high-contrast": 7.0, "light": 4.5, "dark": 4.0}.get(name, 2.4)
    lines = frozenset({Role.RULE}) if name in {"light", "dark"} else frozenset()
    assert least_contrast(name, but=lines) >= least


async def test_the_palette_changes_the_theme_live_and_escape_gives_the_old_one_back(scene: Scene) -> None:
    async with scene.app.run_test(size=(120, 40)) as pilot:
        await pressing("ctrl+p", *"theme", "enter", *"nord")(pilot)
        assert scene.app.theme == "nord"
        await pressing("escape")(pilot)
        assert scene.app.theme == "textual-dark"
        assert not scene.app._notifications


async def test_what_is_chosen_is_kept_with_everything_else_in_the_file(scene: Scene, tmp_path: Path) -> None:
    settings = places(tmp_path).settings_file
    settings.write_text('# ours\n[ui]\ntheme = "nord"\nmouse = true\n')
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("T", *"high")(pilot)
        [*_rows, keys] = [line for line in picture(scene.app.screen) if "Enter" in line]
        assert "Enter save  Esc cancel" in keys
        await pressing("enter")(pilot)
        assert scene.app.theme == "high-contrast"
        (said,) = scene.app._notifications
        assert said.message == "Theme: high-contrast. Saved in settings.toml."
    assert settings.read_text() == '# ours\n[ui]\ntheme = "high-contrast"\nmouse = true\n'


async def test_escape_writes_nothing(scene: Scene, tmp_path: Path) -> None:
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("T", *"high", "escape")(pilot)
        assert scene.app.theme == "textual-dark"
    assert not places(tmp_path).settings_file.exists()


@pytest.mark.parametrize("case", ["link", "read-only", "broken"])
async def test_what_cannot_be_kept_is_used_until_the_end_and_why_is_said(
    scene: Scene, tmp_path: Path, case: str
) -> None:
    settings = places(tmp_path).settings_file
    place = tmp_path / "dotfiles.toml" if case == "link" else settings
    place.write_text("[ui\n" if case == "broken" else "[ui]\n")
    place.chmod(0o400 if case == "read-only" else 0o600)
    if case == "link":
        settings.symlink_to(place)
    before = settings.read_text()
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("T", *"high")(pilot)
        assert any("Enter use until exit  Esc cancel" in line for line in picture(scene.app.screen))
        await pressing("enter")(pilot)
        assert scene.app.theme == "high-contrast"
        (said,) = scene.app._notifications
        why = {
            "link": f"{settings} is a link to {place}.",
            "read-only": f"{settings} is read-only.",
            "broken": f"{settings}, line 1: this is not valid TOML",
        }[case]
        assert said.message.startswith("Theme: high-contrast, until exit. It cannot be saved: ")
        assert why in said.message
    assert settings.read_text() == before


async def test_a_theme_of_another_version_is_told_at_the_start(tmp_path: Path) -> None:
    path = places(tmp_path).settings_file
    path.write_text('[ui]\nlanguage = "en"\ntheme = "neon"\n')
    preferences = load(Flags(), {}, path, shop=False).preferences
    scene = make_scene(tmp_path, language="en")
    app = ChatTuiApp(scene.inbox, preferences, places(tmp_path), now=lambda: NOW, zone=UTC)
    async with app.run_test(size=(80, 24)):
        assert app.theme == "textual-dark"
        (said,) = app._notifications
        assert "line 3: there is no theme “neon”, so “dark” is used. There are: " in said.message
        assert said.message.endswith(", atom-one-light")
    scene.close()


async def test_without_colours_there_is_nothing_to_choose(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("ctrl+p", *"theme", "enter")(pilot)
        assert scene.app.theme == PLAIN_THEME
        (said,) = scene.app._notifications
        assert "NO_COLOR" in said.message


async def test_the_first_minute_has_the_theme_of_the_settings_too(tmp_path: Path) -> None:
    connector = Connector(nobody, nobody)
    preferences = Preferences(ui=ScreenSettings(theme="high-contrast"), notices=("a notice",))
    app = StartApp(connector, preferences, report=tmp_path / "log")
    try:
        async with app.run_test() as pilot:
            await settled(pilot.app)
            assert app.theme == "high-contrast"
            assert [said.message for said in app._notifications] == ["a notice"]
    finally:
        connector.close()


def nobody(*_what: object) -> NoReturn:
    raise AssertionError("nothing is asked and nothing stored")
