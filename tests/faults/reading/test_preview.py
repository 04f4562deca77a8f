"""F-160 … F-169: previewing a buyer's picture."""

import asyncio
import io
import os
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console

from chat_tui.pictures import decode as child
from chat_tui.pictures import preview
from chat_tui.pictures.kinds import HEAD, picture_kind, text_of
from chat_tui.pictures.preview import NoPicture, Picture, decode
from chat_tui.ui.chat.viewer import UPPER, WEIGHTS, PicturePane
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import WIDE, Desk, desk
from tests.ui.chat.test_saving import opened

RED, BLUE = (250, 10, 10), (10, 10, 250)


def image(mode: str = "RGB", size: tuple[int, int] = (8, 4), color: Any = RED) -> Image.Image:
    return Image.new(mode, size, color)


def content(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_head(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9999)))


def shown(raw: bytes, columns: int = 40, rows: int = 20) -> Picture | NoPicture:
    """The child's answer as the parent reads it, both in this process."""
    return preview._read(child.answer(raw, columns, rows), columns, 2 * rows)


@pytest.mark.parametrize("bomb", [png_head(50_000, 50_000), b"GIF89a\xff\xff\xff\xff\xf0\0\0"])
async def test_f_160_a_bomb_is_refused_by_its_head(bomb: bytes) -> None:
    began = time.process_time()
    assert await decode(bomb, 80, 24) in {NoPicture.TOO_LARGE, NoPicture.BROKEN}
    assert time.process_time() - began < 1
    assert shown(png_head(50_000, 50_000)) is NoPicture.TOO_LARGE
    assert child.MOST_PIXELS * 4 < child._MEMORY


async def test_f_160_a_file_of_too_many_bytes_is_called_large_and_not_damaged() -> None:
    raw = content(image(size=(2_700, 2_700)), compress_level=0)
    assert len(raw) > child.MOST_BYTES
    assert await decode(raw, 40, 20) is NoPicture.TOO_LARGE
    small = content(image())
    assert isinstance(shown(small + bytes(child.MOST_BYTES - len(small))), Picture)
    assert shown(small + bytes(child.MOST_BYTES - len(small) + 1)) is NoPicture.TOO_LARGE


def test_f_161_damaged_pictures_are_refused_or_shown_as_far_as_they_go() -> None:
    whole = content(Image.effect_noise((200, 200), 90).convert("RGB"), "JPEG")
    assert shown(whole[: len(whole) // 2]) is NoPicture.BROKEN
    png = bytearray(content(image(size=(50, 50))))
    png[45] ^= 0xFF
    assert shown(bytes(png)) is NoPicture.BROKEN
    assert shown(os.urandom(5000)) is NoPicture.BROKEN
    assert shown(b"") is NoPicture.BROKEN
    assert shown(b"\x89PNG\r\n\x1a\n") is NoPicture.BROKEN


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_f_162_the_content_tells_what_it_is(kind: str) -> None:
    raw = content(image(), kind)
    assert picture_kind(raw[:HEAD]) == kind
    assert isinstance(shown(raw), Picture)
    for text in ("<html><b>x</b></html>", "просто текст"):
        assert picture_kind(text.encode()[:HEAD]) is None
        assert text_of(text.encode()) == (text, "")


def test_f_163_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [image(size=(4, 4), color=(n, 0, 7)) for n in range(2)]
    one, two = (
        content(image(size=(4, 4)), "GIF", save_all=True, append_images=frames[: n + 1]) for n in range(2)
    )
    end = len(one) - 1
    assert two.startswith(one[:end])
    raw = two[:end] + 5000 * two[end:-1] + two[-1:]
    began = time.process_time()
    picture = shown(raw)
    assert time.process_time() - began < 1
    assert isinstance(picture, Picture)
    assert picture.at(0, 0) == RED


@pytest.mark.parametrize("orientation", range(1, 9))
def test_f_164_a_turned_photo_stands_upright(orientation: int) -> None:
    upright = image(size=(40, 20), color=BLUE)
    upright.paste(RED, (0, 0, 10, 10))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    turned = upright if back is None else upright.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = shown(content(turned, "PNG", exif=exif))
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == (40, 20)
    assert picture.at(2, 2) == RED
    assert picture.at(37, 17) == BLUE


@pytest.mark.parametrize("kind", ["EPS", "TIFF", "ICO", "BMP", "PDF", "PPM", "TGA", "PCX"])
def test_f_165_other_kinds_are_never_decoded(kind: str) -> None:
    raw = content(image(size=(32, 32)), kind)
    assert picture_kind(raw[:HEAD]) is None
    assert shown(raw) is NoPicture.BROKEN


@pytest.mark.parametrize("head", [b"8BPS\0\1", b"SIMPLE  =", b"<svg xmlns=", b"\0\0\0\x18ftypmp42"])
def test_f_165_nor_are_those_pillow_cannot_write(head: bytes) -> None:
    assert picture_kind(head + bytes(20)) is None
    assert shown(head + bytes(200)) is NoPicture.BROKEN


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (300, 200), (3, 3)])
def test_f_166_every_shape_fits_the_pane(size: tuple[int, int]) -> None:
    for columns, rows in ((40, 10), (1, 1), (0, -3)):
        picture = shown(content(image(size=size)), max(1, columns), max(1, rows))
        assert isinstance(picture, Picture)
        assert 1 <= picture.width <= max(1, columns)
        assert 1 <= picture.height <= max(2, 2 * rows)
        assert len(picture.pixels) == 3 * picture.width * picture.height


async def test_f_167_a_child_that_hangs_is_stopped_while_all_else_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    code = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    monkeypatch.setattr(preview, "CHILD", (sys.executable, "-c", code))
    monkeypatch.setattr(preview, "PATIENCE_S", 1.0)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await decode(b"x", 10, 10) is NoPicture.TOO_SLOW
    ticking.cancel()
    assert ticks > 5
    if told.exists() and (pid := told.read_text()):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_f_168_every_kind_of_colour_is_drawn(mode: str) -> None:
    color: Any = {"I;16": 65_535, "L": 255, "1": 1, "P": 0}.get(mode)
    picture = image(mode, color=color) if color is not None else image("RGBA", color=RED).convert(mode)
    drawn = shown(content(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert isinstance(drawn, Picture)
    if color:
        assert drawn.at(0, 0) == (255, 255, 255)


def test_f_168_transparency_lies_on_grey_and_a_bad_profile_does_no_harm() -> None:
    clear = shown(content(image("RGBA", color=(0, 0, 0, 0))))
    assert isinstance(clear, Picture)
    assert clear.at(0, 0) == (128, 128, 128)
    palette = image("P", color=0)
    palette = shown(content(palette, transparency=0))  # type: ignore[assignment]
    assert isinstance(palette, Picture)
    assert palette.at(0, 0) == (128, 128, 128)
    assert isinstance(shown(content(image(), icc_profile=os.urandom(300))), Picture)


async def test_f_186_the_child_gets_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHAT_TUI_API_KEY", "ACMA:sentinel:1")
    told = tmp_path / "environ"
    code = f"import os; open({str(told)!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr(preview, "CHILD", (sys.executable, "-c", code))
    assert await decode(b"x", 10, 10) is NoPicture.BROKEN
    assert "sentinel" not in told.read_text()


@pytest.mark.parametrize(
    "lie", [b"", b"OK", b"OK 5 5\nx", b"OK 999 1\n" + bytes(2997), b"OK -1 1\n", b"OK 0 0\n"]
)
def test_no_more_is_believed_of_the_child_than_was_asked(lie: bytes) -> None:
    assert preview._read(lie, 40, 40) is NoPicture.BROKEN


# -- on the screen -----------------------------------------------------------------------------------


def drawn(it: Desk) -> str:
    pane = it.app.screen.query_one(PicturePane)
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    assert all(segment.control is None for strip in strips for segment in strip)
    return "".join(strip.text for strip in strips)


async def test_f_169_cells_only_and_signs_where_colours_are_few(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promised: U54."""
    photo = image(size=(60, 40), color=(255, 255, 255))
    photo.paste((0, 0, 0), (0, 0, 30, 40))
    signs = WEIGHTS[0] * 30 + WEIGHTS[-1] * 30
    async with desk(tmp_path / "it", market, size=WIDE) as it:
        await opened(it, market, ("photo.jpg", content(photo)))
        await it.press("o")
        await it.until(lambda: it.dialog == "Viewer")
        await it.until_shown("photo.jpg", "save")
        for colours, few in (("truecolor", False), ("256", False), ("standard", True)):
            monkeypatch.setattr(Console, "color_system", colours)
            assert drawn(it) == 20 * (signs if few else UPPER * 60), colours
        for colours in ("truecolor", "256", "standard"):
            monkeypatch.setattr(Console, "color_system", colours)
            it.app.no_color = True
            assert drawn(it) == 20 * signs
        await it.press("s")
        await it.until(lambda: it.dialog == "SaveCard")


async def test_o_shows_a_text_as_text_and_says_what_else_a_file_is(market: Sandbox, tmp_path: Path) -> None:
    files = (
        ("a.txt", "Привет \x1b[31m[/]\n".encode()),
        ("b.pdf", b"%PDF-1.7\0\xff"),
        ("c.png", b"\x89PNG\r\n\x1a\n"),
        ("d.txt", "Спасибо за чек".encode("cp1251")),
    )
    async with desk(tmp_path / "it", market, size=WIDE) as it:
        await opened(it, market, *files)
        for digit, words in (
            ("1", "Привет ␛[31m[/]"),
            ("2", "(document)"),
            ("3", "damaged"),
            ("4", "encoding: windows-1251"),
        ):
            await it.press("o")
            await it.until(lambda: it.dialog == "Choose")
            await it.press(digit)
            await it.until(lambda: it.dialog == "Viewer")
            await it.until_shown(words)
            await it.press("escape")
            await it.until(lambda: it.dialog == "")


async def test_a_refused_picture_is_said_with_its_link(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path / "it", market, size=WIDE) as it:
        await opened(it, market, ("a.png", b"one"))
        market.behaviour.files_status = 404
        await it.press("o")
        await it.until_said("seller's cabinet")
        await it.until(lambda: it.app.clipboard.startswith(market.files_url))
