"""What an operator who looks elsewhere is called for: messages of buyers, and all that is new in disputes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.chat import ChatStatus, Message, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem, Tab, snippet
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.kit.text import notify
from chat_tui.words.status import PROGRAM, call_text, call_words, dispute_notice, dispute_words

_LOOK_BACK = 5
"""Messages behind which a buyer's may stand: the Market adds its own."""
_KNOWN = 256
"""Of the chats that are there at first, those remembered as disputes or not: the latest."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A buyer wrote in a chat; or a dispute began, or somebody but the shop wrote in one."""

    item: QueueItem
    words: str
    """The beginning of what was written, raw; empty for a dispute that has begun."""
    has_begun: bool = False
    """Whether the chat has become a dispute."""


class Arrivals:
    """Tells every message once; what was there when the list was first read is not new."""

    def __init__(self, inbox: InboxApi) -> None:
        self._inbox = inbox
        self.since: Millis | None = None
        """The newest time in the list when it was first read; None = it was not read yet."""
        self._told: dict[ChatRef, MessageId] = {}
        self._disputes: dict[ChatRef, Millis] = {}
        """Until when what was written in a dispute is not new: its beginning was told with it."""
        self._ordinary: set[ChatRef] = set()
        """Chats known not to be disputes: the Market may change that without any message."""

    async def among(self, changed: Iterable[ChatRef]) -> list[Arrival]:
        """What is new in the changed chats since we were last told."""
        if self.since is None:
            # Until the list was read once, everything in it would look new.
            if self._inbox.link().fresh_at is None:
                return []
            self.since = await self._begin()
        found = []
        for chat_ref in changed:
            item = await self._inbox.chats.item(chat_ref)
            if item is not None and (arrival := await self._arrival(item, self.since)) is not None:
                found.append(arrival)
        return found

    async def _begin(self) -> Millis:
        """Remember what is there; the newest time of it."""
        # Disputes on their own: among all chats they may stand behind the latest ones.
        disputes = await self._inbox.chats.page(Tab.DISPUTES, limit=_KNOWN)
        newest = await self._inbox.chats.page(Tab.ALL, limit=_KNOWN)
        for item in (*disputes.items, *newest.items):
            self._remember(item)
        return max((item.chat.updated_at for item in newest.items), default=0)

    def _remember(self, item: QueueItem) -> None:
        if item.chat.is_dispute:
            self._disputes.setdefault(item.chat.chat_ref, item.chat.updated_at)
        else:
            self._ordinary.add(item.chat.chat_ref)

    async def _arrival(self, item: QueueItem, since: Millis) -> Arrival | None:
        if item.chat.is_dispute and self._has_begun(item, since):
            self._remember(item)
            return Arrival(item, "", has_begun=True)
        self._remember(item)
        if item.chat.updated_at <= since:
            return None
        # The row says that something changed, not who wrote it: an answer of ours moves it too.
        page = await self._inbox.chats.timeline(item.chat.chat_ref, limit=_LOOK_BACK)
        found = [entry.message for entry in page.entries]
        message = _last_of_others(found) if item.chat.is_dispute else _last_of_buyer(found)
        since = self._disputes.get(item.chat.chat_ref, since)
        if message is None or not self._is_new(message, since):
            return None
        self._told[item.chat.chat_ref] = message.message_id
        return Arrival(item, snippet(message))

    def _has_begun(self, item: QueueItem, since: Millis) -> bool:
        chat_ref = item.chat.chat_ref
        if item.chat.status == ChatStatus.FINISHED or chat_ref in self._disputes:
            return False
        return chat_ref in self._ordinary or item.chat.updated_at > since

    def _is_new(self, message: Message, since: Millis) -> bool:
        return message.created_at > since and message.message_id > self._told.get(message.chat_ref, 0)


@dataclass(frozen=True)
class Calls:
    """Calls the operator for what arrives; what begins in disputes, and what fails, is said on the screen."""

    terminal: TerminalApp[None]
    arrivals: Arrivals
    with_text: bool
    """Whether a call may show what a buyer wrote."""

    async def hear(self, digest: Digest) -> None:
        """Something changed, or failed."""
        arrived = await self.arrivals.among(digest.chats)
        if arrived:
            self._call(arrived)
        for what in digest.faults:
            words = _("A part of the program failed ({what}). Restart it; the log has the details.")
            notify(self.terminal, words.format(what=what), severity="error")
        for sentence in digest.mended:
            notify(self.terminal, sentence, severity="warning")

    def _call(self, arrived: Sequence[Arrival]) -> None:
        disputes = [one for one in arrived if one.item.chat.is_dispute]
        # Several at once are one call with a number: a burst after a lost connection rings once.
        words = call_words(len(arrived))
        if disputes:
            words = dispute_words(sum(one.has_begun for one in disputes), len(disputes))
            told = dispute_notice(words, disputes[0].item, keys.key_of("tab_2"))
            notify(self.terminal, told, severity="error")
        # Desktop notifications stay in histories and on locked screens: names and words only by leave.
        if self.with_text and len(arrived) == 1:
            words = call_text(arrived[0].item, arrived[0].words or words)
        self.terminal.call_operator(PROGRAM, words, is_alarm=bool(disputes))


def _last_of_buyer(messages: Iterable[Message | None]) -> Message | None:
    """The newest message of the buyer that the shop has not answered."""
    last = None
    for message in messages:
        if message is not None and message.sender in {Sender.CUSTOMER, Sender.PARTNER}:
            last = message
    return last if last is not None and last.sender == Sender.CUSTOMER else None


def _last_of_others(messages: Sequence[Message | None]) -> Message | None:
    """The newest message, unless it is the shop's own."""
    last = next((message for message in reversed(messages) if message is not None), None)
    return last if last is not None and last.sender != Sender.PARTNER else None
