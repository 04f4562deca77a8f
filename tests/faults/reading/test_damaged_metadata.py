"""The metadata of a file is damaged, but its picture is still shown (case 004)."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from chat_tui.pictures import decode as child
from chat_tui.pictures import preview
from chat_tui.pictures.preview import NoPicture, Picture

RED, BLUE = (250, 10, 10), (10, 10, 250)
JUNK = b"Exif\0\0XX\0*nothing of this can be read"
Change = Callable[[bytes], bytes]


def content(kind: str) -> bytes:
    """A picture two cells wide, blue at the top, red at the bottom."""
    picture = Image.new("RGB", (16, 16), BLUE)
    picture.paste(RED, (0, 8, 16, 16))
    file = io.BytesIO()
    picture.save(file, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return file.getvalue()


def shown(raw: bytes) -> Picture | NoPicture:
    return preview._read(child.answer(raw, 16, 8), 16, 16)


def segment(marker: int, data: bytes, size: int | None = None) -> Change:
    """A segment of a JPEG after its first bytes; `size` is a false length."""
    head = bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2 if size is None else size)
    return lambda raw: raw[:2] + head + data + raw[2:]


def chunk(name: bytes, data: bytes, *, is_sound: bool = True, at: int = 33) -> Change:
    """A chunk of a PNG, after its header or before its end."""
    sum_ = zlib.crc32(name + data) ^ (0 if is_sound else 1)
    whole = struct.pack(">I", len(data)) + name + data + struct.pack(">I", sum_)
    return lambda raw: raw[:at] + whole + raw[at:]


def extended(flags: int, name: bytes, data: bytes, size: int | None = None) -> Change:
    """A chunk at the end of a WEBP, with the header that announces it; `size` is a false length."""

    def change(raw: bytes) -> bytes:
        head = b"VP8X" + struct.pack("<IB", 10, flags) + bytes(3) + (15).to_bytes(3, "little") * 2
        last = name + struct.pack("<I", len(data) if size is None else size) + data
        body = b"WEBP" + head + raw[12:] + last
        return b"RIFF" + struct.pack("<I", len(body)) + body

    return change


def comment(data: bytes) -> Change:
    """A comment in a GIF, before its pixels."""
    block = b"!\xfe" + bytes([len(data)]) + data + b"\0"
    program = b"!\xff\x0bXMP DataXMP" + bytes([len(data)]) + data + b"\0"
    return lambda raw: raw.replace(b",\0\0\0\0", block + program + b",\0\0\0\0", 1)


DAMAGED: list[tuple[str, str, Change]] = [
    ("JPEG", "wrong header of EXIF", segment(0xE1, JUNK)),
    ("JPEG", "EXIF cut off", segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")),
    ("JPEG", "a length one byte short", segment(0xE1, JUNK, len(JUNK) + 1)),
    ("JPEG", "pictures in one file that are not there", segment(0xE2, b"MPF\0XX\0*" + bytes(9))),
    ("JPEG", "a profile", segment(0xE2, b"ICC_PROFILE\0\x01\x09" + bytes(9))),
    ("JPEG", "a block of another program", segment(0xED, b"Photoshop 3.0\x008BIM\x04")),
    ("PNG", "wrong header of EXIF", chunk(b"eXIf", JUNK[6:])),
    ("PNG", "EXIF with a wrong sum", chunk(b"eXIf", JUNK, is_sound=False)),
    ("PNG", "a text with a wrong sum", chunk(b"tEXt", b"Title\0x", is_sound=False)),
    ("PNG", "a text that unpacks to gigabytes", chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000)))),
    ("PNG", "a text that does not unpack", chunk(b"iTXt", b"a\0\1\0\0\0not packed")),
    ("PNG", "a profile", chunk(b"iCCP", b"a\0\0not packed")),
    ("PNG", "sizes cut off", chunk(b"pHYs", b"\0")),
    ("PNG", "a time with a wrong sum behind the pixels", chunk(b"tIME", bytes(7), is_sound=False, at=-12)),
    ("WEBP", "wrong header of EXIF", extended(0x08, b"EXIF", JUNK)),
    ("WEBP", "EXIF longer than the file", extended(0x08, b"EXIF", JUNK, 60_000)),
    ("WEBP", "XMP that is none", extended(0x04, b"XMP ", b"\xff\xfe\0<tiff:Orientation")),
    ("GIF", "texts that are none", comment(b"\xff\xfe\0tiff:Orientation=\"9\"")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "_what", "change"), DAMAGED, ids=[f"{kind}: {what}" for kind, what, _change in DAMAGED]
)
def test_the_picture_is_shown_without_what_cannot_be_read(kind: str, _what: str, change: Change) -> None:
    raw = change(content(kind))
    assert raw != content(kind)
    picture = shown(raw)
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == (16, 16)
    for y, colour in ((3, BLUE), (12, RED)):
        assert all(abs(one - other) < 12 for one, other in zip(picture.at(3, y), colour, strict=True))


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_there_is_not_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("JPEG", "PNG", "WEBP"):
        file = io.BytesIO()
        Image.open(io.BytesIO(content(kind))).save(file, kind, exif=exif)
        picture = shown(file.getvalue())
        assert isinstance(picture, Picture)
        assert picture.at(3, 3)[2] > 200


def test_a_photo_that_stands_upright_also_in_files_that_tell_it_last() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    for kind in ("JPEG", "PNG", "WEBP"):
        file = io.BytesIO()
        Image.open(io.BytesIO(content(kind))).save(file, kind, exif=exif)
        picture = shown(file.getvalue())
        assert isinstance(picture, Picture)
        assert picture.at(3, 3)[0] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_broken_pixels_are_no_picture_whatever_is_left_out(kind: str) -> None:
    raw = content(kind)
    assert shown(raw[: len(raw) // 2]) is NoPicture.BROKEN
    assert shown(raw[:20]) is NoPicture.BROKEN
