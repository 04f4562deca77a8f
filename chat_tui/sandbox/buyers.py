"""Buyers who answer what the shop wrote after some seconds; and now and then a new buyer writes."""

import asyncio
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from chat_tui.sandbox.content import Content, content, spoken
from chat_tui.sandbox.generator import ARBITER, ARBITRAGE, DIRECT, FINISHED, ORDER, Order, words_for
from chat_tui.sandbox.seeded_random import png, seeded
from chat_tui.sandbox.world import Chat, World

_REPLY_S: Final = (3.0, 8.0)
_NEW_S: Final = (20.0, 40.0)
_MOST_REPLIES: Final = 3
"""How often one buyer answers in one run of the demo."""
_MOST_UNANSWERED: Final = 5
"""New buyers wait with their question while so many of them have no answer."""
_TRIES: Final = 60
"""At finding an order on its way, about which nobody has asked."""


@dataclass(slots=True)
class _Talk:
    """What a buyer, or the arbiter of a dispute, has said in one run of the demo."""

    replies: int = 0
    is_over: bool = False
    """Whether the last word was said: only a question brings another one."""
    said: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    """What the shop wrote since the last reply; "" = a file."""


class Buyers:
    """Decides which buyer writes when; times are seconds of the clock that `act` is called with."""

    def __init__(self, world: World, *, scale: float = 1.0) -> None:
        """`scale` stretches every wait: 0.1 makes buyers ten times as quick."""
        self._world = world
        self._scale = scale
        self._chance = seeded(world.heads.seed, 11)
        self._replies: list[tuple[float, int]] = []
        """A heap of (when, chat id)."""
        self._talks: dict[int, _Talk] = {}
        self._latest = ""
        """What the last of them said: the next one says something else."""
        self._new: list[int] = []
        """The chats that buyers have opened."""
        self._next_new = 0.0  # set by the first call of `act`: only then is the clock known

    def heard(self, chat: Chat, text: str, now_s: float) -> None:
        """The shop wrote this ("" = it sent a file): the buyer will answer, but never about a test order."""
        if chat.order is not None and chat.order.fake:  # as documented, it has no buyer
            return
        talk = self._talks.setdefault(chat.chat_id, _Talk())
        if not talk.heard:  # else a reply is on its way, and will be to this as well
            if talk.replies == _MOST_REPLIES or (talk.is_over and "?" not in text):
                return
            heapq.heappush(self._replies, (now_s + self._draw(_REPLY_S), chat.chat_id))
        talk.heard.append(text)

    def act(self, now_s: float) -> None:
        """Write every message that is due."""
        if not self._next_new:
            self._next_new = now_s + self._draw(_NEW_S)
        while self._replies and self._replies[0][0] <= now_s:
            self._reply(heapq.heappop(self._replies)[1])
        if self._next_new <= now_s:
            self._next_new = now_s + self._draw(_NEW_S)
            if self._unanswered_new() < _MOST_UNANSWERED:
                self._write_first()

    def _draw(self, between: tuple[float, float]) -> float:
        return self._chance.uniform(*between) * self._scale

    def _unanswered_new(self) -> int:
        chats = (self._world.chat(chat_id) for chat_id in self._new)
        return sum(chat is not None and chat.status == "NEW" for chat in chats)

    # -- answering --------------------------------------------------------------------------------

    def _reply(self, chat_id: int) -> None:
        chat = self._world.chat(chat_id)
        assert chat is not None
        talk = self._talks[chat_id]
        text = "\n".join(talk.heard).strip()
        talk.heard.clear()
        talk.replies += 1
        if chat.kind == ARBITRAGE:
            self._decide(chat, text)
            return
        shop = self._world.shop
        if chat.name in shop.english_buyers:
            shop = content("en")
        reply = shop.reply(text)
        photo = [(f"IMG_{1000 + self._chance.randrange(9000)}.png", self._photo(chat))] if reply.photo else []
        self._world.say(chat, "CUSTOMER", self._words(chat, shop, reply.asks, reply.ends), photo)

    def _decide(self, chat: Chat, text: str) -> None:
        """Let the arbiter answer, who closes a dispute about a return if the shop gives in."""
        shop = self._world.shop
        if chat.order is not None and chat.order.return_id and shop.agrees(text):
            words = words_for(shop, chat.order.goods[0], chat.order, self._world.now_ms())
            self._world.say(chat, "SUPPORT", shop.arbiter["approved"].format_map(words), status=FINISHED)
            self._world.say(chat, "MARKET", shop.arbiter["closed"], status=FINISHED)
            self._talks[chat.chat_id].replies = _MOST_REPLIES
            return
        said = self._words(chat, shop, shop.arbiter["asks"], shop.arbiter["ends"])
        self._world.say(chat, "SUPPORT", said, status=ARBITER)

    def _words(self, chat: Chat, shop: Content, asks: Sequence[str], ends: Sequence[str]) -> str:
        """Something that was not said yet, and the last word in the end."""
        talk = self._talks[chat.chat_id]
        goes_on = talk.replies < _MOST_REPLIES and bool(asks)
        if goes_on and ends:
            goes_on = talk.replies == 1 and self._chance.random() < 0.5
        fresh = [one for one in (asks if goes_on else ends) if one not in talk.said and one != self._latest]
        talk.is_over = not (goes_on and fresh)
        # If all of it was said, any other last word will do.
        fresh = fresh or [one for one in shop.closing if one != self._latest]
        self._latest = self._chance.choice(fresh)
        talk.said.add(self._latest)
        return spoken(self._latest, is_woman=self._world.shop.is_woman(chat.name))

    def _photo(self, chat: Chat) -> bytes:
        goods = chat.order.goods[0] if chat.order else self._chance.choice(self._world.shop.goods)
        return png(goods.drawing, self._world.heads.seed, chat.place)

    # -- asking -----------------------------------------------------------------------------------

    def _write_first(self) -> None:
        """Open a chat in which a buyer asks about goods, or about an order that is on its way."""
        shop = self._world.shop
        goods, topic = self._chance.choice(shop.goods), "direct"
        order = next(self._on_its_way(), None) if self._chance.random() < 0.5 else None
        buyer = shop.buyer(order.number if order else self._chance.randrange(1000))
        if order:
            goods, topic = order.goods[0], "early"
        chat = self._world.open(ORDER if order else DIRECT, order, name=buyer.name)
        # Only the first line of the dialogue.
        script = self._chance.choice(shop.dialogues[topic])
        words = self._chance.choice(script[0].partition(":")[2].split(" || ")).strip()
        text = words.format_map(words_for(shop, goods, chat.order, self._world.now_ms()))
        self._world.say(chat, "CUSTOMER", spoken(text, is_woman=buyer.is_woman), status="NEW")
        self._new.append(chat.chat_id)

    def _on_its_way(self) -> Iterator[Order]:
        orders = self._world.orders
        for _ in range(_TRIES):
            order = orders.of_number(self._chance.randrange(orders.first_free, orders.first_test))
            if order and order.state == 1 and not self._world.about(ORDER, order.order_id):
                yield order

    async def live(self) -> None:
        """Act until cancelled, several times a second."""
        loop = asyncio.get_running_loop()
        while True:
            self.act(loop.time())
            await asyncio.sleep(0.25 * min(self._scale, 1.0))
