"""The help screen as lines."""

from collections.abc import Iterable
from itertools import zip_longest

from rich.cells import cell_len

from chat_tui.locale import _, in_all
from chat_tui.ui.keys import HelpRow, commands
from chat_tui.words.layouts import fits
from chat_tui.words.line import Line, Role, Span, pad, wrap

_KEYS_MAX = 18


def help_lines(rows: Iterable[HelpRow], query: str, cells: int) -> list[Line]:
    """The rows that fit the query, in either language or layout, under the names of their places."""
    spoken = {command.title: in_all(command.words) for command in commands()}
    found = [row for row in rows if fits(query, row.keys, row.words, row.place, *spoken.get(row.words, ()))]
    if not found:
        return [(Span(_("No such key. Shorten what you typed."), Role.WARN),)]
    column = min(_KEYS_MAX, max(cell_len(row.keys) for row in found))
    lines: list[Line] = []
    place = ""
    for row in found:
        if row.place != place:
            lines += [(), (Span(row.place, Role.STRONG),)] if lines else [(Span(row.place, Role.STRONG),)]
            place = row.place
        lines += _row_lines(row, column, cells - column - 4)
    return lines


def _row_lines(row: HelpRow, column: int, cells: int) -> list[Line]:
    both = zip_longest(wrap(row.keys, column), wrap(row.words, cells), fillvalue="")
    return [(Span(f"  {pad(keys, column)}  ", Role.ACCENT), Span(words)) for keys, words in both]
