"""The card of a file: what will be sent, and to whom."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _
from chat_tui.model.file import FileCard
from chat_tui.ui.screens.confirm import Confirm
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line
from chat_tui.ui.text import plain
from chat_tui.words import glyphs
from chat_tui.words.doubts import doubt_words
from chat_tui.words.files import details_words, head_words, renamed_words, size_words
from chat_tui.words.line import cut_middle, shown

_HEAD_CELLS = 64


class FileCardScreen(Dialog[bool]):
    """Gives True when the operator agrees to the file and to its doubts, which take a second, explicit yes.

    `recipient` names buyer, order or return, and shop.
    """

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "send", show=False)]

    def __init__(
        self, card: FileCard, recipient: Content | str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._card = card
        self._recipient = plain(recipient, lines=False) if isinstance(recipient, str) else recipient
        self._clock = clock
        self._pause = EnterPause(clock)

    def compose(self) -> ComposeResult:
        """Recipient, name, details, first lines, warnings, keys."""
        card = self._card
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content(_("Send this file?"))
            yield Static(self._recipient, id="recipient")
            name = cut_middle(shown(card.name, lines=False), 2 * _HEAD_CELLS)
            yield Static(Content.assemble(f"{glyphs.FILE} ", (name, "bold")), id="name")
            yield Static(plain(details_words(card)), id="details", classes="muted")
            if renamed := renamed_words(card):
                yield Static(plain(renamed), id="renamed", classes="muted")
            if head := head_words(card, _HEAD_CELLS):
                yield Static(plain(head), id="head", classes="muted")
            if warning := self._warning():
                yield Static(plain(warning), id="warning", classes="warn")
            yield Static(keys_line(("Enter", _("send")), ("Esc", _("do not send"))), id="keys")

    def action_send(self) -> None:
        """Send, after one more question when something speaks against it."""
        if not self._pause.is_over():
            return
        if not self._card.doubts:
            self.finish(True)
        elif self.is_current:
            question = plain(f"{doubt_words(self._card.doubts)} {_('Really send it?')}", "bold")
            name = plain(cut_middle(shown(self._card.name, lines=False), _HEAD_CELLS))
            asked = Content("\n").join([question, name, self._recipient])
            confirm = Confirm(asked, yes=_("Send anyway"), no=_("Do not send"), clock=self._clock)
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
