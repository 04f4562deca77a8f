"""What a file is, by its content: its name may say anything."""

import codecs
from itertools import pairwise
from typing import Final

HEAD: Final = 16
"""Bytes that tell."""
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
TEXT_BYTES: Final = 256 * 1024
"""A longer text is better read elsewhere."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What stands at the beginning of a text that says how it is written; the longer mark first."""
_WINDOWS: Final = "windows-1251"
_USUAL: Final = frozenset("оеаинтсрвл")
"""The letters of which two thirds of a Russian text are made."""
_CONTROLS: Final = bytes(code for code in range(32) if chr(code) not in "\t\n\r\f\x1a\x1b") + b"\x7f"


def picture_kind(head: bytes) -> str | None:
    """PNG, JPEG, GIF or WEBP; None for anything else, which is never decoded."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for mark, kind in _PICTURES.items() if head.startswith(mark)), None)


def text_of(content: bytes) -> tuple[str, str] | None:
    """The text of a small text file, raw, and the encoding that was guessed; None for anything else.

    The encoding is empty where nothing was guessed: UTF-8, or what the mark of the file says.
    """
    if len(content) > TEXT_BYTES:
        return None
    sure = unicode_of(content)
    if sure is not None:
        text, encoding = sure
        return None if "\0" in text else (text, "" if encoding.startswith("utf-8") else encoding.upper())
    windows = _windows_text(content)
    return None if windows is None else (windows, _WINDOWS)


def unicode_of(content: bytes) -> tuple[str, str] | None:
    """The text of a file that is surely Unicode, and how it is written; None if nothing is sure."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def _windows_text(content: bytes) -> str | None:
    """What a Russian Windows wrote, if it looks like nothing else: words in small letters with few capitals.

    In the encodings of other systems the same bytes are capitals for small letters, or signs.
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
    """Whether capitals stand where people put them; if there are only capitals, whether the usual ones do."""
    pairs = [pair for pair in pairwise(text) if all(map(str.isalpha, pair))]
    if 10 * sum(first.isascii() is not second.isascii() for first, second in pairs) > len(pairs):
        return False  # the accents of another language
    odd = sum(first.islower() and second.isupper() for first, second in pairs)
    shouted = sum(first.isupper() and second.isupper() for first, second in pairs)
    small = sum(first.islower() and second.islower() for first, second in pairs)
    if small:
        return 10 * odd <= len(pairs) and shouted <= small
    return odd == 0 and _usual(text) > _usual(content.decode("koi8-r"))


def _usual(text: str) -> int:
    return sum(letter in _USUAL for letter in text.lower())
