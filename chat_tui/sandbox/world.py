"""The pretend Market's chats: generated ones, computed on demand, under an overlay of what has happened."""

import threading
from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Final

from chat_tui.sandbox.content import content
from chat_tui.sandbox.generator import (
    CONTEXTS,
    KINDS,
    STATUSES,
    Conversations,
    File,
    Heads,
    Message,
    Order,
    Orders,
)
from chat_tui.sandbox.ledger import Begun, ChatOpened, Moved, Record, Said, Upload
from chat_tui.sandbox.seeded_random import mix

CHAT_BASE: Final = 14_800_000
_KEPT: Final = 64
"""Computed conversations that stay in memory; the least recently used one goes first."""
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of the public ids of buyers, five bits each."""


# ---- the order of the list

_BITS = 20
_MASK = (1 << _BITS) - 1
"""A place beside a time in milliseconds in one int64: room for 2²⁰ chats."""


def code(status: str, kind: str, context: str) -> int:
    """Status, type and context of a chat in one byte."""
    return (STATUSES.index(status) * len(KINDS) + KINDS.index(kind)) * len(CONTEXTS) + CONTEXTS.index(context)


def codes(
    statuses: Iterable[str] | None, kinds: Iterable[str] | None, contexts: Iterable[str] | None
) -> frozenset[int] | None:
    """The values of `code` that pass these filters, of which None filters nothing; None = all of them."""
    if statuses is None and kinds is None and contexts is None:
        return None
    return frozenset(
        code(status, kind, context)
        for status in (STATUSES if statuses is None else statuses)
        for kind in (KINDS if kinds is None else kinds)
        for context in (CONTEXTS if contexts is None else contexts)
    )


class _Index:
    """Chats in the order of (time of the latest message, place); places count up as chats are opened."""

    def __init__(self, heads: Heads) -> None:
        """Raises ValueError if so many chats leave no places for new ones."""
        if heads.chats > _MASK // 2:
            raise ValueError(f"at most {_MASK // 2} chats fit into a world")
        self._codes = bytearray(heads.chats)
        keys = []
        for place in range(heads.chats):
            head = heads.head(place)
            self._codes[place] = code(head.status, head.kind, head.context)
            keys.append(head.updated << _BITS | place)
        keys.sort()
        self._keys = array("q", keys)

    def put(self, place: int, before: int | None, updated: int, words: tuple[str, str, str]) -> None:
        """Move a chat whose latest message was at `before` (None = a new chat); `words` as in `code`."""
        if before is None:
            self._codes.append(0)
        else:
            del self._keys[bisect_left(self._keys, before << _BITS | place)]
        self._codes[place] = code(*words)
        insort(self._keys, updated << _BITS | place)

    def places(self, order: str, only: frozenset[int] | None) -> Iterator[int]:
        """Places in `desc` (newest first), `asc` or `shuffled` order, filtered by `codes`."""
        keys: Iterable[int] = self._keys
        if order == "desc":
            keys = reversed(self._keys)  # not a copy: usually only the first page of 100 000 chats is read
        elif order == "shuffled":
            keys = sorted(self._keys, key=lambda key: mix(key & _MASK))  # the same order for every page
        for key in keys:
            place = key & _MASK
            if only is None or self._codes[place] in only:
                yield place


# ---- the world


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat now. Words are those of the API, times are in ms."""

    place: int
    created: int
    updated: int
    status: str
    kind: str
    context: str
    order: Order | None
    """The order of its context, also of a RETURN; None = DIRECT."""
    name: str | None
    """The buyer's; None = the API shows none."""
    public_id: str | None

    @property
    def chat_id(self) -> int:
        """Its id in the API."""
        return CHAT_BASE + self.place


def _after(sender: str, status: str) -> str:
    """The status of a chat after a message. An assumption: the real rule is not published."""
    return {"CUSTOMER": "WAITING_FOR_PARTNER", "PARTNER": "WAITING_FOR_CUSTOMER"}.get(sender, status)


class World:
    """All chats and orders of one business. Safe to use from several threads.

    `written` is called with a record of every change; it does nothing until it is replaced.
    """

    def __init__(self, begun: Begun, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the clock, ms UTC."""
        self.shop = content(begun.language)
        self.heads = Heads(begun.seed, begun.chats, begun.start, hostile=begun.hostile)
        self.orders = Orders(self.heads, self.shop)
        self.now_ms = now_ms
        self.written: Callable[[Record], None] = lambda record: None
        self.generated = 0
        """Messages computed so far: listing chats computes none. For tests."""
        self._conversations = Conversations(self.heads, self.orders, self.shop, begun.long_chat)
        self._generated = lru_cache(_KEPT)(self._compute)
        self._changed: dict[int, Chat] = {}
        self._added: defaultdict[int, list[Message]] = defaultdict(list)
        self._uploads: dict[str, bytes] = {}
        self._opened: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._next_place = begun.chats
        self._newest_id = 0
        self._lock = threading.RLock()

    # -- reading ----------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Chat | None:
        """The chat with this id, or None."""
        place = chat_id - CHAT_BASE
        with self._lock:
            changed = self._changed.get(place)
            if changed is not None:
                return changed
        if not 0 <= place < self.heads.chats:
            return None
        # Not cached: computing a head is cheap, and a hundred thousand of them would take much memory.
        head = self.heads.head(place)
        bits = mix(self.heads.seed, place, 2)
        public_id = "".join(_LETTERS[bits >> shift & 31] for shift in range(0, 60, 5))
        return Chat(
            place,
            head.created,
            head.updated,
            head.status,
            head.kind,
            head.context,
            self.orders.of_number(place),
            self.shop.writer(head.topic, self.heads.seed, place).name,
            public_id if head.topic != "nameless" else None,
        )

    def listed(self, order: str, only: frozenset[int] | None, first: int, count: int) -> list[Chat]:
        """`count` chats from the `first` one on, in an order of `Behaviour`; `only` comes from `codes`."""
        with self._lock:
            places = islice(self._index.places(order, only), first, first + count)
            chats = [self.chat(CHAT_BASE + place) for place in places]
        return [chat for chat in chats if chat is not None]

    def about(self, context: str, number: int) -> list[Chat]:
        """The chats about an order (`context` ORDER) or a return (RETURN) with this id."""
        order = self.orders.by_return(number) if context == "RETURN" else self.orders.by_order(number)
        if order is None:
            return []
        with self._lock:
            places = [order.number, *self._opened[context, order.number]]
        # The number of an order without a generated chat may be the place of a chat that was opened since.
        chats = (self.chat(CHAT_BASE + place) for place in dict.fromkeys(places))
        return [chat for chat in chats if chat and chat.context == context and chat.order == order]

    def messages(self, chat: Chat) -> Sequence[Message]:
        """All messages of the chat, oldest first."""
        with self._lock:
            return [*self._generated(chat.place), *self._added.get(chat.place, ())]

    def content(self, file_id: str) -> bytes | None:
        """The bytes of an attachment, or None if there is no such file."""
        with self._lock:
            if file_id in self._uploads:
                return self._uploads[file_id]
            # g{number of the chat}-…: see `Conversations.messages`.
            number = file_id[1:].partition("-")[0]
            if not (file_id.startswith("g") and number.isdecimal()):
                return None
            said = self._generated(int(number))
            known = chain.from_iterable(message.files for message in said)
            if not any(file.file_id == file_id for file in known):
                return None
        return self._conversations.picture(file_id)

    @cached_property
    def _index(self) -> _Index:
        """Made at the first use, as it needs the heads of all chats."""
        return _Index(self.heads)

    def _compute(self, place: int) -> list[Message]:
        said = self._conversations.messages(place) if 0 <= place < self.heads.chats else []
        self.generated += len(said)
        return said

    # -- changing ---------------------------------------------------------------------------------

    def say(
        self,
        chat: Chat,
        sender: str,
        text: str | None,
        files: Sequence[tuple[str, bytes]] = (),
        status: str = "",
    ) -> Message:
        """Write a message now, with files of (name, content); an empty `status` follows from the sender."""
        with self._lock:
            current = self.chat(chat.chat_id)
            assert current is not None
            at = self.now_ms()
            least = self._conversations.message_id(at, self.heads.chats)
            # Ids grow with every message, even when the clock is set back.
            message_id = max(self._newest_id + 1, least)
            uploads = tuple(
                Upload(name, f"u{message_id}-{place}", content) for place, (name, content) in enumerate(files)
            )
            status = status or _after(sender, current.status)
            self._write(Said(chat.chat_id, message_id, at, sender, text, status, uploads))
            return self._added[chat.place][-1]

    def open(
        self, context: str, order: Order | None, *, name: str | None, kind: str = "CHAT", status: str = "NEW"
    ) -> Chat:
        """Open a new chat now, without messages; `order` None = DIRECT, `name` is the buyer's."""
        with self._lock:
            number = order.number if order else -1
            chat_id = CHAT_BASE + self._next_place
            self._write(ChatOpened(chat_id, self.now_ms(), context, number, name, kind, status))
            return self._changed[chat_id - CHAT_BASE]

    def open_once(self, context: str, number: int, order: Order) -> tuple[Chat, bool]:
        """The chat about the order or return with this id, and whether it had to be opened."""
        with self._lock:
            for chat in self.about(context, number):
                return chat, False
            return self.open(context, order, name=self.shop.buyer(order.number).name), True

    def move(self, chat: Chat, *, status: str, kind: str) -> None:
        """Change status and type but not `updated`, which only messages change; for tests."""
        self._write(Moved(chat.chat_id, status, kind))

    def _write(self, record: Record) -> None:
        with self._lock:
            self.apply(record)
            self.written(record)

    def apply(self, record: Record) -> None:
        """Change the overlay as a journal says, without `written`; ValueError if the chat does not exist."""
        with self._lock:
            if isinstance(record, ChatOpened):
                self._apply_opened(record)
                return
            chat = self.chat(record.chat_id)
            if chat is None:
                raise ValueError(f"no chat {record.chat_id} in this world")
            if isinstance(record, Moved):
                self._put(replace(chat, status=record.status, kind=record.kind), chat.updated)
                return
            files = tuple(File(file.name, file.file_id, len(file.content)) for file in record.files)
            self._uploads.update((file.file_id, file.content) for file in record.files)
            said = Message(record.message_id, record.at, record.sender, record.text, files)
            self._added[chat.place].append(said)
            self._newest_id = max(self._newest_id, record.message_id)
            self._put(replace(chat, status=record.status, updated=record.at), chat.updated)

    def _apply_opened(self, record: ChatOpened) -> None:
        place = record.chat_id - CHAT_BASE
        order = self.orders.of_number(record.order) if record.order >= 0 else None
        public_id = f"n{place:x}"
        chat = Chat(
            place,
            record.at,
            record.at,
            record.status,
            record.kind,
            record.context,
            order,
            record.name,
            public_id,
        )
        if order is not None:
            self._opened[record.context, order.number].append(place)
        self._next_place = place + 1
        self._put(chat, None)

    def _put(self, chat: Chat, before: int | None) -> None:
        self._index.put(chat.place, before, chat.updated, (chat.status, chat.kind, chat.context))
        self._changed[chat.place] = chat
