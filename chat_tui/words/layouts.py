"""A query typed while the other keyboard layout was on."""

from typing import Final

from chat_tui.terminal.layout import latin

_LETTERS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_BACK: Final = str.maketrans({latin(letter): letter for letter in _LETTERS})


def cyrillic(text: str) -> str:
    """What the same physical keys give on ЙЦУКЕН, in small letters: `ghbdtn` is `привет`."""
    return text.lower().translate(_BACK)


def spellings(query: str) -> tuple[str, ...]:
    """The query as typed and as it reads on either layout, in small letters, without repetition."""
    query = query.casefold().strip()
    return tuple(dict.fromkeys((query, latin(query), cyrillic(query))))


def other_layouts(text: str) -> tuple[str, ...]:
    """How else the same keys read, if they do."""
    return tuple(other for other in dict.fromkeys((latin(text), cyrillic(text))) if other != text.lower())


def fits(query: str, *texts: str) -> bool:
    """Whether every word of the query, in one of its spellings, stands in one of the texts."""
    where = [text.casefold().replace("ё", "е") for text in texts]
    return any(
        all(any(word in text for text in where) for word in spelling.replace("ё", "е").split())
        for spelling in spellings(query)
    )
