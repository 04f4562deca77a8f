"""Keys and commands are found in both languages and on both layouts."""

import re
from collections.abc import Callable

import pytest
from textual.binding import Binding
from textual.widgets import Input

from chat_tui import locale
from chat_tui.terminal.layout import latin
from chat_tui.ui.dialogs.app_dialogs import (
    Help,
    Palette,
    help_lines,
    palette_commands,
    palette_line,
    sign_lines,
)
from chat_tui.ui.keys import COMMANDS, Command, Where, help_rows
from chat_tui.words import glyphs
from chat_tui.words.layouts import cyrillic
from chat_tui.words.line import Role, text_of, width_of
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import DialogApp, staged, until


def ids(query: str) -> list[str]:
    return [command.id for command in palette_commands(query)]


def the_palette(why: str = "") -> Palette:
    return Palette(lambda command: why if command.id == "attach" else "")


def the_help(why: str = "") -> Help:
    return Help(Where.LIST, lambda command: why if command.id == "attach" else "")


def test_all_commands_but_itself_in_the_declared_order() -> None:
    """Promised: U21."""
    assert ids("") == [command.id for command in COMMANDS if command.id != "palette"]


@pytest.mark.parametrize("query", ["исходящие", "bc[jlz", "outbox", "щгеищч", "ИСХ"])
def test_a_command_is_found_in_either_language_and_layout(query: str) -> None:
    locale.use("ru")
    assert ids(query)[0] == "outbox"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_is_found_by_its_words_in_both_languages_and_on_the_wrong_layout(
    command: Command, language: str
) -> None:
    locale.use(language)
    english, russian = (
        " ".join(re.findall(r"[^\W\d_]+", words)[:4]) for words in locale.in_all(command.words)
    )
    assert english != russian
    wrong = (cyrillic(english), latin(russian.lower()))
    for query in (english, russian, *wrong):
        assert command.id == "palette" or command.id in ids(query), query


def test_what_begins_with_the_query_comes_first() -> None:
    found = ids("re")
    assert found.index("refresh") < found.index("previous_waiting")
    assert ids("send")[:2] == ["send", "undo"]


async def test_enter_runs_the_highlighted_command_and_gives_it() -> None:
    class Tried(DialogApp):
        ran: list[str] = []  # noqa: RUF012 - one test, one list

        def action_quit(self) -> None:  # type: ignore[override]
            self.ran.append("quit")

    app = Tried(the_palette())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot.app)
        await press(pilot.app, *"quit")
        assert app.choices.current is not None
        assert app.choices.current.id == "quit"
        assert "ctrl+q" in app.seen()
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.ran)
        assert app.ran == ["quit"]
        assert [command.id for command in app.results] == ["quit"]


async def test_the_action_runs_at_the_focus_before_the_app() -> None:
    class Writing(Input):
        BINDINGS = [Binding("ctrl+o", "attach")]  # noqa: RUF012

        def action_attach(self) -> None:
            self.value = "attached"

    class Tried(DialogApp):
        def compose(self):  # type: ignore[no-untyped-def]
            yield Writing()

        def action_attach(self) -> None:
            raise AssertionError("the focused box knows this action")

    app = Tried(the_palette())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot.app)
        await press(pilot.app, *"attach", "enter")
        await until(pilot, lambda: app.query_one(Writing).value == "attached")


async def test_nothing_found_is_said_and_enter_does_nothing() -> None:
    async with staged(the_palette()) as (app, pilot):
        await press(pilot.app, *"zzzz", "enter")
        assert "No such command" in app.seen()
        assert not app.results
        await press(pilot.app, "escape")
        assert app.results == [None]


async def test_keys_stand_beside_the_words_even_where_the_list_scrolls() -> None:
    async with staged(the_palette()) as (app, _pilot):
        first = app.seen().splitlines()[0]
        assert first.startswith("▌ Go to the next waiting chat")
        assert first.endswith(" n")
        assert len(first) == app.choices.scrollable_content_region.width < app.choices.size.width


@pytest.mark.parametrize("made", [the_palette, the_help])
async def test_a_command_that_cannot_run_says_why_and_the_list_stays(
    made: Callable[[str], Palette | Help],
) -> None:
    async with staged(made("Start writing first: c")) as (app, pilot):
        await press(pilot.app, *"attach")
        assert app.says("#status") == ""
        await press(pilot.app, "enter")
        assert app.says("#status") == "Start writing first: c"
        assert not app.results
        await press(pilot.app, "backspace")
        assert app.says("#status") == "", "another text is another question"


async def test_the_palette_shows_in_the_row_why_a_command_cannot_run() -> None:
    async with staged(the_palette("Start writing first: c")) as (app, pilot):
        await press(pilot.app, *"file")
        row = next(line for line in app.seen().splitlines() if "Attach a file" in line)
        assert row.endswith("Attach a file · Start writing first: c")
        (line,) = [palette_line(one, "why", 40) for one in COMMANDS if one.id == "attach"]
        assert {span.role for span in line} == {Role.MUTED}


def drawn(app: DialogApp) -> str:
    return "\n".join(text_of(line).rstrip() for line, _command in app.choices.rows)


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_command_is_listed_with_its_keys_and_nothing_is_cut(language: str) -> None:
    locale.use(language)
    async with staged(the_help()) as (app, _pilot):
        lines = drawn(app)
        for row in help_rows():
            assert row.place in lines
            assert row.words in lines
        assert max(width_of(line) for line, _command in app.choices.rows) <= app.choices.size.width - 3


async def test_the_highlight_skips_headings_and_shows_them_with_their_first_line() -> None:
    async with staged(the_help()) as (app, pilot):
        top = app.seen()
        assert top.splitlines()[:2] == [f"  {help_rows()[0].place}", top.splitlines()[1]]
        assert top.splitlines()[1].startswith("▌ n ")
        last = text_of(app.choices.rows[-1][0]).strip()
        assert last not in top
        seen = []
        for _step in range(2 * len(COMMANDS)):
            assert app.choices.current is not None
            seen.append(app.choices.current[1].id)
            await press(pilot.app, "down")
        assert list(dict.fromkeys(seen)) == [row.command.id for row in help_rows()]
        assert last in app.seen()
        await press(pilot.app, *["pageup"] * 9)
        assert app.seen() == top


async def test_typing_narrows_the_keys_in_both_languages_and_layouts() -> None:
    locale.use("ru")
    async with staged(the_help()) as (app, pilot):
        for query in ("outbox", "щгеищч", "исходящие", "bc[jlz"):
            app.field.value = query
            await settled(pilot.app)
            assert "Показать исходящие" in drawn(app)
            assert "Показать споры" not in drawn(app)


async def test_no_key_found_is_said() -> None:
    async with staged(the_help()) as (app, pilot):
        app.field.value = "[/]"
        await settled(pilot.app)
        assert "No such key" in app.seen()
        await press(pilot.app, "enter")
        assert not app.results


async def test_the_keys_close() -> None:
    async with staged(the_help()) as (app, pilot):
        await press(pilot.app, "escape")
        assert app.results == [None]


async def test_enter_in_the_keys_runs_the_line() -> None:
    class Tried(DialogApp):
        ran: list[str] = []  # noqa: RUF012 - one test, one list

        def action_quit(self) -> None:  # type: ignore[override]
            self.ran.append("quit")

    app = Tried(the_help())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot.app)
        await press(pilot.app, *"ctrl+q", "enter")
        await until(pilot, lambda: app.ran)
        assert [command.id for command in app.results] == ["quit"]


def test_in_a_narrow_window_the_words_have_more_room_than_the_keys() -> None:
    lines = [text_of(line) for line, command in help_lines(help_rows(), "", 36) if command]
    assert max(map(len, lines)) <= 36
    assert {line[12:14] for line in lines} == {"  "}


def test_many_keys_take_several_lines_beside_their_words() -> None:
    (row,) = [row for row in help_rows() if row.command.id == "newline"]
    lines = [text_of(line).split() for line, _command in help_lines([row], "", 60)]
    assert lines[0] == row.place.split()
    assert lines[1] == ["ctrl+j", "Shift+Enter", "Start", "a", "new", "line"]
    assert lines[2] == ["Alt+Enter"]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("cells", [34, 60, 96])
def test_the_signs_of_the_list_are_explained(language: str, cells: int) -> None:
    locale.use(language)
    lines = [line for line, command in sign_lines("", cells) if command is None]
    assert all(width_of(line) <= cells for line in lines)
    shown = " ".join(text_of(line) for line in lines)
    for sign in (glyphs.WARNED, glyphs.LATE, glyphs.DISPUTE, glyphs.UNSEEN, glyphs.PIN, glyphs.NOTE):
        assert f" {sign}" in shown
    assert "`warn`" in shown
    assert "`late`" in shown
    assert len(sign_lines("late", cells)) < len(sign_lines("", cells))
    assert sign_lines("nothing like it", cells) == []


async def test_the_signs_can_be_found_and_scrolled_to() -> None:
    async with staged(the_help()) as (app, pilot):
        app.field.value = "signs"
        await settled(pilot.app)
        assert "before a name: a dispute" in app.seen()
        app.field.value = ""
        await settled(pilot.app)
        met = ""
        for _step in range(len(COMMANDS)):
            await press(pilot.app, "down")
            met += app.seen()
        assert "before a name: a dispute" in met
