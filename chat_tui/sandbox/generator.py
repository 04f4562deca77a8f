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
from chat_tui.sandbox.content import HOSTILE, Content, Goods, money, spoken
from chat_tui.sandbox.seeded_random import mix, png, seeded
from chat_tui.sandbox.times import clock, date, days_apart, spread

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
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
LATE: Final = 80
"""Hours after which the buyer has received an order."""
_STEPS: Final = (24, 72, 77)
"""Hours after which an order is shipped, at the pickup point, and fetched."""


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
    """A key of `Content.scenes` or `Content.dialogues`, or another topic of `Conversations`."""
    ordered: int
    """When the order was placed, ms; 0 = there is none."""


class Special(NamedTuple):
    """One of the newest chats that the demo needs."""

    status: str
    kind: str
    context: str
    topic: str
    opened: int
    """The age of the chat, minutes; 0 = as old as its rank makes it."""
    minutes: int
    """The age of its latest message."""
    ordered: int = LATE
    """The hours from the order to the chat."""


_SPECIALS: Final = (
    Special(NEW, CHAT, DIRECT, "cat", 5, 4),
    Special(PARTNER, CHAT, DIRECT, "induction", 12, 7),
    Special(PARTNER, CHAT, ORDER, "corner", 24, 11),
    Special(CUSTOMER, CHAT, DIRECT, "direct", 40, 21),
    Special(PARTNER, CHAT, RETURN, "crack", 48, 16),
    Special(PARTNER, CHAT, ORDER, "gift", 55, 24, 9),
    Special(ARBITER, ARBITRAGE, RETURN, "dispute", 62, 31),
    Special(NEW, CHAT, ORDER, "opened by shop", 70, 47, 7),
    Special(CUSTOMER, CHAT, ORDER, "early", 85, 52, 40),
    Special(MARKET, CHAT, ORDER, "late", 100, 70),
    Special(PARTNER, CHAT, ORDER, "colour", 110, 80),
    Special(CUSTOMER, CHAT, ORDER, "test order", 120, 90),
    Special(PARTNER, CHAT, DIRECT, "english", 140, 55),
    Special(CUSTOMER, CHAT, ORDER, "letter", 150, 100),
    Special(CUSTOMER, CHAT, DIRECT, "direct", 180, 131),
    Special(PARTNER, CHAT, ORDER, "where", 200, 118, 44),
    Special(CUSTOMER, CHAT, DIRECT, "nameless", 220, 140),
    Special(CUSTOMER, CHAT, ORDER, "sticker", 240, 160),
    Special(PARTNER, CHAT, RETURN, "size", 260, 165),
    Special(FINISHED, CHAT, ORDER, "late", 280, 190),
    Special(PARTNER, CHAT, DIRECT, "price", 300, 225),
    Special(PARTNER, CHAT, ORDER, "whistle", 360, 262),
    Special(CUSTOMER, CHAT, ORDER, "fresh", 420, 320, 5),
    Special(PARTNER, CHAT, ORDER, "papers", 470, 288),
    Special(ARBITER, ARBITRAGE, ORDER, "dispute", 700, 420),
    Special(PARTNER, ARBITRAGE, RETURN, "decision", 28 * 60 - 20, 27 * 60),
)
"""The newest chats, from the one that was opened last; the others are older than all of them."""
SPECIALS: Final[dict[int, Special]] = {
    **dict(enumerate(_SPECIALS)),
    120: Special(PARTNER, CHAT, DIRECT, "long history", 0, 41),
}
"""By rank: 0 = the chat that was opened last."""
_HOSTILE_RANKS: Final = (3, 5, 8, 14, 19, 13)
"""Where the buyers of `HOSTILE` write, if there are any: each in place of one of its status and context."""


class Heads:
    """The heads of all generated chats of a world that starts at `start` (ms)."""

    def __init__(self, seed: int, chats: int, start: int, *, hostile: bool = False) -> None:
        """`hostile` = some of the newest chats are those of the buyers of `HOSTILE`."""
        self.seed = seed
        self.chats = chats
        self.start = start
        hostile_ranks = _HOSTILE_RANKS if hostile else ()
        self._hostile = {rank: f"hostile {place}" for place, rank in enumerate(hostile_ranks)}
        # A few hundred chats crowd towards today; a hundred thousand spread almost evenly over the months.
        self._bend = 1 + 1.2 * min(1.0, (300 / max(chats, 1)) ** 0.3)

    def head(self, number: int) -> Head:
        """The head of chat `number`, 0 = the oldest."""
        rank = self.chats - 1 - number
        bits = mix(self.seed, number)
        place = (rank + (bits & 0xFF) / 256) / max(self.chats, 1)
        age = _SPECIALS[-1].opened * MINUTE + MINUTE + int(SPAN * place**self._bend)
        special = SPECIALS.get(rank)
        if special is not None:
            status, kind, context, topic, opened, minutes, hours = special
            age, updated_age = opened * MINUTE or age, minutes * MINUTE
            topic = self._hostile.get(rank, topic)
        else:
            # Each draw uses bits of its own; otherwise the draws would depend on each other.
            lot = (bits >> 16) % 1000 / 1000
            share = (bits >> 52) % 80 / 100
            updated_age = age - max(3 * MINUTE, min(int((15 + lot**3 * 2880) * MINUTE), int(age * share)))
            status, kind, context = _ordinary(bits, updated_age)
            topic, hours = _usual(bits, kind, context)
            if hours < LATE:
                # Nobody asks where an order is when it is there.
                updated_age = max(updated_age, age - 8 * HOUR)
        # A DBS shop, the last one, has no chats about returns.
        shop = bits % 2 if context == RETURN else bits % 3
        created = self.start - age
        ordered = 0 if context == DIRECT else created - hours * HOUR
        return Head(created, self.start - updated_age, status, kind, context, shop, topic, ordered)


def _ordinary(bits: int, updated_age: int) -> tuple[str, str, str]:
    """Status, type and context of a chat that is not special."""
    context_lot, kind_lot, status_lot = (bits >> 28) % 20, (bits >> 34) % 100, (bits >> 42) % 100
    context = ORDER if context_lot < 11 else RETURN if context_lot < 15 else DIRECT
    kind = ARBITRAGE if kind_lot < 3 and context != DIRECT else CHAT
    if kind == ARBITRAGE:
        return FINISHED, kind, context
    unfinished = 70 if updated_age < 2 * DAY else 8
    return (CUSTOMER if status_lot < unfinished else FINISHED), kind, context


def _usual(bits: int, kind: str, context: str) -> tuple[str, int]:
    """The topic of a chat that is not special, and the hours from its order to the chat."""
    lot = mix(bits, 5)
    if kind == ARBITRAGE or context != ORDER or lot % 10 >= 4:
        topic = "dispute" if kind == ARBITRAGE else "late" if context == ORDER else context.lower()
        return topic, LATE + lot % 96
    # Shipped after a day, there after three.
    return ("fresh", 1 + lot % 12) if lot % 10 == 0 else ("early", 26 + lot % 30)


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
    """A return is of the first of them."""
    created: int
    """ms."""
    state: int
    """0 = in processing … 3 = delivered."""
    fake: bool
    """A test order."""
    return_id: int | None
    returned: int
    """When the return was requested, ms; 0 = never."""
    refund: str
    """A refundStatus of the API; "" = no return."""

    @property
    def campaign_id(self) -> int:
        """The id of its shop."""
        return SHOPS[self.shop].campaign_id

    @property
    def total(self) -> int:
        """What the buyer paid, roubles."""
        return sum(goods.price for goods in self.goods)

    @property
    def due(self) -> int:
        """The moment it is delivered, ms."""
        return self.created + _STEPS[1] * HOUR

    @property
    def updated(self) -> int:
        """When it came into its state, ms."""
        return self.created + (0, *_STEPS)[self.state] * HOUR


def _state(age: int) -> int:
    """How far an order of this age (ms) has come."""
    return sum(age >= hours * HOUR for hours in _STEPS)


def _refund(head: Head) -> str:
    """The refundStatus of a chat's return; it fits what was said about the return."""
    if head.status == FINISHED:
        return "REFUNDED"
    if head.topic == "dispute":
        return "PREMODERATION_DISPUTE"
    return "PREMODERATION_DECISION_WAITING" if head.status == PARTNER else "REFUND_IN_PROGRESS"


class Orders:
    """Every order of a world: those of its chats, then free ones, then test orders up to `end`."""

    def __init__(self, heads: Heads, shop: Content) -> None:
        self._heads = heads
        self._shop = shop
        self.first_free = heads.chats
        self.first_test = heads.chats + FREE
        self.end = heads.chats + FREE + TEST

    def of_number(self, number: int) -> Order | None:
        """The order of chat `number`, or beyond the chats a free or a test one; None = no order."""
        if not 0 <= number < self.end:
            return None
        bits = mix(self._heads.seed, number, 3)
        on_sale = self._shop.goods
        goods: tuple[Goods, ...] = (on_sale[bits % len(on_sale)],)
        if bits >> 40 & 3 == 0:
            goods += (on_sale[(bits >> 20) % len(on_sale)],)
        if number < self._heads.chats:
            head = self._heads.head(number)
            if head.context == DIRECT:
                return None
            if scene := self._shop.scenes.get(head.topic):
                goods = (scene.goods, *goods[1:])
            shop, created, fake = head.shop, head.ordered, head.topic == "test order"
            returned, refund = (head.created - 600_000, _refund(head)) if head.context == RETURN else (0, "")
        else:
            shop, fake = (bits >> 8 & 0xFF) % len(SHOPS), number >= self.first_test
            created = self._heads.start - DAY - bits % (20 * DAY)
            returned, refund = self._heads.start - bits % DAY, "PREMODERATION_DECISION_WAITING"
            if fake or bits >> 12 & 3 or created + _STEPS[1] * HOUR > returned:
                returned, refund = 0, ""
        return_id = RETURN_BASE + number * RETURN_STEP if returned else None
        order_id = ORDER_BASE + number * ORDER_STEP
        state = 0 if fake else _state(self._heads.start - created)
        return Order(number, order_id, shop, goods, created, state, fake, return_id, returned, refund)

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
    """A message without its time. `mark`: "" = text, "~" = sticker, "!" = verbatim."""

    sender: str
    mark: str
    text: str
    goods: Goods
    new_episode: bool = False
    drawing: str = ""
    """The photo that comes with it."""
    file_name: str = ""
    """Of the photo; "" = as a camera names it."""


def _episode(script: Iterable[str], goods: Goods, chance: Random) -> list[_Line]:
    """The lines of a script, with one wording drawn for each."""
    lines: list[_Line] = []
    for written in script:
        who, _, words = written.partition(":")
        text = chance.choice(words.split(" || ")).strip()
        mark, _, drawing = who[1:].partition("*")
        drawing = drawing or (goods.drawing if "*" in who else "")
        lines.append(_Line(_SENDERS[who[0]], mark, text, goods, not lines, drawing))
    return lines


def _ends(lines: list[_Line], fits: Callable[[_Line], bool]) -> list[int]:
    """Lengths at which the conversation may stop: after a line that fits, when the next sender is another."""
    return [
        place + 1
        for place, line in enumerate(lines)
        if fits(line) and (place + 1 == len(lines) or lines[place + 1].sender != line.sender)
    ]


def _stop(lines: list[_Line], head: Head, shop: Content, chance: Random) -> list[_Line]:
    """The last episode, cut or extended so that its end suits the chat's status."""
    phrases = shop.phrases
    if head.status in (PARTNER, NEW):
        return lines[: _ends(lines, lambda line: line.sender == "CUSTOMER")[0]]
    if head.status == CUSTOMER:
        return lines[: chance.choice(_ends(lines, lambda line: line.sender == "PARTNER"))]
    if head.status == ARBITER:
        ends = _ends(lines, lambda line: line.sender == "SUPPORT" and phrases["decides"] not in line.text)
        return lines[: ends[-1]]
    if head.status == MARKET:
        ends = _ends(lines, lambda line: line.sender == "CUSTOMER")
        return [*lines[: ends[0]], _Line("MARKET", "", phrases["handed_over"], lines[0].goods)]
    closed = [_Line("MARKET", "", phrases["closed"], lines[0].goods)]
    # The Market does not say twice that it is over.
    return lines if lines[-1].sender == "MARKET" or chance.random() < 0.4 else lines + closed


class Conversations:
    """The messages of all generated chats of a world; the longest chat has at least `long_chat`."""

    def __init__(self, heads: Heads, orders: Orders, shop: Content, long_chat: int) -> None:
        self._heads = heads
        self._orders = orders
        self._shop = shop
        self._long_chat = long_chat
        # Before the first message of the oldest chat, so that ids stay above their base.
        self._first_second = (heads.start - SPAN - 2 * DAY) // 1000

    def message_id(self, at: int, number: int) -> int:
        """The id of a message written at `at` (ms) in that chat; larger in every later second."""
        # Each second has an id for every chat, and one more for messages written while the world runs.
        return MESSAGE_BASE + (at // 1000 - self._first_second) * (self._heads.chats + 1) + number

    def messages(self, number: int) -> list[Message]:
        """All messages of chat `number`, oldest first."""
        head, order = self._heads.head(number), self._orders.of_number(number)
        chance = seeded(self._heads.seed, number, 1)
        buyer = self._shop.writer(head.topic, self._heads.seed, number)
        lines = self._lines(head, order, chance)
        found = []
        for place, (line, at) in enumerate(zip(lines, _moments(lines, head, chance), strict=True)):
            text = None if line.mark == "~" else line.text
            if text is not None and line.mark != "!":
                words = words_for(self._shop, line.goods, order, at)
                text = spoken(text.format_map(words), is_woman=buyer.is_woman)
            files: tuple[File, ...] = ()
            if line.drawing:
                name = line.file_name or f"IMG_{1000 + (number * 7 + place) % 9000}.png"
                file_id = f"g{number}-{place}-{line.drawing}"
                files = (File(name, file_id, len(self.picture(file_id))),)
            found.append(Message(self.message_id(at, number), at, line.sender, text or None, files))
        return found

    def picture(self, file_id: str) -> bytes:
        """The bytes of a generated photo."""
        number, place, drawing = file_id[1:].split("-")
        return png(drawing, self._heads.seed, int(number), int(place))

    def _lines(self, head: Head, order: Order | None, chance: Random) -> list[_Line]:
        if scene := self._shop.scenes.get(head.topic):
            return self._opened(_episode(scene.script, scene.goods, chance), scene.goods)
        on_sale, dialogues = self._shop.goods, self._shop.dialogues
        goods = order.goods[0] if order else chance.choice(on_sale)
        lines: list[_Line] = []
        if head.topic == "long history":
            scripts, turn = dialogues["direct"], 0
            while len(lines) < self._long_chat:
                # Never the same dialogue twice running.
                turn += chance.randrange(1, len(scripts))
                lines += _episode(scripts[turn % len(scripts)], chance.choice(on_sale), chance)
        last = self._topic(head, goods, chance)
        lines += _stop(last, head, self._shop, chance) if head.topic not in _WHOLE else last
        # At least two lines: the first opens the chat, the last is its newest message.
        if len(lines) == 1 or (lines[0].sender == "CUSTOMER" and chance.random() < 0.4):
            return self._opened(lines, goods)
        return lines

    def _opened(self, lines: list[_Line], goods: Goods) -> list[_Line]:
        """The lines after one of the Market that says who opened the chat, unless it says something else."""
        if lines[0].sender == "MARKET":
            return lines
        opened = "greeting" if lines[0].sender == "CUSTOMER" else "shop_opened"
        first = lines[0]._replace(new_episode=False)
        return [_Line("MARKET", "", self._shop.phrases[opened], goods), first, *lines[1:]]

    def _topic(self, head: Head, goods: Goods, chance: Random) -> list[_Line]:
        topic, dialogues = head.topic, self._shop.dialogues
        if topic.startswith("hostile"):
            hostile = HOSTILE[int(topic.split()[1])]
            lines = [_Line("CUSTOMER", "!", text, goods) for text in hostile.texts]
            lines.append(_Line("CUSTOMER", "!", "", goods, drawing=goods.drawing, file_name=hostile.file))
            calm = _Line("PARTNER", "", self._shop.phrases["calm"], goods)
            return lines if head.status == PARTNER else [*lines, calm]
        if topic == "dispute" and head.context == ORDER:
            topic = "order dispute"
        # Topics that only concern the buyer's name or the length of the chat.
        if topic not in dialogues:
            topic = "direct"
        scripts = dialogues[topic]
        if goods.electric:
            scripts = scripts + dialogues.get(f"{topic} electric", [])
        return _episode(chance.choice(scripts), goods, chance)


_WHOLE: Final = frozenset(
    {"opened by shop", "test order", "sticker", *(f"hostile {n}" for n in range(len(HOSTILE)))}
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
    seconds = spread(gaps, head.created // 1000, head.updated // 1000, elastic=90)
    moments = [second * 1000 + chance.randrange(1000) for second in seconds]
    return [head.created, *moments[1:-1], head.updated] if len(moments) > 1 else [head.created]


def words_for(shop: Content, goods: Goods, order: Order | None, at: int) -> dict[str, object]:
    """The values for the braces in a dialogue about these goods and this order, written at `at` (ms)."""
    words = {
        **shop.forms(goods),
        **goods._asdict(),
        "nom_cap": goods.nom[0].upper() + goods.nom[1:],
        "price": money(goods.price),
        "refund": money(goods.price),
    }
    if order:
        due, deadline = shop.date(*date(order.due)), order.returned + 2 * DAY
        words |= {
            "order": order.order_id,
            "total": money(order.total),
            "return_id": order.return_id,
            "outlet": shop.outlets[order.number % len(shop.outlets)],
            "due": shop.day(days_apart(at, order.due), due),
            "deadline": f"{clock(deadline)} {shop.date(*date(deadline))}",
        }
    return words
