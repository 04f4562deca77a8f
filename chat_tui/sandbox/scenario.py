"""Scripted buyers: they answer the shop after some seconds, and now and then a new one writes."""

import asyncio
import heapq
from collections import Counter
from random import Random
from typing import Final

from chat_tui.sandbox import dialogues
from chat_tui.sandbox.draws import draws
from chat_tui.sandbox.goods import BUYERS, FORMS, GOODS, Goods
from chat_tui.sandbox.heads import DAY
from chat_tui.sandbox.pictures import png
from chat_tui.sandbox.times import spoken_day
from chat_tui.sandbox.world import Chat, World

_REPLY_S: Final = (3.0, 8.0)
_NEW_S: Final = (20.0, 40.0)
_MOST_REPLIES: Final = 3
"""How often one buyer answers in one run of the demo."""


class Buyers:
    """Decides who writes when; times are seconds of the clock that `due` is asked with."""

    def __init__(self, world: World, *, scale: float = 1.0) -> None:
        """`scale` stretches every wait: 0.1 makes buyers ten times as quick."""
        self._world = world
        self._scale = scale
        self._chance: Random = draws(world.heads.seed, 11)
        self._replies: list[tuple[float, int]] = []
        self._replied: Counter[int] = Counter()
        self._next_new = 0.0

    def heard(self, chat: Chat, now_s: float) -> None:
        """The shop wrote in this chat: its buyer will answer, but never in a chat about a test order."""
        waiting = {chat_id for _, chat_id in self._replies}
        if chat.order is not None and chat.order.fake:
            return
        if chat.chat_id not in waiting and self._replied[chat.chat_id] < _MOST_REPLIES:
            self._replied[chat.chat_id] += 1
            heapq.heappush(self._replies, (now_s + self._draw(_REPLY_S), chat.chat_id))

    def act(self, now_s: float) -> None:
        """Let everybody write whose time has come."""
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
            self._world.say(chat, "CUSTOMER", self._chance.choice(dialogues.FOLLOW_UPS))
        elif lot < 0.6:
            number = self._chance.randrange(10_000)
            photo = (f"IMG_{number}.png", png(self._world.heads.seed, number))
            self._world.say(chat, "CUSTOMER", self._chance.choice(dialogues.PHOTO_WORDS), [photo])
        else:
            self._world.say(chat, "CUSTOMER", self._chance.choice(dialogues.THANKS))

    def _write_first(self) -> None:
        """A buyer asks about goods, or about an order nobody has written about yet."""
        goods = self._chance.choice(GOODS)
        orders = self._world.orders
        order = orders.of_number(orders.first_free + self._chance.randrange(500))
        if self._chance.random() < 0.5 or order is None or self._world.about("ORDER", order.order_id):
            chat = self._world.open("DIRECT", None, name=self._chance.choice(BUYERS))
            script = self._chance.choice(dialogues.DIRECT)
        else:
            chat = self._world.open("ORDER", order, name=BUYERS[order.number % len(BUYERS)])
            script, goods = dialogues.ORDER[0], order.goods[0]
        words = script[0].partition(":")[2].split(" || ")[0].strip()
        self._world.say(chat, "CUSTOMER", words.format_map(self._forms(goods, chat)), status="NEW")

    def _forms(self, goods: Goods, chat: Chat) -> dict[str, object]:
        return {
            **FORMS[goods.gender],
            **goods._asdict(),
            "nom_cap": "",
            "order": chat.order.order_id if chat.order else "",
            "day": spoken_day(self._world.now_ms() + 2 * DAY),
        }

    async def live(self) -> None:
        """Act until cancelled, several times a second."""
        loop = asyncio.get_running_loop()
        while True:
            self.act(loop.time())
            await asyncio.sleep(0.25 * min(self._scale, 1.0))
