"""The child: reads a picture from standard input and writes its pixels for so many cells to standard output.

`python -m chat_tui.pictures.decode COLUMNS ROWS` answers with one line, `OK width height` before the pixels
(three bytes each), `LARGE` or `BAD`. Its time and memory are limited, and it may die of either limit.
"""

import io
import resource
import sys
from collections.abc import Iterator
from typing import Final

from PIL import Image

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS: Final = 40_000_000
MOST_BYTES: Final = 20 * 1024 * 1024
"""Of the file; a longer one is LARGE."""
_MEMORY: Final = 1024 * 1024 * 1024
_SECONDS: Final = 4
"""Of processor time."""
_GREY: Final = (128, 128, 128)
"""What transparent pixels are shown on."""
_ORIENTATION: Final = 0x0112
"""The Exif tag."""
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The turn that makes a picture upright, by the orientation that its camera wrote."""


def main() -> None:
    """Decode and answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    # One byte more than allowed shows that the file is longer; the rest of it is not read.
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(MOST_BYTES + 1), columns, rows))


def answer(content: bytes, columns: int, rows: int) -> bytes:
    """The answer of the child to the content of a file."""
    if len(content) > MOST_BYTES:
        return b"LARGE\n"
    room = max(1, columns), max(1, 2 * rows)
    # If it fails, once more without metadata, which may be broken where the picture is not.
    return _tried(content, room) or _tried(_bare(content), room) or b"BAD\n"


def _tried(content: bytes, room: tuple[int, int]) -> bytes | None:
    """The answer to the content of a file; None if anything in it is broken."""
    try:
        return _decoded(content, room)
    except Exception:  # noqa: BLE001 - a decoder may raise anything for a broken picture
        return None


def _decoded(content: bytes, room: tuple[int, int]) -> bytes:
    # Pillow's own limit only warns up to twice the number; ours is checked before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return b"LARGE\n"
        # Only a JPEG can be decoded at a reduced size, and only its orientation is known before its pixels.
        if picture.format == "JPEG":
            picture.draft("RGB", room[::-1] if _orientation(picture) in range(5, 9) else room)
        picture.load()
        shown = _plain(picture)
        if (turn := _TURNS.get(_orientation(picture))) is not None:
            shown = shown.transpose(turn)
        shown.thumbnail(room, reducing_gap=2.0)
        flat = _on_grey(shown)
    return b"OK %d %d\n" % flat.size + flat.tobytes()


def _orientation(picture: Image.Image) -> int:
    """How the camera was held, a key of `_TURNS`; any other number = no turn, 0 = unknown."""
    value = picture.getexif().get(_ORIENTATION, 0) if picture.format != "GIF" else 0
    return value if isinstance(value, int) else 0


def _plain(picture: Image.Image) -> Image.Image:
    """The picture as L, RGB or RGBA: palettes and samples of more than 8 bits cannot be scaled."""
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = picture.convert("F")
        # Pillow takes no other form of a function for such samples.
        plain = deep.point(lambda value: value * (1 / 256) + 0).convert("L")
        plain.info = dict(picture.info)
        return plain
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_grey(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, (*_GREY, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


# ---- a picture without its metadata: texts, profiles, dates

_PNG_HEAD: Final = 8
_PNG_KEPT: Final = frozenset({b"tRNS"})
"""Optional chunks that change what is seen (here: transparency)."""
_JPEG_SCAN: Final = 0xDA
_JPEG_ALONE: Final = frozenset({0x00, 0x01, *range(0xD0, 0xDA), 0xFF})
"""Bytes after 0xFF that no length follows."""
_JPEG_METADATA: Final = frozenset({0xFE, *range(0xE1, 0xF0)} - {0xEE})
"""Comments and blocks of applications, except Adobe's, which says how colours are meant."""
_WEBP_HEAD: Final = 12
_WEBP_METADATA: Final = frozenset({b"EXIF", b"XMP ", b"ICCP"})
_WEBP_HAS_METADATA: Final = 0x20 | 0x08 | 0x04
"""The flags for these chunks in the head of an extended file."""


def _bare(content: bytes) -> bytes:
    """The same picture without its metadata, broken or not; a file of another kind as it is."""
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
        # A capital first letter marks a chunk without which nothing can be drawn.
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
            if kind not in _JPEG_METADATA:
                yield content[at:end]
        at = content.find(b"\xff", end)


def _webp(content: bytes) -> Iterator[bytes]:
    at = _WEBP_HEAD
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        chunk = content[at : at + 8 + size + size % 2]
        if name == b"VP8X" and len(chunk) > 8:
            yield chunk[:8] + bytes([chunk[8] & ~_WEBP_HAS_METADATA]) + chunk[9:]
        elif name not in _WEBP_METADATA:
            yield chunk
        at += len(chunk)


if __name__ == "__main__":
    main()
