"""Everything that outlives a copy of the program: the database, and a kernel that frees its locks."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from chat_tui.model.chat import Chat, ChatContext, ChatKind, ChatStatus, ContextKind
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import Accepted, OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.store import chats, outbox
from chat_tui.store.errors import StoreProblem
from chat_tui.store.sqlite import connections, schema, shape
from chat_tui.store.sqlite.connections import Connection
from tests.support.refs import BUSINESS, ref


class Memory(Connection):
    """A database that is discarded together with its world."""

    def __del__(self) -> None:
        self.close()


def new_database(count: int) -> Memory:
    """Both files of the store as one in-memory database, with `count` chats whose history is unread."""
    # The garbage collector may close it on any thread.
    conn = sqlite3.connect(
        ":memory:", isolation_level=None, cached_statements=512, factory=Memory, check_same_thread=False
    )
    conn.business = BUSINESS
    shape.read_tolerantly(conn)
    for kind in ("cache", "state"):
        for path in sorted((connections.MIGRATIONS / kind).glob("*.sql")):
            for statement in schema.statements(path.read_text(encoding="utf-8")):
                conn.execute(statement)
    chats.save_page(conn, [new_chat(ref(n)) for n in range(1, count + 1)], 1)
    return conn


def new_chat(chat_ref: ChatRef) -> Chat:
    """A chat as it is in the list."""
    context = ChatContext(ContextKind.ORDER)
    return Chat(chat_ref, context, ChatKind.CHAT, ChatStatus.NEW, created_at=1, updated_at=1)


class Watcher(Protocol):
    """Sees every commit and every send."""

    def changed(self, owner: int, before: OutboxItem | None, after: OutboxItem | None) -> None:
        """A copy committed a change of an item; `before` None = a new item, `after` None = it left."""

    def posts(self, owner: int, item: OutboxItem) -> None:
        """The first byte of an attempt leaves a copy."""

    def answered(self, owner: int, item: OutboxItem, answer: Accepted | Problem) -> None:
        """A copy received the outcome of an attempt."""

    def has_read(self, chat_ref: ChatRef) -> None:
        """A copy read the history of a chat to its end."""

    def takes_back(self, outbox_id: OutboxId) -> None:
        """The operator is about to take an item back."""

    def died(self, owner: int) -> None:
        """A copy was killed."""


_ABOUT_TURNS = frozenset({outbox.due, outbox.heads, outbox.told})


@dataclass(slots=True)
class Kernel:
    """The machine that all copies run on."""

    conn: Memory
    watcher: Watcher
    boot: str = "first start"
    started_at: float = 0.0
    """The time, in virtual seconds, when the machine was started."""
    is_disk_full: bool = False
    """Whether writes fail for now."""
    locks: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """By lock file: the holding copy by lock number."""
    commits: Counter[tuple[str, int]] = field(default_factory=Counter)
    """The number of commits by file and copy."""
    _items: defaultdict[ChatRef, dict[OutboxId, OutboxItem]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _chats: dict[OutboxId, ChatRef] = field(default_factory=dict)
    _touched: list[OutboxId] = field(default_factory=list)
    _answers: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """Answers to queries about the outbox since it last changed."""

    def __post_init__(self) -> None:
        # Whatever function writes, a trigger of the database reports which items it changed.
        self.conn.create_function("touched", 1, self._touched.append)
        for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
            self.conn.execute(
                f"CREATE TEMP TRIGGER on_{event} AFTER {event} ON outbox"
                f" BEGIN SELECT touched({row}.outbox_id); END"
            )

    def read(self, fn: Callable[..., Any], arguments: tuple[Any, ...], words: dict[str, Any]) -> Any:
        """Query the database; a repeated query about an unchanged outbox is answered from memory."""
        if fn not in _ABOUT_TURNS:
            return fn(self.conn, *arguments, **words)
        question = (fn, *arguments)
        if question not in self._answers:
            self._answers[question] = fn(self.conn, *arguments)
        return self._answers[question]

    @property
    def holders(self) -> dict[int, int]:
        """The copy that holds the lock of each chat."""
        return self.locks["chats"]

    def items_of(self, chat_ref: ChatRef) -> dict[OutboxId, OutboxItem]:
        """The items of a chat, as last committed."""
        return self._items[chat_ref]

    def version(self, file: str, owner: int) -> int:
        """`PRAGMA data_version` as a copy sees it: it changes when another copy has committed."""
        return sum(n for (kind, who), n in self.commits.items() if kind == file and who != owner)

    def write(
        self,
        owner: int,
        fn: Callable[..., Any],
        arguments: tuple[Any, ...],
        words: dict[str, Any],
        file: str = "state",
    ) -> Any:
        """Run one transaction; the watcher learns what it did to the outbox."""
        if self.is_disk_full:
            raise StoreProblem("the disk is full")
        self._touched.clear()
        before = self.conn.total_changes
        self.conn.execute("BEGIN")
        try:
            result = fn(self.conn, *arguments, **words)
        except BaseException:
            self.conn.execute("ROLLBACK")
            raise
        self.conn.execute("COMMIT")
        self.commits[file, owner] += self.conn.total_changes != before
        for outbox_id in dict.fromkeys(self._touched):
            self._answers.clear()
            after = outbox.get(self.conn, outbox_id)
            self.watcher.changed(owner, self._remember(outbox_id, after), after)
        return result

    def _remember(self, outbox_id: OutboxId, after: OutboxItem | None) -> OutboxItem | None:
        """Record the new state of an item and return the previous one."""
        if after is not None:
            items = self._items[self._chats.setdefault(outbox_id, after.chat_ref)]
            before, items[outbox_id] = items.get(outbox_id), after
            return before
        return self._items[self._chats[outbox_id]].pop(outbox_id)

    def free(self, owner: int) -> None:
        """Free the locks of a copy that died."""
        for held in self.locks.values():
            for number in [number for number, holder in held.items() if holder == owner]:
                del held[number]
        self.watcher.died(owner)
