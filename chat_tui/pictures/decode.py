"""The child: a picture on standard input, its pixels for so many cells on standard output.

`python -m chat_tui.pictures.decode COLUMNS ROWS` answers with one line, `OK width height` before the pixels
(three bytes each), `LARGE` or `BAD`. It is given little time and memory and may die of either.
"""

import io
import resource
import sys
from typing import Final

from PIL import Image

from chat_tui.pictures.bare import bare

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS: Final = 40_000_000
MOST_BYTES: Final = 20 * 1024 * 1024
_MEMORY: Final = 1024 * 1024 * 1024
_SECONDS: Final = 4
_GREY: Final = (128, 128, 128)
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the orientation that its camera wrote."""


def main() -> None:
    """Decode and answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(MOST_BYTES + 1), columns, rows))


def answer(content: bytes, columns: int, rows: int) -> bytes:
    """The answer of the child."""
    room = max(1, columns), max(1, 2 * rows)
    # What a file tells about its picture may be broken where the picture is not: then it is left out.
    return _tried(content, room) or _tried(bare(content), room) or b"BAD\n"


def _tried(content: bytes, room: tuple[int, int]) -> bytes | None:
    """The answer to a file; None if anything in it is broken."""
    try:
        return _decoded(content, room)
    except _TooLargeError:
        return b"LARGE\n"
    except Exception:  # noqa: BLE001 - whatever a decoder raises of a broken picture
        return None


class _TooLargeError(Exception):
    """More pixels than are decoded."""


def _decoded(content: bytes, room: tuple[int, int]) -> bytes:
    # Its own limit only warns up to twice the number; ours is looked at below, before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _TooLargeError
        # Only a JPEG can be read small, and it alone tells before its pixels how it was held.
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
    """How the camera was held; 0 if nothing says so, as in every GIF."""
    told = picture.getexif().get(_ORIENTATION, 0) if picture.format != "GIF" else 0
    return told if isinstance(told, int) else 0


def _plain(picture: Image.Image) -> Image.Image:
    """Without palettes and deep samples, which do not scale."""
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = picture.convert("F")
        plain = deep.point(lambda value: value * (1 / 256) + 0).convert("L")
        plain.info = dict(picture.info)
        return plain
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_grey(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, (*_GREY, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


if __name__ == "__main__":
    main()
