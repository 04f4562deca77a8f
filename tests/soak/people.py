"""Buyers who write, colleagues who answer in the web cabinet, and chats that are closed."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from chat_tui.model.chat import ChatStatus, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from tests.soak.shop import QuickMarket
from tests.support.refs import ref

NEW = 0.3
"""Share of the conversations that begin in a new chat."""
MESSAGES = (2, 10)
"""Least and most messages of one conversation: six on average."""
TURNS = 0.3
"""Share of the conversations after which the status changes without a message."""


@dataclass(slots=True)
class Day:
    """A number of conversations, spread evenly over a number of seconds."""

    shop: QuickMarket
    now_ms: Callable[[], Millis]
    conversations: int
    seconds: float
    between_s: float
    """Average seconds between two messages of a conversation."""
    seed: int
    written_at: dict[tuple[ChatRef, MessageId], Millis] = field(default_factory=dict)
    """Every message of the day, with the time when it was written."""

    async def live(self) -> None:
        """Run all conversations to their last message."""
        dice = random.Random(f"day {self.seed}")
        old = len(self.shop.chats)
        talks = []
        for _ in range(self.conversations):
            chat_ref = None if dice.random() < NEW else ref(dice.randint(1, old))
            begin = dice.uniform(0.0, self.seconds)
            talks.append(asyncio.create_task(self._talk(chat_ref, begin, random.Random(dice.random()))))
        await asyncio.gather(*talks)

    async def _talk(self, known: ChatRef | None, begin: float, dice: random.Random) -> None:
        await asyncio.sleep(begin)
        chat_ref = known or self.shop.open(self.now_ms())
        sender = Sender.CUSTOMER
        for number in range(dice.randint(*MESSAGES)):
            if number:
                await asyncio.sleep(dice.expovariate(1 / self.between_s))
            self._say(chat_ref, sender)
            sender = dice.choice((Sender.PARTNER, Sender.PARTNER, Sender.CUSTOMER))
        if dice.random() < TURNS:
            await asyncio.sleep(dice.uniform(1.0, 2.5 * self.between_s))
            self.shop.turn(chat_ref, ChatStatus.FINISHED)

    def _say(self, chat_ref: ChatRef, sender: Sender) -> None:
        now = self.now_ms()
        self.written_at[chat_ref, self.shop.say(chat_ref, sender, now)] = now
