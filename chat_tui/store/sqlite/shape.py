"""The tables of this version, the values a row can hold, and SQL conditions for the rows that can be read.

SQLite accepts any value in any column, and another version may write words that this one does not know. So
queries select only `sound` rows: any other row is left out, and `doctor` counts it. At the start, the same
description shows whether a file fits this version at all.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any, Final

from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxKind, OutboxState

Row = Sequence[Any]
"""A row of a query: its values in the order of the columns."""

LARGEST_ID: Final = 2**63 - 1
LATEST: Final = 2**42
"""The latest moment a row can hold: in the year 2109."""
MOST: Final = 2**53
"""The largest count a row can hold, more than we ever count."""


def _whole(least: int, most: int) -> str:
    # The sign keeps SQLite from using an index for this condition, which almost all rows meet.
    return f"typeof({{0}}) = 'integer' AND +{{0}} BETWEEN {least} AND {most}"


def _one_of(words: Iterable[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"typeof({{0}}) = 'text' AND +{{0}} IN ({listed})"


_FITS: Final = {
    "id": _whole(1, LARGEST_ID),
    "at": _whole(0, LATEST),
    "count": _whole(0, MOST),
    "some": _whole(1, MOST),
    # 0 stands for "before the first message".
    "base": _whole(0, LARGEST_ID),
    "number": _whole(-LARGEST_ID, LARGEST_ID),
    "text": "typeof({0}) = 'text'",
    # Sent to a buyer, so no character of it may be replaced.
    "exact": "typeof({0}) = 'text' AND is_utf8(CAST({0} AS BLOB))",
    # Also used as the name of a file.
    "name": "typeof({0}) = 'text' AND {0} <> '' AND {0} NOT GLOB '*[^-0-9A-Za-z]*'",
    "day": "typeof({0}) = 'text' AND ({0} = '' OR date({0}) IS {0})",
    "kind": _one_of(OutboxKind),
    "state": _one_of(OutboxState),
}
"""For each kind of column, the SQL condition that this version may have written its value."""
_NOTHING: Final = {"text": "''", "at": "0", "count": "0"}

TABLES: Final = {
    "cache": {
        "chat": "chat_id:id kind:text status:text context_kind:text order_id:number? return_id:number?"
        " campaign_id:number? customer_name:text? customer_public_id:text? created_at:at updated_at:at"
        " listed_at:at waiting_since:at? newest_id:id? newest_at:at? newest_sender:text newest_has_file:count"
        " last_speaker:text buyer_since:at? snippet:text hist_lo:id? hist_hi:id? hist_full:count"
        " older_token:text? vain_reads:count revision:count",
        "shop": "campaign_id:id name:text business_id:id business_name:text placement:text availability:text",
        "message": "id:number chat_id:id message_id:id created_at:at sender:text text:text?",
        "attachment": "chat_id:id message_id:id n:count name:text? url:text? size:number?",
        "cursor": "key:text value:text",
        "attempted": "outbox_id:name attempt:count attempt_at:at base_message_id:base?",
        "order_reading": "order_id:id read_at:at asked_at:at is_found:count campaign_id:number? status:text"
        " substatus:text created_at:at total:text? currency:text? delivery_kind:text service:text"
        " from_day:day to_day:day real_day:day kept_to_day:day address:text is_estimated:count",
        "return_reading": "return_id:id read_at:at asked_at:at is_found:count order_id:number? created_at:at"
        " refund_status:text is_fast:count amount:text? currency:text?",
        "order_line": "order_id:id n:count name:text count:number? price:text? currency:text?",
        "return_line": "return_id:id n:count name:text count:number?",
        "message_search": "",
        "chat_search": "",
    },
    "state": {
        "draft": "chat_id:id copy:text text:text caret:count at:at",
        "mark": "chat_id:id seen:number? done:number? snoozed:number? snooze_until:at? pinned:number? at:at",
        "note": "chat_id:id text:text at:at",
        "label": "chat_id:id name:text",
        "outbox": "outbox_id:name chat_id:id seq:count kind:kind text:exact file_name:exact file_size:count"
        " sha256:text state:state not_before:at created_at:at attempt:count attempt_at:at"
        " base_message_id:base? unclear_at:at? looks:count message_id:id? problem:text error:text"
        " in_doubt:count is_released:count asked_at:at told_at:at told_boot:text told_uptime:number",
        "budget": "operation:text boot:text quota:some remaining:count resets_at:number used:count"
        " paced_to:number held_to:number refusals:count",
        "narrow": "one:some boot:text until:number",
        "leader": "one:some boot:text term:count pid:count beat:number",
        "presence": "copy:text boot:text active_at:number",
        "opened": "lock:number copy:text chat_id:id stage:count operator:text",
    },
}
"""For each kind of file its tables, with the kind of each column; ? = or NULL."""

INDEXES: Final = {
    "cache": "chat_all chat_waiting chat_dispute chat_return chat_question chat_behind chat_order"
    " chat_of_return message_own chat_revision chat_active chat_partly attempted_at chat_customer",
    "state": "outbox_claim outbox_open outbox_unlinked mark_at mark_held mark_until mark_pinned label_name",
}
"""For each kind of file the indexes that its migrations create."""


def is_id(number: int) -> bool:
    """Whether a row can hold this number as an id of the Market."""
    return 0 < number <= LARGEST_ID


def clean(text: str) -> str:
    """The text with each lone surrogate, which SQLite refuses, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def kept(*values: int | str | None) -> tuple[Any, ...]:
    """Values from outside as a row can hold them: texts are made `clean`, numbers too large become None."""
    return tuple(
        clean(value)
        if isinstance(value, str)
        else value
        if value is not None and -LARGEST_ID <= value <= LARGEST_ID
        else None
        for value in values
    )


def moment(at: Millis) -> Millis:
    """The nearest moment that a row can hold."""
    return min(max(at, 0), LATEST)


@cache
def sound(table: str, alias: str = "") -> str:
    """SQL condition: the row of a table can be read, and this version may have written all its values."""
    parts = []
    for name, kind in _columns(table).items():
        column = f"{alias or table}.{name}"
        fits = _FITS[kind.rstrip("?")].format(column)
        parts.append(f"({column} IS NULL OR {fits})" if kind.endswith("?") else fits)
    return f"({' AND '.join(parts)})"


def readable(table: str, name: str) -> str:
    """SQL: the value of a column or, if it cannot be read, the value of a new row."""
    kind = _columns(table)[name]
    fits = _FITS[kind.rstrip("?")].format(name)
    return f"CASE WHEN {fits} THEN {name} ELSE {_NOTHING.get(kind, 'NULL')} END"


def reach(name: str) -> str:
    """SQL: `hist_lo` or `hist_hi` of a chat; NULL if no message reaches that far, so it is read again."""
    last = f"message m WHERE m.chat_id = chat.chat_id AND m.message_id >= chat.{name}"
    is_there = f"EXISTS (SELECT 1 FROM {last} AND typeof(m.message_id) = 'integer')"
    return f"CASE WHEN {is_there} THEN {readable('chat', name)} END"


def _columns(table: str) -> dict[str, str]:
    told = next(tables[table] for tables in TABLES.values() if table in tables)
    return dict(column.split(":") for column in told.split())


def read_tolerantly(conn: sqlite3.Connection) -> None:
    """Let a connection read invalid UTF-8 as U+FFFD, and add the SQL function `is_utf8`."""
    conn.text_factory = partial(str, encoding="utf-8", errors="replace")
    conn.create_function("is_utf8", 1, _is_utf8, deterministic=True)


def _is_utf8(raw: bytes | None) -> bool:
    try:
        str(raw or b"", "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def missing(conn: sqlite3.Connection, kind: str) -> tuple[set[str], set[str]]:
    """The tables and indexes of this version that a file lacks, including tables that lack a column."""
    there = conn.execute("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'index')").fetchall()
    tables = {
        table
        for table in TABLES[kind]
        if ("table", table) not in there or not _columns(table).keys() <= _names(conn, table)
    }
    return tables, {name for name in INDEXES[kind].split() if ("index", name) not in there}


def _names(conn: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]) for row in conn.execute(f"PRAGMA table_info({table})")}


def unreadable_outbox(conn: sqlite3.Connection) -> int:
    """How many unconfirmed rows of the outbox are never sent, because they cannot be read."""
    sql = f"SELECT count(*) FROM outbox WHERE state <> 'confirmed' AND NOT {sound('outbox')}"
    return int(conn.execute(sql).fetchone()[0])


def rotten(conn: sqlite3.Connection, kind: str) -> dict[str, int]:
    """How many rows of each table cannot be read; tables without such rows are left out."""
    found = {}
    # Virtual tables have no description, and their rows no types to check.
    for table in (table for table, told in TABLES[kind].items() if told):
        sql = f"SELECT count(*) FROM {table} WHERE NOT {sound(table)}"
        if count := conn.execute(sql).fetchone()[0]:
            found[table] = int(count)
    return found
