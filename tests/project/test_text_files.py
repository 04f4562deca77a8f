"""Buyers' text files in the encodings that systems really write, and files that are no text (case 012)."""

import os

import pytest

from chat_tui.pictures.kinds import TEXT_BYTES, text_of

WORDS = "Добрый день! Чек № 512 от 01.02.2026: итого 1 990,50 руб. Спасибо.\r\n"


@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        (WORDS.encode(), ""),
        (WORDS.encode("utf-8-sig"), ""),
        (WORDS.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "UTF-16"),
        (b"\xff\xfe\0\0" + WORDS.encode("utf-32-le"), "UTF-32"),
        (b"\0\0\xfe\xff" + WORDS.encode("utf-32-be"), "UTF-32"),
        (WORDS.encode("cp1251"), "windows-1251"),
    ],
)
def test_a_text_is_read_as_it_was_written(content: bytes, guessed: str) -> None:
    assert text_of(content) == (WORDS, guessed)


@pytest.mark.parametrize(
    "words",
    [
        "чек",
        "ЧЕК ОПЛАЧЕН НАЛИЧНЫМИ",
        "Артикул ABC-12/3, цвет «синий» — 2 шт.",
        "Order 512: paid.\r\nСпасибо!",
        "iPhone 15, USB-C; ООО «Ромашка», ИНН 7701234567",
        "Ёлка, ёжик, №5",
    ],
)
def test_what_a_russian_windows_writes_is_guessed(words: str) -> None:
    assert text_of(words.encode("cp1251")) == (words, "windows-1251")


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "iso8859-5"])
@pytest.mark.parametrize("words", [WORDS.replace("№", "N"), "чек оплачен наличными", "Спасибо, всё получили"])
def test_other_systems_writing_is_never_shown_as_garbage(encoding: str, words: str) -> None:
    found = text_of(words.encode(encoding))
    assert found is None or found[0] == words


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\0",
        b"PK\x03\x04" + bytes(range(256)),
        b"\xff\xfe\0",
        b"\xff\xfe\x00\xd8",
        b"abc\0def",
        "naïve café".encode("latin-1"),
        "Größe überprüfen".encode("cp1252"),
        "日本語のテキスト".encode("shift-jis"),
        bytes(range(0xC0, 0x100)) * 4 + b"\x01",
        b"x" * (TEXT_BYTES + 1),
    ],
)
def test_what_is_no_text_or_of_nobody_knows_where_stays_another_kind(content: bytes) -> None:
    assert text_of(content) is None


def test_random_bytes_are_no_text() -> None:
    assert all(text_of(os.urandom(600)) is None for _ in range(200))
