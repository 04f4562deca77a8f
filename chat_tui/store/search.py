"""Search of the whole cache: chats by buyer and number, then messages by their words, newest first.

One call examines a limited number of rows, so it may find nothing and still return a key to continue with.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import groupby, islice
from typing import Any, Final

from chat_tui.model.ids import MessageId, Millis
from chat_tui.model.search import About, SearchCoverage, SearchHit, SearchPage, SearchQuery, Standing
from chat_tui.stems import Pattern, patterns
from chat_tui.store import chats, indexing
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import LARGEST_ID, LATEST, Row, sound

EXAMINED: Final = 2_000
"""The most rows that one call examines to find those that pass the filters."""
FEW: Final = 100
"""The most chats, named by a word of the query, whose messages are examined one by one."""
SHORTEST_NUMBER: Final = 4
"""From this many digits on, the beginning or end of an order's or return's number is enough to find it."""

_STANDINGS = {
    Standing.WAITING: "c.waiting_since IS NOT NULL",
    Standing.ANSWERED: "c.waiting_since IS NULL AND c.status <> 'FINISHED'",
    Standing.FINISHED: "c.status = 'FINISHED'",
}
_ABOUTS = {
    About.ORDER: "c.context_kind = 'ORDER'",
    About.RETURN: "c.context_kind = 'RETURN'",
    About.QUESTION: "c.context_kind = 'DIRECT'",
    About.DISPUTE: "c.kind = 'ARBITRAGE'",
}
_LABELLED = """c.chat_id IN (SELECT l.chat_id FROM label l JOIN json_each(:labels) j
    ON substr(replace(l.name, 'ё', 'е'), 1, length(j.value)) = j.value)"""
_SOUND_CHAT = sound("chat", "c")
_SOUND = f"{sound('message', 'm')} AND {_SOUND_CHAT}"
_MESSAGE = """SELECT {passes}, m.id, m.chat_id, m.message_id, m.created_at, m.sender, m.text,
        c.customer_name, c.order_id, c.return_id"""
# CROSS JOIN makes SQLite start from the search index, even if its statistics suggest otherwise.
_CHATS = f"""
    SELECT {{passes}} AND c.updated_at >= :since AND c.updated_at < :until, c.chat_id, c.updated_at
    FROM chat_search s CROSS JOIN chat c ON c.chat_id = s.rowid
    WHERE chat_search MATCH :match AND s.rowid <= :highest AND {_SOUND_CHAT}
    ORDER BY s.rowid DESC LIMIT :examined
"""
_MESSAGES = f"""
    {_MESSAGE}
    FROM message_search s CROSS JOIN message m ON m.id = s.rowid CROSS JOIN chat c ON c.chat_id = m.chat_id
    WHERE message_search MATCH :match AND s.rowid < :below AND s.rowid >= :since << 20 AND {_SOUND}
    ORDER BY s.rowid DESC LIMIT :examined
"""
_OF_CHATS = f"""
    {_MESSAGE}
    FROM message m JOIN chat c ON c.chat_id = m.chat_id
    WHERE m.chat_id IN (SELECT value FROM json_each(:chats)) AND m.id < :below AND m.id >= :since << 20
        AND {_SOUND}
    ORDER BY m.id DESC LIMIT :examined
"""
_NAMED_CHATS = "SELECT rowid FROM chat_search WHERE chat_search MATCH ? LIMIT ?"
_ROWS = """
    SELECT rowid FROM message_search WHERE message_search MATCH :match AND rowid < :below
    ORDER BY rowid DESC LIMIT :examined
"""
_LATEST_CHATS = f"""
    SELECT {{passes}}, c.chat_id, c.updated_at FROM chat c
    WHERE (c.newest_order, c.chat_id) > (:order, :chat_id) AND c.newest_order <= -:since AND {_SOUND_CHAT}
    ORDER BY c.newest_order, c.chat_id LIMIT :examined
"""
_NAMES = f"""
    SELECT name FROM attachment
    WHERE chat_id = ? AND message_id = ? AND name IS NOT NULL AND {sound("attachment")} ORDER BY n
"""
_IS_NAMED = "SELECT EXISTS (SELECT 1 FROM chat_search WHERE chat_search MATCH ?)"
LOOKED_AT: Final = 200
"""How many chats with missing messages are examined to find the moment since when nothing is missing."""

_COUNTS = "SELECT (SELECT count(*) FROM chat), (SELECT count(*) FROM chat WHERE hist_full = 0)"
# The oldest message with a known date: a row id begins with the date.
_FIRST = f"SELECT created_at FROM message WHERE id >= 1 << 20 AND {sound('message')} ORDER BY id LIMIT 1"
# The CASE is the time since when such a chat is complete, or NULL if its newest messages are missing too.
_UNREAD = f"""
    SELECT updated_at, CASE WHEN hist_hi = newest_id AND (newest_at >= updated_at OR vain_reads >= 3) THEN
        (SELECT created_at FROM message m WHERE m.chat_id = c.chat_id AND m.message_id = c.hist_lo
            AND {sound("message", "m")}) END
    FROM chat c WHERE hist_full = 0 AND updated_at BETWEEN 0 AND {LATEST}
    ORDER BY newest_order, chat_id LIMIT {LOOKED_AT}
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit before its chat is read; the other fields are those of `SearchHit`, in their order."""

    number: int
    """Of the chat."""
    message_id: MessageId | None
    created_at: Millis
    sender: str = ""
    text: str = ""
    file_names: tuple[str, ...] = ()
    key: int = 0
    """The search continues after it."""


_Walk = tuple[list[_Found], int | None]
"""What was found, and the key to continue with; None = there are no more rows.

A key is the row id of a message; for a chat found by its words, minus its number; in a search without words,
time and number of a chat packed into one integer.
"""


def search(conn: Connection, query: SearchQuery, after: int | None = None, limit: int = 50) -> SearchPage:
    """The first hits, or those after a key: chats found by all words, then messages that contain all words.

    If one word is in the message, another may be the buyer's name or a number of the chat instead.
    Without words: the chats that pass the filters, the latest first.
    """
    wanted = patterns(query.words, is_last_whole=query.is_last_whole)
    if query.is_empty or (query.words and not wanted):
        return SearchPage((), None)
    if not wanted:
        return _page(conn, _latest_chats(conn, query, after, limit))
    found: list[_Found] = []
    # A key below 0 is that of a chat, and all chats come before the messages.
    if after is None or after < 0:
        found, after = _chats(conn, query, wanted, after, limit)
        if after is None:
            after = LARGEST_ID
    if after >= 0 and len(found) < limit:
        more, after = _messages(conn, query, wanted, after, limit - len(found))
        found += more
    return _page(conn, (found, after))


def coverage(conn: Connection) -> SearchCoverage:
    """How many chats are in the cache completely, and since when nothing is missing; takes a few ms."""
    known, unread = conn.execute(_COUNTS).fetchone()
    missing = max(_whole_since(conn), indexing.unindexed_messages(conn) >> 20)
    oldest = missing if missing > 0 else next((at for (at,) in conn.execute(_FIRST)), None)
    return SearchCoverage(known, known - unread, oldest)


def _whole_since(conn: Connection) -> Millis:
    """The latest moment at which a message may be missing; 0 = no message is."""
    missing = 0
    rows = conn.execute(_UNREAD).fetchall()
    for updated_at, read_from in rows:
        if updated_at <= missing:
            return missing
        missing = max(missing, updated_at if read_from is None else read_from)
    # The chats that were not examined are not later than the last one that was.
    return max(missing, rows[-1][0]) if len(rows) == LOOKED_AT else missing


def _chats(
    conn: Connection, query: SearchQuery, wanted: Sequence[Pattern], after: int | None, limit: int
) -> _Walk:
    given = _match(map(_in_chat, wanted)) | _span(query)
    given["highest"] = LARGEST_ID if after is None else -after - 1
    rows = conn.execute(_CHATS.format(passes=_passes(query)), given)
    return _walk(rows, limit, lambda row: _Found(row[1], None, row[2]), lambda row: -int(row[1]))


def _messages(
    conn: Connection, query: SearchQuery, wanted: Sequence[Pattern], after: int, limit: int
) -> _Walk:
    named = [one for one in wanted if len(wanted) > 1 and _is_named(conn, one)]
    rest = [one for one in wanted if one not in named]
    if not rest:
        # At least one word must be in the message itself.
        named, rest = [], list(wanted)
    given = _match(rest) | _span(query)
    # The row id of a message begins with its time: a span of time is a span of row ids.
    given["below"] = min(after, given["until"] << 20)
    if named and (few := _few_chats(conn, named)) is not None:
        everywhere = conn.execute(_MESSAGES.format(passes=_passes(query)), given | _match(wanted))
        given["chats"] = json.dumps(few)
        of_chats = conn.execute(_OF_CHATS.format(passes=_passes(query)), given)
        return _walk_of_few(conn, _newest_of(everywhere, of_chats), rest, named, limit)
    # For each word that names chats: the messages that contain it too, as many as one call examines.
    holding = [
        frozenset(row_id for (row_id,) in conn.execute(_ROWS, given | _match([*rest, one]))) for one in named
    ]

    def found(row: Row) -> _Found | None:
        of_chat = indexing.chat_stems(*row[7:]).split() if named else []
        for one, rows in zip(named, holding, strict=True):
            if row[1] not in rows and not _in_chat(one).is_in(of_chat):
                return None
        return _message(conn, row)

    rows = conn.execute(_MESSAGES.format(passes=_passes(query)), given)
    return _walk(rows, limit, found, lambda row: int(row[1]))


def _message(conn: Connection, row: Row) -> _Found:
    number, message_id, created_at, sender, text = row[2:7]
    names = tuple(name for (name,) in conn.execute(_NAMES, (number, message_id)))
    return _Found(number, message_id, created_at, sender, text or "", names)


def _few_chats(conn: Connection, named: Iterable[Pattern]) -> list[int] | None:
    """The chats that are found by any of these words; None if there are more than FEW."""
    any_of = " OR ".join(f"({_any_of(_in_chat(one))})" for one in named)
    found = [chat_id for (chat_id,) in conn.execute(_NAMED_CHATS, (any_of, FEW + 1))]
    return found if len(found) <= FEW else None


def _newest_of(one: Iterable[Row], other: Iterable[Row]) -> Iterator[Row]:
    """The rows of both queries in their order, without duplicates, as many as one call examines."""
    rows = heapq.merge(one, other, key=lambda row: -int(row[1]))
    return islice((next(same) for _row_id, same in groupby(rows, key=lambda row: row[1])), EXAMINED)


def _walk_of_few(
    conn: Connection, rows: Iterable[Row], rest: Sequence[Pattern], named: Sequence[Pattern], limit: int
) -> _Walk:
    """Messages that contain the words `rest`, and each word of `named` unless their chat is found by it."""

    def found(row: Row) -> _Found | None:
        message = _message(conn, row)
        said = indexing.message_stems(message.text, *message.file_names).split()
        of_chat = indexing.chat_stems(*row[7:]).split()
        is_said = all(one.is_in(said) for one in rest)
        if is_said and all(one.is_in(said) or _in_chat(one).is_in(of_chat) for one in named):
            return message
        return None

    return _walk(rows, limit, found, lambda row: int(row[1]))


def _latest_chats(conn: Connection, query: SearchQuery, after: int | None, limit: int) -> _Walk:
    given = _span(query)
    given["order"], given["chat_id"] = -given["until"], LARGEST_ID
    if after is not None:
        given["order"], given["chat_id"] = -(after >> 63), after & LARGEST_ID
    rows = conn.execute(_LATEST_CHATS.format(passes=_passes(query)), given)
    return _walk(rows, limit, lambda row: _Found(row[1], None, row[2]), lambda row: row[2] << 63 | row[1])


def _walk(
    rows: Iterable[Row], limit: int, found_in: Callable[[Row], _Found | None], key_of: Callable[[Row], int]
) -> _Walk:
    """Examine rows until there are enough hits; their first column says whether they pass the filters."""
    found: list[_Found] = []
    key: int | None = None
    examined = 0
    for row in rows:
        if len(found) == limit:
            return found, key
        examined += 1
        key = key_of(row)
        if row[0] and (one := found_in(row)) is not None:
            found.append(replace(one, key=key))
    return found, key if examined == EXAMINED else None


def _page(conn: Connection, walk: _Walk) -> SearchPage:
    found, next_key = walk
    items = chats.items(conn, (conn.chat(one.number) for one in found))
    hits = (SearchHit(items[conn.chat(one.number)], *astuple(one)[1:]) for one in found)
    return SearchPage(tuple(hits), next_key)


def _passes(query: SearchQuery) -> str:
    """SQL condition: the chat `c` passes the filters of the query."""
    groups = (
        [_STANDINGS[one] for one in sorted(query.standings)],
        [_ABOUTS[one] for one in sorted(query.abouts)],
    )
    passes = [f"({' OR '.join(f'({one})' for one in group)})" for group in groups if group]
    return " AND ".join([*passes, *([_LABELLED] if query.labels else [])]) or "1"


def _span(query: SearchQuery) -> dict[str, Any]:
    """The parameters of a query: from when to when, how many rows, and the labels."""
    until = LATEST + 1 if query.until is None else query.until
    return {
        "since": min(max(query.since or 0, 0), LATEST + 1),
        "until": min(max(until, 0), LATEST + 1),
        "examined": EXAMINED,
        "labels": json.dumps(sorted(query.labels)),
    }


def _match(wanted: Iterable[Pattern]) -> dict[str, Any]:
    return {"match": " AND ".join(f"({_any_of(one)})" for one in wanted)}


def _any_of(wanted: Pattern) -> str:
    """A pattern as an FTS5 expression; quoted words are never taken for operators."""
    return " OR ".join([*map(_quoted, wanted.wholes), *(f"{_quoted(one)} *" for one in wanted.beginnings)])


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _in_chat(wanted: Pattern) -> Pattern:
    """The pattern for the facts of a chat, in which a number is also found by its first or last digits."""
    word = wanted.wholes[0]
    if not (word.isascii() and word.isdigit()):
        return wanted
    if len(word) < SHORTEST_NUMBER:
        return Pattern((word,))
    return Pattern((word,), (word, indexing.from_behind(word)))


def _is_named(conn: Connection, wanted: Pattern) -> bool:
    return bool(conn.execute(_IS_NAMED, (_any_of(_in_chat(wanted)),)).fetchone()[0])
