"""The time of a search, as a ratio to a bare keyset page of chats in the same run; and of saving history.

Called by tests.bench.fill. Bare means: only the statement, on the store's connection, without building rows.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from chat_tui.model.chat import Message, Sender
from chat_tui.model.ids import MessageId
from chat_tui.model.search import SearchQuery, Standing
from chat_tui.store import messages, search
from chat_tui.store.database import Connection, Store
from tests.support.refs import ref

_BARE = """
    SELECT chat_id, updated_at, status, customer_name FROM chat
    WHERE (newest_order, chat_id) > (?, ?) ORDER BY newest_order, chat_id LIMIT 64
"""
ROUNDS = 100
Ask = Callable[[Connection], object]


def measure_search(store: Store, rare: Sequence[str]) -> None:
    """Print medians and 95th percentiles in ms and as multiples of the bare page's; rates of writing."""
    dice = random.Random(2)
    places = store.read(_places).result()
    floor = _times(store, [partial(_bare, place=dice.choice(places)) for _ in range(ROUNDS)])
    _print("bare keyset page", floor, floor)
    some = [dice.choice(rare) for _ in range(ROUNDS)]
    common = ["заказ", "курьер", "деньги", "посылка", "коробка"] * (ROUNDS // 5)
    asked: dict[str, Sequence[Ask]] = {
        "one word": [_find(word) for word in some],
        "one common word": [_find(word) for word in common],
        "two words": [_find(*pair) for pair in zip(some, common, strict=True)],
        "two rarer words": [_find(word, other) for word, other in pairwise(some)],
        **{f"prefix of {n}": [_find(word[:n], is_last_whole=False) for word in some] for n in (3, 4)},
        "word and prefix of 3": [
            _find(word, other[:3], is_last_whole=False) for word, other in zip(common, some, strict=True)
        ],
        "buyer": [_find("покупатель", str(14_000_000 + dice.randrange(50_000))) for _ in range(ROUNDS)],
        "order": [_find(str(50_014_000_000 + dice.randrange(50_000))) for _ in range(ROUNDS)],
        "order's end": [_find(f"{dice.randrange(10_000):04}") for _ in range(ROUNDS)],
        "buyer and word": [_find("14000007", word) for word in common],
        "word in waiting chats": [_find(word, standings=frozenset({Standing.WAITING})) for word in common],
        "coverage": [search.coverage] * ROUNDS,
        "around a message": [partial(_around, place=dice.choice(places)) for _ in range(ROUNDS)],
        "around in a long chat": [
            partial(messages.timeline, chat_ref=ref(14_000_000), around=MessageId(90_000_400))
        ]
        * ROUNDS,
    }
    for name, asks in asked.items():
        _print(name, _times(store, asks), floor)
    _print_rate(store, dice, rare)


def _find(*words: str, is_last_whole: bool = True, standings: frozenset[Standing] = frozenset()) -> Ask:
    return partial(search.search, query=SearchQuery(words, is_last_whole, standings))


def _places(conn: Connection) -> list[tuple[int, int, int]]:
    sql = "SELECT newest_order, chat_id, newest_id FROM chat ORDER BY newest_order, chat_id"
    return conn.execute(sql).fetchall()[::97]


def _bare(conn: Connection, place: tuple[int, int, int]) -> object:
    return conn.execute(_BARE, place[:2]).fetchall()


def _around(conn: Connection, place: tuple[int, int, int]) -> object:
    return messages.timeline(conn, ref(place[1]), around=MessageId(place[2] - 2))


def _times(store: Store, asks: Sequence[Ask]) -> list[float]:
    times = []
    for ask in asks:
        begun = time.perf_counter()
        store.read(ask).result()
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def _print(name: str, times: Sequence[float], floor: Sequence[float]) -> None:
    half, most = statistics.median(times), times[int(len(times) * 0.95)]
    ratio, worst = half / statistics.median(floor), most / floor[int(len(floor) * 0.95)]
    print(  # noqa: T201
        f"search {name:24} p50 {half:7.2f} ms   p95 {most:7.2f} ms   × bare {ratio:6.1f} and {worst:6.1f}"
    )


def _print_rate(store: Store, dice: random.Random, rare: Sequence[str]) -> None:
    """Write pages of 50 older messages of one chat, one transaction each, without rolling any back."""
    pages = []
    for n in range(100):
        numbers = range(1_000 + n * 50, 1_050 + n * 50)
        pages.append([_message(number, " ".join(dice.choices(rare, k=13))) for number in numbers])
    begun, used = time.perf_counter(), time.process_time()
    for page in pages:
        store.write_cache(
            messages.save_page, page[0].chat_ref, page, newest_reached=False, oldest_reached=False
        ).result()
    took, used = time.perf_counter() - begun, time.process_time() - used
    print(f"history pages: {5_000 / took:.0f} messages/s, {5_000 / used:.0f} per second of processor")  # noqa: T201


def _message(number: int, text: str) -> Message:
    return Message(ref(14_000_001), MessageId(number), 1_600_000_000_000 + number, Sender.CUSTOMER, text)
