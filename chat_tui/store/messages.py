"""Messages in the cache: merging pages of the history, and reading a chat's timeline.

What the cache has of a chat is one run of messages without a gap, from `hist_lo` to `hist_hi`; `hist_full`
says that nothing older exists. Newer messages that came above a gap are stored and shown, but `hist_hi`
stays below the gap, so that the missing ones are requested.
"""

from collections.abc import Sequence
from dataclasses import astuple

from chat_tui.locale import _
from chat_tui.model.chat import Attachment, Message, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import Talk, read_talk, waiting_since
from chat_tui.model.timeline import Coverage, Entry, HistoryCursor, TimelinePage
from chat_tui.store import indexing, marks, outbox
from chat_tui.store.database import Connection
from chat_tui.store.errors import StoreProblem
from chat_tui.store.sqlite.shape import Row, is_id, kept, moment, reach, readable, sound

_FIELDS = "message_id, created_at, sender, text"
_SOUND = sound("message")
_FILES = f"""
    SELECT message_id, name, url, size FROM attachment
    WHERE chat_id = ? AND message_id BETWEEN ? AND ? AND {sound("attachment")} ORDER BY message_id, n
"""
_STANDING = (
    "hist_lo, hist_hi, hist_full, vain_reads, waiting_since, newest_id, newest_at, newest_sender, snippet,"
    " last_speaker, buyer_since, newest_has_file"
)
_UNCLAIMED = f"""
    message_id > ? AND sender = '{Sender.PARTNER}' AND created_at >= ? AND NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.chat_id = message.chat_id AND o.message_id = message.message_id)
"""
_IS_CLAIMED = "SELECT 1 FROM outbox WHERE chat_id = ? AND message_id = ?"
_CLAIMED = "o.chat_id = ? AND o.message_id IS NOT NULL AND o.message_id BETWEEN ? AND ?"
_ECHOES = f"""
    o.chat_id = ? AND (o.message_id IS NULL OR (
        o.message_id > coalesce((SELECT {reach("hist_hi")} FROM chat WHERE chat.chat_id = o.chat_id), 0)
        AND NOT EXISTS (SELECT 1 FROM message m WHERE m.chat_id = o.chat_id AND m.message_id = o.message_id)))
"""
"""The items that no message in the cache shows, also those whose message was seen but could not be stored."""
_REACH = ", ".join((reach("hist_lo"), reach("hist_hi"), readable("chat", "hist_full")))
_TURN = ", ".join(readable("chat", name) for name in _STANDING.split(", ")[3:])
_KNOWN = f"{readable('chat', 'status')}, {readable('chat', 'updated_at')}, {_REACH}, {_TURN}"
_CURSOR = ", ".join(readable("chat", name) for name in ("older_token", "updated_at", "newest_at"))


def save_page(
    conn: Connection,
    chat_ref: ChatRef,
    messages: Sequence[Message],
    *,
    newest_reached: bool,
    oldest_reached: bool,
) -> bool:
    """Merge messages of getChatHistory; whether any is new or changed, or the coverage has grown.

    `newest_reached` = no message is missing between the newest one known before and the newest one there is;
    `oldest_reached` = there are no older ones. A message whose id no row can hold is left out.
    StoreProblem if the chat is not in the cache, which may have been created again since the request.
    """
    number = conn.own(chat_ref)
    row = conn.execute(f"SELECT {_KNOWN} FROM chat WHERE chat_id = ?", (number,)).fetchone()
    if row is None:
        raise StoreProblem(_("The chat is no longer in the local copy, which is being loaded again."))
    status, updated_at, *before = row
    found = {m.message_id: _storable(chat_ref, m) for m in messages if is_id(m.message_id)}
    unindexed = indexing.unindexed_messages(conn)
    changed = [_merge(conn, m, unindexed) for m in sorted(found.values(), key=_row_id)]
    lo, hi, full, vain = before[:4]
    if found:
        lo = min(found) if lo is None else min(lo, *found)
        if newest_reached:
            hi = max(found) if hi is None else max(hi, *found)
    full = int(full or oldest_reached)
    talk = _talk(conn, chat_ref)
    # If the list has a later time than the newest message, this read should have brought a newer one.
    if talk is not None and talk.newest_at >= updated_at:
        vain = 0
    elif newest_reached:
        vain += 1
    since = waiting_since(status, updated_at, talk)
    after = [lo, hi, full, vain, since, *_talk_columns(conn, chat_ref, talk)]
    if after != before or any(changed):
        # Other copies of the program find what has changed by the next number of the revision.
        columns = ", ".join(f"{name} = ?" for name in _STANDING.split(", "))
        conn.execute(
            f"UPDATE chat SET {columns}, revision = (SELECT max(revision) + 1 FROM chat) WHERE chat_id = ?",
            (*after, number),
        )
    return any(changed) or _coverage(*after[:3]) != _coverage(*before[:3])


def _row_id(message: Message) -> int:
    """The row id, which orders the messages of all chats by time; see migrations/cache/001_init.sql."""
    return message.created_at << 20 | message.message_id & 0xFFFFF


def _merge(conn: Connection, message: Message, unindexed: int) -> bool:
    """Store a message; whether it is new or changed. Rows up to `unindexed` are not in the search index."""
    stored = conn.execute(
        f"SELECT id, {_FIELDS} FROM message WHERE chat_id = ? AND message_id = ? AND {_SOUND}",
        (conn.own(message.chat_ref), message.message_id),
    ).fetchone()
    if stored is not None:
        [before] = _with_files(conn, message.chat_ref, [stored[1:]])
        if before == message:
            return False
        if stored[0] > unindexed:
            indexing.drop_message(conn, stored[0], before)
    # Even if no sound row was found, one that cannot be read, or its files, may be in the way.
    for table in ("message", "attachment"):
        conn.execute(
            f"DELETE FROM {table} WHERE chat_id = ? AND message_id = ?",
            (conn.own(message.chat_ref), message.message_id),
        )
    row_id = _insert(conn, message)
    if row_id > unindexed:
        indexing.add_message(conn, row_id, message)
    return True


def _insert(conn: Connection, message: Message) -> int:
    row_id, number = _row_id(message), conn.own(message.chat_ref)
    values = (number, message.message_id, message.created_at, message.sender, message.text)
    # The ids of two messages of one millisecond may end in the same bits: the later one takes the next row.
    while not conn.execute(
        "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?)", (row_id, *values)
    ).rowcount:
        row_id += 1
    files = [(number, message.message_id, n, *astuple(file)) for n, file in enumerate(message.attachments)]
    conn.executemany("INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?)", files)
    return row_id


def _rows(
    conn: Connection,
    chat_ref: ChatRef,
    where: str,
    given: Sequence[object] = (),
    *,
    backwards: bool = False,
    limit: int = -1,
) -> list[Row]:
    """The messages of a chat that meet an SQL condition, as rows of _FIELDS by message id; -1 = no limit."""
    sql = (
        f"SELECT {_FIELDS} FROM message WHERE chat_id = ? AND {where} AND {_SOUND}"
        f" ORDER BY message_id {'DESC' if backwards else ''} LIMIT ?"
    )
    return conn.execute(sql, (conn.own(chat_ref), *given, limit)).fetchall()


def _with_files(conn: Connection, chat_ref: ChatRef, rows: Sequence[Row]) -> list[Message]:
    """Messages from rows of _FIELDS, in ascending order of message id."""
    if not rows:
        return []
    files: dict[MessageId, tuple[Attachment, ...]] = {}
    for message_id, *file in conn.execute(_FILES, (conn.own(chat_ref), rows[0][0], rows[-1][0])):
        files[message_id] = (*files.get(message_id, ()), Attachment(*file))
    return [
        Message(chat_ref, MessageId(message_id), created_at, sender, text, files.get(message_id, ()))
        for message_id, created_at, sender, text in rows
    ]


def _talk(conn: Connection, chat_ref: ChatRef) -> Talk | None:
    """Whose turn it is, from the three messages that decide it."""
    newest = _rows(conn, chat_ref, "1", backwards=True, limit=1)
    own = _rows(conn, chat_ref, "sender = 'PARTNER'", backwards=True, limit=1)
    answered = own[0][0] if own else 0
    buyer = _rows(conn, chat_ref, "message_id > ? AND sender = 'CUSTOMER'", (answered,), limit=1)
    rows = sorted({*own, *buyer, *newest}, key=lambda row: int(row[0]))
    deciding = [message for row in rows for message in _with_files(conn, chat_ref, [row])]
    return read_talk(deciding)


def _talk_columns(conn: Connection, chat_ref: ChatRef, talk: Talk | None) -> tuple[int | str | None, ...]:
    """The values for the last columns of _STANDING, from newest_id on."""
    if talk is None:
        return (None, None, "", "", "", None, 0)
    has_file = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM attachment WHERE chat_id = ? AND message_id = ?)",
        (conn.own(chat_ref), talk.newest_id),
    ).fetchone()[0]
    return (*astuple(talk), has_file)


def timeline(
    conn: Connection,
    chat_ref: ChatRef,
    *,
    before: MessageId | None = None,
    after: MessageId | None = None,
    around: MessageId | None = None,
    limit: int = 50,
) -> TimelinePage:
    """The newest entries of a chat, or those before, after or around a message.

    A chat that is not in the cache has only echoes. The message to look from need not be in the cache.
    """
    if around is not None:
        # Half a page from the message on; more before it if there are not enough after it.
        newer, has_newer = _run(conn, chat_ref, ">=", around, limit - limit // 2)
        older, has_older = _run(conn, chat_ref, "<", around, limit - len(newer))
        rows = [*older, *newer]
    elif after is not None:
        rows, has_newer = _run(conn, chat_ref, ">", after, limit)
        has_older = _exists(conn, chat_ref, "<", rows, after)
    else:
        rows, has_older = _run(conn, chat_ref, "<", before, limit)
        has_newer = before is not None and _exists(conn, chat_ref, ">", rows, before)
    entries = _entries(conn, chat_ref, _with_files(conn, chat_ref, rows))
    # Items that are not in the history yet come after its newest message.
    if not has_newer:
        entries += [Entry(None, item) for item in outbox.items(conn, _ECHOES, (conn.own(chat_ref),))]
    known = conn.execute(f"SELECT {_REACH} FROM chat WHERE chat_id = ?", (conn.own(chat_ref),)).fetchone()
    coverage = Coverage.NOT_STARTED if known is None else _coverage(*known)
    return TimelinePage(chat_ref, tuple(entries), has_older, has_newer, coverage, marks.get(conn, chat_ref))


def _run(
    conn: Connection, chat_ref: ChatRef, sign: str, beyond: MessageId | None, limit: int
) -> tuple[list[Row], bool]:
    """Rows next to a message (None = the newest), in ascending order, and whether there are more beyond."""
    backwards = sign == "<"
    beside = "1" if beyond is None else f"message_id {sign} {beyond:d}"
    rows = _rows(conn, chat_ref, beside, backwards=backwards, limit=limit + 1)
    more = len(rows) > limit
    return (rows[:limit][::-1] if backwards else rows[:limit]), more


def _exists(
    conn: Connection, chat_ref: ChatRef, sign: str, rows: Sequence[Row], asked: MessageId | None
) -> bool:
    """Whether there are messages on one side of a page; if it is empty, on that side of `asked` or at it."""
    sign, edge = (sign, rows[0 if sign == "<" else -1][0]) if rows else (f"{sign}=", asked)
    sql = f"SELECT EXISTS (SELECT 1 FROM message WHERE chat_id = ? AND message_id {sign} ? AND {_SOUND})"
    return bool(conn.execute(sql, (conn.own(chat_ref), edge)).fetchone()[0])


def _entries(conn: Connection, chat_ref: ChatRef, messages: Sequence[Message]) -> list[Entry]:
    if not messages:
        return []
    span = (conn.own(chat_ref), messages[0].message_id, messages[-1].message_id)
    items = {item.message_id: item for item in outbox.items(conn, _CLAIMED, span)}
    return [Entry(message, items.get(message.message_id)) for message in messages]


def _coverage(lo: int | None, hi: int | None, full: int) -> Coverage:
    if full:
        return Coverage.DONE
    return Coverage.NOT_STARTED if lo is None and hi is None else Coverage.HAVE_MORE


def cursor(conn: Connection, chat_ref: ChatRef) -> HistoryCursor:
    """How much of a chat's history is in the cache; nothing if the chat is not."""
    row = conn.execute(
        f"SELECT {_REACH}, {_CURSOR} FROM chat WHERE chat_id = ?",
        (conn.own(chat_ref),),
    ).fetchone()
    if row is None:
        return HistoryCursor(None, None, Coverage.NOT_STARTED, None, 0, 0)
    return HistoryCursor(row[0], row[1], _coverage(*row[:3]), row[3], row[4], row[5] or 0)


def count(conn: Connection, chat_ref: ChatRef) -> int:
    """How many messages of a chat are in the cache."""
    found = conn.execute("SELECT count(*) FROM message WHERE chat_id = ?", (conn.own(chat_ref),))
    return int(found.fetchone()[0])


def save_older_token(conn: Connection, chat_ref: ChatRef, token: str | None) -> None:
    """Save the page token that requests older messages; None = there is none."""
    conn.execute("UPDATE chat SET older_token = ? WHERE chat_id = ?", (token, conn.own(chat_ref)))


def unclaimed_own(
    conn: Connection,
    chat_ref: ChatRef,
    after: MessageId,
    not_before: Millis,
    unstored: Sequence[Message] = (),
) -> tuple[Message, ...]:
    """The shop's messages after `after`, not older than `not_before`, that no outbox item claims.

    `unstored` are messages that could not be written; they count as if they were in the cache. Oldest first.
    """
    rows = _rows(conn, chat_ref, _UNCLAIMED, (after, not_before))
    found = {message.message_id: message for message in _with_files(conn, chat_ref, rows)}
    for message in unstored:
        if conn.execute(_IS_CLAIMED, (conn.own(chat_ref), message.message_id)).fetchone() is None:
            found.setdefault(message.message_id, message)
    return tuple(found[message_id] for message_id in sorted(found))


def _storable(chat_ref: ChatRef, message: Message) -> Message:
    """The message as it will be read from its row."""
    files = tuple(Attachment(*kept(*astuple(file))) for file in message.attachments)
    sender, text = kept(message.sender, message.text)
    return Message(chat_ref, message.message_id, moment(message.created_at), sender, text, files)
