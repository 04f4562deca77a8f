"""Chats and shops in the cache, and the pages of the list by tab."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import astuple, replace
from datetime import tzinfo

from chat_tui.model.chat import Chat, Shop
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, Millis
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab, Talk, waiting_since
from chat_tui.model.record import Stats, hours_in, reply_stats
from chat_tui.store import indexing
from chat_tui.store.database import Connection
from chat_tui.store.listing import (
    CHAT,
    PLACES,
    UNANSWERED,
    chat_columns,
    goes_on,
    is_answered,
    item_of,
    run_of,
    select,
)
from chat_tui.store.sqlite.shape import MOST, Row, is_id, kept, moment, sound

_STORED = f"""
    SELECT {CHAT}, c.newest_id, c.newest_at, c.newest_sender, c.snippet, c.last_speaker, c.buyer_since
    FROM chat c WHERE c.chat_id = ? AND {sound("chat", "c")}
"""
_SAVE = """
    INSERT INTO chat (chat_id, kind, status, context_kind, order_id, return_id, campaign_id, customer_name,
        customer_public_id, created_at, updated_at, listed_at, waiting_since, revision)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM chat))
    ON CONFLICT (chat_id) DO UPDATE SET kind = excluded.kind, status = excluded.status,
        context_kind = excluded.context_kind, order_id = excluded.order_id, return_id = excluded.return_id,
        campaign_id = excluded.campaign_id, customer_name = excluded.customer_name,
        customer_public_id = excluded.customer_public_id, created_at = excluded.created_at,
        listed_at = excluded.listed_at, waiting_since = excluded.waiting_since,
        revision = excluded.revision,
        vain_reads = CASE WHEN excluded.updated_at > updated_at THEN 0 ELSE vain_reads END,
        updated_at = excluded.updated_at
"""
_BEHIND = """
    SELECT chat_id FROM chat WHERE behind_bucket IS NOT NULL
    ORDER BY behind_bucket, turn_order, chat_id LIMIT ?
"""
# CROSS JOIN fixes the order to chat by chat along the index: SQLite streams the rows and sorts nothing.
_TURNS = f"""
    SELECT c.chat_id, m.created_at, m.sender FROM chat c CROSS JOIN message m ON m.chat_id = c.chat_id
    WHERE c.newest_at >= ? AND m.sender IN ('CUSTOMER', 'PARTNER') AND {sound("message", "m")}
    ORDER BY c.chat_id, m.message_id
"""
_WAITING = f"FROM chat c WHERE c.waiting_since IS NOT NULL AND {sound('chat', 'c')} AND {{holds}}"
_LONGEST = f"SELECT c.chat_id, c.waiting_since {_WAITING} ORDER BY c.waiting_since, c.chat_id LIMIT 1"
_HOW_MANY = f"SELECT count(*) {_WAITING}"


def save_page(conn: Connection, chats: Sequence[Chat], listed_at: Millis) -> frozenset[ChatRef]:
    """Merge a page of getChats; the chats that are new or have changed.

    A chat whose id no row can hold is left out.
    """
    # A page may contain a chat twice, if the list moved while it was assembled: the later state counts.
    latest: dict[ChatRef, Chat] = {}
    for chat in chats:
        other = latest.get(chat.chat_ref)
        if is_id(conn.own(chat.chat_ref)) and (other is None or chat.updated_at >= other.updated_at):
            latest[chat.chat_ref] = chat
    return frozenset(chat.chat_ref for chat in latest.values() if _merge(conn, chat, listed_at))


def _merge(conn: Connection, chat: Chat, listed_at: Millis) -> bool:
    # The first columns of the stored row are those of `told`; the others say what its history says.
    told = chat_columns(chat)
    stored = conn.execute(_STORED, (told[0],)).fetchone()
    updated_at = moment(chat.updated_at)
    if stored is not None:
        if chat.updated_at == UNKNOWN_TIME:
            # An unreadable date must neither hide a new status nor move the chat to the end.
            updated_at = stored[10]
            told = (*told[:10], updated_at)
        # The list moves while its pages are read: a page may be older than what is stored.
        if updated_at < stored[10] or told == stored[:11]:
            return False
    talk = None if stored is None or stored[11] is None else Talk(*stored[11:])
    since = waiting_since(chat.status, updated_at, talk)
    if stored is None:
        # There may be a row that is not sound: it is deleted, and the chat is read again with its history.
        conn.execute("DELETE FROM chat WHERE chat_id = ?", (told[0],))
    conn.execute(_SAVE, (*told, listed_at, since))
    indexing.keep_chat(conn, told[0], _facts(told), None if stored is None else _facts(stored))
    return True


def _facts(row: Row) -> indexing.Facts:
    """The facts by which a chat is found, from a row that begins with the columns of CHAT."""
    return row[7], row[4], row[5]


def save_shops(conn: Connection, shops: Sequence[Shop]) -> None:
    """Replace the shops of the business by those of getCampaigns."""
    conn.execute("DELETE FROM shop")
    conn.executemany(
        "INSERT OR REPLACE INTO shop VALUES (?, ?, ?, ?, ?, ?)",
        (kept(*astuple(shop)) for shop in shops if is_id(shop.campaign_id) and is_id(shop.business_id)),
    )


def page(
    conn: Connection,
    tab: Tab,
    *,
    now: Millis,
    after: QueueKey | None = None,
    before: QueueKey | None = None,
    from_end: bool = False,
    limit: int = 64,
) -> QueuePage:
    """The first chats of a tab at a moment; or those after or before a key, or the last ones (`from_end`)."""
    backwards = from_end or before is not None
    start = before if before is not None else after
    # One row more than wanted shows whether there are more.
    found = run_of(conn, tab, start, now=now, backwards=backwards, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    is_behind = False
    if start is not None:
        # An empty page has no key of its own, only the one in the request.
        sign = (">" if backwards else "<") + ("" if found else "=")
        is_behind = goes_on(conn, tab, found[0].key if found else start, sign, now=now)
    if backwards:
        return QueuePage(tab, tuple(found[::-1]), has_before=more, has_after=is_behind)
    return QueuePage(tab, tuple(found), has_before=is_behind, has_after=more)


def item(conn: Connection, chat_ref: ChatRef, tab: Tab = Tab.ALL, *, now: Millis) -> QueueItem | None:
    """One chat as the list shows it; None if it is not in the cache or not in this tab at this moment."""
    sql = f"{select(tab)} AND c.chat_id = ? AND {PLACES[tab].holds(now)}"
    row = conn.execute(sql, (conn.own(chat_ref),)).fetchone()
    return None if row is None else item_of(conn, row, tab)


def items(conn: Connection, chat_refs: Iterable[ChatRef]) -> dict[ChatRef, QueueItem]:
    """Chats as the list shows them (keys of Tab.ALL); chats that are not in the cache are left out."""
    # One JSON parameter holds any number of chats; SQLite limits the number of `?`.
    sql = f"{select(Tab.ALL)} AND c.chat_id IN (SELECT value FROM json_each(?))"
    rows = conn.execute(sql, (json.dumps(sorted(set(map(conn.own, chat_refs)))),))
    return {conn.chat(row[0]): item_of(conn, row, Tab.ALL) for row in rows}


def counts(conn: Connection, now: Millis) -> dict[Tab, int]:
    """How many chats of each tab need us at a moment: `next_waiting` visits all those of WAITING.

    For SNOOZED, how many it holds; for ALL, how many chats there are, even if they cannot be read.
    """
    tabs = (Tab.WAITING, Tab.DISPUTES, Tab.RETURNS, Tab.QUESTIONS)
    each = ", ".join(f"count(CASE WHEN {PLACES[tab].within} THEN 1 END)" for tab in tabs)
    rows = {tab: f"FROM chat c WHERE {PLACES[tab].holds(now)} AND {sound('chat', 'c')}" for tab in PLACES}
    waiting = conn.execute(f"SELECT {each} {rows[Tab.WAITING]} AND {UNANSWERED}").fetchone()
    snoozed = conn.execute(f"SELECT count(*) {rows[Tab.SNOOZED]}").fetchone()[0]
    # Without a condition SQLite counts the pages of an index: 0.1 ms instead of 10 for 100,000 chats.
    there = conn.execute("SELECT count(*) FROM chat").fetchone()[0]
    return {**dict(zip(tabs, waiting, strict=True)), Tab.SNOOZED: snoozed, Tab.ALL: there}


def next_waiting(
    conn: Connection,
    beyond: ChatRef | None,
    *,
    backwards: bool = False,
    now: Millis,
    passing: Collection[ChatRef] = (),
) -> ChatRef | None:
    """The first chat of WAITING that has no answer on its way, or the last one (`backwards`).

    If `beyond` is such a chat itself: the one after (before) it, and the first (last) again at the end.
    Chats in `passing` are passed over. None if there is no other.
    """
    # None as the last start: after the end of the list, the search continues from its beginning.
    known = None if beyond is None else item(conn, beyond, Tab.WAITING, now=now)
    starts = [None] if known is None or is_answered(conn, known.chat.chat_ref) else [known.key, None]
    for start in starts:
        found = waiting_beyond(conn, start, backwards=backwards, now=now, passing=passing)
        if found is not None and found.chat.chat_ref != beyond:
            return found.chat.chat_ref
    return None


def waiting_beyond(
    conn: Connection,
    start: QueueKey | None,
    *,
    backwards: bool = False,
    now: Millis,
    passing: Collection[ChatRef] = (),
) -> QueueItem | None:
    """The first (last) chat of WAITING after (before) a key that has no answer on its way.

    Chats in `passing` are passed over.
    """
    numbers = ", ".join(str(conn.own(chat_ref)) for chat_ref in passing)
    besides = f"{UNANSWERED} AND c.chat_id NOT IN ({numbers})" if passing else UNANSWERED
    run = run_of(conn, Tab.WAITING, start, now=now, backwards=backwards, limit=1, besides=besides)
    return run[0] if run else None


def behind(conn: Connection, limit: int) -> tuple[ChatRef, ...]:
    """Chats whose entry in the list is newer than the history read so far, most urgent first.

    Chats whose history was never read are included only if they wait for us or are NEW. After three reads
    that brought nothing newer, a chat is left out until the list has a newer time: some times never match.
    """
    return conn.chats(_BEHIND, (limit,))


def read_in_vain(conn: Connection, chat_ref: ChatRef, *, gone: bool) -> None:
    """Count a read of a chat's history that failed; after three, `behind` waits for news in the list.

    `gone` = the Market does not know the chat any more, so its history is not requested again.
    """
    change = "vain_reads = 3, hist_full = 1" if gone else "vain_reads = vain_reads + 1"
    conn.execute(f"UPDATE chat SET {change} WHERE chat_id = ?", (conn.own(chat_ref),))


def active_ids(conn: Connection) -> tuple[ChatRef, ...]:
    """The chats in which a buyer may be waiting, judged by their status."""
    return conn.chats(
        "SELECT chat_id FROM chat WHERE status = 'NEW' OR status = 'WAITING_FOR_PARTNER' ORDER BY chat_id"
    )


def partly_read(conn: Connection, limit: int) -> tuple[ChatRef, ...]:
    """Chats whose history has not been read back to its beginning, the newest first."""
    return conn.chats(
        "SELECT chat_id FROM chat WHERE hist_full = 0 ORDER BY newest_order, chat_id LIMIT ?", (limit,)
    )


def changed_since(conn: Connection, revision: int, limit: int) -> tuple[int, tuple[ChatRef, ...]]:
    """The latest revision, and up to `limit` chats that, or whose messages, changed after `revision`."""
    rows = conn.execute(
        "SELECT chat_id, revision FROM chat WHERE revision > ? AND revision <= ?"
        " ORDER BY revision DESC LIMIT ?",
        (revision, MOST, limit),
    ).fetchall()
    return (rows[0][1] if rows else revision), tuple(conn.chat(row[0]) for row in rows)


def stats(
    conn: Connection,
    zone: tzinfo,
    since: Millis | None,
    now: Millis,
    hear: Callable[[int, int], None] = lambda _done, _total: None,
) -> Stats:
    """How fast the shop answered since a moment (None = ever), by hours of a time zone; and who waits now.

    `hear` is called from time to time with the number of chats counted, and of all to count.
    """
    total = conn.execute("SELECT count(*) FROM chat WHERE newest_at >= ?", (since or 0,)).fetchone()[0]
    turns = conn.execute(_TURNS, (since or 0,))
    answers = reply_stats(turns, hours_in(zone), since, lambda done: hear(done, total))
    holds = PLACES[Tab.WAITING].holds(now)
    waiting = conn.execute(_HOW_MANY.format(holds=holds)).fetchone()[0]
    longest = conn.execute(_LONGEST.format(holds=holds)).fetchone() or (None, None)
    return replace(
        answers, waiting=waiting, longest=longest[0] and conn.chat(longest[0]), longest_since=longest[1]
    )
