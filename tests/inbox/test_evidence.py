"""Evidence is a new directory, complete or absent: every available file, and a list of the missing ones."""

import asyncio
import os
import stat
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from chat_tui.files import write_new
from chat_tui.inbox.evidence import free_directory, keep_evidence
from chat_tui.model.chat import Attachment, Sender
from chat_tui.model.file import SAVED_BYTES, AttachmentRef
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.link import Work
from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.record import Missing, Record
from chat_tui.model.timeline import Entry
from tests.support.refs import ref
from tests.ui.pane_samples import NOW, message, outbox_item, queue_item

LINK = "https://files.example/1"


@dataclass
class Here:
    """The parts of an inbox that evidence needs, with one outcome for each file to fetch."""

    data_dir: Path
    outcomes: list[bytes | Problem] = field(default_factory=list)
    asked: list[AttachmentRef] = field(default_factory=list)
    works: list[tuple[object, ...]] = field(default_factory=list)
    """The steps of the work, as they were told, and its end."""

    @property
    def files(self) -> "Here":
        return self

    async def read(self, file: AttachmentRef, *, limit: int) -> bytes | Problem:
        assert limit == SAVED_BYTES, "as large as could be saved"
        self.asked.append(file)
        return self.outcomes.pop(0)

    def at_work(self, *step: object) -> None:
        self.works.append(step)

    def work_ended(self, *work: object) -> None:
        self.works.append(work)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    (tmp_path / "data" / "spool").mkdir(parents=True)
    return Here(tmp_path / "data")


def record(*entries: Entry, is_asked: bool = True) -> Record:
    return Record(queue_item(), entries, True, is_asked, NOW)


def with_files(number: int, *names: str | None) -> Entry:
    files = tuple(Attachment(name, LINK, 3) for name in names)
    return Entry(replace(message(number), attachments=files))


def own_file(state: OutboxState, name: str = "чек.pdf") -> Entry:
    item = outbox_item(state, outbox_id=OutboxId(f"one-{state}"), seq=list(OutboxState).index(state))
    return Entry(None, replace(item, kind=OutboxKind.FILE, text="", file_name=name, file_size=4))


def documents(record: Record, missing: tuple[Missing, ...]) -> Mapping[str, str]:
    return {"history.md": "слова", "missing": str(len(missing))}


def left(directory: Path) -> dict[str, bytes]:
    return {
        found.relative_to(directory).as_posix(): found.read_bytes()
        for found in sorted(directory.rglob("*"))
        if found.is_file()
    }


async def test_documents_and_files_are_private_and_alone(here: Here, tmp_path: Path) -> None:
    here.outcomes = [b"abc%d" % index for index in range(5)]
    place = tmp_path / "out" / "pack"
    place.parent.mkdir()
    files = with_files(7, "../../etc/passwd", "../../etc/passwd", ".bashrc", None, "я" * 300 + ".jpeg")
    kept = await keep_evidence(here, record(files), place, documents)  # type: ignore[arg-type]
    assert (kept.directory, kept.files, kept.missing) == (place, 5, ())
    assert here.asked == [AttachmentRef(ref(1), MessageId(7), index) for index in range(5)]
    found = left(place)
    assert found.pop("history.md").decode() == "слова"
    assert found.pop("missing") == b"0"
    assert list(found.values()) == [b"abc%d" % index for index in range(5)]
    assert all(name.startswith(f"files/7-{n}-") for n, name in enumerate(found, start=1))
    assert list(found)[-1].endswith(".jpeg")
    for path in (place, *place.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert os.listdir(place.parent) == ["pack"]
    assert here.works == [*((Work.FILES, done, 5, ref(1)) for done in range(5)), (Work.FILES, ref(1))]


async def test_what_cannot_be_had_is_told_and_asked_for_once(here: Here, tmp_path: Path) -> None:
    here.outcomes = [Problem(ProblemKind.NOT_FOUND), b"two", Problem(ProblemKind.OFFLINE), b"not asked for"]
    files = with_files(7, "a", "b", "c", "d")
    kept = await keep_evidence(here, record(files), tmp_path / "pack", documents)  # type: ignore[arg-type]
    assert kept.files == 1
    assert [(one.name, one.problem.kind if one.problem else None) for one in kept.missing] == [
        ("a", ProblemKind.NOT_FOUND),
        ("c", ProblemKind.OFFLINE),
        ("d", ProblemKind.OFFLINE),
    ]
    assert len(here.outcomes) == 1
    assert all(one.url == LINK for one in kept.missing)


async def test_what_nobody_asked_the_market_for_is_not_fetched(here: Here, tmp_path: Path) -> None:
    offline = record(with_files(7, "a"), is_asked=False)
    kept = await keep_evidence(here, offline, tmp_path / "pack", documents)  # type: ignore[arg-type]
    assert (kept.files, [one.problem for one in kept.missing], here.asked) == (0, [None], [])


async def test_our_own_files_come_from_where_they_wait_to_be_seen(here: Here, tmp_path: Path) -> None:
    for state in OutboxState:
        (here.data_dir / "spool" / f"one-{state}").write_bytes(state.encode())
    claimed = own_file(OutboxState.CONFIRMED).item
    ours = Entry(
        replace(message(3), sender=Sender.PARTNER, attachments=(Attachment("a.pdf", LINK, 4),)), claimed
    )
    (here.data_dir / "spool" / "one-sending").unlink()
    states = [state for state in OutboxState if state is not OutboxState.CONFIRMED]
    kept = await keep_evidence(
        here,  # type: ignore[arg-type]
        record(ours, *map(own_file, states)),
        tmp_path / "pack",
        documents,
    )
    found = {name: data.decode() for name, data in left(tmp_path / "pack").items() if "/" in name}
    assert sorted(found.values()) == ["confirmed", "sent", "unconfirmed"], "an unsent file proves nothing"
    assert [one.name for one in kept.missing] == ["чек.pdf"]


@pytest.mark.parametrize("kind", ["file", "empty directory", "directory", "link to nowhere"])
async def test_nothing_that_is_there_is_touched(here: Here, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "out" / "pack"
    place.parent.mkdir()
    match kind:
        case "file":
            place.write_text("old")
        case "link to nowhere":
            place.symlink_to("nowhere")
        case _:
            place.mkdir()
            if kind == "directory":
                (place / "history.md").write_text("old")
    before = left(tmp_path / "out")
    with pytest.raises(FileExistsError):
        await keep_evidence(here, record(message_entry()), place, documents)  # type: ignore[arg-type]
    assert left(tmp_path / "out") == before
    assert os.listdir(place.parent) == ["pack"]


def message_entry() -> Entry:
    return Entry(message(1))


async def test_what_goes_wrong_on_the_way_leaves_nothing(here: Here, tmp_path: Path) -> None:
    def taken_meanwhile(record: Record, missing: tuple[Missing, ...]) -> Mapping[str, str]:
        (tmp_path / "out" / "pack").mkdir()
        return {"history.md": ""}

    def too_long(record: Record, missing: tuple[Missing, ...]) -> Mapping[str, str]:
        return {"history.md": "", "x" * 300: ""}

    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match="too long"):
        await keep_evidence(here, record(), tmp_path / "out" / "pack", too_long)  # type: ignore[arg-type]
    assert os.listdir(tmp_path / "out") == []
    with pytest.raises(FileExistsError):
        await keep_evidence(here, record(), tmp_path / "out" / "pack", taken_meanwhile)  # type: ignore[arg-type]
    assert left(tmp_path / "out") == {}
    assert os.listdir(tmp_path / "out") == ["pack"]


@pytest.mark.parametrize("step", ["tempfile.mkdtemp", "write_new"])
async def test_however_early_it_is_stopped_nothing_is_left(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The thread is in the middle of a step, and ends it after everything else was told to stop."""
    steps: dict[str, Callable[..., object]] = {"tempfile.mkdtemp": tempfile.mkdtemp, "write_new": write_new}
    real = steps[step]
    is_there, may_go = threading.Event(), threading.Event()
    done: list[object] = []

    def slow(*args: Any, **kwargs: Any) -> object:
        is_there.set()
        assert may_go.wait(60)
        done.append(real(*args, **kwargs))
        return done[-1]

    monkeypatch.setattr(f"chat_tui.inbox.evidence.{step}", slow)
    (tmp_path / "out").mkdir()
    kept = asyncio.ensure_future(
        keep_evidence(here, record(message_entry()), tmp_path / "out" / "pack", documents)  # type: ignore[arg-type]
    )
    await asyncio.to_thread(is_there.wait)
    kept.cancel()
    await asyncio.sleep(0)
    may_go.set()
    with pytest.raises(asyncio.CancelledError):
        await kept
    await asyncio.to_thread(lambda: done or threading.Event().wait(0.2))
    assert done, "the step was done"
    assert os.listdir(tmp_path / "out") == []


async def test_without_files_there_is_no_directory_for_them(here: Here, tmp_path: Path) -> None:
    await keep_evidence(here, record(message_entry()), tmp_path / "pack", documents)  # type: ignore[arg-type]
    assert sorted(os.listdir(tmp_path / "pack")) == ["history.md", "missing"]


def test_the_place_is_new_and_among_the_downloads(here: Here) -> None:
    first = free_directory(here, record(), UTC)  # type: ignore[arg-type]
    assert first == Path.home() / "Downloads" / "chat-1-2025-11-21-183000"
    first.mkdir()
    assert free_directory(here, record(), UTC).name == f"{first.name}-2"  # type: ignore[arg-type]


def test_without_downloads_it_is_beside_our_own_data(here: Here) -> None:
    (Path.home() / "Downloads").write_text("a file")
    place = free_directory(here, record(), UTC)  # type: ignore[arg-type]
    assert place.parent == here.data_dir / "evidence"
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
