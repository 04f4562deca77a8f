"""Every key acts the same on both layouts: the operator presses keys, whatever is printed by them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult
from textual.keys import _character_to_key
from textual.widgets import Input, Static

from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.keys import typed_by
from tests.support.scenes import Scene, make_scene
from tests.support.settling import press, pressing

LATIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
JCUKEN = 'ё1234567890-=йцукенгшщзхъ\\фывапролджэячсмитьбю.Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,'
PHYSICAL = dict(zip(LATIN, JCUKEN, strict=True))
"""What each physical key types on ЙЦУКЕН, by what it types on the Latin layout."""
PANES = {"list": ("j",), "history": ("j", "enter"), "box": ("n",), "order": ("j", "i")}


def on_jcuken(key: str) -> events.Key:
    """The event of the physical key that a binding means, pressed on ЙЦУКЕН."""
    *modifiers, base = key.split("+")
    character = PHYSICAL.get(typed_by(base))
    name = base if character is None else _character_to_key(character)
    # A terminal that reports modifiers names the character without shift.
    return events.Key("+".join([*modifiers, name]), None if modifiers else character)


class Keyboard(TerminalApp[None]):
    """An app that records which of the bound keys acted."""

    AUTO_FOCUS = None

    def __init__(self, *bound: str) -> None:
        super().__init__(farewell="")
        self.ran: list[str] = []
        for key in bound:
            self.bind(key, f"run('{key}')")

    def compose(self) -> ComposeResult:
        yield Static()
        yield Input()

    def action_run(self, key: str) -> None:
        self.ran.append(key)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    scene = make_scene(tmp_path, language="en")
    yield scene
    scene.close()


@pytest.mark.parametrize("pane", PANES)
async def test_every_binding_of_the_program_works_on_both_layouts(pane: str, stage: Scene) -> None:
    """Promised: U23."""
    app = stage.app
    async with app.run_test(size=(160, 40)) as pilot:
        await pressing(*PANES[pane])(pilot)
        seen = 0
        for key, bound in app.screen.active_bindings.items():
            is_ours = bound.binding.id is not None
            if is_ours and (pane != "box" or len(typed_by(key)) != 1):
                event = on_jcuken(key)
                app.rename(event)
                assert event.key == key
                seen += 1
        assert seen > 10


@pytest.mark.parametrize("character", [latin for latin, russian in PHYSICAL.items() if latin != russian])
async def test_any_key_that_a_shop_chooses_works_on_both_layouts(character: str) -> None:
    key = _character_to_key(character)
    app = Keyboard(key, f"alt+{key}")
    async with app.run_test():
        for pressed in (on_jcuken(key), events.Key(key, character)):
            app.post_message(pressed)
            await app.keys_settled()
        assert app.ran == [key, key]
        if character == character.lower():
            for chord in (on_jcuken(f"alt+{key}"), events.Key(f"alt+{key}", None)):
                app.post_message(chord)
                await app.keys_settled()
            assert app.ran[2:] == [f"alt+{key}"] * 2


async def test_a_sign_that_is_bound_itself_keeps_its_own_meaning() -> None:
    app = Keyboard("full_stop", "slash", "comma")
    async with app.run_test():
        await press(app, ".", "/", ",", "?")
        assert app.ran == ["full_stop", "slash", "comma"]


async def test_in_a_text_field_every_sign_is_text() -> None:
    app = Keyboard("slash", "question_mark", "ampersand")
    async with app.run_test():
        app.query_one(Input).focus()
        await press(app, ".", ",", "?", "ю")
        assert (app.query_one(Input).value, app.ran) == (".,?ю", [])


async def test_on_a_phonetic_layout_a_sign_is_only_itself() -> None:
    app = Keyboard("slash")
    app.jcuken = False
    async with app.run_test():
        await press(app, ".")
        assert app.ran == []


async def test_the_key_of_the_question_mark_shows_the_keys(stage: Scene) -> None:
    app = stage.app
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing("j", ",")(pilot)
        assert type(app.screen).__name__ == "Help"


async def test_in_the_empty_box_the_key_of_the_slash_asks_for_templates_and_within_text_it_is_text(
    stage: Scene,
) -> None:
    app = stage.app
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing("n", ",", "т", ".")(pilot)
        box = app.screen.query_one(Compose)
        asked: list[object] = []
        box.action_templates = lambda *_sign: asked.append(1)  # type: ignore[method-assign]
        assert (box.text, asked) == (",т.", []), "a sign within text, and the other one even before it"
        await press(app, "backspace", "backspace", "backspace", ".")
        assert asked == [1]
