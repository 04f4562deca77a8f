"""Text from outside cannot control a terminal, and is shown completely."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from chat_tui import safetext
from chat_tui.safetext import is_blank, one_line, safe, stripped

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x08\x0b\r\n\t\x1b\x7f\x85\x9b\x9c\u200b\u200c\u200d\u202e\u2028\ufe0f\u20e3\u0301\u0306\u034f"
            "\u3164\ud83d\ude00\u0e47 [];m<>×…иe👩❤🏽🇷"
        ),
    ),
    max_size=60,
)


@given(NASTY, st.booleans(), st.integers(min_value=1, max_value=80))
@settings(max_examples=2000, deadline=None)
@example("a\u200c\u200d👩\u200d\u200c", True, 50)
@example("\x1b\x1b\x1b", True, 3)
def test_safe_is_idempotent_bounded_and_without_controls(text: str, lines: bool, limit: int) -> None:
    once = safe(text, lines=lines, limit=limit)
    assert cell_len(once) == sum(map(get_character_cell_size, once))
    assert safe(once, lines=lines, limit=limit) == once
    assert len(once) <= limit
    assert unicodedata.is_normalized("NFC", once)
    allowed = "\n\u200c" if lines else "\u200c"
    assert not [c for c in once if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in allowed]


@given(NASTY)
@settings(max_examples=1000, deadline=None)
def test_stripped_is_idempotent_and_keeps_no_controls(text: str) -> None:
    once = stripped(text)
    assert stripped(once) == once
    assert not [
        c for c in once if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\t\n\u200c\u200d"
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        ("\x1b[2J\x1b[H", "␛[2J␛[H"),
        ("\x9b31m\x85", "<009B>31m<0085>"),
        ("Оплачено\rНе оплачено", "Оплачено␍Не оплачено"),
        ("\x00\x00\x00\x7f", "␀×3␡"),
        ("\u202egpj.exe", "<202E>gpj.exe"),
        ("\u200b" * 4096, "<200B>×4096"),
        ("\u3164", "<3164>"),
        ("конец \ud83d", "конец \ufffd"),
        ("a\r\nb\u2028c\td", "a\nb\nc    d"),
        ("e" + "\u0301" * 500, "é" + "\u0301" * 3),
        ("ก" + "็" * 9, "ก" + "็" * 3),
        ("e" + "\u0301\u200c" * 500, "é\u200c\u0301\u200c"),
        ("\u1112" + "\u1161" * 500, "하" + "\u1161" * 3),
        ("и\u0306", "й"),
        ("a\u200db", "ab"),
        ("x\ufffe\u2065\U000e0fff", "x<FFFE><2065><E0FFF>"),
        ("👩‍👩‍👧‍👦 ❤️ 👍🏽 1️⃣ 🏳️‍🌈", "👩 ❤ 👍 1 🏳"),
        ("فا\u200cرسی", "فا\u200cرسی"),
        ("[/] [50%] \\[x]", "[/] [50%] \\[x]"),
    ],
)
def test_every_kind_of_hostile_text_becomes_visible(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_a_name_stays_on_one_line() -> None:
    assert one_line("Иван\nМаркет:\t заказ\u00a0отменён ") == "Иван Маркет: заказ отменён"


def test_a_long_text_ends_with_an_ellipsis() -> None:
    assert safe("я" * 20_000) == "я" * 20_000
    assert safe("я" * 20_001) == "я" * 19_999 + "…"
    assert safe("\u202e\u202d" * 10, limit=20) == "<202E><202D><202E><…"


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("\x1b]0;title\x07x\x1b]8;;https://evil.example\x1b\\y", "xy"),
        ("\x9b31mx\x9d0;t\x9cy\x90q\x9cz", "xyz"),
        ("\x1b]8;;https://evil.example", "]8;;https://evil.example"),
        ("rm\r\nrf\rx\ty", "rm\nrf\nx\ty"),
        ("\u202eabc\u200b", "abc"),
        ("один\x0bдва\x0cтри", "один\nдва\nтри"),
        ("один\x85два\u2028три\u2029четыре", "один\nдва\nтри\nчетыре"),
        ("один\rдва\n\rтри", "один\nдва\n\nтри"),
        ("один\x1eдва\x1cтри", "один\nдва\nтри"),
        ("один\x00два\x00\x00три", "один два три"),
        ("один\x1fдва\x07\x08три", "один два три"),
        ("цена\x96100 \x7fруб.\x00", "цена 100 руб."),
        ("один\x00 два\n\x01три", "один два\nтри"),
        ("о\u00adдин сло\u200bво", "один слово"),
        ("один\x1b\x00[31mдва", "один [31mдва"),
        ("один\tдва", "один\tдва"),
        ("👩‍👧 ❤️", "👩‍👧 ❤️"),
    ],
)
def test_stripped_removes_whole_sequences_and_keeps_the_words(raw: str, left: str) -> None:
    assert stripped(raw) == left


@pytest.mark.parametrize(
    "text", ["", "  \n\t", "\u200b\u2060", "\u3164 \u034f", "\u2800", "\x00\x1b", "\ufe0f\u0301"]
)
def test_nothing_to_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["а", " . ", "👍", "\u200b1", "\uf8ff", "\U000f0000", "\U0001faf0"])
def test_something_to_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_no_character_of_the_fast_path_needs_work() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if safetext._HOT.search(character):
            continue
        assert unicodedata.category(character) not in {"Cf", "Cs", "Mn", "Me", "Mc", "Zl", "Zp"}, hex(code)
        assert unicodedata.category(character) != "Cc" or character == "\n", hex(code)
        assert unicodedata.is_normalized("NFC", character), hex(code)
        assert safetext._cooled(character) == character, hex(code)


def test_plain_russian_takes_the_fast_path() -> None:
    assert safetext._HOT.search("Добрый день! Заказ № 512, «ё» — 100 ₽ 👍 ✓ … 🇷🇺"[:-2]) is None
