"""A text edited outside: it goes out, comes back whatever became of the editor, and is found again."""

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
from chat_tui.paths import ForeignDirectory, make_private
from chat_tui.pictures.kinds import unicode_of
from chat_tui.safetext import stripped
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.kit.dialog import LegibleApp
from chat_tui.ui.kit.text import notify

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs


MOST_BYTES: Final = 1_000_000
FORGOTTEN_S: Final = 7 * 24 * 3600
"""After a week no editor is thought to hold a text in which nothing was saved."""
AT_ONCE_S: Final = 1.0
"""Seconds within which nobody edits anything: the editor is open in a window of its own, or none is."""
_USUAL: Final = ("sensible-editor", "nano", "vi")
_MESSAGE, _GIVEN = "message.txt", "given"
_RESCUED: Final = (_MESSAGE, f"{_MESSAGE}.save")
"""Where a text is found that never came back: nano saves beside the file when it is ended."""


class Unusable(Exception):  # noqa: N818 - house word: a failure that was expected
    """What an editor left is no text; the words say why, and where it is."""


class EditorProblem(Exception):  # noqa: N818 - house word: a failure that was expected
    """The text was not edited; the words say why."""


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


def left_over(root: Path, *names: str) -> Iterator[tuple[EditedText, str]]:
    """Texts of a chat, which has these `names`, that were saved and never came back; the rest goes in time.

    The oldest comes first.
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


async def edit(
    app: TerminalApp[Any],
    text: EditedText,
    take: Callable[[str], None],
    environ: Mapping[str, str] = os.environ,
) -> tuple[str, bool]:
    """Let the operator edit a text; `take` gets what was saved, however the editor ended.

    Gives a sentence about it, or none, and whether its file has served. Raises EditorProblem when no
    editor was started, and Unusable for a file that is no text. If the app is told to end meanwhile,
    `take` gets what the editor has saved by then.
    """
    if app.is_headless:
        raise EditorProblem(_("An editor needs a terminal of its own."))

    def take_saved() -> bool:
        saved = text.saved()
        if saved is not None:
            take(saved)
        return saved is not None

    def rescue() -> None:
        with suppress(Unusable):
            take_saved()

    words = editor_words(environ)
    began = time.monotonic()
    outcome = await app.lend([*words, str(text.path)], without_secrets(environ), rescue=rescue)
    if isinstance(outcome, OSError):
        why = _("{editor} cannot be started: {reason}")
        raise EditorProblem(why.format(editor=words[0], reason=outcome.strerror))
    if outcome == 0:
        if not take_saved() and time.monotonic() - began < AT_ONCE_S:
            return _at_once(), False
        return "", True
    saved = text.saved()
    if saved is None or not saved.strip():  # a disk that is full leaves an empty file
        return _about(outcome, text, is_taken=False), not text.others()
    take(saved)
    return _about(outcome, text, is_taken=True), not text.others()


def _at_once() -> str:
    return _(
        "The editor returned at once. If it opened a window, EDITOR needs its waiting option, "
        "for example code --wait."
    )


def editor_words(environ: Mapping[str, str]) -> list[str]:
    """The command of the operator's editor, or of one that is usually there; else EditorProblem."""
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
    """How an editor ended that did not end well, and where the text is."""
    if outcome < 0:
        words = _("A signal ended the editor ({code})")
        words = words.format(code=-outcome)
    else:
        words = _("The editor ended with code {code}").format(code=outcome)
    if is_taken:
        told = _("{end}: what was saved is in the box, Ctrl+Z brings back the text from before.")
    else:
        told = _("{end}: the text is as it was.")
    told = told.format(end=words)
    if text.others():
        told += " " + _("What the editor left is in {place}.").format(place=text.place)
    return told


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the Market's key."""
    return {name: value for name, value in environ.items() if name not in ENVIRONMENT}


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


# -- from the box and back into it -----------------------------------------------------------------------


_LOOK_S: Final = 1.0
"""Seconds between two looks at a file that an editor in a window of its own may have."""


@dataclass(eq=False)
class Editing:
    """What was saved outside is in the box and on the disk before its file goes."""

    screen: Screen[None]
    terminal: LegibleApp[None]
    inbox: InboxApi
    talk: TalkPane
    dialogs: Callable[[], "Dialogs"]
    _left_there: set[Path] = field(default_factory=set, init=False)
    """Texts that were offered in this run and not wanted."""

    async def edit(self) -> None:
        """Lend the terminal to the operator's editor; what is in the box is safe before."""
        chat_ref = self.talk.chat_ref
        if chat_ref is None:
            return
        await self.talk.drafts.save()
        # A text from an editor that died comes first: else two versions of one answer would lie about.
        if await self._offer_edited(chat_ref):
            return
        try:
            text = given_out(self.terminal.edited, str(chat_ref), self.talk.box.text)
        except OSError as error:
            words = _("The text cannot be given to an editor: {reason}")
            self.talk.box.tell(words.format(reason=error.strerror))
            return
        try:
            words, is_over = await edit(self.terminal, text, self.talk.box.retype)
        except (EditorProblem, Unusable) as problem:
            if isinstance(problem, EditorProblem):
                text.remove()
            self.talk.box.tell(str(problem))
            return
        finally:
            # In any case: a lock that stays would make the text look open in an editor for ever.
            text.release()
        if words:
            self.talk.box.tell(words)
        await self.talk.drafts.save()
        # Its file goes only when the text is safe elsewhere.
        if is_over and self.talk.drafts.is_kept:
            text.remove()
        elif not is_over:
            self._leave(text)

    def _leave(self, text: EditedText) -> None:
        """Its file may still be wanted: by an editor, or by whoever looks for what it left."""
        with suppress(OSError, Unusable):
            if (saved := text.saved()) is not None and self.talk.drafts.is_kept:
                text.settle(saved)
        self._await_late(text)

    def _await_late(self, text: EditedText) -> None:
        """Tell when something is saved after all, by an editor that is still open in its window."""

        def look() -> None:
            with suppress(Unusable):  # a file that is being replaced
                if (text.saved() or "").strip():
                    words = _("The editor has saved its text now: {key} in that chat brings it.")
                    notify(self.terminal, words.format(key=keys.key_of("edit")))
                    timer.stop()
            if not text.place.exists():
                timer.stop()

        timer = self.screen.set_interval(_LOOK_S, look)

    def look_for(self, chat_ref: ChatRef) -> None:
        """Offer, in a while, what an editor saved for a chat that was opened."""
        self.screen.run_worker(self._offer_edited(chat_ref), group="edited", exclusive=True)

    def _names(self, chat_ref: ChatRef) -> tuple[str, ...]:
        """How its texts may be called: versions that knew one shop only wrote the number alone."""
        if self.inbox.link().parts:
            # Of which of several shops such a number is, nobody can say.
            return (str(chat_ref),)
        return str(chat_ref), str(chat_ref.number)

    async def _offer_edited(self, chat_ref: ChatRef) -> bool:
        """Offer what an editor saved for a chat and nobody took; whether it was taken."""
        for text, saved in left_over(self.terminal.edited, *self._names(chat_ref)):
            if text.place in self._left_there:
                continue
            # It did come back, and only the file was left behind, by a crash perhaps.
            if saved == self.talk.box.text and self.talk.drafts.is_kept:
                text.remove()
                continue
            is_wanted = await self.dialogs().offer_edited(saved)
            if not is_wanted or self.talk.chat_ref != chat_ref:
                self._left_there.add(text.place)
                continue
            # Nothing was typed since it went out: this is the same text, one version on.
            if self.talk.box.text == text.given:
                self.talk.box.retype(saved)
                await self.talk.drafts.save()
            else:
                await self.talk.add_text(saved)
            if self.talk.drafts.is_kept:
                text.remove()
            return True
        return False
