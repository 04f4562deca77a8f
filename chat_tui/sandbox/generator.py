"""Generates a world: heads, orders and conversations, as pure functions of (seed, number of the chat).

Nothing is cached here: a chat costs nothing until it is read, and equal numbers make equal worlds on every
machine. The random draws of one chat have a fixed order: changing it changes every world, and with it the
pictures and tests that show one.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from random import Random
from typing import Final, NamedTuple

from chat_tui.sandbox.access import SHOPS
from chat_tui.sandbox.content import DIALOGUES, FORMS, GOODS, HOSTILE, OUTLETS, PHRASES, Goods
from chat_tui.sandbox.seeded_random import mix, png, seeded
from chat_tui.sandbox.times import spoken_day

MINUTE: Final = 60_000
DAY: Final = 86_400_000
SPAN: Final = 200 * DAY
"""About the age of the oldest chat, ms."""

STATUSES: Final = (
    "NEW",
    "WAITING_FOR_PARTNER",
    "WAITING_FOR_CUSTOMER",
    "WAITING_FOR_ARBITER",
    "WAITING_FOR_MARKET",
    "FINISHED",
)
KINDS: Final = ("CHAT", "ARBITRAGE")
CONTEXTS: Final = ("ORDER", "RETURN", "DIRECT")
NEW, PARTNER, CUSTOMER, ARBITER, MARKET, FINISHED = STATUSES
CHAT, ARBITRAGE = KINDS
ORDER, RETURN, DIRECT = CONTEXTS


class Head(NamedTuple):
    """A chat as the list shows it; words of the API, times in ms."""

    created: int
    updated: int
    status: str
    kind: str
    context: str
    shop: int
    """Index in `access.SHOPS`."""
    topic: str
    """A key of `content.DIALOGUES`, or another topic of `Conversations`; "" = a usual one of its context."""


class Special(NamedTuple):
    """One of the newest chats that the demo needs."""

    status: str
    kind: str
    context: str
    topic: str
    minutes: int
    """The age of its latest message."""


SPECIALS: Final[dict[int, Special]] = {
    0: Special(NEW, CHAT, DIRECT, "question", 3),
    1: Special(PARTNER, CHAT, ORDER, "", 6),
    2: Special(PARTNER, CHAT, DIRECT, "", 10),
    3: Special(CUSTOMER, CHAT, DIRECT, "hostile 0", 21),
    4: Special(PARTNER, CHAT, RETURN, "", 16),
    5: Special(ARBITER, ARBITRAGE, RETURN, "dispute", 31),
    6: Special(PARTNER, CHAT, ORDER, "hostile 1", 24),
    7: Special(NEW, CHAT, ORDER, "opened by shop", 47),
    8: Special(CUSTOMER, CHAT, ORDER, "hostile 2", 52),
    9: Special(PARTNER, ARBITRAGE, RETURN, "dispute", 35),
    10: Special(MARKET, CHAT, ORDER, "", 70),
    11: Special(CUSTOMER, CHAT, ORDER, "test order", 90),
    12: Special(PARTNER, CHAT, DIRECT, "english", 55),
    13: Special(CUSTOMER, CHAT, ORDER, "long texts", 100),
    14: Special(CUSTOMER, CHAT, DIRECT, "hostile 3", 131),
    16: Special(PARTNER, CHAT, ORDER, "", 80),
    17: Special(CUSTOMER, CHAT, DIRECT, "nameless", 140),
    19: Special(CUSTOMER, CHAT, ORDER, "sticker", 160),
    20: Special(FINISHED, CHAT, ORDER, "hostile 4", 190),
    21: Special(PARTNER, CHAT, ORDER, "", 118),
    23: Special(ARBITER, ARBITRAGE, ORDER, "dispute", 420),
    27: Special(PARTNER, CHAT, RETURN, "", 165),
    34: Special(PARTNER, CHAT, DIRECT, "nameless", 225),
    42: Special(PARTNER, CHAT, ORDER, "", 295),
    51: Special(ARBITER, ARBITRAGE, RETURN, "dispute", 2000),
    120: Special(PARTNER, CHAT, DIRECT, "long history", 41),
}
"""By rank: 0 = the chat that was opened last."""


class Heads:
    """The heads of all generated chats of a world that starts at `start` (ms)."""

    def __init__(self, seed: int, chats: int, start: int) -> None:
        self.seed = seed
        self.chats = chats
        self.start = start
        # A few hundred chats crowd towards today; a hundred thousand spread almost evenly over the months.
        self._bend = 1 + 1.2 * min(1.0, (300 / max(chats, 1)) ** 0.3)

    def head(self, number: int) -> Head:
        """The head of chat `number`, 0 = the oldest."""
        rank = self.chats - 1 - number
        bits = mix(self.seed, number)
        place = (rank + (bits & 0xFF) / 256) / max(self.chats, 1)
        age = 12 * MINUTE + int(SPAN * place**self._bend)
        special = SPECIALS.get(rank)
        if special is not None:
            updated_age = min(special.minutes * MINUTE, age - 5 * MINUTE)
            status, kind, context, topic, _minutes = special
        else:
            # Each draw uses bits of its own; otherwise the draws would depend on each other.
            lot = (bits >> 16) % 1000 / 1000
            share = (bits >> 52) % 80 / 100
            updated_age = age - max(3 * MINUTE, min(int((15 + lot**3 * 2880) * MINUTE), int(age * share)))
            status, kind, context = _ordinary(bits, updated_age)
            topic = "dispute" if kind == ARBITRAGE else ""
        # A DBS shop, the last one, has no chats about returns.
        shop = bits % 2 if context == RETURN else bits % 3
        return Head(self.start - age, self.start - updated_age, status, kind, context, shop, topic)


def _ordinary(bits: int, updated_age: int) -> tuple[str, str, str]:
    """Status, type and context of a chat that is not special."""
    context_lot, kind_lot, status_lot = (bits >> 28) % 20, (bits >> 34) % 100, (bits >> 42) % 100
    context = ORDER if context_lot < 11 else RETURN if context_lot < 15 else DIRECT
    kind = ARBITRAGE if kind_lot < 3 and context != DIRECT else CHAT
    if kind == ARBITRAGE:
        return (ARBITER if updated_age < 3 * DAY else FINISHED), kind, context
    unfinished = 70 if updated_age < 2 * DAY else 8
    return (CUSTOMER if status_lot < unfinished else FINISHED), kind, context


# ---- orders

ORDER_BASE: Final = 51_230_000_000
ORDER_STEP: Final = 17
RETURN_BASE: Final = 8_800_000
RETURN_STEP: Final = 3
FREE: Final = 2_000
"""Orders without a chat."""
TEST: Final = 10
"""Test orders without a chat: in one that is opened no buyer answers."""


class Order(NamedTuple):
    """One order, perhaps with a return. `number` is that of its chat, or beyond the chats if it has none."""

    number: int
    order_id: int
    shop: int
    """Index in `access.SHOPS`."""
    goods: tuple[Goods, ...]
    created: int
    """ms."""
    state: int
    """0 = in processing … 3 = delivered."""
    fake: bool
    """A test order."""
    return_id: int | None
    returned: int
    """When the return was requested, ms; 0 = never."""
    disputed: bool

    @property
    def campaign_id(self) -> int:
        """The id of its shop."""
        return SHOPS[self.shop].campaign_id


class Orders:
    """Every order of a world: those of its chats, then free ones, then test orders up to `end`."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self.first_free = heads.chats
        self.first_test = heads.chats + FREE
        self.end = heads.chats + FREE + TEST

    def of_number(self, number: int) -> Order | None:
        """The order of chat `number`, or beyond the chats a free or a test one; None = no order."""
        if not 0 <= number < self.end:
            return None
        bits = mix(self._heads.seed, number, 3)
        goods: tuple[Goods, ...] = (GOODS[bits % len(GOODS)],)
        if bits >> 40 & 3 == 0:
            goods += (GOODS[(bits >> 20) % len(GOODS)],)
        if number < self._heads.chats:
            head = self._heads.head(number)
            if head.context == DIRECT:
                return None
            shop, returned = head.shop, head.created - 600_000 if head.context == RETURN else 0
            created, disputed = head.created - DAY - bits % (4 * DAY), head.kind == ARBITRAGE
            fake = head.topic == "test order"
        else:
            shop, fake, disputed = (bits >> 8 & 0xFF) % len(SHOPS), number >= self.first_test, False
            created = self._heads.start - DAY - bits % (20 * DAY)
            returned = self._heads.start - bits % DAY if not fake and bits >> 12 & 3 == 0 else 0
        age = self._heads.start - created
        state = 3 if returned else min(3, age // DAY) if not fake else 0
        return_id = RETURN_BASE + number * RETURN_STEP if returned else None
        order_id = ORDER_BASE + number * ORDER_STEP
        return Order(number, order_id, shop, goods, created, state, fake, return_id, returned, disputed)

    def by_order(self, order_id: int) -> Order | None:
        """The order with this id, or None."""
        # Ids have gaps, so that most numbers belong to no order.
        number, rest = divmod(order_id - ORDER_BASE, ORDER_STEP)
        return None if rest else self.of_number(number)

    def by_return(self, return_id: int) -> Order | None:
        """The order whose return has this id, or None."""
        number, rest = divmod(return_id - RETURN_BASE, RETURN_STEP)
        order = None if rest else self.of_number(number)
        return order if order and order.return_id else None


# ---- conversations

MESSAGE_BASE: Final = 90_000_000
_SENDERS: Final = {"C": "CUSTOMER", "P": "PARTNER", "M": "MARKET", "S": "SUPPORT"}


class File(NamedTuple):
    """An attachment, whose bytes `World.content` finds by `file_id`."""

    name: str
    file_id: str
    size: int
    """Bytes."""


class Message(NamedTuple):
    """One message; neither text nor files = a sticker."""

    message_id: int
    at: int
    """ms."""
    sender: str
    text: str | None
    files: tuple[File, ...] = ()


class _Line(NamedTuple):
    """A message without its time. `mark`: "" = text, "*" = with a photo, "~" = sticker, "!" = verbatim."""

    sender: str
    mark: str
    text: str
    goods: Goods
    new_episode: bool = False
    file_name: str = ""


def picture(seed: int, number: int, place: int) -> bytes:
    """The bytes of the picture in message `place` of chat `number`."""
    return png(seed, number, place, 7)


def _episode(script: Iterable[str], goods: Goods, chance: Random) -> list[_Line]:
    """The lines of a script, with one wording drawn for each."""
    lines: list[_Line] = []
    for written in script:
        who, _, words = written.partition(":")
        text = chance.choice(words.split(" || ")).strip()
        lines.append(_Line(_SENDERS[who[0]], who[1:], text, goods, not lines))
    return lines


def _ends(lines: list[_Line], fits: Callable[[_Line], bool]) -> list[int]:
    """Lengths at which the conversation may stop: after a line that fits, when the next sender is another."""
    return [
        place + 1
        for place, line in enumerate(lines)
        if fits(line) and (place + 1 == len(lines) or lines[place + 1].sender != line.sender)
    ]


def _stop(lines: list[_Line], head: Head, chance: Random) -> list[_Line]:
    """The last episode, cut or extended so that its end suits the chat's status."""
    if head.status in (PARTNER, NEW):
        # In a dispute the arbiter asks the shop, and addresses it as such.
        asked = "SUPPORT" if head.kind == ARBITRAGE else "CUSTOMER"
        ends = _ends(
            lines, lambda line: line.sender == asked and (asked == "CUSTOMER" or "Продавец," in line.text)
        )
        return lines[: chance.choice(ends[: 1 if head.status == NEW else 2])]
    if head.status == CUSTOMER:
        return lines[: chance.choice(_ends(lines, lambda line: line.sender == "PARTNER"))]
    if head.status == ARBITER:
        ends = _ends(lines, lambda line: line.sender == "SUPPORT" and "Решение:" not in line.text)
        return lines[: ends[-1]]
    if head.status == MARKET:
        ends = _ends(lines, lambda line: line.sender == "CUSTOMER")
        return [*lines[: ends[0]], _Line("MARKET", "", PHRASES["handed_over"], lines[0].goods)]
    closed = _Line("MARKET", "", PHRASES["closed"], lines[0].goods)
    return [*lines, closed] if chance.random() < 0.5 else lines


class Conversations:
    """The messages of all generated chats of a world; the longest chat has at least `long_chat`."""

    def __init__(self, heads: Heads, orders: Orders, long_chat: int) -> None:
        self._heads = heads
        self._orders = orders
        self._long_chat = long_chat
        # Before the first message of the oldest chat, so that ids stay above their base.
        self._first_second = (heads.start - SPAN - 2 * DAY) // 1000

    def message_id(self, at: int, number: int) -> int:
        """The id of a message written at `at` (ms) in that chat; larger in every later second."""
        # Each second has an id for every chat, and one more for messages written while the world runs.
        return MESSAGE_BASE + (at // 1000 - self._first_second) * (self._heads.chats + 1) + number

    def messages(self, number: int) -> list[Message]:
        """All messages of chat `number`, oldest first."""
        head = self._heads.head(number)
        chance = seeded(self._heads.seed, number, 1)
        order = self._orders.of_number(number)
        lines = self._lines(head, order, chance)
        found = []
        for place, (line, at) in enumerate(zip(lines, _moments(lines, head, chance), strict=True)):
            text = None if line.mark == "~" else line.text
            if text is not None and line.mark != "!":
                outlet = OUTLETS[number % len(OUTLETS)]
                text = text.format_map({**words_for(line.goods, order, at), "outlet": outlet})
            files: tuple[File, ...] = ()
            if line.mark == "*" or line.file_name:
                name = line.file_name or f"IMG_{1000 + (number * 7 + place) % 9000}.png"
                size = len(picture(self._heads.seed, number, place))
                files = (File(name, f"g{number}-{place}", size),)
            found.append(Message(self.message_id(at, number), at, line.sender, text or None, files))
        return found

    def _lines(self, head: Head, order: Order | None, chance: Random) -> list[_Line]:
        goods = order.goods[0] if order else chance.choice(GOODS)
        lines: list[_Line] = []
        if head.topic == "long history":
            while len(lines) < self._long_chat:
                lines += _episode(chance.choice(DIALOGUES["direct"]), chance.choice(GOODS), chance)
        elif head.context == ORDER and not head.topic and head.updated - head.created > DAY:
            lines += _episode(chance.choice(DIALOGUES["order"]), goods, chance)
        last = self._topic(head, goods, chance)
        lines += _stop(last, head, chance) if head.topic not in _WHOLE else last
        # At least two lines: the first opens the chat, the last is its newest message.
        if len(lines) == 1 or (lines[0].sender == "CUSTOMER" and chance.random() < 0.4):
            opened = "greeting" if lines[0].sender == "CUSTOMER" else "shop_opened"
            lines.insert(0, _Line("MARKET", "", PHRASES[opened], goods))
        return lines

    def _topic(self, head: Head, goods: Goods, chance: Random) -> list[_Line]:
        topic = head.topic
        if topic.startswith("hostile"):
            hostile = HOSTILE[int(topic.split()[1])]
            lines = [_Line("CUSTOMER", "!", text, goods) for text in hostile.texts]
            lines.append(_Line("CUSTOMER", "!", "", goods, file_name=hostile.file))
            return lines if head.status == PARTNER else [*lines, _Line("PARTNER", "", PHRASES["calm"], goods)]
        if topic == "dispute" and head.context == ORDER:
            topic = "order dispute"
        # "", and topics that only concern the buyer's name or the length of the chat.
        if topic not in DIALOGUES:
            topic = head.context.lower()
        scripts = DIALOGUES[topic]
        if goods.electric and topic == head.context.lower():
            scripts = scripts + DIALOGUES.get(f"{topic} electric", [])
        return _episode(chance.choice(scripts), goods, chance)


_WHOLE: Final = frozenset(
    {"opened by shop", "test order", "long texts", "sticker", *(f"hostile {n}" for n in range(5))}
)
"""Topics whose dialogue is never cut to suit the status."""


def _moments(lines: list[_Line], head: Head, chance: Random) -> list[int]:
    """When each line was written, ms: the first opens the chat, the last is its newest message."""
    gaps = [0]
    for before, line in pairwise(lines):
        if line.sender == before.sender:
            gaps.append(chance.randint(8, 50))
        else:
            gaps.append(chance.randint(50_000, 260_000) if line.new_episode else chance.randint(90, 1300))
    # Lines of one sender follow each other at once; only the pauses between senders stretch to fill the time.
    elastic = sum(gap for gap in gaps if gap >= 90)
    first, last = head.created // 1000, head.updated // 1000
    room = max(last - first - (sum(gaps) - elastic), 0)
    stretch = room / elastic if elastic else 0.0
    seconds, reached = [], 0.0
    for gap in gaps:
        reached += gap * stretch if gap >= 90 else gap
        seconds.append(first + int(reached))
    moments = [second * 1000 + chance.randrange(1000) for second in _rising(seconds, last)]
    return [head.created, *moments[1:-1], head.updated] if len(moments) > 1 else [head.created]


def _rising(seconds: list[int], last: int) -> list[int]:
    """The same seconds, each at least one after the previous; only the last may be after `last` − 1."""
    # Backwards first, to make room before the end, then forwards: two in one second would share an id.
    seconds = [*seconds[:-1], last]
    for place in range(len(seconds) - 2, 0, -1):
        seconds[place] = min(seconds[place], seconds[place + 1] - 1)
    for place in range(1, len(seconds) - 1):
        seconds[place] = max(seconds[place], seconds[place - 1] + 1)
    return seconds


def words_for(goods: Goods, order: Order | None, at: int) -> dict[str, object]:
    """The values for the braces in a dialogue about these goods and this order, written at `at` (ms)."""
    return {
        **FORMS[goods.gender],
        **goods._asdict(),
        "nom_cap": goods.nom[0].upper() + goods.nom[1:],
        "order": order.order_id if order else "",
        "return_id": (order.return_id or "") if order else "",
        "day": spoken_day(at + 2 * DAY),
    }
