"""Help, hints and dialogs show the keys that work here and now, including the operator's own."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import Static

from chat_tui.settings import Flags, Preferences, load
from chat_tui.ui import keymap, keys
from chat_tui.ui.app import ChatTuiApp
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.dialogs.app_dialogs import Help, Palette
from chat_tui.ui.keys import COMMANDS, Where
from chat_tui.ui.kit.bars import HintLine, KeyLines
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.words import glyphs
from chat_tui.words.line import text_of
from tests.support.places import places
from tests.support.scenes import NOW, Scene, make_scene, some_answers
from tests.support.settling import press, pressing, recorded

OWN = '[keys]\nnext_waiting = ["w", "ctrl+n"]\nwrite = "b"\nsend = "ctrl+s"\nundo = ""\nhelp = ["f2", "!"]\n'
PANES = {Where.LIST: ("j",), Where.HISTORY: ("j", "enter"), Where.COMPOSE: ("w",)}
DIALOGS = {
    "help": ("question_mark",),
    "palette": ("ctrl+p",),
    "new chat": ("a",),
    "outbox": ("O",),
    "search": ("f",),
    "files": ("n", "ctrl+o"),
    "theme": ("T",),
    "snooze": ("z",),
    "note": ("m",),
    "labels": ("l",),
    "quit": ("q",),
}


@pytest.fixture
def own_keys(tmp_path: Path) -> Iterator[None]:
    path = tmp_path / "settings.toml"
    path.write_text(OWN)
    keys.use(keymap.chosen(load(Flags(), {}, path, shop=False).keys.own, path, jcuken=True))
    yield
    keys.use(COMMANDS)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[list[Scene]]:
    made: list[Scene] = []
    yield made
    for scene in made:
        scene.close()


@pytest.mark.usefixtures("own_keys")
async def test_every_key_that_help_tells_is_bound_where_it_says(tmp_path: Path, stage: list[Scene]) -> None:
    stage.append(make_scene(tmp_path, language="en"))
    app = stage[0].app
    async with app.run_test(size=(120, 40)) as pilot:
        for place, way in PANES.items():
            await pressing("escape", "escape", *way)(pilot)
            bound = {key: one.binding.id for key, one in app.screen.active_bindings.items()}
            wanted = {
                key: command.id
                for command in keys.heard(place)
                for key in command.keys
                if place is not Where.COMPOSE or command.where is place or not keys.typed_by(key)
            }
            own = {"f2": "help"} | ({} if place is Where.COMPOSE else {"w": "next_waiting", "b": "write"})
            assert own.items() <= wanted.items(), place
            assert {key: bound.get(key) for key in wanted} == wanted, place
            assert not {"n", "c", "u", "f1"} & set(bound), "what was replaced does nothing any more"
            await press(app, "f2")
            assert isinstance(app.screen, Help), place
            rows = [text_of(line).split("  ") for line, _ in app.screen.query_one(ChoiceList).rows]
            told = {parts[-1].strip(): parts[0] for parts in rows if len(parts) > 1}
            assert told["Go to the next waiting chat"] == "w ctrl+n"
            assert told["Show the keys"] == "F2 !"
            assert told["Undo the last send or mark"] == "(palette)"
            await press(app, "escape")


@pytest.mark.usefixtures("own_keys")
@pytest.mark.parametrize(("language", "width"), [("en", 120), ("en", 100), ("ru", 80), ("ru", 40)])
async def test_the_bottom_line_tells_the_keys_of_the_focused_pane(
    width: int, language: str, tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language=language))
    app = stage[0].app
    async with app.run_test(size=(width, 24)) as pilot:
        await pressing()(pilot)
        line = app.screen.query_one(HintLine)
        for place, way in PANES.items():
            await pressing("escape", "escape", *way)(pilot)
            shown = line.render_line(0).text
            hints = keys.hints(place)
            assert shown.startswith(f" {keys.letters_go(place)}  {hints[0][0]} {hints[0][1]}  ")
            assert shown.rstrip().endswith(" ".join(hints[-1]))
            first = {Where.LIST: "w", Where.HISTORY: "w", Where.COMPOSE: "ctrl+s"}[place]
            assert hints[0][0] == first


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (100, 30), (120, 40)])
async def test_every_dialog_tells_all_its_keys_and_breaks_no_phrase(
    size: tuple[int, int], language: str, tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language=language, prepare=some_answers))
    app = stage[0].app
    async with app.run_test(size=size) as pilot:
        for dialog, way in DIALOGS.items():
            await pressing(*way)(pilot)
            assert len(app.screen_stack) == 3, dialog
            pane = app.screen.query_one(KeyLines)
            shown = [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]
            words = "  ".join(shown)
            # The picker has so many keys that the one for leaving is on its frame.
            frame = str(app.screen.query_one("#box").border_subtitle or "")
            assert "Esc" in (frame if dialog == "files" else words), dialog
            assert "Enter" in words or "↑↓" in words, dialog
            assert glyphs.CUT not in words, dialog
            assert app.screen.region.contains_region(pane.region), dialog
            while len(app.screen_stack) > 2 or isinstance(app.focused, Compose):
                await press(app, "escape")


@pytest.mark.parametrize("pane", [*PANES, Where.ORDER])
async def test_every_command_can_run_or_the_palette_knows_why_not(
    pane: Where, tmp_path: Path, stage: list[Scene]
) -> None:
    """Promised: U70."""
    stage.append(make_scene(tmp_path, language="en"))
    app = stage[0].app
    way = {**PANES, Where.COMPOSE: ("n",), Where.ORDER: ("j", "enter", "i", "tab", "tab")}[pane]
    async with app.run_test(size=(150, 24)) as pilot:
        await pressing(*way)(pilot)
        assert app.screen.focused is not None
        chain = app.screen.focused.ancestors_with_self
        await press(app, "ctrl+p")
        assert isinstance(app.screen, Palette)
        rows = app.screen.query_one(ChoiceList)
        unable = {one.id for one in rows.rows if keys.why_not(one, pane, has_chat=True)}
        for command in COMMANDS:
            name = (command.action or command.id).partition("(")[0]
            is_known = any(hasattr(node, f"action_{name}") for node in chain)
            assert is_known or command.id in unable, command.id
        assert {one.id for one in COMMANDS if pane in one.where}.isdisjoint(unable)
        if pane is Where.LIST:
            assert unable == {one.id for one in COMMANDS if one.where in {*PANES, Where.ORDER} - {pane}}


async def test_the_palette_says_in_a_dialog_and_without_a_chat_what_to_do_first(
    tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language="en", filled=False))
    app = stage[0].app
    async with app.run_test(size=(120, 24)) as pilot:
        for way, words in {
            (): "There is no chat here. 6 shows all chats, a starts one.",
            ("f",): "Close this window first: Esc",
        }.items():
            await pressing(*way, "ctrl+p", *"snooze", "enter")(pilot)
            assert isinstance(app.screen, Palette)
            assert str(app.screen.query_one("#status", Static).render()) == words
            await press(app, "escape", "escape")


async def test_a_line_of_the_keys_runs_in_the_pane_it_came_from(tmp_path: Path, stage: list[Scene]) -> None:
    stage.append(make_scene(tmp_path, language="en"))
    app = stage[0].app
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing("n", *"ab", "f1")(pilot)
        assert text_of(app.screen.query_one(ChoiceList).rows[0][0]) == "In the text box"
        await press(app, *"attach", "enter")
        assert type(app.screen).__name__ == "FilePicker"
        await press(app, "escape", "f1", *"start a new line", "enter")
        assert app.screen.query_one(Compose).text == "ab\n"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("is_new", [False, True], ids=["demo", "a new shop, Esc"])
async def test_whoever_is_new_is_told_the_first_keys(
    is_new: bool, language: str, tmp_path: Path, stage: list[Scene]
) -> None:
    """Promised: U60."""
    stage.append(make_scene(tmp_path, language=language))
    app = ChatTuiApp(
        stage[0].inbox,
        Preferences(),
        places(tmp_path),
        now=lambda: NOW,
        zone=UTC,
        is_new=is_new,
        is_first=not is_new,
    )
    said = recorded(app)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressing("escape")(pilot)
        (sentence,) = said
        assert {"n", "F1"} <= set(sentence.split())
        await press(app, "n")
        assert isinstance(app.focused, Compose)


async def test_notices_of_the_start_are_one_notification_and_come_first(
    tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language="en"))
    app = ChatTuiApp(
        stage[0].inbox,
        Preferences(),
        places(tmp_path),
        now=lambda: NOW,
        zone=UTC,
        is_first=True,
        notices=["One thing.", "Another."],
    )
    said = recorded(app)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressing()(pilot)
        assert said == ["One thing. Another."]
