import pytest

from chat_tui import locale
from chat_tui.ui.keys import HelpRow, help_rows
from chat_tui.ui.screens.app_dialogs import Help
from chat_tui.ui.view.help_rows import help_lines
from chat_tui.words.line import text_of, width_of
from tests.support.settling import press, settled
from tests.ui.screens.stage import DialogApp, staged


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


async def test_it_scrolls_from_the_field_to_the_end_and_back() -> None:
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


async def test_typing_narrows_in_both_languages_and_layouts() -> None:
    locale.use("ru")
    async with staged(Help()) as (app, pilot):
        for query in ("outbox", "щгеищч", "исходящие", "bc[jlz"):
            app.field.value = query
            await settled(pilot.app)
            assert "Показать исходящие" in drawn(app)
            assert "Показать споры" not in drawn(app)


async def test_nothing_found_is_said() -> None:
    async with staged(Help()) as (app, pilot):
        app.field.value = "[/]"
        await settled(pilot.app)
        assert "No such key" in drawn(app)


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_it_closes(key: str) -> None:
    async with staged(Help()) as (app, pilot):
        await press(pilot.app, key)
        assert app.results == [None]


def test_many_keys_take_several_lines_beside_their_words() -> None:
    row = HelpRow("Writing", "ctrl+j Shift+Enter Alt+Enter", "Start a new line")
    lines = [text_of(line).split() for line in help_lines([row], "", 60)]
    assert lines[0] == ["Writing"]
    assert lines[1] == ["ctrl+j", "Shift+Enter", "Start", "a", "new", "line"]
    assert lines[2] == ["Alt+Enter"]
