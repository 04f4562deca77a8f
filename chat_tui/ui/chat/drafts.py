"""What is typed and not sent: kept as the draft of its chat, also when the disk refuses it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from textual.timer import Timer
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef
from chat_tui.model.timeline import Draft
from chat_tui.ui.chat.compose import Compose
from chat_tui.words.problems import problem_words

DRAFT_S: Final = 1.0
"""Seconds after the first key that is not saved yet before a draft is."""
LEAVE_S: Final = 1.0
"""Seconds that the database gets to take what is typed when the program ends."""
RETRY_S: Final = 5.0
"""Seconds before a draft that the disk refused is tried again."""


class Drafts:
    """Knows whose text stands in the box, and what of all that was typed is not on the disk yet."""

    def __init__(
        self, pane: Widget, inbox: InboxApi, box: Compose, tell: Callable[[ChatRef, str], Awaitable[None]]
    ) -> None:
        """`pane` has the timers; `tell` says why the draft of a chat could not be saved."""
        self.chat_ref: ChatRef | None = None
        """The chat whose box it is."""
        self._pane = pane
        self._inbox = inbox
        self._box = box
        self._tell = tell
        self._timer: Timer | None = None
        self._saved = ""
        """What of the box was last handed to the disk."""
        self._unkept: dict[ChatRef, Draft] = {}
        """Drafts on their way to the disk, or refused by it: tried again until they are there."""
        self._names: dict[ChatRef, str] = {}
        """To whom what is typed goes, in words, by chat."""
        self._is_aside = False
        """Whether texts lie in a file beside the database."""

    async def of(self, chat_ref: ChatRef) -> Draft:
        """The draft of a chat: what was typed last, whether it is on the disk or not."""
        # What the disk refused is newer than what it has.
        return self._unkept.get(chat_ref) or await self._inbox.drafts.get(chat_ref)

    def take_up(self, draft: Draft, to: str) -> None:
        """The box is that of another chat from now on; `to` names whoever gets what is typed there."""
        self.chat_ref = draft.chat_ref
        self._names[draft.chat_ref] = to
        self.show(draft)

    def show(self, draft: Draft) -> None:
        """Put a draft that is on the disk into the box."""
        self._saved = draft.text
        self._box.load(draft.text, draft.caret)

    def sent(self, chat_ref: ChatRef) -> None:
        """The text of the box lies in the outbox, which has cleared the draft with it."""
        self._saved = ""
        self._unkept.pop(chat_ref, None)

    @property
    def is_saved(self) -> bool:
        """Whether nothing was typed since the box was last handed to the disk."""
        return self._box.text == self._saved

    @property
    def is_kept(self) -> bool:
        """Whether what is in the box is on the disk."""
        return self.is_saved and self.chat_ref not in self._unkept

    def unsaved(self) -> Draft | None:
        """What is in the box, if it differs from what was last handed to the disk."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.chat_ref is None or self.is_saved:
            return None
        return Draft(self.chat_ref, self._box.text, self._box.caret)

    def save_soon(self) -> None:
        """Something was typed."""
        # Counted from the first letter, not from the last: whoever types without a pause is kept up with.
        self._save_in(DRAFT_S)

    async def save(self) -> None:
        """Keep what is in the box as the draft of its chat, and whatever the disk refused before."""
        unsaved = self.unsaved()
        if unsaved is not None:
            self._saved = unsaved.text
            self._unkept[unsaved.chat_ref] = unsaved
        # A copy: keeping one may end another, and what fails stays for the next time.
        for draft in tuple(self._unkept.values()):
            await self.keep(draft)

    async def keep(self, draft: Draft) -> None:
        """Keep one; what the disk refuses is told, and tried again."""
        self._unkept[draft.chat_ref] = draft
        problem = await self._inbox.drafts.save(draft)
        if problem is not None:
            await self._tell(draft.chat_ref, problem_words(problem))
            self._save_in(RETRY_S)
            return
        # Another text of the same chat may have come while this one was written.
        if self._unkept.get(draft.chat_ref) is draft:
            del self._unkept[draft.chat_ref]
        if self._is_aside and not self._unkept:
            self._is_aside = False
            # On a thread: a disk that hangs must not freeze the keys.
            await asyncio.to_thread(self._inbox.drafts.keep_aside, ())

    async def keep_all(self) -> tuple[tuple[str, str], ...]:
        """Keep everything typed, in the database or else beside it; to whom and what, if neither takes it."""
        try:
            # Whoever ends the program by a signal does not wait for longer.
            async with asyncio.timeout(LEAVE_S):
                await self.save()
        except TimeoutError:
            pass
        unkept = [draft for draft in self._unkept.values() if draft.text.strip()]
        if unkept or self._is_aside:
            # What the database has must leave the file: it would come back as an old text at the next start.
            self._is_aside = bool(unkept)
            unkept = list(await asyncio.to_thread(self._inbox.drafts.keep_aside, unkept))
        return tuple((self._names.get(draft.chat_ref, ""), draft.text) for draft in unkept)

    def _save_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._pane.set_timer(seconds, self.save)
