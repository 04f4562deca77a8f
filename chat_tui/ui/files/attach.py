"""Sending a file: the operator chooses it, and its card says what will be sent, and to whom."""

import asyncio
import getpass
import os
import re
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _, ngettext
from chat_tui.model.file import FileCard
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.safetext import one_line
from chat_tui.ui.files.picker import FilePicker
from chat_tui.ui.files.rows import bring_line, is_windows_path, login_of, path_readings
from chat_tui.ui.kit.dialog import Dialog, framed
from chat_tui.ui.kit.questions import agreed, send_anyway
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words import glyphs
from chat_tui.words.chats import chat_title, recipient
from chat_tui.words.files import details_words, head_words, renamed_words, size_words
from chat_tui.words.line import cut_middle
from chat_tui.words.problems import doubt_words, problem_words

RECENT = 5
"""How many folders are remembered for the picker."""
_HEAD_CELLS = 64
_NAME_CELLS = 40


class Recognised(NamedTuple):
    """What a pasted text is, if it is a path."""

    files: tuple[Path, ...]
    """The files of this computer that it names."""
    far: str
    """The path of a file that is not on this computer; "" = none."""
    words: str


@dataclass(eq=False)
class Attaching:
    """Sends files, and remembers the folders in which they were chosen."""

    app: App[None]
    inbox: InboxApi
    now: Callable[[], Millis]
    zone: tzinfo
    _folders: tuple[Path, ...] = field(default=(), init=False)
    """The folders of recently chosen files, newest first."""

    async def attach(self, to: QueueItem, typed: str = "") -> OutboxItem | None:
        """Choose a file and `attach_this`; `typed` is a path that the picker begins with."""
        start = self._folders[0] if self._folders else Path.home()
        picker = FilePicker(start, self._folders, now=self.now(), zone=self.zone, typed=typed)
        chosen = await self.app.push_screen_wait(picker)
        return None if chosen is None else await self.attach_this(to, chosen)

    async def attach_this(self, to: QueueItem, chosen: Path) -> OutboxItem | None:
        """Show the card of a file, and send it to the chat that was open when it was chosen.

        None = nothing was sent; unless the operator decided that, a notification says why.
        """
        # Even if the file is not sent: after a wrong choice, the right file is probably there too.
        others = [folder for folder in self._folders if folder != chosen.parent]
        self._folders = (chosen.parent, *others)[:RECENT]
        outcome = await self._send(to, await self.inbox.files.inspect(chosen))
        if isinstance(outcome, Problem):
            notify(self.app, f"{chat_title(to)}: {problem_words(outcome)}", severity="error")
            return None
        return outcome

    async def recognise(self, pasted: str, key: str) -> Recognised | None:
        """The files that a pasted text names, with a sentence about them; None if it is other text.

        `key` is the one that attaches, as written on a keyboard.
        """
        readings = list(path_readings(pasted))
        # In a thread: a disk that hangs must not freeze the keyboard.
        files = await asyncio.to_thread(_existing, readings)
        if files:
            words = _("“{name}” is a file on this computer. {key}: attach it")
            if more := len(files) - 1:
                words = ngettext(
                    "“{name}” and {n} more file are on this computer. {key}: attach them",
                    "“{name}” and {n} more files are on this computer. {key}: attach them",
                    more,
                )
            name = cut_middle(one_line(files[0].name), _NAME_CELLS)
            return Recognised(files, "", words.format(name=name, n=more, key=key))
        far = next((one[0] for one in readings if _is_likely(one[0])), None)
        if far is None:
            return None
        start = self._folders[0] if self._folders else Path.home()
        words = _("There is no such file here.")
        line = bring_line(
            far, login_of(getpass.getuser(), socket.gethostname(), os.environ), start, Path.home()
        )
        if line is not None:
            words = _("There is no such file here. If it is on your own computer, run there: {line}")
            words = words.format(line=line)
        return Recognised((), far, words)

    async def _send(self, to: QueueItem, card: FileCard | Problem) -> OutboxItem | Problem | None:
        if isinstance(card, Problem):
            return card
        if not await self.app.push_screen_wait(FileCardScreen(card, recipient(to))):
            return None
        send = partial(self.inbox.outbox.send_file, to.chat.chat_ref, card)
        return await agreed(self.app, send, recipient(to), card.doubts)


def _existing(readings: Iterable[Sequence[str]]) -> tuple[Path, ...]:
    """The files of the first reading of which all are there."""
    for reading in readings:
        files = tuple(Path(os.path.expanduser(path)) for path in reading)
        if all(file.is_absolute() and file.is_file() for file in files):
            return files
    return ()


def _is_likely(path: str) -> bool:
    """Whether a path that is not here may be meant as one: not “/or/and” in a sentence."""
    last = path.replace("\\", "/").rpartition("/")[2]
    return is_windows_path(path) or re.search(r"\.\w{1,5}$", last) is not None


class FileCardScreen(Dialog[bool]):
    """Returns True when the operator agrees to the file and, by a second and explicit yes, to its doubts.

    `recipient` names buyer, order or return, and shop.
    """

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "send", show=False)]

    def __init__(
        self, card: FileCard, recipient: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock=clock)
        self._card = card
        self._recipient = plain(recipient, lines=False)

    def compose(self) -> ComposeResult:
        card = self._card
        name = cut_middle(one_line(card.name), 2 * _HEAD_CELLS)
        lines = (
            ("details", "muted", details_words(card)),
            ("renamed", "muted", renamed_words(card)),
            ("head", "muted", head_words(card, _HEAD_CELLS)),
            ("warning", "warn", self._warning()),
        )
        yield framed(
            _("Send this file?"),
            Static(self._recipient, id="recipient"),
            Static(Content.assemble(f"{glyphs.FILE} ", (name, "bold")), id="name"),
            *(Static(plain(words), id=where, classes=look) for where, look, words in lines if words),
            keys=(("Enter", _("send")), ("Esc", _("do not send"))),
        )

    def action_send(self) -> None:
        """Send; ask once more if there are doubts about the file."""
        if not self.is_enter_meant():
            return
        if not self._card.doubts:
            self.finish(True)
        elif self.is_active:
            name = plain(cut_middle(one_line(self._card.name), _HEAD_CELLS))
            confirm = send_anyway(self._card.doubts, name, self._recipient, clock=self.clock)
            # A callback, because only a worker may wait; either answer closes this dialog too.
            self.app.push_screen(confirm, self.finish)

    def action_leave(self) -> None:
        """Do not send."""
        self.finish(False)

    def _warning(self) -> str:
        warnings = []
        if self._card.doubts:
            warnings.append(doubt_words(self._card.doubts))
        if self._card.is_large:
            size = size_words(self._card.size)
            warnings.append(_("{size} is close to the limit: the Market may refuse it.").format(size=size))
        return "\n".join(warnings)
