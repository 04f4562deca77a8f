"""One line of a pane as values: pieces of text, each with the role that decides its style."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

from chat_tui.words import glyphs


class Role(StrEnum):
    """The purpose of a piece of a line; a widget has a style for every role."""

    TEXT = "text"
    SOFT = "soft"
    MUTED = "muted"
    STRONG = "strong"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    OURS = "ours"
    BUYER = "buyer"
    THIRD = "third"
    RULE = "rule"
    ACTIVE = "active"
    FOUND = "found"


class Span(NamedTuple):
    """A piece of a line; its text is safe and contains no line break."""

    text: str
    role: Role = Role.TEXT


Line = tuple[Span, ...]
"""One line, not wider than the caller asked for."""


def width_of(line: Iterable[Span]) -> int:
    """The width of a line in cells."""
    return sum(cell_len(span.text) for span in line)


def text_of(line: Iterable[Span]) -> str:
    """The text of a line without its roles."""
    return "".join(span.text for span in line)


def cut(text: str, cells: int) -> str:
    """The text in at most `cells` cells, with … where something was left out."""
    if cell_len(text) <= cells:
        return text
    return f"{_head(text, cells - 1)}{glyphs.CUT}" if cells > 0 else ""


def cut_middle(text: str, cells: int) -> str:
    """The text in at most `cells` cells, with beginning and end kept: for file names."""
    if cell_len(text) <= cells or cells < 5:
        return cut(text, cells)
    tail = _head(text[::-1], (cells - 1) // 2)[::-1]
    return f"{_head(text, cells - 1 - cell_len(tail))}{glyphs.CUT}{tail}"


def beginning(text: str, lines: int, cells: int) -> str:
    """The first lines of a `safe` text, none wider than `cells`, with … where more follows."""
    wrapped = wrap(text, cells)
    return "\n".join([*wrapped[:lines], *([glyphs.CUT] if len(wrapped) > lines else [])])


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """The text cut and filled to exactly `cells` cells; `right` puts the blanks before it."""
    fitted = cut(text, cells)
    blanks = " " * (cells - cell_len(fitted))
    return blanks + fitted if right else fitted + blanks


def fit(line: Sequence[Span], cells: int) -> Line:
    """The line cut to at most `cells` cells."""
    if width_of(line) <= cells:
        return tuple(line)
    kept: list[Span] = []
    for span in line:
        room = cells - width_of(kept)
        if cell_len(span.text) > room or room <= 0:
            kept.append(Span(cut(span.text, room) if room > 0 else "", span.role))
            break
        kept.append(span)
    return tuple(span for span in kept if span.text)


def spread(left: Sequence[Span], right: Sequence[Span], cells: int) -> Line:
    """`left` and `right` at the two ends of a line of `cells` cells; `left` is cut if both do not fit."""
    tail = fit(right, cells)
    head = fit(left, max(0, cells - width_of(tail) - (1 if tail else 0)))
    return (*head, Span(" " * (cells - width_of(head) - width_of(tail))), *tail)


def rule(words: str, role: Role, width: int) -> Line:
    """Words in the middle of a line, between two short rules."""
    label = cut(words, max(1, width - 8))
    side = glyphs.RULE * 3
    left = max(0, (width - cell_len(label) - 8) // 2)
    return fit(
        (Span(" " * left), Span(f"{side} ", Role.RULE), Span(label, role), Span(f" {side}", Role.RULE)), width
    )


def wrap(text: str, cells: int) -> list[str]:
    """The text in lines of at most `cells` cells, broken at spaces where possible; `text` is `safe`."""
    cells = max(1, cells)
    wrapped: list[str] = []
    for paragraph in text.split("\n"):
        if cell_len(paragraph) <= cells:
            wrapped.append(paragraph.rstrip())
        else:
            wrapped.extend(_broken(paragraph, cells))
    return wrapped


def _broken(paragraph: str, cells: int) -> Iterable[str]:
    rest = paragraph.rstrip()
    while rest:
        # A character of two cells does not fit into one: it is taken all the same, or this would never end.
        head = _head(rest, cells) or rest[0]
        if len(head) == len(rest):
            yield rest
            return
        space = head.rfind(" ") if rest[len(head)] != " " else len(head)
        if space > 0 and head[:space].strip():
            head = head[:space]
        yield head.rstrip()
        rest = rest[len(head) :].lstrip(" ")


def _head(text: str, cells: int) -> str:
    total = 0
    for index, character in enumerate(text):
        total += get_character_cell_size(character)
        if total > cells:
            return text[:index]
    return text
