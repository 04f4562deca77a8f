"""The chats of one business at the Market: old ones computed on demand, new ones stored."""

import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chat_tui.inbox.reading.scan import ACTIVE
from chat_tui.model.chat import Chat, ChatContext, ChatKind, ChatStatus, ContextKind, Message, Page, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from tests.support.refs import ref

FIRST_LIVE = 1_000_000_000_000
"""The first id of messages written while the simulation runs."""
_DAY: Millis = 86_400_000
_PER_OLD_CHAT = 1_000
_AFTER = {
    Sender.CUSTOMER: ChatStatus.WAITING_FOR_PARTNER,
    Sender.PARTNER: ChatStatus.WAITING_FOR_CUSTOMER,
}

Place = tuple[int, int]
"""The position of a chat in the list: smaller comes first."""


class Order(StrEnum):
    """The order in which the list comes; the documentation does not say which."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SHUFFLED = "shuffled"


@dataclass(slots=True)
class _Kept:
    chat: Chat
    old: int
    """The number of messages from before the simulation."""
    said: list[Message] = field(default_factory=list)
    told_at: Millis = 0
    """The time of its last message in the latest answer."""


class QuickMarket:
    """Answers the API's requests at once and without counting them."""

    def __init__(self, old_chats: int, order: Order, now: Millis, seed: int) -> None:
        self._order = order
        self._dice = random.Random(f"shop {seed}")
        self._kept: dict[ChatRef, _Kept] = {}
        self._all: list[Place] = []
        self._active: list[Place] = []
        self._next_message = FIRST_LIVE
        self.changed: set[ChatRef] = set()
        """Chats with a new message or status since the start."""
        self.told = 0
        """How many answers showed a newer time of a chat than any before."""
        for number in range(1, old_chats + 1):
            self._add(self._old(ref(number), now - number * 30 * _DAY // max(old_chats, 30)))

    def _old(self, chat_ref: ChatRef, updated_at: Millis) -> _Kept:
        lot = self._dice.random()
        status = (
            ChatStatus.WAITING_FOR_PARTNER
            if chat_ref.number <= 100 and lot < 0.5
            else ChatStatus.FINISHED
            if lot < 0.7
            else ChatStatus.WAITING_FOR_CUSTOMER
        )
        count = 150 if lot > 0.99 else 1 + int(lot * 10)
        return _Kept(_chat(chat_ref, status, updated_at - count * 60_000, updated_at), count)

    def _add(self, kept: _Kept) -> None:
        self._kept[kept.chat.chat_ref] = kept
        self._list(kept.chat)

    def _place(self, chat: Chat) -> Place:
        number = chat.chat_ref.number
        if self._order is Order.SHUFFLED:
            return number * 2_654_435_761 % 2**32, number
        if self._order is Order.OLDEST:
            return chat.updated_at, number
        return -chat.updated_at, -number

    def _lists(self, chat: Chat) -> list[list[Place]]:
        return [self._all, self._active] if chat.status in ACTIVE else [self._all]

    def _list(self, chat: Chat) -> None:
        for places in self._lists(chat):
            insort(places, self._place(chat))

    def _move(self, kept: _Kept, chat: Chat) -> None:
        for places in self._lists(kept.chat):
            del places[bisect_left(places, self._place(kept.chat))]
        kept.chat = chat
        self._list(chat)
        self.changed.add(chat.chat_ref)

    # -- actions of people ------------------------------------------------------------------------

    @property
    def chats(self) -> dict[ChatRef, Chat]:
        """All current chats."""
        return {chat_ref: kept.chat for chat_ref, kept in self._kept.items()}

    def open(self, now: Millis) -> ChatRef:
        """Let a buyer open a new chat; its first message comes next."""
        chat_ref = ref(len(self._kept) + 1)
        self._add(_Kept(_chat(chat_ref, ChatStatus.NEW, now, now), 0))
        return chat_ref

    def say(self, chat_ref: ChatRef, sender: Sender, now: Millis) -> MessageId:
        """Add a message; the status depends on its sender."""
        kept = self._kept[chat_ref]
        message_id = MessageId(self._next_message)
        self._next_message += 1
        kept.said.append(Message(chat_ref, message_id, now, sender, f"Сообщение {message_id}"))
        is_new = kept.old == 0 and len(kept.said) == 1
        status = ChatStatus.NEW if is_new else _AFTER[sender]
        self._move(kept, replace(kept.chat, status=status, updated_at=now))
        return message_id

    def turn(self, chat_ref: ChatRef, status: ChatStatus) -> None:
        """Change the status without a message."""
        kept = self._kept[chat_ref]
        self._move(kept, replace(kept.chat, status=status))

    # -- answers of the API -------------------------------------------------------------------------

    def page(self, statuses: Sequence[str], token: str | None, limit: int) -> Page[Chat]:
        """One page of the list; the token is the position of the last chat on the page."""
        assert not statuses or tuple(statuses) == ACTIVE, "other requests of the engine are not simulated"
        places = self._active if statuses else self._all
        begin = 0 if token is None else bisect_right(places, _read(token))
        found = places[begin : begin + limit]
        chats = tuple(self._tell(ref(abs(number))) for _, number in found)
        is_last = begin + limit >= len(places)
        return Page(chats, None if is_last else f"{found[-1][0]} {found[-1][1]}")

    def _tell(self, chat_ref: ChatRef) -> Chat:
        kept = self._kept[chat_ref]
        if kept.chat.updated_at > kept.told_at:
            kept.told_at = kept.chat.updated_at
            self.told += 1
        return kept.chat

    def chat(self, chat_ref: ChatRef) -> Chat:
        """One chat."""
        return self._tell(chat_ref)

    def messages(self, chat_ref: ChatRef) -> list[Message]:
        """The whole history, oldest first."""
        kept = self._kept[chat_ref]
        first = kept.chat.created_at
        old = [
            Message(
                chat_ref,
                MessageId(chat_ref.number * _PER_OLD_CHAT + n),
                first + (n + 1) * 60_000,
                (Sender.CUSTOMER, Sender.PARTNER)[n % 2],
                f"Старое сообщение {n}",
            )
            for n in range(kept.old)
        ]
        return [*old, *kept.said]

    def history(
        self, chat_ref: ChatRef, since: MessageId | None, token: str | None, limit: int, now: Millis
    ) -> Page[Message]:
        """One page of a history, newest first; `since` is inclusive."""
        found = [m for m in reversed(self.messages(chat_ref)) if since is None or m.message_id >= since]
        begin = int(token or 0)
        rest = begin + limit < len(found)
        page = tuple(found[begin : begin + limit])
        return Page(page, str(begin + limit) if rest else None, server_time=now)


def _chat(chat_ref: ChatRef, status: str, created_at: Millis, updated_at: Millis) -> Chat:
    return Chat(chat_ref, ChatContext(ContextKind.ORDER), ChatKind.CHAT, status, created_at, updated_at)


def _read(token: str) -> Place:
    first, second = token.split()
    return int(first), int(second)
