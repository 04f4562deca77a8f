"""A picture without what its file tells about it: texts, profiles, dates. A fault in them costs no pixel."""

from collections.abc import Iterator
from typing import Final

_PNG_HEAD: Final = 8
_PNG_KEPT: Final = frozenset({b"tRNS"})
"""Chunks that a decoder may leave out, but that change what is seen."""
_JPEG_SCAN: Final = 0xDA
_JPEG_ALONE: Final = frozenset({0x00, 0x01, *range(0xD0, 0xDA), 0xFF})
"""What stands behind 0xFF without a length."""
_JPEG_TOLD: Final = frozenset({0xFE, *range(0xE1, 0xF0)} - {0xEE})
"""Comments and the blocks of programs, but for the one that says how colours are meant."""
_WEBP_HEAD: Final = 12
_WEBP_TOLD: Final = frozenset({b"EXIF", b"XMP ", b"ICCP"})
_WEBP_HAS_TOLD: Final = 0x20 | 0x08 | 0x04
"""The flags that say so in the head of an extended file."""


def bare(content: bytes) -> bytes:
    """The same picture without what is told about it, whatever of it is broken; other files as they are."""
    if content.startswith(b"\x89PNG"):
        return content[:_PNG_HEAD] + b"".join(_png(content))
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"".join(_jpeg(content))
    if content.startswith(b"RIFF"):
        chunks = b"WEBP" + b"".join(_webp(content))
        return b"RIFF" + len(chunks).to_bytes(4, "little") + chunks
    return content


def _png(content: bytes) -> Iterator[bytes]:
    at = _PNG_HEAD
    while at + 8 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        # A capital first letter: nothing can be drawn without it.
        if name[:1].isupper() or name in _PNG_KEPT:
            yield content[at:end]
        at = end


def _jpeg(content: bytes) -> Iterator[bytes]:
    at = content.find(b"\xff", 2)
    while 0 <= at < len(content) - 3:
        kind = content[at + 1]
        if kind == _JPEG_SCAN:
            yield content[at:]
            return
        end = at + 1
        if kind not in _JPEG_ALONE:
            end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if kind not in _JPEG_TOLD:
                yield content[at:end]
        at = content.find(b"\xff", end)


def _webp(content: bytes) -> Iterator[bytes]:
    at = _WEBP_HEAD
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        chunk = content[at : at + 8 + size + size % 2]
        if name == b"VP8X" and len(chunk) > 8:
            yield chunk[:8] + bytes([chunk[8] & ~_WEBP_HAS_TOLD]) + chunk[9:]
        elif name not in _WEBP_TOLD:
            yield chunk
        at += len(chunk)
