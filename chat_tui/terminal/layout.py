"""The ЙЦУКЕН layout and the Latin one, key by key; nothing here needs a screen."""

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
_TRANSLATION: Final = str.maketrans(TABLE)


def latin(text: str) -> str:
    """The text that the same physical keys type on a Latin keyboard: `црен` is `whty`."""
    return text.translate(_TRANSLATION)


def key_typing(character: str) -> str:
    """The key that types a character, as Textual spells it: `?` is `question_mark`."""
    return _character_to_key(character)
