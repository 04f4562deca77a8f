"""Keys and commands are found in both languages and on both layouts."""

import re

import pytest
from textual.binding import Binding
from textual.widgets import Input

from chat_tui import locale
from chat_tui.terminal.layout import latin
from chat_tui.ui.dialogs.app_dialogs import Help, Palette, help_lines, palette_commands
from chat_tui.ui.keys import COMMANDS, Command, HelpRow, help_rows
from chat_tui.words.layouts import cyrillic
from chat_tui.words.line import text_of, width_of
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import DialogApp, staged, until


def ids(query: str) -> list[str]:
    return [command.id for command in palette_commands(query)]


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


async def test_enter_runs_the_highlighted_command_and_gives_it() -> None:
    class Tried(DialogApp):
        ran: list[str] = []  # noqa: RUF012 - one test, one list

        def action_quit(self) -> None:  # type: ignore[override]
            self.ran.append("quit")

    app = Tried(Palette())
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

    app = Tried(Palette())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot.app)
        await press(pilot.app, *"attach", "enter")
        await until(pilot, lambda: app.query_one(Writing).value == "attached")


async def test_nothing_found_is_said_and_enter_does_nothing() -> None:
    async with staged(Palette()) as (app, pilot):
        await press(pilot.app, *"zzzz", "enter")
        assert "No such command" in app.says("#status")
        assert not app.results
        await press(pilot.app, "escape")
        assert app.results == [None]


async def test_keys_stand_beside_the_words_even_where_the_list_scrolls() -> None:
    async with staged(Palette()) as (app, _pilot):
        first = app.seen().splitlines()[0]
        assert first.startswith("▌ Answer the next waiting chat")
        assert first.endswith(" n")
        assert len(first) == app.choices.scrollable_content_region.width < app.choices.size.width


async def test_a_command_that_nobody_here_knows_says_so() -> None:
    async with staged(Palette()) as (app, pilot):
        await press(pilot.app, *"attach", "enter")
        await until(pilot, lambda: list(app._notifications))
        assert "does not work here" in next(iter(app._notifications)).message


def drawn(app: DialogApp) -> str:
    return "\n".join(text_of(line).rstrip() for line in app.choices.rows)


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_command_is_listed_with_its_keys_and_nothing_is_cut(language: str) -> None:
    locale.use(language)
    async with staged(Help()) as (app, _pilot):
        lines = drawn(app)
        for row in help_rows():
            assert row.place in lines
            assert row.words in lines
        assert max(map(width_of, app.choices.rows)) <= app.choices.size.width - 3


async def test_the_keys_scroll_from_the_field_to_the_end_and_back() -> None:
    async with staged(Help()) as (app, pilot):
        top = app.seen()
        last = text_of(app.choices.rows[-1]).strip()
        assert last not in top
        await press(pilot.app, *["pagedown"] * 5)
        assert last in app.seen()
        await press(pilot.app, "up")
        assert last not in app.seen()
        await press(pilot.app, *["pageup"] * 5)
        assert app.seen() == top


async def test_typing_narrows_the_keys_in_both_languages_and_layouts() -> None:
    locale.use("ru")
    async with staged(Help()) as (app, pilot):
        for query in ("outbox", "щгеищч", "исходящие", "bc[jlz"):
            app.field.value = query
            await settled(pilot.app)
            assert "Показать исходящие" in drawn(app)
            assert "Показать споры" not in drawn(app)


async def test_no_key_found_is_said() -> None:
    async with staged(Help()) as (app, pilot):
        app.field.value = "[/]"
        await settled(pilot.app)
        assert "No such key" in drawn(app)


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_the_keys_close(key: str) -> None:
    async with staged(Help()) as (app, pilot):
        await press(pilot.app, key)
        assert app.results == [None]


def test_many_keys_take_several_lines_beside_their_words() -> None:
    row = HelpRow("Writing", "ctrl+j Shift+Enter Alt+Enter", "Start a new line")
    lines = [text_of(line).split() for line in help_lines([row], "", 60)]
    assert lines[0] == ["Writing"]
    assert lines[1] == ["ctrl+j", "Shift+Enter", "Start", "a", "new", "line"]
    assert lines[2] == ["Alt+Enter"]
