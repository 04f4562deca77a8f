"""Reads the file the operator chose: what its card shows, and why some files cannot be sent."""

import mimetypes
import os
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from chat_tui.model import door
from chat_tui.model.file import MAX_BYTES, NAME_LENGTH, FileCard
from chat_tui.model.problem import Problem, ProblemKind

HEAD_BYTES = 2_000
HEAD_LINES = 6
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_NAME_BYTES = 200
"""The longest saved name: every file system takes it, also with a number appended."""
_ENDING_BYTES = 15
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
)
"""Names Windows reserves for devices; the disk may be read there later."""


def inspect(path: Path, own: Sequence[Path], secrets: Sequence[str] = ()) -> FileCard | Problem:
    """The card of a file; `own` are the program's directories, whose files are never sent.

    A file that contains one of `secrets`, API keys, is refused. The door checks again what really leaves.
    Blocks on the disk, so it is called on a thread.
    """
    try:
        # The target of a link is shown and sent; the spool refuses a link that was put there later.
        target = path.resolve(strict=True)
        if any(target.is_relative_to(directory.resolve()) for directory in own):
            return Problem(ProblemKind.FILE_OWN)
        found = target.stat()
        if problem := _refusal(found):
            return problem
        with open(target, "rb", opener=_open_at_once) as file:
            content = file.read(MAX_BYTES + 1)
    except RuntimeError:
        # What pathlib raises for links that form a circle.
        return Problem(ProblemKind.FILE_UNREADABLE)
    except OSError as error:
        return Problem(ProblemKind.FILE_UNREADABLE, message=error.strerror or "")
    name = safe_name(path.name)
    names = (name, target.name)
    if refusal := door.file_refusal(names, content, secrets):
        return refusal
    media_type, _ = mimetypes.guess_type(path.name)
    return FileCard(
        path=str(target),
        name=name,
        size=found.st_size,
        media_type=media_type or "application/octet-stream",
        head=_text_head(content[:HEAD_BYTES]),
        fingerprint=(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns),
        doubts=door.file_doubts(names, content),
    )


def _refusal(found: os.stat_result) -> Problem | None:
    """Why a file cannot be sent, whatever its content; None = it can."""
    if not stat.S_ISREG(found.st_mode):
        return Problem(ProblemKind.FILE_NOT_REGULAR)
    if found.st_size == 0:
        return Problem(ProblemKind.FILE_EMPTY)
    if found.st_size > MAX_BYTES:
        return Problem(ProblemKind.FILE_TOO_LARGE)
    return None


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _text_head(head: bytes) -> tuple[str, ...]:
    """The first lines if the file begins as UTF-8 text, else nothing."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(head) - 3:
            return ()
        text = head[: error.start].decode("utf-8")
    if "\0" in text:
        return ()
    return tuple(text.splitlines()[:HEAD_LINES])


def safe_name(name: str) -> str:
    """The name as sent: valid UTF-8 without controls, direction marks or quotes, with its extension."""
    clean = "".join(
        "_" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or c in '"\\/' else c
        for c in unicodedata.normalize("NFC", name)
    ).strip()
    stem, dot, extension = clean.rpartition(".")
    if len(clean) > NAME_LENGTH and dot and len(extension) < 16:
        clean = stem[: NAME_LENGTH - len(extension) - 1] + "." + extension
    return clean[:NAME_LENGTH] or "file"


def saved_name(name: str | None) -> str:
    """The name to save a received file under: a single, visible path component, harmless on any system."""
    last = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    clean = "".join("_" if unicodedata.category(c) in _UNSEEN or c in ':*?"<>|' else c for c in last)
    # Hidden files, options and paths begin with these; some file systems drop them at the end.
    clean = clean.lstrip(" .~-").rstrip(" .")
    stem, dot, ending = clean.rpartition(".")
    if not stem or len(ending.encode()) > _ENDING_BYTES:
        stem, dot, ending = clean, "", ""
    if stem.partition(".")[0].upper() in _DEVICES:
        stem += "_"
    room = _NAME_BYTES - len(ending.encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{stem}{dot}{ending}" if stem else "file"
