"""The ЙЦУКЕН layout and the Latin one, key by key; nothing here needs a screen."""

from collections.abc import Callable, Container
from typing import Final

from textual.keys import _character_to_key

_CYRILLIC: Final = "йцукенгшщзхъфывапролджэячсмитьбюёіїєў"
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`s]'o"
_SHIFTED: Final = str.maketrans("[];',.`", '{}:"<>~')
TABLE: Final = {
    **dict(zip(_CYRILLIC, _LATIN, strict=True)),
    **dict(zip(_CYRILLIC.upper(), _LATIN.upper().translate(_SHIFTED), strict=True)),
    "№": "#",
}
"""The Latin character on the same key, for each character of ЙЦУКЕН."""
_SIGNS: Final = dict(zip('.,?/;:"№', "/?&|$^@#", strict=True))
TWINS: Final = {_character_to_key(sign): _character_to_key(same) for sign, same in _SIGNS.items()}
"""The Latin key, as Textual spells it, for each sign that ЙЦУКЕН types with another key.

The sign does not show which of two keys was pressed: full_stop may be slash, comma may be question_mark.
"""
_TRANSLATION: Final = str.maketrans(TABLE)


def latin(text: str) -> str:
    """The text that the same physical keys type on a Latin keyboard: `црен` is `whty`."""
    return text.translate(_TRANSLATION)


def key_typing(character: str) -> str:
    """The key that types a character, as Textual spells it: `?` is `question_mark`."""
    return _character_to_key(character)


def on_latin(key: str, character: str | None, bound: Callable[[], Container[str]]) -> tuple[str, str | None]:
    """The key, as Textual spells it, and character of the Latin layout for a key pressed on either layout.

    A sign that both layouts have keeps its meaning if its key is among the `bound` ones, and its character.
    """
    *modifiers, base = key.split("+")
    if base in TWINS:
        twin, keys = "+".join([*modifiers, TWINS[base]]), bound()
        return twin if twin in keys and key not in keys else key, character
    if character in TABLE:
        return key_typing(TABLE[character]), TABLE[character]
    if character is None and base in TABLE:
        return "+".join([*modifiers, key_typing(TABLE[base].lower())]), None
    return key, character
