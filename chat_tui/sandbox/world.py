"""The pretend Market's chats: generated ones, computed when asked, under an overlay of what has happened."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from chat_tui.sandbox.conversation import Conversations, File, Message, picture
from chat_tui.sandbox.draws import mix
from chat_tui.sandbox.goods import BUYERS, ENGLISH_BUYERS
from chat_tui.sandbox.heads import CONTEXTS, KINDS, STATUSES, Heads
from chat_tui.sandbox.hostile import HOSTILE_NAMES
from chat_tui.sandbox.index import Index
from chat_tui.sandbox.orders import Order, Orders
from chat_tui.sandbox.records import Moved, Opened, Record, Said, Upload

CHAT_BASE: Final = 14_800_000
_KEPT: Final = 64
"""Conversations that stay in memory after they were computed."""
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat now. Words are those of the API; `order` belongs to its context."""

    place: int
    created: int
    updated: int
    status: str
    kind: str
    context: str
    order: Order | None
    name: str | None
    public_id: str | None

    @property
    def chat_id(self) -> int:
        """Its number in the API."""
        return CHAT_BASE + self.place


def _after(sender: str, status: str) -> str:
    """The status after a message: nothing published says so, see the contract's rule for sandboxes."""
    return {"CUSTOMER": "WAITING_FOR_PARTNER", "PARTNER": "WAITING_FOR_CUSTOMER"}.get(sender, status)


class World:
    """Safe to use from several threads; every change is told to `written` as a record."""

    def __init__(
        self, *, seed: int, chats: int, start: int, long_chat: int, now_ms: Callable[[], int]
    ) -> None:
        self.heads = Heads(seed, chats, start)
        self.orders = Orders(self.heads)
        self.now_ms = now_ms
        self.written: Callable[[Record], None] = lambda record: None
        self.generated = 0
        """Messages computed so far: a list costs none."""
        self._conversations = Conversations(self.heads, self.orders, long_chat)
        self._kept: OrderedDict[int, list[Message]] = OrderedDict()
        self._index: Index | None = None
        self._changed: dict[int, Chat] = {}
        self._added: defaultdict[int, list[Message]] = defaultdict(list)
        self._uploads: dict[str, bytes] = {}
        self._opened: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._next_place = chats
        self._newest_id = 0
        self._lock = threading.RLock()

    # -- reading ----------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Chat | None:
        """The chat of this id."""
        place = chat_id - CHAT_BASE
        with self._lock:
            changed = self._changed.get(place)
            if changed is not None:
                return changed
        if not 0 <= place < self.heads.chats:
            return None
        head = self.heads.head(place)
        bits = mix(self.heads.seed, place, 2)
        public_id = "".join(_LETTERS[bits >> shift & 31] for shift in range(0, 60, 5))
        return Chat(
            place,
            head.created,
            head.updated,
            STATUSES[head.status],
            KINDS[head.kind],
            CONTEXTS[head.context],
            self.orders.of_number(place),
            _name(head.topic, bits),
            public_id if head.topic != "nameless" else None,
        )

    def listed(self, order: str, only: frozenset[int] | None, first: int, count: int) -> list[Chat]:
        """`count` chats from the `first` one on, in that order; `only` comes from `index.codes`."""
        with self._lock:
            places = islice(self._sorted().places(order, only), first, first + count)
            chats = [self.chat(CHAT_BASE + place) for place in places]
        return [chat for chat in chats if chat is not None]

    def about(self, context: str, number: int) -> list[Chat]:
        """The chats about an order or a return."""
        order = self.orders.by_return(number) if context == "RETURN" else self.orders.by_order(number)
        if order is None:
            return []
        with self._lock:
            ids = [
                CHAT_BASE + order.number,
                *(CHAT_BASE + place for place in self._opened[context, order.number]),
            ]
        chats = (self.chat(chat_id) for chat_id in dict.fromkeys(ids))
        return [chat for chat in chats if chat and chat.context == context and chat.order == order]

    def messages(self, chat: Chat) -> Sequence[Message]:
        """Everything said in the chat, oldest first."""
        with self._lock:
            added = tuple(self._added.get(chat.place, ()))
            return [*self._generated(chat.place), *added]

    def newest(self, chat: Chat) -> Message | None:
        """The latest message of the chat."""
        said = self.messages(chat)
        return said[-1] if said else None

    def content(self, file_id: str) -> bytes | None:
        """The bytes of an attachment, or None if there is no such file."""
        with self._lock:
            if file_id in self._uploads:
                return self._uploads[file_id]
            number, _, place = file_id[1:].partition("-")
            if not (file_id.startswith("g") and number.isdecimal() and place.isdecimal()):
                return None
            said = self._generated(int(number))
            known = chain.from_iterable(message.files for message in said)
            if not any(file.file_id == file_id for file in known):
                return None
        return picture(self.heads.seed, int(number), int(place))

    def _sorted(self) -> Index:
        if self._index is None:
            self._index = Index(self.heads)
        return self._index

    def _generated(self, place: int) -> list[Message]:
        if not 0 <= place < self.heads.chats:
            return []
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        said = self._kept[place] = self._conversations.messages(place)
        self.generated += len(said)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
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
        """Write a message now; the status follows from the sender unless it is given."""
        with self._lock:
            current = self.chat(chat.chat_id)
            assert current is not None
            at = self.now_ms()
            least = self._conversations.message_id(at, self.heads.chats)
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
        """Open a new chat now; it has no messages yet."""
        with self._lock:
            number = order.number if order else -1
            chat_id = CHAT_BASE + self._next_place
            self._write(Opened(chat_id, self.now_ms(), context, number, name, kind, status))
            return self._changed[chat_id - CHAT_BASE]

    def open_once(self, context: str, number: int, order: Order) -> Chat | None:
        """Open a chat about an order or a return, or None if there is one already."""
        with self._lock:
            if self.about(context, number):
                return None
            return self.open(context, order, name=BUYERS[order.number % len(BUYERS)])

    def move(self, chat: Chat, *, status: str, kind: str) -> None:
        """Change status and type; `updated` stays, as only messages move it."""
        self._write(Moved(chat.chat_id, status, kind))

    def _write(self, record: Record) -> None:
        with self._lock:
            self.apply(record)
            self.written(record)

    def apply(self, record: Record) -> None:
        """Change the overlay as the record says, without telling `written`: what reading a journal does."""
        with self._lock:
            if isinstance(record, Opened):
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

    def _apply_opened(self, record: Opened) -> None:
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
        self._sorted().put(chat.place, before, chat.updated, (chat.status, chat.kind, chat.context))
        self._changed[chat.place] = chat


def _name(topic: str, bits: int) -> str | None:
    if topic == "nameless":
        return None
    if topic.startswith("hostile"):
        return HOSTILE_NAMES[int(topic.split()[1])]
    names = ENGLISH_BUYERS if topic == "english" else BUYERS
    return names[bits % len(names)]
