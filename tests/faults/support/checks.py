"""The checks after every fault case: A1–A6, A9 and A10 of the fault catalogue."""

import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.sandbox.ledger import Accepted
from chat_tui.store import chats
from chat_tui.store.database import Connection, Store
from chat_tui.store.outbox import items
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import open_store

MOST_AT_ONCE = 4
SAID = frozenset({OutboxState.SENT, OutboxState.CONFIRMED})
"""States that tell the operator that the message was sent."""


@dataclass(frozen=True)
class Typed:
    """One text (or file) that the operator sent: it must be in the ledger once, or in the outbox."""

    chat_ref: ChatRef
    mark: str
    """The text, or the file's name."""
    outbox_id: OutboxId


def mark_of(item: OutboxItem) -> str:
    """The mark of an outbox item in the ledger."""
    return item.text if item.kind == OutboxKind.TEXT else item.file_name


def ledger_marks(ledger: Iterable[Accepted], chat_ref: ChatRef | int) -> list[str]:
    """The texts and files that the Market accepted in a chat, in order."""
    return [entry.text or entry.name for entry in ledger if entry.chat_id == ref(chat_ref).number]


def rows_of(conn: Connection) -> tuple[OutboxItem, ...]:
    """Every item of the outbox, including settled ones."""
    return items(conn, "1", order="o.chat_id, o.seq")


def read_rows(root: Path) -> tuple[OutboxItem, ...]:
    """The same for a directory that no copy in this process has open."""
    store = open_store(root)
    try:
        return store.read(rows_of).result()
    finally:
        store.close()


def check_sending(
    ledger: Sequence[Accepted],
    typed: Sequence[Typed],
    rows: Sequence[OutboxItem],
    *,
    discarded: frozenset[OutboxId] = frozenset(),
    in_order: bool = True,
) -> None:
    """A1–A5: no item lost, doubled, misdirected, out of order or called sent without being there."""
    left = {row.outbox_id: row for row in rows}
    for one in typed:
        if one.outbox_id not in discarded:
            row = left.get(one.outbox_id)
            assert row is not None, f"A1: {one} is lost"
            assert (row.chat_ref, mark_of(row)) == (one.chat_ref, one.mark), "A1: not what was typed"
    for chat_ref in {ref(entry.chat_id) for entry in ledger} | {one.chat_ref for one in typed}:
        there = ledger_marks(ledger, chat_ref)
        sent = [one.mark for one in typed if one.chat_ref == chat_ref]
        surplus = Counter(there) - Counter(sent)
        assert not surplus, f"A2, A3: {surplus} came too often, or to the wrong chat {chat_ref}"
        if in_order:
            assert is_subsequence(there, sent), f"A4: {there} is not in the order of {sent}"
        said = Counter(mark_of(row) for row in rows if row.chat_ref == chat_ref and row.state in SAID)
        assert not said - Counter(there), f"A5: called sent in {chat_ref}: {said - Counter(there)}"


def all_chats(conn: Connection) -> list[int]:
    """Every chat in the cache."""
    return [row[0] for row in conn.execute("SELECT chat_id FROM chat ORDER BY chat_id")]


def all_messages(conn: Connection, chat_id: int) -> list[tuple[int, str | None]]:
    """Every message of a chat in the cache, including duplicates."""
    return list(
        conn.execute("SELECT message_id, text FROM message WHERE chat_id = ? ORDER BY message_id", (chat_id,))
    )


def check_cache(market: Sandbox, store: Store) -> None:
    """Every chat of the world is there once; each cached history is without gaps up to the newest message."""
    world = market.world
    listed = world.listed("desc", None, 0, 1_000)
    assert store.read(all_chats).result() == sorted(chat.chat_id for chat in listed)
    for chat in listed:
        found = store.read(all_messages, chat.chat_id).result()
        there = sorted((m.message_id, m.text) for m in world.messages(chat))
        assert found == there[len(there) - len(found) :], f"a gap in {chat.chat_id}"
    assert not store.read(chats.behind, 10).result()


def is_subsequence(part: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether `part` is `whole` with some elements left out."""
    rest = iter(whole)
    return all(mark in rest for mark in part)


def check_key(key: str, roots: Sequence[Path], market: Sandbox, words: str = "") -> None:
    """A6: the key is in no file, no log line (`words`) and no part of a request except its header."""
    secret = key.encode()
    for root in roots:
        for path in root.rglob("*"):
            if path.is_file():
                assert secret not in path.read_bytes(), f"A6: the key is in {path}"
    assert key not in words, "A6: the key is in a log line"
    for request in market.requests:
        assert key not in f"{request.path}?{request.query}", "A6: the key is in an address"
        assert not any(key in value for value in request.headers.values()), "A6: the key is in a header"


def check_modes(roots: Sequence[Path]) -> None:
    """A9: only the owner may access the files of the program."""
    for root in roots:
        for path in (root, *root.rglob("*")):
            mode = stat.S_IMODE(path.lstat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), f"A9: {path} is {mode:o}"


def check_limits(market: Sandbox, most: int = MOST_AT_ONCE) -> None:
    """A10: never more requests at once than allowed."""
    assert market.quotas.peak <= most, f"A10: {market.quotas.peak} requests at once"
