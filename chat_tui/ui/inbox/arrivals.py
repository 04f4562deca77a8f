"""Calls an operator who is looking elsewhere: for messages of buyers, and for anything new in disputes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.chat import Message, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem, Tab, snippet
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.kit.text import notify
from chat_tui.words.status import PROGRAM, call_text, call_words, dispute_notice, dispute_words

_LOOK_BACK = 5
"""How many of the newest messages are searched for the buyer's: the Market adds its own behind it."""
_KNOWN = 256
"""How many of the latest chats, and of the disputes, are remembered at the first reading."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A buyer wrote in a chat; or a dispute opened, or someone other than the shop wrote in one."""

    item: QueueItem
    words: str
    """The beginning of the message, not yet made safe; empty for a dispute that has just opened."""
    has_begun: bool = False
    """Whether the chat has become a dispute."""


class Arrivals:
    """Reports every message once; what was in the list when it was first read is not new."""

    def __init__(self, inbox: InboxApi) -> None:
        self._inbox = inbox
        self.since: Millis | None = None
        """The newest time in the list when it was first read; None = not read yet."""
        self._reported: dict[ChatRef, MessageId] = {}
        self._disputes: dict[ChatRef, Millis] = {}
        """Until when messages in a dispute are not new: they were reported with its opening."""
        self._ordinary: set[ChatRef] = set()
        """Chats known not to be disputes: the Market can turn one into a dispute without a message."""

    async def among(self, changed: Iterable[ChatRef]) -> list[Arrival]:
        """What is new in the changed chats since the last call; nothing until the list was read once."""
        if self.since is None:
            # Before that, everything in it would look new.
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
        """Remember the chats that are there, and return the newest time among them."""
        # Disputes separately: among all chats they may be older than the latest `_KNOWN`.
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
        # The row shows that something changed, not who wrote: our own answer changes it too.
        page = await self._inbox.chats.timeline(item.chat.chat_ref, limit=_LOOK_BACK)
        found = [entry.message for entry in page.entries if entry.message is not None]
        if not item.chat.is_dispute:
            # The Market's own messages matter in disputes only.
            found = [message for message in found if message.sender in {Sender.CUSTOMER, Sender.PARTNER}]
        newest = found[-1] if found else None
        if newest is None or newest.sender == Sender.PARTNER or not self._is_new(newest, since):
            return None
        self._reported[newest.chat_ref] = newest.message_id
        return Arrival(item, snippet(newest))

    def _has_begun(self, item: QueueItem, since: Millis) -> bool:
        chat_ref = item.chat.chat_ref
        # A dispute that is already over is no reason to call.
        if item.chat.is_finished or chat_ref in self._disputes:
            return False
        # An unknown chat may only be too old to have been remembered: its time decides.
        return chat_ref in self._ordinary or item.chat.updated_at > since

    def _is_new(self, message: Message, since: Millis) -> bool:
        since = self._disputes.get(message.chat_ref, since)
        return message.created_at > since and message.message_id > self._reported.get(message.chat_ref, 0)


@dataclass(frozen=True)
class Calls:
    """Calls the operator for arrivals; news of disputes, and failures, are shown on the screen too."""

    terminal: TerminalApp[None]
    arrivals: Arrivals
    with_text: bool
    """Whether a call may show what a buyer wrote."""

    async def hear(self, digest: Digest) -> None:
        """Call for what arrived in the changed chats; show what failed and which files were lost."""
        arrived = await self.arrivals.among(digest.chats)
        if arrived:
            self._call(arrived)
        for what in digest.faults:
            words = _("Part of the program crashed ({what}). Restart it; details are in the log.")
            notify(self.terminal, words.format(what=what), severity="error")
        for sentence in digest.mended:
            notify(self.terminal, sentence, severity="warning")

    def _call(self, arrived: Sequence[Arrival]) -> None:
        disputes = [one for one in arrived if one.item.chat.is_dispute]
        # Several at once are one call with their number: a burst after a lost connection rings once.
        words = call_words(len(arrived))
        if disputes:
            words = dispute_words(sum(one.has_begun for one in disputes), len(disputes))
            sentence = dispute_notice(words, disputes[0].item, keys.key_of("tab_2"))
            notify(self.terminal, sentence, severity="error")
        # Desktop notifications stay in histories and on locked screens: names and text only if allowed.
        if self.with_text and len(arrived) == 1:
            words = call_text(arrived[0].item, arrived[0].words or words)
        self.terminal.call_operator(PROGRAM, words, is_alarm=bool(disputes))
