"""Copies of files: exactly the file that the card showed, or none."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from chat_tui.model.file import MAX_BYTES
from chat_tui.model.ids import OutboxId
from chat_tui.store import spool

ID = OutboxId("0b7c1c9e-8f3e-4f0e-9e3b-1d2f6f3a4b5c")


def seen(path: Path) -> tuple[int, int, int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "фото.jpg"
    path.write_bytes(b"picture" * 100_000)
    return path


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


def kept(data_dir: Path) -> list[str]:
    directory = data_dir / "spool"
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


def test_a_copy_is_private_and_the_same(data_dir: Path, source: Path) -> None:
    old = os.umask(0)
    try:
        size, digest = spool.put(data_dir, ID, source, seen(source))
    finally:
        os.umask(old)
    copy = spool.path(data_dir, ID)
    assert copy.read_bytes() == source.read_bytes()
    assert (size, digest) == (700_000, hashlib.sha256(source.read_bytes()).hexdigest())
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert kept(data_dir) == [ID]


@pytest.mark.parametrize("how", ["grown", "touched", "replaced", "gone", "link"])
def test_a_changed_file_is_refused(data_dir: Path, source: Path, how: str) -> None:
    card = seen(source)
    if how == "grown":
        source.write_bytes(b"more")
    elif how == "touched":
        os.utime(source, ns=(1, 1))
    elif how in {"replaced", "link"}:
        source.rename(source.with_name("old"))
        if how == "link":
            source.symlink_to(source.with_name("old"))
        else:
            source.write_bytes(b"picture" * 100_000)
    else:
        source.unlink()
    with pytest.raises(spool.SpoolChanged):
        spool.put(data_dir, ID, source, card)
    assert kept(data_dir) == []


def test_a_file_that_changes_while_it_is_copied_is_refused(
    data_dir: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def meddle(fd: int) -> None:
        real(fd)
        source.write_bytes(b"x")

    card = seen(source)
    monkeypatch.setattr(os, "fsync", meddle)
    with pytest.raises(spool.SpoolChanged):
        spool.put(data_dir, ID, source, card)
    assert kept(data_dir) == []


def test_a_pipe_is_refused_without_waiting(data_dir: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(spool.SpoolChanged):
        spool.put(data_dir, ID, pipe, seen(pipe))


@pytest.mark.parametrize(("size", "fits"), [(MAX_BYTES, True), (MAX_BYTES + 1, False), (10**10, False)])
def test_the_largest_file(data_dir: Path, tmp_path: Path, size: int, fits: bool) -> None:
    source = tmp_path / "large"
    source.touch()
    os.truncate(source, size)
    if fits:
        assert spool.put(data_dir, ID, source, seen(source))[0] == size
    else:
        with pytest.raises(spool.SpoolChanged):
            spool.put(data_dir, ID, source, seen(source))


@pytest.mark.parametrize("name", ["../../outside", "a/b", "..", ""])
def test_an_id_is_no_path(data_dir: Path, name: str) -> None:
    with pytest.raises(ValueError, match="UUID"):
        spool.path(data_dir, OutboxId(name))


def test_remove_and_sweep(data_dir: Path, source: Path) -> None:
    assert spool.sweep(data_dir, set(), 0) == 0
    old, living, young = (OutboxId(name) for name in ("old", "living", "young"))
    for name in (old, living, young):
        spool.put(data_dir, name, source, seen(source))
    (data_dir / "spool" / ".cut.part").touch()
    for left in (old, living, ".cut.part"):
        os.utime(data_dir / "spool" / left, (1, 1))
    assert spool.sweep(data_dir, {living}, 86_400) == 2
    assert kept(data_dir) == [living, young]
    spool.remove(data_dir, living)
    spool.remove(data_dir, living)
    assert kept(data_dir) == [young]


def test_the_copies_together_have_a_limit(
    data_dir: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_BYTES", source.stat().st_size * 2)
    other = OutboxId("1" + ID[1:])
    spool.put(data_dir, ID, source, seen(source))
    spool.put(data_dir, other, source, seen(source))
    with pytest.raises(spool.SpoolFull):
        spool.put(data_dir, OutboxId("2" + ID[1:]), source, seen(source))
    spool.remove(data_dir, other)
    spool.put(data_dir, OutboxId("2" + ID[1:]), source, seen(source))
