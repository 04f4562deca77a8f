"""Files written for the operator never replace another file, even if something happens meanwhile."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from chat_tui.files import write_new


def test_a_new_file_is_private_and_alone(tmp_path: Path) -> None:
    write_new(tmp_path / "a", b"words")
    assert (tmp_path / "a").read_bytes() == b"words"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("kind", ["file", "directory", "link to nowhere"])
def test_what_is_there_stays(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "a"
    if kind == "file":
        place.write_bytes(b"old")
    elif kind == "directory":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / "b")
    with pytest.raises(FileExistsError):
        write_new(place, b"new")
    assert os.listdir(tmp_path) == ["a"]
    assert kind != "file" or place.read_bytes() == b"old"


@pytest.mark.parametrize("knows_links", [True, False])
def test_what_appears_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knows_links: bool
) -> None:
    link = os.link

    def late(part: Path, path: Path, **named: Any) -> None:
        path.write_bytes(b"theirs")
        if not knows_links:
            raise PermissionError(errno.EPERM, "")
        link(part, path, **named)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", b"ours")
    assert (tmp_path / "a").read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["a"]


def test_a_file_system_without_second_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise PermissionError(errno.EPERM, "")

    monkeypatch.setattr(os, "link", refuse)
    write_new(tmp_path / "a", b"words")
    assert (tmp_path / "a").read_bytes() == b"words"
    assert os.listdir(tmp_path) == ["a"]
