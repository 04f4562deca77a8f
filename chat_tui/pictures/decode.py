"""The child: a picture on standard input, its pixels for so many cells on standard output.

`python -m chat_tui.pictures.decode COLUMNS ROWS` answers with one line, `OK width height` before the pixels
(three bytes each), `LARGE` or `BAD`. It is given little time and memory and may die of either.
"""

import io
import resource
import sys
from typing import Final

from PIL import Image, ImageOps

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS: Final = 40_000_000
MOST_BYTES: Final = 20 * 1024 * 1024
_MEMORY: Final = 1024 * 1024 * 1024
_SECONDS: Final = 4
_GREY: Final = (128, 128, 128)


def main() -> None:
    """Decode and answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(MOST_BYTES + 1), columns, rows))


def answer(content: bytes, columns: int, rows: int) -> bytes:
    """The answer of the child."""
    try:
        return _decoded(content, (max(1, columns), max(1, 2 * rows)))
    except _TooLargeError:
        return b"LARGE\n"
    except Exception:  # noqa: BLE001 - whatever a decoder raises of a broken picture
        return b"BAD\n"


class _TooLargeError(Exception):
    """More pixels than are decoded."""


def _decoded(content: bytes, room: tuple[int, int]) -> bytes:
    # Its own limit only warns up to twice the number; ours is looked at below, before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _TooLargeError
        turned = picture.getexif().get(0x0112, 1) in range(5, 9)
        picture.draft("RGB", room[::-1] if turned else room)
        picture.load()
        shown = ImageOps.exif_transpose(_plain(picture))
        shown.thumbnail(room, reducing_gap=2.0)
        flat = _on_grey(shown)
    return b"OK %d %d\n" % flat.size + flat.tobytes()


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
