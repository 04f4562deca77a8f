"""Answers prepared by the operator, with markers that are replaced by facts about the open chat."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """The fact that replaces a marker; the value is the marker's English name."""

    NAME = "name"
    """The buyer's first name."""
    ORDER = "order"
    RETURN = "return"
    SHOP = "shop"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Template:
    """One prepared answer."""

    name: str
    """The name of its file without the extension; templates are searched by it."""
    text: str


_RUSSIAN: Final = {
    Field.NAME: "имя",
    Field.ORDER: "заказ",
    Field.RETURN: "возврат",
    Field.SHOP: "магазин",
    Field.OPERATOR: "оператор",
}
_NAMES: Final = {name: field for field in Field for name in (field.value, _RUSSIAN[field])}
_MARKER: Final = re.compile(rf"\{{\s*({'|'.join(_NAMES)})\s*\}}", re.IGNORECASE)


_LIKE: Final = re.compile(r"\{\s*([^\W\d_]{1,30})\s*\}")
"""What looks like a marker: one word in braces."""


def marker(field: Field, language: str) -> str:
    """The spelling of a marker in a language; templates may use either spelling in both languages."""
    return f"{{{_RUSSIAN[field] if language == 'ru' else field.value}}}"


def pieces(text: str) -> Iterator[tuple[str, Field | None]]:
    """The text cut at its markers: each piece, with its field if it is a marker and None if it is not."""
    end = 0
    for match in _MARKER.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], None
        yield match[0], _NAMES[match[1].lower()]
        end = match.end()
    if end < len(text):
        yield text[end:], None


def fill(text: str, values: Mapping[Field, str]) -> str:
    """The text with its markers replaced; a marker without a value stays in the text."""
    return "".join((field and values.get(field)) or piece for piece, field in pieces(text))


def unfilled(text: str) -> tuple[str, ...]:
    """The markers in the text as they are written there, each once."""
    return tuple(dict.fromkeys(piece for piece, field in pieces(text) if field is not None))


def unknown(text: str) -> tuple[str, ...]:
    """What looks like a marker in the text but names no field, each once, as it is written there."""
    found = (match for match in _LIKE.finditer(text) if match[1].lower() not in _NAMES)
    return tuple(dict.fromkeys(match[0] for match in found))
