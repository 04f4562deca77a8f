"""What a file is, by its content: its name may say anything."""

from typing import Final

HEAD: Final = 16
"""Bytes that tell."""
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
TEXT_BYTES: Final = 256 * 1024
"""A longer text is better read elsewhere."""


def picture_kind(head: bytes) -> str | None:
    """PNG, JPEG, GIF or WEBP; None for anything else, which is never decoded."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for mark, kind in _PICTURES.items() if head.startswith(mark)), None)


def text_of(content: bytes) -> str | None:
    """The text of a small text file, raw; None for anything else."""
    if len(content) > TEXT_BYTES or b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
