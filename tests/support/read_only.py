"""Directories that can be read but not written: real ones, and simulated ones."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Protect = Callable[..., None]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def mount_read_only(place: Path, undo: contextlib.ExitStack) -> None:
    """Mount a directory as a read-only file system until `undo`; skip where this process may not mount."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount")
    if subprocess.run(["mount", "--bind", place, place], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    undo.callback(lambda: subprocess.run(["umount", "-l", place], check=True))
    subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)


def tell_read_only(
    place: Path, monkeypatch: pytest.MonkeyPatch, error: int = errno.EROFS, *, disk: bool = True
) -> None:
    """Make every call that would write below a directory fail; `disk` = statvfs reports it as read-only."""

    def is_below(path: Any) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and Path(os.fsdecode(path)).is_relative_to(place)

    def refusing(name: str, refuses: Callable[..., bool]) -> None:
        real = getattr(os, name)

        def call(path: Any, *given: Any, **more: Any) -> Any:
            if is_below(path) and refuses(*given):
                raise OSError(error, os.strerror(error), str(path))
            return real(path, *given, **more)

        monkeypatch.setattr(os, name, call)

    refusing("open", lambda flags, *_: bool(flags & _WRITING))
    for name in ("mkdir", "chmod", "unlink", "rename"):
        refusing(name, lambda *_: True)
    may, about = os.access, os.statvfs

    def access(path: Any, mode: int, **more: Any) -> bool:
        return may(path, mode, **more) and not (is_below(path) and mode & os.W_OK)

    def statvfs(path: Any) -> Any:
        found = about(path)
        flag = os.ST_RDONLY if disk and is_below(path) else 0
        told = {name: getattr(found, name) for name in dir(found) if name.startswith("f_")}
        return SimpleNamespace(**told | {"f_flag": found.f_flag | flag})

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(os, "statvfs", statvfs)


@pytest.fixture(params=["mounted", "told"])
def read_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Protect]:
    """Takes directories and makes them read-only until the end of the test."""
    with contextlib.ExitStack() as undo:

        def protect(*places: Path) -> None:
            for place in places:
                if request.param == "mounted":
                    mount_read_only(place, undo)
                else:
                    tell_read_only(place, monkeypatch)

        yield protect
