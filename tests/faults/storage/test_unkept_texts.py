"""Leaving with a text that cannot be saved: asked once, then printed after the screen (case 025)."""

import errno
import io
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chat_tui.model.timeline import Draft
from chat_tui.paths import locate
from chat_tui.store import drafts
from chat_tui.ui.kit import text as parting
from tests.faults.storage.test_full import fill_up
from tests.faults.storage.test_full_cache import fill
from tests.faults.support.program import inbox, run, surroundings
from tests.faults.support.tiers import with_quick
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk

LONG = "Не потеряйся. " * 250


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """No file can be created beside the database, either."""

    def keep(_data_dir: Path, _copy: str, typed: Sequence[Draft]) -> None:
        if typed:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(drafts, "keep_aside", keep)


@pytest.mark.parametrize(
    "number", with_quick([errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.ENOENT], errno.ENOSPC)
)
async def test_it_asks_once_and_staying_keeps_the_text(
    tmp_path: Path, market: Sandbox, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse(monkeypatch, number)
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter", "c")
        fill_up(there.store)
        await there.paste(LONG)
        await there.press("ctrl+q")
        await there.until(lambda: there.dialog == "Confirm", "a question")
        assert "cannot be saved" in there.screen
        await there.press("escape")
        await there.until(lambda: not there.dialog, "the inbox again")
        assert there.box == LONG
        fill_up(there.store, is_full=False)
        await there.press("ctrl+q")
        await there.until(lambda: not there.app.is_running, "the end, without a question")
    assert there.app.unkept == ()


async def test_leaving_all_the_same_gives_every_text_with_its_addressee(
    tmp_path: Path, market: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(monkeypatch, errno.ENOSPC)
    async with desk(tmp_path, market) as there:
        await there.synced()
        first, second = there.rows[0], there.rows[1]
        fill_up(there.store)
        addressees = []
        for chat, text in ((first, f"one {LONG}"), (second, f"two \x1b[31m{LONG}")):
            await there.go_to(chat)
            await there.press("c")
            await there.paste(text)
            addressees.append(there.addressee)
        await there.press("ctrl+q")
        await there.until(lambda: there.dialog == "Confirm", "a question")
        await there.press("y")
        await there.until(lambda: not there.app.is_running, "the end")
    assert [name for name, _ in there.app.unkept] == addressees
    parting.print_unkept(there.app.unkept)
    printed = capsys.readouterr().out
    assert printed.index("one Не") < printed.index("two")
    assert printed.count("Не потеряйся. " * 250) == 2
    assert "\x1b" not in printed


async def test_a_database_that_is_full_with_room_beside_it_loses_nothing_and_asks_nothing(
    tmp_path: Path, market: Sandbox
) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter", "c")
        fill_up(there.store)
        await there.paste(LONG)
        await there.press("ctrl+q")
        await there.until(lambda: not there.app.is_running, "the end")
    assert there.app.unkept == ()
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter")
        await there.until(lambda: there.box == LONG, "the draft")
    assert not list((tmp_path / "data").glob("unsaved-*"))


def test_a_lost_terminal_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("sys.stdout", Lost())
    parting.print_unkept([("To: X", "text")])


@pytest.fixture
def small_disk(market: Sandbox) -> Iterator[Path]:
    """The data on a disk of its own."""
    place = locate().data
    place.mkdir(parents=True, mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here; the tests above cause the same fault in another way")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.terminal
@pytest.mark.parametrize("way", with_quick(["ctrl+q", "term"], "term"))
def test_below_the_restored_terminal(small_disk: Path, market: Sandbox, way: str) -> None:
    assert run("list", environ=surroundings(market)).returncode == 0
    with inbox(environ=surroundings(market)) as program:
        program.wait_for_text("online", timeout=30)
        program.feed("n")
        program.wait_for_text("╔═ To: ")
        fill(small_disk / "filler")
        program.feed("rescue me")
        program.wait_for_text("rescue me")
        if way == "term":
            program.send_signal(signal.SIGTERM)
        else:
            program.feed("\x11")
            program.wait_for_text("cannot be saved")
            program.feed("y")
        assert program.wait_exit() == (128 + signal.SIGTERM if way == "term" else 0)
        below = program.raw.decode().rpartition("\x1b[?1049l")[2]
    assert "Not saved. To: " in below
    assert "rescue me" in below
