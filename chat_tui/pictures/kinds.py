"""Detects the kind of a file by its content, as its name may be wrong."""

import codecs
from itertools import pairwise
from typing import Final

HEAD: Final = 16
"""Bytes from the start of a file that `picture_kind` needs."""
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
TEXT_BYTES: Final = 256 * 1024
"""A longer text is not shown."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings; a longer mark comes before one that it begins with."""
_WINDOWS: Final = "windows-1251"
_USUAL: Final = frozenset("оеаинтсрвл")
"""The letters that make two thirds of a Russian text."""
_CONTROLS: Final = bytes(code for code in range(32) if chr(code) not in "\t\n\r\f\x1a\x1b") + b"\x7f"
"""Control characters that are not expected in a text file."""


def picture_kind(head: bytes) -> str | None:
    """PNG, JPEG, GIF or WEBP, by the first `HEAD` bytes; None for anything else, which is never decoded."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for mark, kind in _PICTURES.items() if head.startswith(mark)), None)


def text_of(content: bytes) -> tuple[str, str] | None:
    """The raw text of a text file of at most `TEXT_BYTES`, and its encoding; None for anything else.

    The encoding is "" for UTF-8, "UTF-16" or "UTF-32" after a byte order mark, else "windows-1251", a guess.
    """
    if len(content) > TEXT_BYTES:
        return None
    certain = unicode_of(content)
    if certain is not None:
        text, encoding = certain
        return None if "\0" in text else (text, "" if encoding.startswith("utf-8") else encoding.upper())
    windows = _windows_text(content)
    return None if windows is None else (windows, _WINDOWS)


def unicode_of(content: bytes) -> tuple[str, str] | None:
    """The text of a file that is valid Unicode, and its encoding; None if it is not."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _windows_text(content: bytes) -> str | None:
    """The text as a Russian Windows wrote it; None unless it looks so: small letters with few capitals.

    Read in another encoding, the same bytes have capitals in place of small letters, or signs.
    """
    if content.translate(None, _CONTROLS) != content:
        return None
    try:
        text = content.decode(_WINDOWS)
    except UnicodeDecodeError:
        return None
    foreign = [letter for letter in text if not letter.isascii()]
    russian = [letter for letter in foreign if "а" <= letter.lower() <= "я" or letter in "Ёё"]
    is_russian = 2 * len(russian) > len(foreign)
    return text if is_russian and _is_written_so(text, content) else None


def _is_written_so(text: str, content: bytes) -> bool:
    """Whether capitals are where people put them; without small letters, whether usual letters prevail."""
    pairs = [pair for pair in pairwise(text) if all(map(str.isalpha, pair))]
    if 10 * sum(first.isascii() is not second.isascii() for first, second in pairs) > len(pairs):
        return False  # many letters are accented ones between Latin ones: another language
    odd = sum(first.islower() and second.isupper() for first, second in pairs)
    shouted = sum(first.isupper() and second.isupper() for first, second in pairs)
    small = sum(first.islower() and second.islower() for first, second in pairs)
    if small:
        return 10 * odd <= len(pairs) and shouted <= small
    # Small letters of KOI8-R are capitals in windows-1251, and the other way round.
    return odd == 0 and _usual(text) > _usual(content.decode("koi8-r"))


def _usual(text: str) -> int:
    return sum(letter in _USUAL for letter in text.lower())
