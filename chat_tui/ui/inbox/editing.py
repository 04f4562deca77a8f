"""Editing a draft in the operator's own editor, and recovering its text however the editor ended."""

import fcntl
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen

from chat_tui.files import NotAFile, TooLarge, create_private, read_file
from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import QueueItem
from chat_tui.paths import ForeignDirectory, make_private
from chat_tui.pictures.kinds import unicode_of
from chat_tui.safetext import stripped
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.kit.dialog import LegibleApp
from chat_tui.ui.kit.text import notify
from chat_tui.words.chats import chat_brief

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs

MOST_BYTES: Final = 1_000_000
"""Size of the largest file that is read back."""
FORGOTTEN_S: Final = 7 * 24 * 3600
"""Seconds (a week) after which a file in which nothing was saved is deleted."""
AT_ONCE_S: Final = 1.0
"""Seconds: an editor that returns unchanged sooner has a window of its own, or did not open at all."""
_USUAL: Final = ("sensible-editor", "nano", "vi")
_MESSAGE, _GIVEN = "message.txt", "given"
_RESCUED: Final = (_MESSAGE, f"{_MESSAGE}.save")
"""The files in which a text that never came back may be: nano saves beside its file when it is killed."""


class Unusable(Exception):  # noqa: N818 - house word: a failure that was expected
    """The file that an editor left is not a text; the message says why, and where the file is."""


class EditorProblem(Exception):  # noqa: N818 - house word: a failure that was expected
    """No editor was started; the message says why."""


@dataclass(slots=True)
class EditedText:
    """One text that is being edited, in a directory of its own; it is locked while the editor runs."""

    place: Path
    given: str
    """The text that the editor got."""
    _lock: int = field(default=-1, repr=False)
    """The file descriptor that holds the lock; -1 = not locked."""

    @property
    def path(self) -> Path:
        """The file that the editor opens."""
        return self.place / _MESSAGE

    def saved(self) -> str | None:
        """The text the editor saved; None = unchanged. Raises Unusable."""
        text = read_back(self.path, self.given)
        return None if text == self.given else text

    def others(self) -> bool:
        """Whether the editor left other texts beside its file, as some do when they are killed."""
        known = {self.given.encode(errors="replace"), b""}
        with suppress(OSError):
            for path in self.place.iterdir():
                if path.name in {_MESSAGE, _GIVEN} or path.name.endswith("~") or not path.is_file():
                    continue
                if path.stat().st_size > MOST_BYTES or path.read_bytes().strip() not in known:
                    return True
        return False

    def settle(self, taken: str) -> None:
        """Record that the saved text was `taken`; the files stay, to be looked through. Raises OSError."""
        self.given = taken
        (self.place / _GIVEN).unlink()
        written(self.place / _GIVEN, taken)

    def release(self) -> None:
        """Unlock the text: the editor has ended."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def remove(self) -> None:
        """Delete all its files: the text is safe elsewhere, or was never wanted."""
        self.release()
        shutil.rmtree(self.place, ignore_errors=True)


def given_out(root: Path, chat: str, text: str) -> EditedText:
    """A new locked file below `root` with a text of a chat, readable by its owner only. Raises OSError."""
    try:
        make_private(root)
    except ForeignDirectory as error:
        raise PermissionError(0, str(error)) from None
    place = Path(tempfile.mkdtemp(prefix=f"{chat}-", dir=root))
    try:
        for name in (_MESSAGE, _GIVEN):
            written(place / name, text)
        # Not on the message itself: many editors replace that file when they save.
        lock = os.open(place / _GIVEN, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return EditedText(place, text, lock)


def left_over(root: Path, *names: str) -> Iterator[tuple[EditedText, str]]:
    """Texts of a chat that were saved in an editor and never came back, with what was saved, oldest first.

    `names` are the chat's own. Texts in which nothing was saved are deleted after `FORGOTTEN_S`.
    """
    with suppress(OSError):
        found = [path for path in root.iterdir() if path.name.rpartition("-")[0] in names]
        for place in sorted(found, key=lambda path: path.stat().st_mtime):
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
    """Write the text to a new file, readable by its owner only. Raises OSError."""
    with open(create_private(path), "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)


def read_back(path: Path, before: str) -> str:
    """The edited text, without controls and without the line end that editors add. Raises Unusable."""
    try:
        raw = read_file(path, MOST_BYTES)
    except OSError as error:
        words = _("The editor left no readable file ({reason}): the text is unchanged. See {path}")
        raise Unusable(words.format(reason=error.strerror, path=path.parent)) from None
    except NotAFile:
        words = _("The editor left something that is not a file: the text is unchanged. See {path}")
        raise Unusable(words.format(path=path)) from None
    except TooLarge:
        words = _(
            "The saved text is far too long: the text in the box is unchanged. Your version is kept in {path}"
        )
        raise Unusable(words.format(path=path)) from None
    decoded = unicode_of(raw)
    if decoded is None:
        words = _(
            "The editor did not save UTF-8: the text in the box is unchanged. Your version is kept in {path}"
        )
        raise Unusable(words.format(path=path))
    text = stripped(decoded[0])
    return text if before.endswith("\n") else text.removesuffix("\n")


async def edit(
    app: TerminalApp[Any],
    text: EditedText,
    take: Callable[[str], None],
    environ: Mapping[str, str] = os.environ,
) -> tuple[str, bool]:
    """Let the operator edit a text; `take` gets what was saved, however the editor ended.

    Returns a sentence about the outcome, possibly empty, and whether the file is no longer needed. Raises
    EditorProblem when no editor was started, and Unusable when the file is not a text. If a signal ends the
    app meanwhile, `take` gets what the editor has saved by then.
    """
    if app.is_headless:
        raise EditorProblem(_("An editor needs a real terminal."))

    def take_saved() -> bool:
        saved = text.saved()
        if saved is not None:
            take(saved)
        return saved is not None

    def rescue() -> None:
        with suppress(Unusable):
            take_saved()

    command = editor_words(environ)
    began = time.monotonic()
    outcome = await app.lend([*command, str(text.path)], without_secrets(environ), rescue=rescue)
    if isinstance(outcome, OSError):
        words = _("{editor} cannot be started: {reason}")
        raise EditorProblem(words.format(editor=command[0], reason=outcome.strerror))
    if outcome == 0:
        if not take_saved() and time.monotonic() - began < AT_ONCE_S:
            words = _(
                "The editor returned at once. If it opened a window, EDITOR needs its waiting option, "
                "for example code --wait."
            )
            return words, False
        return "", True
    saved = text.saved()
    # A full disk leaves an empty file.
    if saved is None or not saved.strip():
        return _about(outcome, text, is_taken=False), not text.others()
    take(saved)
    return _about(outcome, text, is_taken=True), not text.others()


def editor_words(environ: Mapping[str, str]) -> list[str]:
    """The command of the operator's editor, or of a usual one. Raises EditorProblem if there is none."""
    chosen = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        words = shlex.split(chosen)
    except ValueError:
        words = []
    if not words:
        words = [name for name in _USUAL if shutil.which(name, path=environ.get("PATH"))][:1]
    if not words or not shutil.which(words[0], path=environ.get("PATH")):
        raise EditorProblem(_("No editor was found. Set EDITOR, for example to nano."))
    return words


def _about(outcome: int, text: EditedText, *, is_taken: bool) -> str:
    """How an editor failed, and where the text is; `is_taken` = what was saved is in the box."""
    if outcome < 0:
        # As `subprocess` reports it: the number of the signal, negative.
        end = _("A signal ended the editor ({code})").format(code=-outcome)
    else:
        end = _("The editor ended with code {code}").format(code=outcome)
    if is_taken:
        words = _("{end}. The saved text is in the box; Ctrl+Z restores the previous one.")
    else:
        words = _("{end}: the text is unchanged.")
    words = words.format(end=end)
    if text.others():
        words += " " + _("What the editor saved is in {place}.").format(place=text.place)
    return words


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the Market's key, which is none of an editor's business."""
    return {name: value for name, value in environ.items() if name not in ENVIRONMENT}


def _rescued(text: EditedText) -> str | None:
    for name in _RESCUED:
        with suppress(Unusable):
            saved = read_back(text.place / name, text.given)
            if saved.strip() and saved != text.given:
                return saved
    return None


def _is_forgotten(text: EditedText) -> bool:
    """Whether no file of it was touched for a week and there is no other text than the given one."""
    given = text.given.encode(errors="replace").strip()
    is_unchanged = not text.path.exists() or text.path.read_bytes().strip() in {b"", given}
    touched = max(path.lstat().st_mtime for path in text.place.iterdir())
    return is_unchanged and not text.others() and time.time() - touched > FORGOTTEN_S


def _is_open(place: Path) -> bool:
    """Whether it is being edited now, from this or another copy of the program."""
    lock = os.open(place / _GIVEN, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


# -- from the box and back into it -----------------------------------------------------------------------


_LOOK_S: Final = 1.0
"""Seconds between two checks of a file that an editor in its own window may still have open."""


@dataclass(eq=False)
class Editing:
    """Edits the text of the box outside, and deletes the file only when the text is safe in the drafts."""

    screen: Screen[None]
    terminal: LegibleApp[None]
    inbox: InboxApi
    talk: TalkPane
    dialogs: Callable[[], "Dialogs"]
    _left_there: set[Path] = field(default_factory=set, init=False)
    """The directories of texts that were offered in this run and declined."""

    async def edit(self) -> None:
        """Lend the terminal to the operator's editor, after saving the text of the box as a draft."""
        chat_ref = self.talk.chat_ref
        item = self.talk.item
        if chat_ref is None or item is None:
            return
        await self.talk.drafts.save()
        # First the text of an editor that died: otherwise there would be two versions of one answer.
        if await self._offer_edited(chat_ref):
            return
        try:
            text = given_out(self.terminal.edited, str(chat_ref), self.talk.box.text)
        except OSError as error:
            words = _("The text cannot be passed to an editor: {reason}")
            self.talk.box.say(words.format(reason=error.strerror))
            return
        try:
            words, is_over = await edit(self.terminal, text, self.talk.box.retype)
        except (EditorProblem, Unusable) as problem:
            if isinstance(problem, EditorProblem):
                text.remove()
            self.talk.box.say(str(problem))
            return
        finally:
            # In any case: with its lock kept, the text would count as open in an editor until the end.
            text.release()
        if words:
            self.talk.box.say(words)
        await self.talk.drafts.save()
        # The file is deleted only when its text is safe elsewhere.
        if is_over and self.talk.drafts.is_kept:
            text.remove()
        elif not is_over:
            self._leave(text, item)

    def _leave(self, text: EditedText, item: QueueItem) -> None:
        """Keep the file: an editor may still have it open, or the operator may look for what it left."""
        with suppress(OSError, Unusable):
            if (saved := text.saved()) is not None and self.talk.drafts.is_kept:
                text.settle(saved)
        self._await_late(text, item)

    def _await_late(self, text: EditedText, item: QueueItem) -> None:
        """Notify when an editor that is still open in its own window saves the text after all."""

        def look() -> None:
            # The file may be missing for a moment, while the editor replaces it.
            with suppress(Unusable):
                if (text.saved() or "").strip():
                    words = _("The editor has saved its text. Press {key} in that chat to insert it.")
                    words = words.format(key=keys.key_of("edit"))
                    if self.talk.chat_ref == item.chat.chat_ref:
                        self.talk.box.say(words)
                    else:
                        notify(self.terminal, f"{chat_brief(item)}: {words}")
                    timer.stop()
            if not text.place.exists():
                timer.stop()

        timer = self.screen.set_interval(_LOOK_S, look)

    def look_for(self, chat_ref: ChatRef) -> None:
        """Offer in the background what an editor saved for a chat that was opened."""
        self.screen.run_worker(self._offer_edited(chat_ref), group="edited", exclusive=True)

    async def _offer_edited(self, chat_ref: ChatRef) -> bool:
        """Offer what an editor saved for a chat and never came back; True = it was taken."""
        names = [str(chat_ref)]
        # Versions that knew only one shop used the bare number; with several, its shop is unknown.
        if not self.inbox.link().parts:
            names.append(str(chat_ref.number))
        for text, saved in left_over(self.terminal.edited, *names):
            if text.place in self._left_there:
                continue
            # The text did come back, and only its file was left behind, perhaps by a crash.
            if saved == self.talk.box.text and self.talk.drafts.is_kept:
                text.remove()
                continue
            why = _("An editor saved this text for this chat:")
            is_wanted = await self.dialogs().offer(saved, why=why)
            if not is_wanted or self.talk.chat_ref != chat_ref:
                self._left_there.add(text.place)
                continue
            # Nothing was typed since it was given out: the saved text is its next version.
            if self.talk.box.text == text.given:
                self.talk.box.retype(saved)
                await self.talk.drafts.save()
            else:
                await self.talk.add_text(saved)
            if self.talk.drafts.is_kept:
                text.remove()
            return True
        return False
