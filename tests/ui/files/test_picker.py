import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from chat_tui import locale
from chat_tui.ui.files import picker as folder_scan
from chat_tui.ui.files.picker import FilePicker
from chat_tui.ui.files.rows import Login, PathRow
from chat_tui.ui.kit.bars import KeyLines
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import NOTHING, DialogApp, staged, until

NOW = 1_763_900_000_000


def picker(start: Path, recent: tuple[Path, ...] = ()) -> FilePicker:
    return FilePicker(start, recent, now=NOW, zone=UTC, login=Login("olga", "10.0.0.5"))


def names(app: DialogApp) -> list[str]:
    return [row.name for row in app.choices.rows]


async def ready(app: DialogApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: "Loading" not in app.says("#status"))


async def type_in(app: DialogApp, pilot: Pilot[None], text: str) -> None:
    app.field.value = text
    await settled(pilot.app)
    await ready(app, pilot)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "files"
    (here / "Фото").mkdir(parents=True)
    (here / "Фото" / "one.jpg").write_bytes(b"1")
    for name in ("b.jpg", "A.pdf", "Ёлка.png", "жук.txt", ".env"):
        (here / name).write_bytes(b"x" * 2000)
    return here


async def test_folders_come_first_then_names_and_hidden_ones_only_on_request(folder: Path) -> None:
    """Promised: U48."""
    async with staged(picker(folder)) as (app, pilot):
        await ready(app, pilot)
        assert names(app) == ["Фото", "A.pdf", "b.jpg", "Ёлка.png", "жук.txt"]
        await press(pilot.app, "ctrl+r")
        assert ".env" in names(app)
        await press(pilot.app, "ctrl+r", "ctrl+g")
        assert names(app) == ["Фото", "b.jpg", "Ёлка.png"]
        assert "only pictures" in app.says("#status")


async def test_typing_narrows_and_enter_chooses(folder: Path) -> None:
    """Promised: U48."""
    async with staged(picker(folder)) as (app, pilot):
        await ready(app, pilot)
        await press(pilot.app, *"елк")
        assert names(app) == ["Ёлка.png"]
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)
        assert app.result == folder / "Ёлка.png"


async def test_enter_opens_a_folder_and_backspace_on_an_empty_field_goes_up_to_it(folder: Path) -> None:
    (folder / "Архив").mkdir()
    async with staged(picker(folder)) as (app, pilot):
        await ready(app, pilot)
        await press(pilot.app, "down", "enter")
        await ready(app, pilot)
        assert names(app) == ["one.jpg"]
        await press(pilot.app, "z", "backspace")
        assert names(app) == ["one.jpg"], "while there is text, backspace deletes a letter"
        await press(pilot.app, "backspace")
        await ready(app, pilot)
        assert app.choices.current is not None
        assert app.choices.current.name == "Фото"
        assert app.says("#path").endswith("files")


async def test_arrows_and_pages_move_from_the_field(folder: Path) -> None:
    for number in range(60):
        (folder / f"n{number:02}").write_bytes(b"x")
    async with staged(picker(folder)) as (app, pilot):
        await ready(app, pilot)
        assert app.choices.size.height >= 15
        await press(pilot.app, "down", "down", "up")
        assert app.choices.highlighted == 1
        await press(pilot.app, "pagedown", "pagedown")
        assert app.choices.highlighted > 30
        assert "▌" in app.seen(), "the highlight stays in view"
        await press(pilot.app, "pageup", "pageup", "pageup")
        assert app.choices.highlighted == 0


async def test_a_typed_path_leads_there_and_its_last_part_filters(folder: Path) -> None:
    async with staged(picker(folder)) as (app, pilot):
        await type_in(app, pilot, f"{folder}/Фото/on")
        assert names(app) == ["one.jpg"]
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)
        assert app.result == folder / "Фото" / "one.jpg"


@pytest.mark.parametrize("form", ["'{}'", '"{}"', "file://{}", "{}"])
async def test_a_dropped_path_is_understood_however_it_is_quoted(folder: Path, form: str) -> None:
    (folder / "a b.png").write_bytes(b"x")
    escaped = str(folder / "a b.png") if form != "{}" else f"{folder}/a\\ b.png"
    path = escaped.replace(" ", "%20") if form.startswith("file") else escaped
    async with staged(picker(folder.parent)) as (app, pilot):
        await type_in(app, pilot, form.format(path))
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)
        assert app.result == folder / "a b.png"


async def test_a_path_of_the_operators_own_computer_is_answered_with_the_line_that_brings_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promised: U52."""
    monkeypatch.setenv("HOME", str(folder.parent))
    async with staged(picker(folder)) as (app, pilot):
        await type_in(app, pilot, "/Users/olga/Мои файлы/чек.jpg")
        assert "scp '/Users/olga/Мои файлы/чек.jpg' olga@10.0.0.5:files/" in app.says("#status")
        await press(pilot.app, "ctrl+y")
        assert app.clipboard == "scp '/Users/olga/Мои файлы/чек.jpg' olga@10.0.0.5:files/"
        await type_in(app, pilot, r"C:\Photos\1.jpg")
        assert r'scp "C:\Photos\1.jpg"' in app.says("#status")
        await press(pilot.app, "enter")
        assert app.result is NOTHING


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def _loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_fifo, "pipe"),
        (_socket, "pipe"),
        (lambda path: path.symlink_to("nowhere"), "broken link"),
        (_loop, "broken link"),
        (lambda path: path.touch(), "empty"),
        (lambda path: os.truncate(path, 10_000_000_000) if not path.touch() else None, "5 MB"),
        (lambda path: path.symlink_to("/dev/zero"), "pipe"),
    ],
    ids=["fifo", "socket", "dangling", "loop", "empty", "giant", "device"],
)
async def test_what_cannot_be_sent_is_listed_with_its_reason_and_never_chosen(
    tmp_path: Path, make: Callable[[Path], Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path("odd"))
    async with staged(picker(tmp_path)) as (app, pilot):
        await ready(app, pilot)
        assert names(app) == ["odd"]
        await press(pilot.app, "enter")
        assert app.result is NOTHING
        assert reason in app.says("#status")


async def test_a_file_without_read_permission_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.jpg").chmod(0)
    monkeypatch.setattr(os, "geteuid", lambda: (folder / "b.jpg").stat().st_uid or 1)
    async with staged(picker(folder)) as (app, pilot):
        await type_in(app, pilot, "b.jpg")
        await press(pilot.app, "enter")
        assert app.result is NOTHING
        assert "permission" in app.says("#status")


async def test_a_link_shows_its_target_and_can_be_chosen(folder: Path) -> None:
    (folder / "link.pdf").symlink_to("A.pdf")
    async with staged(picker(folder)) as (app, pilot):
        await type_in(app, pilot, "link")
        assert "link.pdf → A.pdf" in app.seen()
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)
        assert app.result == folder / "link.pdf"


@pytest.mark.parametrize(
    ("raw", "visible"),
    [
        (b"a\nb.png", "a␊b.png"),
        (b"\x1b[31mx.png", "␛[31mx.png"),
        ("\u202egpj.exe".encode(), "<202E>gpj.exe"),
        (b"\xff\xfe.png", "\ufffd\ufffd.png"),
        (b" x", "␠x"),
        (b"[@click=app.quit]x[b]", "[@click=app.quit]x[b]"),
        (b"-rf", "-rf"),
    ],
    ids=["newline", "escape", "bidi", "bytes", "blank", "markup", "dash"],
)
async def test_f_142_hostile_names_are_shown_with_marks_and_chosen_as_they_are(
    tmp_path: Path, raw: bytes, visible: str
) -> None:
    path = os.path.join(os.fsencode(tmp_path), raw)
    with open(path, "wb") as file:
        file.write(b"x")
    async with staged(picker(tmp_path)) as (app, pilot):
        await ready(app, pilot)
        assert visible in app.seen()
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)
        assert os.fsencode(app.result) == path


async def test_a_long_name_is_cut_in_the_middle_and_keeps_its_end(tmp_path: Path) -> None:
    (tmp_path / ("я" * 110 + ".pdf")).write_bytes(b"x")
    async with staged(picker(tmp_path)) as (app, pilot):
        await ready(app, pilot)
        assert "…" in app.seen()
        assert "яя.pdf" in app.seen()


async def test_a_folder_that_cannot_be_read_says_why(folder: Path) -> None:
    async with staged(picker(folder / "gone")) as (app, pilot):
        await ready(app, pilot)
        assert "No such file" in app.says("#status")
        await press(pilot.app, "backspace")
        await ready(app, pilot)
        assert "A.pdf" in names(app)


async def test_tab_offers_the_recent_folders(folder: Path) -> None:
    """Promised: U48."""
    async with staged(picker(folder.parent, (folder,))) as (app, pilot):
        await ready(app, pilot)
        await press(pilot.app, "tab")
        assert names(app)[0] == str(folder)
        await press(pilot.app, "enter")
        await ready(app, pilot)
        assert "A.pdf" in names(app)


async def test_f_143_50_000_entries_are_there_at_once_and_narrowed_by_typing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promised: U48."""
    rows = [PathRow(f"file-{n:05}.jpg", f"file-{n:05}.jpg", False, 9) for n in range(50_000)]
    monkeypatch.setattr(folder_scan.FolderScan, "_read", lambda _: rows)
    async with staged(picker(tmp_path)) as (app, pilot):
        await ready(app, pilot)
        assert len(app.choices.rows) == 300
        assert "300 of 50000" in app.says("#status")
        await press(pilot.app, *"4321")
        assert names(app)[0] == "file-04321.jpg"


async def test_f_145_a_disk_that_does_not_answer_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    monkeypatch.setattr(folder_scan.FolderScan, "_read", lambda _: answer.wait(10) and [])
    async with staged(picker(folder)) as (app, pilot):
        await press(pilot.app, "a")
        assert app.field.value == "a"
        assert "Loading" in app.says("#status")
        await press(pilot.app, "escape")
        await until(pilot, lambda: app.results)
        assert app.result is None
        answer.set()


async def test_a_late_answer_for_another_folder_is_dropped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(picker(folder)) as (app, pilot):
        await ready(app, pilot)
        asked = threading.Event()
        monkeypatch.setattr(folder_scan.FolderScan, "_read", lambda _: asked.wait(10) and [])
        app.field.value = f"{folder}/Фото/"
        await until(pilot, lambda: "Loading" in app.says("#status"))
        app.dialog.post_message(folder_scan.Scanned(folder_scan.FolderScan(app.dialog, "/late")))
        await settled(pilot.app)
        assert "Loading" in app.says("#status"), "the folder that was asked for has not answered"
        asked.set()


def test_a_reading_that_was_left_tells_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Message] = []
    dialog = MessagePump()
    monkeypatch.setattr(dialog, "post_message", told.append)
    scan = folder_scan.FolderScan(dialog, str(folder))
    scan.leave()
    scan._run()
    assert told == []
    assert scan.rows == []


async def test_it_speaks_russian(folder: Path) -> None:
    locale.use("ru")
    async with staged(picker(folder)) as (app, _pilot):
        assert "выбрать" in app.dialog.query_one(KeyLines).render_line(0).text
