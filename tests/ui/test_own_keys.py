"""The operator's own keys: what can be wrong with them, what they do, and that every place shows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.settings import Flags, Settings, SettingsProblem, load
from chat_tui.ui import keys
from chat_tui.ui.dialogs.app_dialogs import palette_commands
from chat_tui.ui.keymap import chosen, key_named
from chat_tui.ui.keys import COMMANDS, Command, Where
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk


@pytest.fixture(autouse=True)
def _own_keys_end_with_the_test() -> Iterator[None]:
    yield
    keys.use(COMMANDS)


def read(path: Path, text: str) -> tuple[Command, ...]:
    """The commands that the program makes from a settings file."""
    path.write_text(text, encoding="utf-8")
    settings = load(Flags(), {}, path)
    return chosen(settings.keys.own, path, jcuken=settings.keys.is_jcuken)


def keys_of(commands: tuple[Command, ...], name: str) -> tuple[str, ...]:
    return next(command.keys for command in commands if command.id == name)


# -- the file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[keys]\n\nnext_waitin = "b"', 3, "no command “next_waitin”; did you mean “next_waiting”?"),
        ('[keys]\nxyzzy = "b"', 2, "no command “xyzzy”; there are next_waiting, write, open, "),
        ('keys.write = "strg+x"', 1, "“strg+x” is not a key; write for example n, N, ?, ctrl+n"),
        ('[keys]\nwrite = "nn"', 2, "“nn” is not a key"),
        ('[keys]\nwrite = "ctrl+"', 2, "“ctrl+” is not a key"),
        ('[keys]\nwrite = "shift+1"', 2, "“shift+1” is not a key"),
        ('[keys]\nwrite = ["w", "f99"]', 2, "“f99” is not a key"),
        ('[keys]\nwrite = "ctrl+m"', 2, "terminals send the same for “ctrl+m” and Enter"),
        ('[keys]\nwrite = "Ctrl+ш"', 2, "terminals send the same for “Ctrl+ш” and Tab"),
        ('[keys]\nattach = "o"', 2, "“o” is typed into the text where “attach” works; add ctrl+ or alt+"),
        ('[keys]\nattach = "space"', 2, "“space” is typed into the text"),
        ('[keys]\nwrite = "n"', 2, "“n” would mean both “next_waiting” and “write”"),
        ('[keys]\nwrite = "т"', 2, "“n” would mean both “next_waiting” and “write”"),
        ('[keys]\nwrite = "ctrl+q"', 2, "“ctrl+q” would mean both “write” and “quit”"),
        ('[keys]\nattach = "F1"', 2, "“F1” would mean both “attach” and “help”"),
        ('[keys]\nwrite = "b"\n# and\nundo = "b"', 4, "“b” would mean both “write” and “undo”"),
        ('[keys]\nundo = "b"\n# and\nwrite = "b"', 4, "“b” would mean both “write” and “undo”"),
        ('[keys]\nopen = "J"\nmove_last = "J"', 3, "“J” would mean both “open” and “move_last”"),
        ("[keys]\nwrite = 5", 2, "“write” must be a key in quotes, or a list of keys"),
        ("[keys]\nwrite = [5]", 2, "“write” must be a key in quotes, or a list of keys"),
        ('[keys.write]\nkey = "b"', 1, "“write” must be a key in quotes, or a list of keys"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_fix(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    """Promised: U22."""
    path = tmp_path / "settings.toml"
    with pytest.raises(SettingsProblem) as raised:
        read(path, text)
    assert str(raised.value).startswith(f"{path}, line {line}: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_it_is_told_in_russian(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[keys]\nwrite = "n"')
    settings = load(Flags(), {}, path)
    locale.use("ru")
    with pytest.raises(SettingsProblem, match="строка 2: «n» назначена и на «next_waiting», и на «write»"):
        chosen(settings.keys.own, path, jcuken=True)


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ('next_waiting = ["n", "ctrl+n"]', "next_waiting", ("n", "ctrl+n")),
        ('write = ""', "write", ()),
        ("write = []", "write", ()),
        ('write = ["b", "B", "b"]', "write", ("b", "B")),
        ('next_waiting = "c"\nwrite = "n"', "write", ("n",)),
        ('send = "ctrl+s"\nnewline = "enter"', "newline", ("enter",)),
        # The same key in two panes: only one of them has the focus.
        ('attach = "ctrl+b"\nmove_first = "ctrl+b"', "attach", ("ctrl+b",)),
    ],
)
def test_keys_are_taken_from_the_file(tmp_path: Path, text: str, name: str, wanted: tuple[str, ...]) -> None:
    assert keys_of(read(tmp_path / "settings.toml", f"[keys]\n{text}"), name) == wanted


def test_without_own_keys_everything_is_as_declared(tmp_path: Path) -> None:
    assert read(tmp_path / "settings.toml", '[keys]\nlayout = "off"') == COMMANDS
    assert "layout" not in {command.id for command in COMMANDS}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("n", "n"),
        ("N", "N"),
        ("shift+n", "N"),
        ("т", "n"),
        ("Т", "N"),
        ("ctrl+т", "ctrl+n"),
        ("Ctrl+N", "ctrl+n"),
        ("Shift+Ctrl+Up", "ctrl+shift+up"),
        ("alt+х", "alt+left_square_bracket"),
        ("?", "question_mark"),
        ("/", "slash"),
        ("slash", "slash"),
        ("+", "plus"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("Page Up", "pageup"),
        ("↓", "down"),
        ("F12", "f12"),
    ],
)
def test_names_of_keys(name: str, key: str) -> None:
    assert key_named(name, jcuken=True) == key


def test_every_key_of_ours_has_a_name_people_can_write() -> None:
    for command in COMMANDS:
        for key in command.keys:
            assert key_named(keys.key_label(key), jcuken=True) == key


def test_a_phonetic_layout_has_its_own_letters() -> None:
    assert key_named("т", jcuken=False) == "т"


# -- the program -------------------------------------------------------------------------------------

OWN = """
[keys]
next_waiting = ["w", "ctrl+n"]
write = "b"
quit = "ctrl+x"
palette = "ctrl+k"
help = "f2"
next_pane = ""
move_down = "h"
leave = "ctrl+l"
undo = []
"""


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with Sandbox.start(chats=6, seed=3, buyers=False) as market:
        yield market


async def closed(at: Desk) -> None:
    await at.until(lambda: not at.dialog, "the dialog closed")


async def test_chosen_keys_act_and_the_old_ones_do_not(tmp_path: Path, shop: Sandbox) -> None:
    keys.use(read(tmp_path / "settings.toml", OWN))
    async with desk(tmp_path, shop) as at:
        await at.synced()
        before = at.highlighted
        await at.press("n", "c", "u", "j", "tab")
        assert (at.highlighted, at.focus, at.said) == (before, "list", [])
        await at.press("р")  # on ЙЦУКЕН: h
        assert at.highlighted != before
        await at.press("ц")  # on ЙЦУКЕН: w
        await at.until(lambda: at.focus == "box", "the next chat open")
        first = at.opened
        await at.write("wnц")
        await at.press("ctrl+т")
        await at.until(lambda: at.opened not in {None, first}, "another chat open")
        assert (at.focus, at.box) == ("box", "")
        await at.press("ctrl+l")
        assert at.focus == "history"
        await at.press("b")
        assert at.focus == "box"


async def test_dialogs_open_and_close_by_their_keys_of_today(tmp_path: Path, shop: Sandbox) -> None:
    keys.use(read(tmp_path / "settings.toml", OWN))
    async with desk(tmp_path, shop) as at:
        await at.press("f1", "ctrl+p", "?", "ctrl+q", "q")
        assert at.dialog == ""
        for key, dialog in (("ctrl+л", "Palette"), ("f2", "Help")):
            await at.press(key)
            assert at.dialog == dialog
            await at.press(key)
            await closed(at)
        await at.press("ctrl+ч")
        await at.until(lambda: not at.app.is_running, "the app left")


@pytest.mark.parametrize("key", ["f1", "ctrl+p"])
async def test_without_own_keys_they_close_by_the_keys_that_opened_them(
    tmp_path: Path, shop: Sandbox, key: str
) -> None:
    async with desk(tmp_path, shop) as at:
        await at.press(key)
        assert at.dialog
        await at.press(key)
        await closed(at)


async def test_the_screen_tells_the_chosen_keys(tmp_path: Path, shop: Sandbox) -> None:
    keys.use(read(tmp_path / "settings.toml", OWN))
    async with desk(tmp_path, shop) as at:
        await at.synced()
        bottom = at.screen.splitlines()[-1]
        assert " w next " in bottom
        assert " b write " in bottom
        assert "undo" not in bottom
        assert bottom.startswith(" commands  w next ")
        assert bottom.endswith("  F2 keys")
        await at.press("ctrl+k")
        await at.write("тщ црщ")  # no such command
        await at.until_shown("No such command")
        await at.press("ctrl+u")
        await at.write("цкшеу шт еру срфе")  # "write in the chat", typed on ЙЦУКЕН
        row = next(line for line in at.screen.splitlines() if "Write in the chat" in line)
        assert row.rstrip("│ ").endswith(" b")
        await at.press("escape", "f2")
        row = next(line for line in at.screen.splitlines() if "Go to the next waiting chat" in line)
        assert "w ctrl+n" in row
        await at.press("escape")


def test_a_command_without_a_key_is_told_by_its_words(tmp_path: Path) -> None:
    keys.use(read(tmp_path / "settings.toml", '[keys]\nnext_waiting = ""\nhelp = "?"'))
    assert keys.key_of("next_waiting") == "“Go to the next waiting chat”"
    assert "next" not in {word for _key, word in keys.hints(Where.LIST)}
    assert ("?", "keys") in keys.hints(Where.LIST)
    assert "keys" not in {word for _key, word in keys.hints(Where.COMPOSE)}
    assert [row.keys for row in keys.help_rows() if row.words == "Go to the next waiting chat"] == [
        "(palette)"
    ]
    assert palette_commands("to the next")[0].id == "next_waiting"


def test_settings_hold_them_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[keys]\nwrite = "b"\nlayout = "off"\nundo = ["z", ""]')
    own = load(Flags(), {}, path).keys.own
    assert [(one.command, one.keys, one.line) for one in own] == [("write", ("b",), 2), ("undo", ("z",), 4)]
    assert Settings().keys.own == ()
