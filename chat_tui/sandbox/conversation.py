"""What was said in a generated chat: a pure function of (seed, number of the chat)."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from random import Random
from typing import Final, NamedTuple

from chat_tui.sandbox import dialogues, heads
from chat_tui.sandbox.draws import draws
from chat_tui.sandbox.goods import FORMS, GOODS, OUTLETS, Goods
from chat_tui.sandbox.heads import DAY, Head, Heads
from chat_tui.sandbox.hostile import HOSTILE, HOSTILE_FILES
from chat_tui.sandbox.orders import Order, Orders
from chat_tui.sandbox.pictures import png
from chat_tui.sandbox.times import spoken_day

MESSAGE_BASE: Final = 90_000_000
_SENDERS: Final = {"C": "CUSTOMER", "P": "PARTNER", "M": "MARKET", "S": "SUPPORT"}


class File(NamedTuple):
    """An attachment: its bytes are found by `file_id`."""

    name: str
    file_id: str
    size: int


class Message(NamedTuple):
    """One message; neither text nor files = a sticker."""

    message_id: int
    at: int
    sender: str
    text: str | None
    files: tuple[File, ...] = ()


class Line(NamedTuple):
    """One message to be: `mark` is "" for a text, "*" with a photo, "~" a sticker, "!" taken as it is."""

    sender: str
    mark: str
    text: str
    goods: Goods
    new_episode: bool = False
    file_name: str = ""


def file_id(number: int, place: int) -> str:
    """The id of the picture in message `place` of chat `number`."""
    return f"g{number}-{place}"


def picture(seed: int, number: int, place: int) -> bytes:
    """The bytes of that picture."""
    return png(seed, number, place, 7)


def _episode(script: Iterable[str], goods: Goods, chance: Random) -> list[Line]:
    lines: list[Line] = []
    for written in script:
        who, _, words = written.partition(":")
        text = chance.choice(words.split(" || ")).strip()
        lines.append(Line(_SENDERS[who[0]], who[1:], text, goods, not lines))
    return lines


def _ends(lines: list[Line], fits: Callable[[Line], bool]) -> list[int]:
    """Lengths at which the conversation may stop so that its last run of lines fits."""
    return [
        place + 1
        for place, line in enumerate(lines)
        if fits(line) and (place + 1 == len(lines) or lines[place + 1].sender != line.sender)
    ]


def _stop(lines: list[Line], head: Head, chance: Random) -> list[Line]:
    """Cut the last episode where the chat's status says whose turn it is."""
    if head.status in (heads.PARTNER, heads.NEW):
        asked = "SUPPORT" if head.kind == heads.ARBITRAGE else "CUSTOMER"
        ends = _ends(
            lines, lambda line: line.sender == asked and (asked == "CUSTOMER" or "Продавец," in line.text)
        )
        return lines[: chance.choice(ends[: 1 if head.status == heads.NEW else 2])]
    if head.status == heads.CUSTOMER:
        return lines[: chance.choice(_ends(lines, lambda line: line.sender == "PARTNER"))]
    if head.status == heads.ARBITER:
        ends = _ends(lines, lambda line: line.sender == "SUPPORT" and "Решение:" not in line.text)
        return lines[: ends[-1]]
    if head.status == heads.MARKET:
        ends = _ends(lines, lambda line: line.sender == "CUSTOMER")
        return [*lines[: ends[0]], Line("MARKET", "", dialogues.HANDED_OVER, lines[0].goods)]
    return [*lines, Line("MARKET", "", dialogues.CLOSED, lines[0].goods)] if chance.random() < 0.5 else lines


class Conversations:
    """All generated conversations of a world."""

    def __init__(self, lot: Heads, orders: Orders, long_chat: int) -> None:
        self._heads = lot
        self._orders = orders
        self._long_chat = long_chat
        self._first_second = (lot.start - heads.SPAN - 2 * DAY) // 1000

    def message_id(self, at: int, number: int) -> int:
        """The id of a message written at that moment in that chat: larger for every later second."""
        return MESSAGE_BASE + (at // 1000 - self._first_second) * (self._heads.chats + 1) + number

    def messages(self, number: int) -> list[Message]:
        """Everything said in chat `number`, oldest first."""
        head = self._heads.head(number)
        chance = draws(self._heads.seed, number, 1)
        order = self._orders.of_number(number)
        lines = self._lines(head, order, chance)
        found = []
        for place, (line, at) in enumerate(zip(lines, _moments(lines, head, chance), strict=True)):
            text = None if line.mark == "~" else line.text
            if text is not None and line.mark != "!":
                text = text.format_map(_words(line.goods, order, at, number))
            files: tuple[File, ...] = ()
            if line.mark == "*" or line.file_name:
                name = line.file_name or f"IMG_{1000 + (number * 7 + place) % 9000}.png"
                size = len(picture(self._heads.seed, number, place))
                files = (File(name, file_id(number, place), size),)
            found.append(Message(self.message_id(at, number), at, line.sender, text or None, files))
        return found

    def _lines(self, head: Head, order: Order | None, chance: Random) -> list[Line]:
        goods = order.goods[0] if order else chance.choice(GOODS)
        lines: list[Line] = []
        if head.topic == "long history":
            while len(lines) < self._long_chat:
                lines += _episode(chance.choice(dialogues.DIRECT), chance.choice(GOODS), chance)
        elif head.context == heads.ORDER and not head.topic and head.updated - head.created > DAY:
            lines += _episode(chance.choice(dialogues.ORDER), goods, chance)
        last = self._topic(head, goods, chance)
        lines += _stop(last, head, chance) if head.topic not in _WHOLE else last
        if len(lines) == 1 or (lines[0].sender == "CUSTOMER" and chance.random() < 0.4):
            opened = dialogues.GREETING if lines[0].sender == "CUSTOMER" else dialogues.SHOP_OPENED
            lines.insert(0, Line("MARKET", "", opened, goods))
        return lines

    def _topic(self, head: Head, goods: Goods, chance: Random) -> list[Line]:
        if head.topic.startswith("hostile"):
            which = int(head.topic.split()[1])
            lines = [Line("CUSTOMER", "!", text, goods) for text in HOSTILE[which]]
            lines.append(Line("CUSTOMER", "!", "", goods, file_name=HOSTILE_FILES[which]))
            return (
                [*lines, Line("PARTNER", "", dialogues.CALM, goods)]
                if head.status != heads.PARTNER
                else lines
            )
        scripts = {
            "dispute": dialogues.DISPUTE if head.context == heads.RETURN else dialogues.ORDER_DISPUTE,
            "english": dialogues.ENGLISH,
            "opened by shop": dialogues.BY_SHOP,
            "test order": dialogues.TEST_ORDER,
            "long texts": dialogues.LONG_TEXTS,
            "sticker": dialogues.STICKER,
        }
        if head.topic in scripts:
            return _episode(chance.choice(scripts[head.topic]), goods, chance)
        choice = (dialogues.ORDER, dialogues.RETURN, dialogues.DIRECT)[head.context]
        if goods.electric and head.context != heads.DIRECT:
            choice += dialogues.RETURN_ELECTRIC if head.context == heads.RETURN else dialogues.ORDER_ELECTRIC
        return _episode(chance.choice(choice), goods, chance)


_WHOLE: Final = frozenset(
    {"opened by shop", "test order", "long texts", "sticker", *(f"hostile {n}" for n in range(5))}
)
"""Topics that are told to their end whatever the status."""


def _moments(lines: list[Line], head: Head, chance: Random) -> list[int]:
    """When each line was written: the first opens the chat, the last is its newest message."""
    gaps = [0]
    for before, line in pairwise(lines):
        if line.sender == before.sender:
            gaps.append(chance.randint(8, 50))
        else:
            gaps.append(chance.randint(50_000, 260_000) if line.new_episode else chance.randint(90, 1300))
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
    """The same seconds, each at least one after the one before, none but the last after `last` − 1."""
    seconds = [*seconds[:-1], last]
    for place in range(len(seconds) - 2, 0, -1):
        seconds[place] = min(seconds[place], seconds[place + 1] - 1)
    for place in range(1, len(seconds) - 1):
        seconds[place] = max(seconds[place], seconds[place - 1] + 1)
    return seconds


def _words(goods: Goods, order: Order | None, at: int, number: int) -> dict[str, object]:
    return {
        **FORMS[goods.gender],
        **goods._asdict(),
        "nom_cap": goods.nom[0].upper() + goods.nom[1:],
        "order": order.order_id if order else "",
        "return_id": (order.return_id or "") if order else "",
        "day": spoken_day(at + 2 * DAY),
        "outlet": OUTLETS[number % len(OUTLETS)],
    }
