"""Help, hints and dialogs show the keys that work here and now, including the operator's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from chat_tui.settings import Flags, load
from chat_tui.ui import keymap, keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.dialogs.app_dialogs import Help
from chat_tui.ui.keys import COMMANDS, Where
from chat_tui.ui.kit.bars import HintLine
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.words.line import text_of
from tests.support.scenes import Scene, make_scene, some_answers
from tests.support.settling import press, pressing

OWN = '[keys]\nnext_waiting = ["w", "ctrl+n"]\nwrite = "b"\nsend = "ctrl+s"\nundo = ""\nhelp = ["f2", "!"]\n'
PANES = {Where.LIST: ("j",), Where.HISTORY: ("j", "enter"), Where.COMPOSE: ("w",)}
DIALOGS = {
    "help": ("question_mark",),
    "palette": ("ctrl+p",),
    "new chat": ("a",),
    "outbox": ("O",),
    "search": ("f",),
    "templates": ("n", "slash"),
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
            rows = [text_of(line).split("  ") for line in app.screen.query_one(ChoiceList).rows]
            told = {parts[-1].strip(): parts[1] for parts in rows if len(parts) > 2}
            assert told["Answer the next waiting chat"] == "w ctrl+n"
            assert told["Show the keys"] == "F2 !"
            assert told["Undo the last send or mark"] == "(palette)"
            await press(app, "escape")


@pytest.mark.usefixtures("own_keys")
@pytest.mark.parametrize(("language", "width"), [("en", 120), ("ru", 80)])
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
            assert shown.startswith(f" {hints[0][0]} {hints[0][1]}  ")
            assert shown.rstrip().endswith(" ".join(hints[-1]))
            first = {Where.LIST: "w", Where.HISTORY: "w", Where.COMPOSE: "ctrl+s"}[place]
            assert hints[0][0] == first


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_dialog_tells_its_keys_in_its_last_line_at_80_by_24(
    language: str, tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language=language, prepare=some_answers))
    app = stage[0].app
    async with app.run_test(size=(80, 24)) as pilot:
        for dialog, way in DIALOGS.items():
            await pressing(*way)(pilot)
            assert len(app.screen_stack) == 3, dialog
            line = app.screen.query_one("#keys", Static)
            words = str(line.render())
            # The picker has so many keys that the one for leaving is on its frame.
            frame = str(app.screen.query_one("#box").border_subtitle or "")
            assert "Esc" in (frame if dialog == "files" else words), dialog
            assert "Enter" in words or "↑↓" in words, dialog
            assert len(words) <= line.content_size.width, "nothing is cut"
            assert app.screen.region.contains_region(line.region), dialog
            while len(app.screen_stack) > 2 or isinstance(app.focused, Compose):
                await press(app, "escape")
