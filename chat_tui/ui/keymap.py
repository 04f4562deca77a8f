"""The operator's own keys from settings.toml: checked line by line, and put in place of the built-in ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.settings import OwnKeys
from chat_tui.settings.file import wrong
from chat_tui.terminal.layout import key_typing, latin
from chat_tui.ui.keys import COMMANDS, LABELS, Command, Where, heard, key_label, typed_by

_MODIFIERS: Final = frozenset({"alt", "ctrl", "shift"})
_OTHER_NAMES: Final = {"return": "enter", "del": "delete", "ins": "insert", "←": "left", "→": "right"}
_ALIASES: Final = {label.lower(): name for name, label in LABELS.items()} | _OTHER_NAMES
"""Other names that people write for keys, in small letters, and Textual's name of each."""
_SAME: Final = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that most terminals cannot distinguish, because a keyboard sends the same for both."""


def chosen(own: Sequence[OwnKeys], path: Path, *, jcuken: bool) -> tuple[Command, ...]:
    """All commands, with the operator's keys in place of ours.

    Raises SettingsProblem, with the line and the remedy, for an unknown command, a key that cannot be used,
    or two commands with one key in the same place.
    """
    known = {command.id: command for command in COMMANDS}
    for wish in own:
        if wish.command not in known:
            raise wrong(path, wish.line, _unknown(wish.command))
        known[wish.command] = _with_keys(known[wish.command], wish, path, jcuken=jcuken)
    commands = tuple(known.values())
    lines = {wish.command: wish.line for wish in own}
    for place in (Where.LIST, Where.HISTORY, Where.COMPOSE, Where.ORDER):
        _refuse_conflict(heard(place, commands), lines, path)
    return commands


def key_named(name: str, *, jcuken: bool) -> str | None:
    """The key as Textual spells it, from a name as people write it; None if it names no key."""
    *modifiers, base = name.strip().split("+") if name.strip() not in {"", "+"} else [name.strip()]
    held = sorted({modifier.strip().lower() for modifier in modifiers})
    key = _base(base.strip(), jcuken=jcuken)
    if key is None or not _MODIFIERS.issuperset(held):
        return None
    if held == ["shift"] and typed_by(key):
        # A shifted letter is named by its capital; what other shifted keys type depends on the layout.
        return key.upper() if len(key) == 1 and key.isalpha() else None
    return "+".join([*held, key.lower() if held else key])


def _base(name: str, *, jcuken: bool) -> str | None:
    if len(name) == 1:
        character = latin(name) if jcuken else name
        if character in _ALIASES:
            return _ALIASES[character]
        return key_typing(character) if character.isprintable() and character != " " else None
    plain = name.lower().replace(" ", "").replace("_", "")
    plain = _ALIASES.get(plain, plain)
    if plain in LABELS:
        return plain
    character = typed_by(name.lower())
    return name.lower() if character and key_typing(character) == name.lower() else None


def _with_keys(command: Command, wish: OwnKeys, path: Path, *, jcuken: bool) -> Command:
    keys: list[str] = []
    for name in wish.keys:
        key = key_named(name, jcuken=jcuken)
        if key is None:
            words = _("“{name}” is not a key; write for example n, N, ?, ctrl+n, alt+n, F2, Enter or PgUp")
            raise wrong(path, wish.line, words, name=name)
        if key in _SAME:
            words = _("terminals send the same for “{name}” and {other}; choose another key")
            raise wrong(path, wish.line, words, name=name, other=key_label(_SAME[key]))
        # The box handles the one typed key that is built in, and no other.
        if command.where is Where.COMPOSE and typed_by(key) and key not in command.keys:
            words = _("“{name}” is typed into the text where “{command}” works; add ctrl+ or alt+")
            raise wrong(path, wish.line, words, name=name, command=command.id)
        keys.append(key)
    return replace(command, keys=tuple(dict.fromkeys(keys)))


def _refuse_conflict(commands: Iterable[Command], lines: Mapping[str, int], path: Path) -> None:
    taken: dict[str, Command] = {}
    for command in commands:
        for key in command.keys:
            other = taken.setdefault(key, command)
            if other is not command:
                # Built-in keys do not clash, so at least one of the two is from the file.
                line = max(lines.get(command.id, 0), lines.get(other.id, 0))
                words = _("“{key}” would mean both “{first}” and “{second}”; give one of them another key")
                raise wrong(
                    path,
                    line,
                    words,
                    key=key_label(key),
                    first=other.id,
                    second=command.id,
                )


def _unknown(name: str) -> str:
    import difflib  # noqa: PLC0415 - only a mistyped name needs it

    ids = [command.id for command in COMMANDS]
    if close := difflib.get_close_matches(name, ids, 1):
        return _("there is no command “{name}”; did you mean “{close}”?").format(name=name, close=close[0])
    return _("there is no command “{name}”; there are {known}").format(name=name, known=", ".join(ids))
