"""One table says what every key does, everywhere keys are shown."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from textual.keys import _character_to_key

from chat_tui import locale
from chat_tui.ui import keys
from chat_tui.ui.keys import COMMANDS, Where

CATALOGUE = Path(locale.__file__).parent / "ru" / "messages.po"


def test_ids_are_unique_and_none_is_without_a_key() -> None:
    """Promised: U21."""
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
    assert [command.id for command in COMMANDS if not command.keys] == []


@pytest.mark.parametrize("focus", [Where.LIST, Where.HISTORY, Where.COMPOSE])
def test_no_key_means_two_things_in_one_place(focus: Where) -> None:
    heard = [key for command in keys.heard(focus) for key in command.keys]
    assert len(heard) == len(set(heard))


def test_no_letter_is_bound_where_text_is_typed_and_none_depends_on_layout() -> None:
    """Promised: U23."""
    for command in COMMANDS:
        for key in command.keys:
            assert key not in {"full_stop", "comma", "semicolon", "apostrophe", ".", ",", ";", "'", "[", "]"}
            assert command.where is not Where.COMPOSE or len(key) > 1


def test_keys_of_the_app_reach_dialogs_and_its_letters_do_not_disturb_typing() -> None:
    """Promised: U24."""
    priority = {binding.key: binding.priority for binding in keys.bindings(Where.ANYWHERE)}
    assert priority == {
        "f1": True,
        "question_mark": False,
        "ctrl+p": True,
        "ctrl+q": True,
        "q": False,
        "T": False,
    }


def test_bindings_carry_the_ids_of_their_commands() -> None:
    bound = {binding.key: (binding.id, binding.action) for binding in keys.bindings(Where.OUTSIDE_TEXT)}
    assert bound["n"] == ("next_waiting", "next_waiting")
    assert bound["3"] == ("tab_3", "tab(3)")
    assert {binding.id for binding in keys.bindings(Where.HISTORY)} == {
        "move_down",
        "move_up",
        "move_first",
        "move_last",
        "page_down",
        "page_up",
        "view",
        "save",
        "copy",
    }


def test_hints_show_a_key_that_works_where_the_caret_is() -> None:
    assert ("?", "keys") in keys.hints(Where.LIST)
    assert ("F1", "keys") in keys.hints(Where.COMPOSE)
    assert ("Enter", "read") in keys.hints(Where.LIST)
    assert ("n", "next") not in keys.hints(Where.COMPOSE)


def test_help_names_every_command_and_every_key() -> None:
    """Promised: U21."""
    rows = keys.help_rows()
    assert {row.words for row in rows} == {command.words for command in COMMANDS}
    assert ("In the text box", "ctrl+j Shift+Enter Alt+Enter") in {(row.place, row.keys) for row in rows}


def test_every_word_is_translated() -> None:
    """Promised: U61."""
    with CATALOGUE.open("rb") as file:
        known = {str(message.id): str(message.string) for message in read_po(file, locale="ru") if message.id}
    spoken = {command.words for command in COMMANDS} | {command.hint for command in COMMANDS if command.hint}
    spoken |= {words for _place, words in keys._PLACES} | {"(palette)"}
    assert [words for words in sorted(spoken) if not known.get(words)] == []


def test_a_key_types_what_textual_says_it_types() -> None:
    letters = [chr(code) for code in range(0x21, 0x7F)] + ["я", "№", "“"]
    assert {letter: keys.typed_by(_character_to_key(letter)) for letter in letters} == {
        letter: letter for letter in letters
    }
    silent = ["escape", "enter", "tab", "f1", "pagedown", "up", "ctrl+n", "alt+slash", "shift+tab", "delete"]
    assert [key for key in silent if keys.typed_by(key)] == []
    assert keys.typed_by("space") == " "


def test_bindings_hints_and_help_speak_the_language_chosen_last() -> None:
    locale.use("ru")
    assert keys.bindings(Where.LIST)[0].description == "Перейти к переписке"
    assert ("n", "следующий") in keys.hints(Where.LIST)
    assert keys.help_rows()[0].place == "Вне поля ввода"
