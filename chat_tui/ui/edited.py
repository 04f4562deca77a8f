"""Texts that are edited outside: each in a directory of its own, until what was saved there is safe.

It is a lasting place, so that neither a signal nor a crash nor an editor in a window of its own loses a text.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.paths import ForeignDirectory, make_private
from chat_tui.personal_files import NotAFile, TooLarge, read_file
from chat_tui.pictures.kinds import unicode_of
from chat_tui.private_files import create_private
from chat_tui.safetext import stripped

MOST_BYTES: Final = 1_000_000
FORGOTTEN_S: Final = 7 * 24 * 3600
"""After a week no editor is thought to hold a text in which nothing was saved."""
_MESSAGE, _GIVEN = "message.txt", "given"
_RESCUED: Final = (_MESSAGE, f"{_MESSAGE}.save")
"""Where a text is found that never came back: nano saves beside the file when it is ended."""


class Unusable(Exception):  # noqa: N818 - house word: a failure that was expected
    """What an editor left is no text; the words say why, and where it is."""


@dataclass(slots=True)
class EditedText:
    """One text on its way through an editor; it is locked while the editor runs."""

    place: Path
    given: str
    """What the editor got."""
    _lock: int = field(default=-1, repr=False)

    @property
    def path(self) -> Path:
        """The file for the editor."""
        return self.place / _MESSAGE

    def saved(self) -> str | None:
        """What was saved there; None = nothing but what was given. Raises Unusable."""
        text = read_back(self.path, self.given)
        return None if text == self.given else text

    def others(self) -> bool:
        """Whether the editor left other texts beside the file, as some do when they are ended."""
        known = {self.given.encode(errors="replace"), b""}
        with suppress(OSError):
            for path in self.place.iterdir():
                if path.name in {_MESSAGE, _GIVEN} or path.name.endswith("~") or not path.is_file():
                    continue
                if path.stat().st_size > MOST_BYTES or path.read_bytes().strip() not in known:
                    return True
        return False

    def settle(self, taken: str) -> None:
        """What was saved is taken; the rest stays for whoever looks for it. Raises OSError."""
        self.given = taken
        (self.place / _GIVEN).unlink()
        written(self.place / _GIVEN, taken)

    def release(self) -> None:
        """The editor has ended."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def remove(self) -> None:
        """Everything of it is safe elsewhere, or was never wanted."""
        self.release()
        shutil.rmtree(self.place, ignore_errors=True)


def given_out(root: Path, chat: str, text: str) -> EditedText:
    """A new file with a text of a chat, for its owner alone. Raises OSError."""
    try:
        make_private(root)
    except ForeignDirectory as error:
        raise PermissionError(0, str(error)) from None
    place = Path(tempfile.mkdtemp(prefix=f"{chat}-", dir=root))
    try:
        for name in (_MESSAGE, _GIVEN):
            written(place / name, text)
        lock = os.open(place / _GIVEN, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return EditedText(place, text, lock)


def left_over(root: Path, chat: str) -> Iterator[tuple[EditedText, str]]:
    """Texts of a chat that were saved and never came back, the oldest first; the rest goes in time."""
    with suppress(OSError):
        for place in sorted(root.glob(f"{chat}-*"), key=lambda path: path.stat().st_mtime):
            with suppress(OSError, UnicodeDecodeError):
                if _is_open(place):
                    continue
                text = EditedText(place, (place / _GIVEN).read_bytes().decode())
                saved = _rescued(text)
                if saved is not None:
                    yield text, saved
                elif _is_forgotten(text):
                    text.remove()


def written(path: Path, text: str) -> None:
    """A new file with the text, for its owner alone."""
    with open(create_private(path), "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)


def read_back(path: Path, before: str) -> str:
    """The edited text without controls; editors end the last line, which ends no message. Raises Unusable."""
    try:
        raw = read_file(path, MOST_BYTES)
    except OSError as error:
        words = _("The editor left no file that can be read ({reason}): the text is as it was. See {path}")
        raise Unusable(words.format(reason=error.strerror, path=path.parent)) from None
    except NotAFile:
        words = _("The editor left something that is no file: the text is as it was. See {path}")
        raise Unusable(words.format(path=path)) from None
    except TooLarge:
        words = _("The edited text is far too long: the text is as it was. What was saved is kept: {path}")
        raise Unusable(words.format(path=path)) from None
    decoded = unicode_of(raw)
    if decoded is None:
        words = _("The editor did not save UTF-8: the text is as it was. What was saved is kept: {path}")
        raise Unusable(words.format(path=path))
    text = stripped(decoded[0])
    return text if before.endswith("\n") else text.removesuffix("\n")


def _rescued(text: EditedText) -> str | None:
    for name in _RESCUED:
        with suppress(Unusable):
            saved = read_back(text.place / name, text.given)
            if saved.strip() and saved != text.given:
                return saved
    return None


def _is_forgotten(text: EditedText) -> bool:
    """Whether nobody has touched it for a week, and nothing but what was given is in it."""
    is_here = text.path.exists()
    is_given = is_here and text.path.read_bytes().strip() in {
        b"",
        text.given.encode(errors="replace").strip(),
    }
    touched = max(path.lstat().st_mtime for path in text.place.iterdir())
    return (is_given or not is_here) and not text.others() and time.time() - touched > FORGOTTEN_S


def _is_open(place: Path) -> bool:
    """Whether the editor of a copy of the program has it now."""
    lock = os.open(place / _GIVEN, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)
