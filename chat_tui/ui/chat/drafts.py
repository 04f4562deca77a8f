"""Drafts: text typed and not sent is saved for its chat, and kept in memory while the disk refuses it.

Also whether somebody else, in another copy, has the chat open and writes there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from textual.timer import Timer
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Elsewhere, Stage
from chat_tui.model.timeline import Draft
from chat_tui.safetext import is_blank
from chat_tui.ui.chat.compose import Compose
from chat_tui.words.chats import company_sentence
from chat_tui.words.problems import problem_words

DRAFT_S: Final = 1.0
"""Seconds from the first unsaved key until the draft is saved."""
LEAVE_S: Final = 1.0
"""Seconds the database gets to save the drafts when the program ends."""
RETRY_S: Final = 5.0
"""Seconds until a draft that the disk refused is saved again."""


class Drafts:
    """Knows which chat the text in the box belongs to, and which texts are not on the disk yet."""

    def __init__(
        self, pane: Widget, inbox: InboxApi, box: Compose, say: Callable[[ChatRef, str], Awaitable[None]]
    ) -> None:
        """`pane` runs the timers; `say` shows why the draft of a chat could not be saved."""
        self.chat_ref: ChatRef | None = None
        """The chat that the text in the box belongs to; None = no chat is shown."""
        self._pane = pane
        self._inbox = inbox
        self._box = box
        self._say = say
        self._timer: Timer | None = None
        self._saved = ""
        """The text of the box that was last handed to the disk."""
        self._unkept: dict[ChatRef, Draft] = {}
        """Drafts on their way to the disk or refused by it; saving is repeated until it succeeds."""
        self._names: dict[ChatRef, str] = {}
        """The recipient of each chat, in words."""
        self._is_aside = False
        """Whether a file beside the database holds drafts."""

    async def of(self, chat_ref: ChatRef) -> Draft:
        """The draft of a chat: the text typed last, whether it is on the disk or not."""
        # A draft that the disk refused is newer than the one it holds.
        return self._unkept.get(chat_ref) or await self._inbox.drafts.get(chat_ref)

    def take_up(self, draft: Draft, to: str) -> None:
        """Make the box that of another chat; `to` names the recipient of what is typed there."""
        self.chat_ref = draft.chat_ref
        self._names[draft.chat_ref] = to
        self.show(draft)

    def put_away(self) -> None:
        """Make the box that of no chat, and empty."""
        self.chat_ref, self._saved = None, ""
        self._box.load("", 0)

    def show(self, draft: Draft) -> None:
        """Show a draft that is on the disk in the box."""
        self._box.load(draft.text, draft.caret)
        # Not the text of the draft, of which the box may have dropped something: only what is typed is saved.
        self._saved = self._box.text

    def sent(self, chat_ref: ChatRef) -> None:
        """The text of the box was queued, and the outbox deleted the saved draft in the same step."""
        self._saved = ""
        self._unkept.pop(chat_ref, None)

    @property
    def is_saved(self) -> bool:
        """Whether the box holds exactly the text that was last handed to the disk."""
        return self._box.text == self._saved

    @property
    def is_kept(self) -> bool:
        """Whether the text of the box is on the disk."""
        return self.is_saved and self.chat_ref not in self._unkept

    def unsaved(self) -> Draft | None:
        """Stop the timer and return the draft to save; None if the disk was handed this text already."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.chat_ref is None or self.is_saved:
            return None
        return Draft(self.chat_ref, self._box.text, self._box.caret)

    def save_soon(self) -> None:
        """Save the draft `DRAFT_S` after the first call since the last save."""
        # Counted from the first letter, not the last: typing without a pause must not postpone it.
        self._save_in(DRAFT_S)

    async def save(self) -> None:
        """Save the text of the box as the draft of its chat, and the drafts that the disk refused before."""
        unsaved = self.unsaved()
        if unsaved is not None:
            self._saved = unsaved.text
            self._unkept[unsaved.chat_ref] = unsaved
        # A copy: `keep` removes what it has saved; a draft that fails stays for the next time.
        for draft in tuple(self._unkept.values()):
            await self.keep(draft)

    async def keep(self, draft: Draft) -> None:
        """Save one draft; if the disk refuses it, say so and try again in `RETRY_S`."""
        self._unkept[draft.chat_ref] = draft
        problem = await self._inbox.drafts.save(draft)
        if problem is not None:
            await self._say(draft.chat_ref, problem_words(problem))
            self._save_in(RETRY_S)
            return
        # A newer draft of the same chat may have come while this one was being written.
        if self._unkept.get(draft.chat_ref) is draft:
            del self._unkept[draft.chat_ref]
        if self._is_aside and not self._unkept:
            self._is_aside = False
            # In a thread: a disk that hangs must not freeze the keyboard.
            await asyncio.to_thread(self._inbox.drafts.keep_aside, ())

    async def keep_all(self) -> tuple[tuple[str, str], ...]:
        """Save all drafts, in the database or else in a file beside it.

        Returns those that neither would take, as pairs of recipient and text.
        """
        try:
            # A program ended by a signal may be killed if it takes longer.
            async with asyncio.timeout(LEAVE_S):
                await self.save()
        except TimeoutError:
            pass  # what was not saved is still in `_unkept`
        unkept = [draft for draft in self._unkept.values() if draft.text.strip()]
        if unkept or self._is_aside:
            # Drafts that the database has must leave the file: the next start would restore an old text.
            self._is_aside = bool(unkept)
            unkept = list(await asyncio.to_thread(self._inbox.drafts.keep_aside, unkept))
        return tuple((self._names.get(draft.chat_ref, ""), draft.text) for draft in unkept)

    def _save_in(self, seconds: float) -> None:
        # A running timer is left alone: a new one would postpone the save.
        if self._timer is None:
            self._timer = self._pane.set_timer(seconds, self.save)


@dataclass(eq=False)
class Neighbours:
    """Says at the caret who else has the open chat open, and lets the others know what is typed here."""

    inbox: InboxApi
    box: Compose
    _chat_ref: ChatRef | None = field(default=None, init=False)
    _seen: Elsewhere | None = field(default=None, init=False)
    _said: str = field(default="", init=False)
    """The sentence at the caret, if it is ours."""
    _is_asked: bool = field(default=False, init=False)
    """Whether the operator was asked about sending while somebody else writes."""
    _has_typed: bool = field(default=False, init=False)
    _stage: Stage = field(default=Stage.OPEN, init=False)
    """What the others know."""

    def move(self, chat_ref: ChatRef | None) -> None:
        """Another chat is shown now, and its draft is in the box; None = no chat."""
        self._chat_ref, self._seen, self._said = chat_ref, None, ""
        self._is_asked = self._has_typed = False
        self._stage = Stage.OPEN

    def show(self, elsewhere: Elsewhere | None) -> None:
        """Say it when somebody came or began to write; what is said about the text otherwise stays."""
        before, self._seen = self._seen, elsewhere
        is_ours = bool(self._said) and self.box.notice.words == self._said
        is_news = elsewhere is not None and (before is None or elsewhere.is_typing > before.is_typing)
        if elsewhere != before and (is_ours or (is_news and not self.box.notice.words)):
            self._said = "" if elsewhere is None else company_sentence(elsewhere)
            self.box.say(self._said)

    def typed(self) -> None:
        """The text was changed by hand."""
        self._has_typed = True
        self.tell()

    def sent(self) -> None:
        """The text was sent."""
        self._has_typed = self._is_asked = False
        self.tell()

    def tell(self) -> None:
        """Let the others know whether the caret is in the box, and whether a text is being typed."""
        stage = Stage.CARET if self.box.has_focus else Stage.OPEN
        if stage is Stage.CARET and self._has_typed and not is_blank(self.box.text):
            stage = Stage.TYPING
        if self._chat_ref is not None and stage is not self._stage:
            self._stage = stage
            self.inbox.chats.attend(self._chat_ref, stage)

    def question(self) -> str:
        """The question to ask, once, before a text crosses one that somebody else writes; "" = none."""
        if self._seen is None or not self._seen.is_typing or self._is_asked:
            return ""
        self._is_asked = True
        return f"{company_sentence(self._seen)} {_('Enter again sends it.')}"
