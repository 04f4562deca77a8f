"""Queries that were typed in the wrong keyboard layout."""

from typing import Final

from chat_tui.terminal.layout import latin

# Without letters of other Cyrillic alphabets: they share keys with Russian ones.
_LETTERS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_BACK: Final = str.maketrans({latin(letter): letter for letter in _LETTERS})


def cyrillic(text: str) -> str:
    """The text that the same physical keys type on ЙЦУКЕН, in lower case: `ghbdtn` is `привет`."""
    return text.lower().translate(_BACK)


def spellings(query: str) -> tuple[str, ...]:
    """The query as typed and in either layout, in lower case, without duplicates."""
    query = query.casefold().strip()
    return tuple(dict.fromkeys((query, latin(query), cyrillic(query))))


def other_layouts(text: str) -> tuple[str, ...]:
    """The texts that the same keys type in the other layout; empty if they are the same."""
    return tuple(other for other in dict.fromkeys((latin(text), cyrillic(text))) if other != text.lower())


def fits(query: str, *texts: str) -> bool:
    """Whether there is a spelling of the query whose words are all in the texts."""
    where = [text.casefold().replace("ё", "е") for text in texts]
    return any(
        all(any(word in text for text in where) for word in spelling.replace("ё", "е").split())
        for spelling in spellings(query)
    )
