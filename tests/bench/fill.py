"""Fill a store with generated chats and print how long its pages take.

python -m tests.bench.fill DIRECTORY --chats 100000 --messages 1000000
"""

import argparse
import itertools
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from chat_tui.model.chat import Chat, ChatContext, ChatKind, ChatStatus, ContextKind, Message, Sender
from chat_tui.model.ids import CampaignId, MessageId, OrderId, ReturnId
from chat_tui.model.queue import QueueKey, Tab, Talk, read_talk, waiting_since
from chat_tui.store import chats, indexing, messages, outbox
from chat_tui.store.database import Connection, Store, StorePaths
from chat_tui.store.listing import chat_columns
from tests.bench.search import measure_search
from tests.support.refs import BUSINESS, ref

NOW = 1_790_000_000_000
DAY = 86_400_000
SPEECH = (
    "заказ когда привезут здравствуйте курьер товар цвет размер вернуть деньги посылка пункт сегодня завтра "
    "спасибо коробка подскажите пожалуйста доставка проверить номер пришёл сломан другой фото ответьте ждём"
)
WORDS = SPEECH.split()
SYLLABLES = "ба ве ги до жу за ки ле мо ну по ра си те фу хо ца че ша ю".split()  # noqa: SIM905
RARE = ["".join(word) for word in itertools.product(SYLLABLES, repeat=3)]
# Otherwise all frequent words would begin alike.
random.Random(0).shuffle(RARE)
"""Words of falling frequency, as goods and names have."""
FREQUENCY = list(itertools.accumulate(1 / (n + 10) for n in range(len(RARE))))
STATUSES = (ChatStatus.FINISHED,) * 86 + (ChatStatus.WAITING_FOR_CUSTOMER,) * 9
ACTIVE = (ChatStatus.WAITING_FOR_PARTNER,) * 3 + (ChatStatus.NEW, ChatStatus.WAITING_FOR_ARBITER)
LONG = 50


def history(dice: random.Random, chat_id: int, first_id: int, size: int, ends: int) -> list[Message]:
    """A conversation that ends at `ends`."""
    found = []
    at = ends - size * 60_000
    for n in range(size):
        at += dice.randrange(1, 60_000)
        sender = Sender.CUSTOMER if n == 0 or dice.random() < 0.55 else Sender.PARTNER
        words = dice.choices(WORDS, k=dice.randrange(2, 18)) + dice.choices(RARE, cum_weights=FREQUENCY, k=3)
        text = " ".join(words)
        found.append(Message(ref(chat_id), MessageId(first_id + n), at, sender, text))
    return found


def chat(dice: random.Random, chat_id: int, updated_at: int) -> Chat:
    """A chat; three out of four are about an order."""
    kind = dice.choices([ContextKind.ORDER, ContextKind.RETURN, ContextKind.DIRECT], [75, 12, 13])[0]
    context = ChatContext(
        kind,
        OrderId(50_000_000_000 + chat_id) if kind != ContextKind.DIRECT else None,
        ReturnId(8_000_000 + chat_id) if kind == ContextKind.RETURN else None,
        CampaignId(21_000_000 + chat_id % 5),
        f"Покупатель {chat_id}",
        f"public-{chat_id}",
    )
    of_kind = ChatKind.ARBITRAGE if dice.random() < 0.01 else ChatKind.CHAT
    status = dice.choice(STATUSES + ACTIVE)
    return Chat(ref(chat_id), context, of_kind, status, updated_at - DAY, updated_at)


def rows(dice: random.Random, how_many: int, in_all: int) -> Iterator[tuple[Chat, list[Message]]]:
    """Chats with their histories; the first one has as many messages as a hundred others."""
    mean = max(1, in_all // how_many)
    next_id = 90_000_000
    for n in range(how_many):
        size = mean * 100 if n == 0 else max(1, min(int(dice.expovariate(1 / mean)), mean * LONG))
        found = history(dice, 14_000_000 + n, next_id, size, NOW - dice.randrange(400 * DAY))
        next_id += size
        yield chat(dice, 14_000_000 + n, found[-1].created_at), found


def fill(store: Store, how_many: int, in_all: int, seed: int) -> None:
    """Write all rows in a few large transactions."""
    batch: list[tuple[Chat, list[Message]]] = []
    for one in rows(random.Random(seed), how_many, in_all):
        batch.append(one)
        if len(batch) == 5_000:
            store.write_cache(_write, batch).result()
            batch = []
    store.write_cache(_write, batch).result()


def _write(conn: Connection, batch: list[tuple[Chat, list[Message]]]) -> None:
    conn.executemany(
        "INSERT INTO chat (chat_id, kind, status, context_kind, order_id, return_id, campaign_id,"
        " customer_name, customer_public_id, created_at, updated_at, listed_at, waiting_since, newest_id,"
        " newest_at, newest_sender, snippet, last_speaker, buyer_since, hist_lo, hist_hi, hist_full)"
        f" VALUES ({', '.join('?' * 22)})",
        (_chat_row(chat, found) for chat, found in batch),
    )
    conn.executemany(
        "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)",
        sorted(
            (
                m.created_at << 20 | m.message_id & 0xFFFFF,
                m.chat_ref.number,
                m.message_id,
                m.created_at,
                m.sender,
                m.text,
            )
            for _, found in batch
            for m in found
        ),
    )
    for told, _ in sorted(batch, key=lambda one: one[0].chat_ref):
        about = told.context
        facts = (about.customer_name, about.order_id, about.return_id)
        indexing.keep_chat(conn, told.chat_ref.number, facts, before=None)
    for m in sorted((m for _, found in batch for m in found), key=lambda m: (m.created_at, m.message_id)):
        indexing.add_message(conn, m.created_at << 20 | m.message_id & 0xFFFFF, m)


def _chat_row(chat: Chat, found: list[Message]) -> tuple[object, ...]:
    talk = read_talk(found)
    assert isinstance(talk, Talk)
    since = waiting_since(chat.status, chat.updated_at, talk)
    told = (
        talk.newest_id,
        talk.newest_at,
        talk.newest_sender,
        talk.snippet,
        talk.last_speaker,
        talk.buyer_since,
    )
    return (*chat_columns(chat), NOW, since, *told, found[0].message_id, found[-1].message_id, 1)


def measure(store: Store) -> None:
    """Print the median and the 95th percentile of the queries of an interface."""
    keys = {tab: _keys(store, tab) for tab in Tab}
    for tab, found in keys.items():
        pages = partial(chats.page, tab=tab, now=0)
        _print(f"page {tab}", store, lambda conn, key, pages=pages: pages(conn, after=key), found)
        _print(f"page back {tab}", store, lambda conn, key, pages=pages: pages(conn, before=key), found)
    everyone = [key.chat for key in keys[Tab.ALL]]
    last = partial(chats.page, tab=Tab.ALL, from_end=True, now=0)
    _print("last page", store, lambda conn, _: last(conn), everyone[:100])
    _print("item", store, partial(chats.item, now=0), everyone)
    _print("timeline", store, messages.timeline, everyone)
    longest = ref(14_000_000)
    middle = MessageId(90_000_400)
    _print("timeline long", store, messages.timeline, [longest] * 100)
    _print("older long", store, lambda conn, c: messages.timeline(conn, c, before=middle), [longest] * 100)
    _print("next waiting", store, partial(chats.next_waiting, now=0), everyone)
    _print("counts", store, lambda conn, _: chats.counts(conn, 0), [0] * 20)
    _print("behind", store, lambda conn, _: chats.behind(conn, 40), [0] * 100)
    _print("heads", store, lambda conn, _: outbox.heads(conn), [0] * 100)


def _keys(store: Store, tab: Tab) -> list[QueueKey]:
    dice = random.Random(1)
    found: list[QueueKey] = []
    key: QueueKey | None = None
    for _ in range(200):
        page = store.read(chats.page, tab, after=key, now=0).result()
        if not page.items:
            break
        key = page.items[-1].key
        found.append(dice.choice(page.items).key)
    return found


def _print(name: str, store: Store, ask: Callable[..., object], given: Sequence[object]) -> None:
    if not given:
        return
    times = []
    for one in given:
        begun = time.perf_counter()
        store.read(ask, one).result()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(f"{name:24} p50 {statistics.median(times):7.2f} ms   p95 {times[int(len(times) * 0.95)]:7.2f} ms")  # noqa: T201


def main() -> None:
    """Fill the store unless it is filled, then measure."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("directory", type=Path)
    words.add_argument("--chats", type=int, default=100_000)
    words.add_argument("--messages", type=int, default=1_000_000)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    begun = time.perf_counter()
    store = Store(StorePaths(given.directory / "cache", given.directory / "data", BUSINESS))
    first = store.read(chats.page, Tab.WAITING, now=0).result()
    took = (time.perf_counter() - begun) * 1000
    print(f"open and first page {took:.1f} ms, SQLite {sqlite3.sqlite_version}")  # noqa: T201
    if not first.items:
        begun = time.perf_counter()
        fill(store, given.chats, given.messages, given.seed)
        print(f"filled in {time.perf_counter() - begun:.1f} s")  # noqa: T201
    measure(store)
    measure_search(store, RARE)
    store.close()


if __name__ == "__main__":
    main()
