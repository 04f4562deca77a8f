"""Chats as the list shows them: which chats a tab holds and in which order, with an index for each tab.

`QueueKey(bucket, order, chat)` is the place of a chat. A page starts after a key and not at an offset, so
that it stays right while chats move. The bucket of a key is twice that of the column, which leaves room for
the pinned chats between two buckets.
"""

import operator
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any, Final

from chat_tui.model.chat import Chat, ChatContext, Sender
from chat_tui.model.ids import BusinessId, ChatRef, Millis
from chat_tui.model.mark import Hold
from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import QueueItem, QueueKey, Tab
from chat_tui.store import marks
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import Row, kept, moment, sound

CHAT: Final = (
    "c.chat_id, c.kind, c.status, c.context_kind, c.order_id, c.return_id, c.campaign_id,"
    " c.customer_name, c.customer_public_id, c.created_at, c.updated_at"
)
"""Columns of `chat`, in the order in which `item_of` reads them."""
_TROUBLES = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.WAITING,
    OutboxState.FAILED,
    OutboxState.UNCONFIRMED,
)
"""States of an outbox item that the list shows, the worst last."""
_RANK = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(_TROUBLES))
_ITEM = f"""
    SELECT {CHAT}, {{bucket}}, {{order}}, c.waiting_since, c.newest_sender, c.snippet, c.newest_has_file,
        c.newest_id > coalesce(m.seen, 0) AND c.newest_sender <> '{Sender.PARTNER}',
        EXISTS (SELECT 1 FROM draft d WHERE d.chat_id = c.chat_id),
        (SELECT max(CASE o.state {_RANK} END) FROM outbox o
            WHERE o.chat_id = c.chat_id AND o.state <> 'confirmed'),
        s.name, m.done, m.snoozed, m.snooze_until,
        {marks.HOLDS},
        m.pinned IS NOT NULL, n.text,
        (SELECT group_concat(l.name, ' ') FROM label l WHERE l.chat_id = c.chat_id AND {sound("label", "l")}),
        EXISTS (SELECT 1 FROM outbox o WHERE o.chat_id = c.chat_id AND o.state <> 'confirmed'
            AND o.state IN ('queued', 'waiting') AND {{held_up}})
    FROM chat c LEFT JOIN mark m ON m.chat_id = c.chat_id AND {sound("mark", "m")}
        LEFT JOIN note n ON n.chat_id = c.chat_id AND {sound("note", "n")}
        LEFT JOIN shop s ON s.campaign_id = c.campaign_id AND {sound("shop", "s")}
"""
_SOUND = sound("chat", "c")
# `state <> 'confirmed'` seems superfluous, but without it SQLite cannot use the partial index outbox_open.
_HELD_UP: Final = """EXISTS (SELECT 1 FROM outbox u
        WHERE u.chat_id = o.chat_id AND u.state <> 'confirmed' AND u.state = 'unconfirmed'
            AND u.seq < o.seq)"""
UNANSWERED: Final = f"""NOT EXISTS (SELECT 1 FROM outbox o
    WHERE o.chat_id = c.chat_id AND o.state <> 'confirmed' AND NOT o.is_released
        AND (o.state IN ('sending', 'sent') OR o.state IN ('queued', 'waiting') AND NOT {_HELD_UP}))"""
"""SQL: no answer of ours is on its way to the chat. An item behind an unconfirmed one is not sent either."""
_SIGNS: Final[dict[str, Callable[[QueueKey, QueueKey], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class TabPlace:
    """Which chats of the table `chat c` a tab holds, and their order."""

    within: str
    """SQL condition: the chat is in the tab, apart from the operator's marks."""
    bucket: str
    """SQL column of QueueKey.bucket; "0" if all chats of the tab share one bucket."""
    order: str
    """SQL column of QueueKey.order."""
    marked: str = ""
    """SQL condition on the operator's marks at the moment `{now}`; empty = marks do not count."""
    lift: int = 5
    """How much a pin lowers QueueKey.bucket: 5 puts the chat above all, 1 only above its own bucket."""

    def holds(self, now: Millis) -> str:
        """SQL condition: the chat is in the tab at this moment."""
        return f"{self.within} AND {self.marked.format(now=int(now))}" if self.marked else self.within

    @property
    def is_one_bucket(self) -> bool:
        """Whether all chats share one bucket, so that the order alone decides the place."""
        return self.bucket == "0"

    def ordered(self, *, backwards: bool) -> str:
        """The ORDER BY clause."""
        columns = (self.order,) if self.is_one_bucket else (self.bucket, self.order)
        way = " DESC" if backwards else ""
        return "ORDER BY " + ", ".join(f"{column}{way}" for column in (*columns, "c.chat_id"))

    def compared(self, sign: str, key: QueueKey, business: BusinessId) -> tuple[str, tuple[float, ...]]:
        """SQL condition that a chat without a pin is on one side of a key, and the values of its parameters.

        The key may be of another business: where bucket and order are equal, all chats of one business come
        before those of the next. No chat has the number 0, so 0 stands for "before all of them".
        """
        order, number = key.order, key.chat.number
        if key.chat.business != business:
            order, number = order + (key.chat.business > business), 0
        if self.is_one_bucket:
            # Only pinned chats have a bucket below 0, and all others come after them.
            if key.bucket < 0:
                return ("1" if sign.startswith(">") else "0"), ()
            return f"({self.order}, c.chat_id) {sign} (?, ?)", (order, number)
        numbers = (key.bucket / 2, order, number)
        return f"({self.bucket}, {self.order}, c.chat_id) {sign} (?, ?, ?)", numbers


_AWAKE: Final = f"c.chat_id NOT IN ({marks.DONE} UNION ALL {marks.SNOOZED})"
"""Few chats are done or snoozed: SQLite finds them once per query, and still walks the index of the tab."""

_NEED: Final = ("c.need_bucket", "c.need_order")
_FINISHED: Final = 2
"""The need_bucket of finished chats; 0 = the chat needs us, unless a mark or an answer on its way says no."""
_NEEDS_US: Final = "c.waiting_bucket IS NOT NULL AND c.need_bucket = 0"

PLACES: Final = {
    Tab.WAITING: TabPlace(_NEEDS_US, "c.waiting_bucket", "c.waiting_order", _AWAKE, lift=1),
    Tab.DISPUTES: TabPlace("c.kind = 'ARBITRAGE'", *_NEED),
    Tab.RETURNS: TabPlace("c.context_kind = 'RETURN'", *_NEED),
    Tab.QUESTIONS: TabPlace("c.context_kind = 'DIRECT'", *_NEED),
    Tab.SNOOZED: TabPlace("1", "0", "c.newest_order", f"c.chat_id IN ({marks.SNOOZED})"),
    Tab.ALL: TabPlace("1", "0", "c.newest_order"),
}


def chat_columns(chat: Chat) -> tuple[Any, ...]:
    """The values of a chat for the columns of CHAT."""
    context = astuple(chat.context)
    told = kept(chat.chat_ref.number, chat.kind, chat.status, *context)
    return (*told, moment(chat.created_at), moment(chat.updated_at))


def select(tab: Tab) -> str:
    """The query for items with the keys of a tab; further conditions can be appended with AND."""
    place = PLACES[tab]
    filled = _ITEM.format(bucket=place.bucket, order=place.order, held_up=_HELD_UP)
    return f"{filled} WHERE {_SOUND}"


def item_of(conn: Connection, row: Row, tab: Tab) -> QueueItem:
    """The item in a row of `select`."""
    chat_ref = conn.chat(row[0])
    bucket, order, since, sender, snippet, has_file, unseen, has_draft, rank, shop = row[11:21]
    done, snoozed, until, is_held, is_pinned, note, labels, asks = row[21:]
    place = PLACES[tab]
    lift = place.lift if is_pinned else 0
    return QueueItem(
        Chat(chat_ref, ChatContext(*row[3:9]), row[1], row[2], *row[9:11]),
        QueueKey(2 * bucket - lift, order, chat_ref),
        since,
        sender,
        snippet,
        bool(has_file),
        bool(unseen),
        bool(has_draft),
        None if rank is None else _TROUBLES[rank],
        shop or "",
        Hold(done, snoozed, until) if is_held else None,
        bool(is_pinned),
        note or "",
        tuple(sorted((labels or "").split())),
        asks_to_decide=bool(asks),
        is_below_line=(place.bucket, bucket, bool(is_pinned)) == (_NEED[0], _FINISHED, False),
    )


def run_of(
    conn: Connection,
    tab: Tab,
    start: QueueKey | None,
    *,
    now: Millis,
    backwards: bool,
    limit: int,
    besides: str = "1",
) -> list[QueueItem]:
    """At most `limit` chats of a tab at a moment, after (before) a key; None = from the first (last).

    `besides` is one more SQL condition on the chat `c`.
    """
    place, pins = PLACES[tab], marks.pinned(conn)
    sign = "<" if backwards else ">"
    # Pinned chats are few, and no index has them in their place: they are read apart and merged.
    beyond, numbers = ("1", ()) if start is None else place.compared(sign, start, conn.business)
    where = f"{place.holds(now)} AND c.chat_id NOT IN ({pins}) AND {besides} AND {beyond}"
    sql = f"{select(tab)} AND {where} {place.ordered(backwards=backwards)} LIMIT ?"
    found = [item_of(conn, row, tab) for row in conn.execute(sql, (*numbers, limit))]
    pinned = [
        item
        for item in _pinned(conn, tab, pins, f"{place.holds(now)} AND {besides}")
        if start is None or _SIGNS[sign](item.key, start)
    ]
    if pinned:
        found = sorted([*found, *pinned], key=lambda item: item.key, reverse=backwards)[:limit]
    return found


def is_answered(conn: Connection, chat_ref: ChatRef) -> bool:
    """Whether an answer of ours is on its way to a chat, see UNANSWERED."""
    sql = f"SELECT EXISTS (SELECT 1 FROM chat c WHERE c.chat_id = ? AND {UNANSWERED})"
    return not conn.execute(sql, (conn.own(chat_ref),)).fetchone()[0]


def goes_on(conn: Connection, tab: Tab, key: QueueKey, sign: str, *, now: Millis) -> bool:
    """Whether a tab has chats on one side of a key; `sign` is one of `_SIGNS`."""
    place, pins = PLACES[tab], marks.pinned(conn)
    beyond, numbers = place.compared(sign, key, conn.business)
    where = f"{_SOUND} AND {place.holds(now)} AND c.chat_id NOT IN ({pins}) AND {beyond}"
    sql = f"SELECT EXISTS (SELECT 1 FROM chat c WHERE {where})"
    if conn.execute(sql, numbers).fetchone()[0]:
        return True
    return any(_SIGNS[sign](item.key, key) for item in _pinned(conn, tab, pins, place.holds(now)))


def _pinned(conn: Connection, tab: Tab, pins: str, holds: str) -> list[QueueItem]:
    """The chats of `marks.pinned` that a tab holds."""
    if not pins:
        return []
    rows = conn.execute(f"{select(tab)} AND {holds} AND c.chat_id IN ({pins})")
    return [item_of(conn, row, tab) for row in rows]
