"""A text edited outside: it goes out, comes back whatever became of the editor, and is found again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.screen import Screen

from chat_tui.locale import _
from chat_tui.model.ids import ChatRef
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox import edited
from chat_tui.ui.inbox.edited import EditedText, EditorProblem, Unusable
from chat_tui.ui.kit.dialog import LegibleApp
from chat_tui.ui.kit.text import notify

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs

_LOOK_S: Final = 1.0
"""Seconds between two looks at a file that an editor in a window of its own may have."""


@dataclass(eq=False)
class Editing:
    """What was saved outside is in the box and on the disk before its file goes."""

    screen: Screen[None]
    terminal: LegibleApp[None]
    talk: TalkPane
    dialogs: Callable[[], "Dialogs"]
    _left_there: set[Path] = field(default_factory=set, init=False)
    """Texts that were offered in this run and not wanted."""

    async def edit(self) -> None:
        """Lend the terminal to the operator's editor; what is in the box is safe before."""
        chat_id = self.talk.chat_id
        if chat_id is None:
            return
        await self.talk.drafts.save()
        # A text from an editor that died comes first: else two versions of one answer would lie about.
        if await self._offer_edited(chat_id):
            return
        try:
            text = edited.given_out(self.terminal.edited, str(chat_id), self.talk.box.text)
        except OSError as error:
            words = _("The text cannot be given to an editor: {reason}")
            self.talk.box.tell(words.format(reason=error.strerror))
            return
        try:
            words, is_over = await edited.edit(self.terminal, text, self.talk.box.retype)
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

    def look_for(self, chat_id: ChatRef) -> None:
        """Offer, in a while, what an editor saved for a chat that was opened."""
        self.screen.run_worker(self._offer_edited(chat_id), group="edited", exclusive=True)

    async def _offer_edited(self, chat_id: ChatRef) -> bool:
        """Offer what an editor saved for a chat and nobody took; whether it was taken."""
        for text, saved in edited.left_over(self.terminal.edited, str(chat_id)):
            if text.place in self._left_there:
                continue
            # It did come back, and only the file was left behind, by a crash perhaps.
            if saved == self.talk.box.text and self.talk.drafts.is_kept:
                text.remove()
                continue
            is_wanted = await self.dialogs().offer_edited(saved)
            if not is_wanted or self.talk.chat_id != chat_id:
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
