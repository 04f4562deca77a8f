"""Cutting, filling and breaking text by cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.safetext import one_line, safe
from chat_tui.words.line import Role, Span, cut, cut_middle, fit, pad, spread, text_of, width_of, wrap
from tests.ui.pane_samples import HOSTILE

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.text("аб漢😀 \n\u0301", max_size=200))


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("Ольга", 5, "Ольга"),
        ("Ольга", 4, "Оль…"),
        ("漢字", 4, "漢字"),
        ("漢字", 3, "漢…"),
        ("漢字", 2, "…"),
        ("Ольга", 0, ""),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_cut(text: str, cells: int, expected: str) -> None:
    assert cut(text, cells) == expected


def test_cut_middle_keeps_both_ends() -> None:
    assert cut_middle("photo_of_a_broken_plate.jpg", 15) == "photo_o…ate.jpg"


def test_pad_fills_on_either_side() -> None:
    assert pad("漢", 4) == "漢  "
    assert pad("3 h", 6, right=True) == "   3 h"


def test_spread_lets_the_left_side_give_way() -> None:
    line = spread((Span("Konstantin Konstantinov"),), (Span("draft", Role.ACCENT),), 14)
    assert text_of(line) == "Konstan… draft"


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("ab abcdefgh", 4, ["ab", "abcd", "efgh"]),
        ("  indented", 20, ["  indented"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("漢漢漢", 4, ["漢漢", "漢"]),
    ],
)
def test_wrap(text: str, cells: int, expected: list[str]) -> None:
    assert wrap(text, cells) == expected


@given(TEXTS, st.integers(2, 60))
def test_wrap_loses_nothing_but_blanks_and_keeps_the_width(text: str, cells: int) -> None:
    seen = safe(text)
    lines = wrap(seen, cells)
    assert "".join("".join(lines).split()) == "".join(seen.split())
    assert all(cell_len(line) <= cells for line in lines)


@given(TEXTS, TEXTS, st.integers(0, 60))
def test_lines_fit(left: str, right: str, cells: int) -> None:
    spans = [Span(one_line(text)) for text in (left, right)]
    assert width_of(fit(spans, cells)) <= cells
    assert width_of(spread(spans[:1], spans[1:], cells)) == cells
    assert cell_len(pad(spans[0].text, cells)) == cells


@given(TEXTS)
def test_the_width_of_shown_text_is_the_sum_of_its_characters(text: str) -> None:
    seen = safe(text)
    assert cell_len(seen) == sum(map(cell_len, seen))
