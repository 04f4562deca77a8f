"""A small shop in virtual time in which a test calls single rooms of the engine, step by step."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Self, TypeVar

from chat_tui.model.ids import ChatRef
from tests.inbox.simulation.kernel import Kernel, new_database
from tests.inbox.simulation.market import BEGINNING
from tests.inbox.simulation.world import virtual_loop
from tests.soak.copies import Reader
from tests.soak.requests import FrontDoor
from tests.soak.run import Nobody, now_ms
from tests.soak.shop import Order, QuickMarket

T = TypeVar("T")


class SoakStage(AbstractContextManager["SoakStage"]):
    """One shop and as many copies as needed; only what the test starts runs."""

    def __init__(self, chats: int = 0, order: Order = Order.NEWEST) -> None:
        self.loop = virtual_loop()
        self.failures: list[BaseException] = []
        self.loop.set_exception_handler(
            lambda _, context: self.failures.append(context.get("exception") or Exception(context["message"]))
        )
        self.shop = QuickMarket(chats, order, BEGINNING, 1)
        self.kernel = Kernel(new_database(0), Nobody())
        self.door = self.tell(FrontDoor, self.shop, now_ms, 1)
        self.log = self.door.log = []
        self.copies: list[Reader] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for copy in self.copies:
            self.tell(copy.kill)
        self.let(1.0)
        self.loop.close()
        self.kernel.conn.close()

    def copy(self) -> Reader:
        """Add another copy, of which nothing runs yet."""
        number = len(self.copies) + 1
        copy = self.tell(Reader, number, self.kernel, self.door, now_ms, number)
        self.copies.append(copy)
        return copy

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run until `work` is done."""
        result = self.loop.run_until_complete(work)
        if self.failures:
            raise self.failures[0]
        return result

    def tell(self, act: Callable[..., T], *given: Any) -> T:
        """Call a function that needs a running event loop."""

        async def work() -> T:
            return act(*given)

        return self.do(work())

    def let(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.do(asyncio.sleep(seconds))

    def spawn(self, copy: Reader, work: Coroutine[Any, Any, Any]) -> None:
        """Let a coroutine run on in a copy."""

        self.tell(copy.spawn, work)

    def start(self, copy: Reader, is_somebody_here: Callable[[], bool] = lambda: True) -> None:
        """Start all rooms of a copy."""

        self.tell(lambda: copy.start(is_somebody_here=is_somebody_here))

    def now(self) -> float:
        """Virtual seconds since the start."""
        return self.loop.time()

    def asked(self, operation: str) -> list[Any]:
        """The subjects of all requests of an operation so far."""
        return [about for name, about in self.log if name == operation]

    def rows(self, sql: str, *given: Any) -> list[Any]:
        """The result of a query of the database."""
        return self.kernel.conn.execute(sql, given).fetchall()

    def status(self, chat: ChatRef) -> str:
        """The status of a chat in the cache."""
        ((status,),) = self.rows("SELECT status FROM chat WHERE chat_id = ?", chat.number)
        return str(status)
