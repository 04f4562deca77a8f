"""The head of a generated chat: all that its list row needs, a pure function of (seed, its number)."""

from typing import Final, NamedTuple

from chat_tui.sandbox.draws import mix

MINUTE: Final = 60_000
DAY: Final = 86_400_000
SPAN: Final = 200 * DAY
"""How far back the oldest chat lies."""

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
NEW, PARTNER, CUSTOMER, ARBITER, MARKET, FINISHED = range(6)
CHAT, ARBITRAGE = range(2)
ORDER, RETURN, DIRECT = range(3)


class Head(NamedTuple):
    """A chat as the list shows it: places in the tuples above, times in ms."""

    created: int
    updated: int
    status: int
    kind: int
    context: int
    shop: int
    """Place in `goods.SHOPS`."""
    topic: str
    """What the conversation is: a name `conversation` knows, or "" for the usual of its context."""


class Special(NamedTuple):
    """A chat of the newest ones that the demo needs to be there."""

    status: int
    kind: int
    context: int
    topic: str
    minutes: int
    """Age of its last message."""


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
"""By rank: 0 is the chat that was opened last."""


class Heads:
    """All generated chats of a world, computed when asked."""

    def __init__(self, seed: int, chats: int, start: int) -> None:
        self.seed = seed
        self.chats = chats
        self.start = start
        # A few hundred chats crowd towards today; a hundred thousand spread almost evenly over the months.
        self._bend = 1 + 1.2 * min(1.0, (300 / max(chats, 1)) ** 0.3)

    def created_age(self, rank: int, bits: int) -> int:
        """How long ago the chat of this rank was opened, ms; grows with the rank."""
        place = (rank + (bits & 0xFF) / 256) / max(self.chats, 1)
        return 12 * MINUTE + int(SPAN * place**self._bend)

    def head(self, number: int) -> Head:
        """The head of chat `number`, 0 = the oldest."""
        rank = self.chats - 1 - number
        bits = mix(self.seed, number)
        age = self.created_age(rank, bits)
        special = SPECIALS.get(rank)
        if special is not None:
            updated_age = min(special.minutes * MINUTE, age - 5 * MINUTE)
            shop = bits % 2 if special.context == RETURN else bits % 3
            return Head(
                self.start - age,
                self.start - updated_age,
                special.status,
                special.kind,
                special.context,
                shop,
                special.topic,
            )
        lot = (bits >> 16) % 1000 / 1000
        share = (bits >> 52) % 80 / 100
        lasted = max(3 * MINUTE, min(int((15 + lot**3 * 2880) * MINUTE), int(age * share)))
        return self._ordinary(bits, age, age - lasted)

    def _ordinary(self, bits: int, age: int, updated_age: int) -> Head:
        context_lot, kind_lot, status_lot = (bits >> 28) % 20, (bits >> 34) % 100, (bits >> 42) % 100
        context = ORDER if context_lot < 11 else RETURN if context_lot < 15 else DIRECT
        kind = ARBITRAGE if kind_lot < 3 and context != DIRECT else CHAT
        if kind == ARBITRAGE:
            status = ARBITER if updated_age < 3 * DAY else FINISHED
        elif updated_age < 2 * DAY:
            status = CUSTOMER if status_lot < 70 else FINISHED
        else:
            status = CUSTOMER if status_lot < 8 else FINISHED
        shop = bits % 2 if context == RETURN else bits % 3
        topic = "dispute" if kind == ARBITRAGE else ""
        return Head(self.start - age, self.start - updated_age, status, kind, context, shop, topic)
