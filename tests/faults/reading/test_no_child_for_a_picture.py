"""Viewing a picture with a full disk, or when no process can start: one sentence, no crash (case 024)."""

import asyncio
import errno
import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from chat_tui.pictures import preview
from chat_tui.pictures.preview import NoPicture, Picture, decode
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk
from tests.ui.chat.test_saving import opened


def photo(side: int = 30) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((side, side), 90).save(file, "PNG")
    return file.getvalue()


async def test_a_large_picture_needs_no_temporary_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    assert len(raw := photo(1_000)) > 500_000
    assert isinstance(await decode(raw, 40, 20), Picture)


@pytest.mark.parametrize(
    "error",
    [
        BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        OSError(errno.EMFILE, "Too many open files"),
        RuntimeError("can't start new thread"),
    ],
    ids=str,
)
async def test_a_system_that_starts_nothing_is_told_apart_from_a_broken_picture(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refuse(*_words: str, **_options: object) -> None:
        raise error

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    assert await decode(photo(), 10, 10) is NoPicture.NO_CHILD


@pytest.mark.parametrize(
    "code",
    ["", "import os; os.kill(os.getpid(), 9)", "raise SystemExit(3)", "import sys; sys.stdin.buffer.read(9)"],
)
async def test_a_child_that_dies_over_a_picture_says_that_it_is_broken(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(preview, "CHILD", (sys.executable, "-c", code))
    assert await decode(photo(1_000), 10, 10) is NoPicture.BROKEN


async def test_it_is_one_sentence_on_the_screen_and_the_program_goes_on(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "CHILD", (str(tmp_path / "no python here"),))
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("photo.png", photo()))
        await it.press("o")
        await it.until(lambda: it.dialog == "Viewer")
        await it.until_shown("decoder could not be started")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert it.app.is_running
