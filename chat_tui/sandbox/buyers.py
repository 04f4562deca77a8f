"""Scripted buyers: they answer the shop after some seconds, and now and then a new buyer writes."""

import asyncio
import heapq
from collections import Counter
from typing import Final

from chat_tui.sandbox.content import BUYERS, DIALOGUES, FOLLOW_UPS, GOODS, PHOTO_WORDS, THANKS
from chat_tui.sandbox.generator import words_for
from chat_tui.sandbox.seeded_random import png, seeded
from chat_tui.sandbox.world import Chat, World

_REPLY_S: Final = (3.0, 8.0)
_NEW_S: Final = (20.0, 40.0)
_MOST_REPLIES: Final = 3
"""How often one buyer answers in one run of the demo."""


class Buyers:
    """Decides which buyer writes when; times are seconds of the clock that `act` is called with."""

    def __init__(self, world: World, *, scale: float = 1.0) -> None:
        """`scale` stretches every wait: 0.1 makes buyers ten times as quick."""
        self._world = world
        self._scale = scale
        self._chance = seeded(world.heads.seed, 11)
        self._replies: list[tuple[float, int]] = []
        """A heap of (when, chat id)."""
        self._replied: Counter[int] = Counter()
        self._next_new = 0.0  # set by the first call of `act`: only then is the clock known

    def heard(self, chat: Chat, now_s: float) -> None:
        """The shop wrote in this chat: its buyer will answer, but never in a chat about a test order."""
        waiting = {chat_id for _, chat_id in self._replies}
        if chat.order is not None and chat.order.fake:  # as documented, it has no buyer
            return
        if chat.chat_id not in waiting and self._replied[chat.chat_id] < _MOST_REPLIES:
            self._replied[chat.chat_id] += 1
            heapq.heappush(self._replies, (now_s + self._draw(_REPLY_S), chat.chat_id))

    def act(self, now_s: float) -> None:
        """Write every message that is due."""
        if not self._next_new:
            self._next_new = now_s + self._draw(_NEW_S)
        while self._replies and self._replies[0][0] <= now_s:
            self._reply(heapq.heappop(self._replies)[1])
        if self._next_new <= now_s:
            self._next_new = now_s + self._draw(_NEW_S)
            self._write_first()

    def _draw(self, between: tuple[float, float]) -> float:
        return self._chance.uniform(*between) * self._scale

    def _reply(self, chat_id: int) -> None:
        chat = self._world.chat(chat_id)
        assert chat is not None
        lot = self._chance.random()
        if lot < 0.45:
            self._world.say(chat, "CUSTOMER", self._chance.choice(FOLLOW_UPS))
        elif lot < 0.6:
            number = self._chance.randrange(10_000)
            photo = (f"IMG_{number}.png", png(self._world.heads.seed, number))
            self._world.say(chat, "CUSTOMER", self._chance.choice(PHOTO_WORDS), [photo])
        else:
            self._world.say(chat, "CUSTOMER", self._chance.choice(THANKS))

    def _write_first(self) -> None:
        """Open a chat in which a buyer asks about goods, or about an order that has no chat yet."""
        goods = self._chance.choice(GOODS)
        orders = self._world.orders
        order = orders.of_number(orders.first_free + self._chance.randrange(500))
        if self._chance.random() < 0.5 or order is None or self._world.about("ORDER", order.order_id):
            chat = self._world.open("DIRECT", None, name=self._chance.choice(BUYERS))
            script = self._chance.choice(DIALOGUES["direct"])
        else:
            chat = self._world.open("ORDER", order, name=BUYERS[order.number % len(BUYERS)])
            script, goods = DIALOGUES["order"][0], order.goods[0]
        # Only the first line of the dialogue, in its first wording.
        words = script[0].partition(":")[2].split(" || ")[0].strip()
        text = words.format_map(words_for(goods, chat.order, self._world.now_ms()))
        self._world.say(chat, "CUSTOMER", text, status="NEW")

    async def live(self) -> None:
        """Act until cancelled, several times a second."""
        loop = asyncio.get_running_loop()
        while True:
            self.act(loop.time())
            await asyncio.sleep(0.25 * min(self._scale, 1.0))
