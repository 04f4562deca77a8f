"""How the nouns of an inbox reach its files, and its engine on a thread of its own.

A failed read costs one answer, never the screen.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Final, ParamSpec, TypeVar, cast

from chat_tui.inbox.engine import Engine
from chat_tui.inbox.events import Event, LinkChanged
from chat_tui.model.ids import Millis
from chat_tui.model.problem import Problem
from chat_tui.store.database import Pending, Store
from chat_tui.store.errors import StoreError, store_refusal

T = TypeVar("T")


class EngineLoop:
    """An event loop on a thread of its own. Everything of the engine runs here and nowhere else."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="chat-tui-engine", daemon=True)

    def start(self) -> None:
        """Begin to run; what was submitted before comes first, in its order."""
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> Pending[T]:
        """Run a coroutine here."""
        return Pending(asyncio.run_coroutine_threadsafe(work, self._loop))

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function here, soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def discard(self) -> None:
        """Close a loop that was never started."""
        self._loop.close()

    def stop(self) -> None:
        """End the loop and wait for its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()


# -- what the nouns are given ----------------------------------------------------------------------------


P = ParamSpec("P")
D = TypeVar("D")

MOST_KEPT: Final = 32
"""Answers kept for the case that the next read of the same thing fails."""


async def settled(written: Awaitable[T]) -> T | Problem:
    """The result of a write, or the Problem that kept the local files from taking it."""
    try:
        return await written
    except StoreError as error:
        return store_refusal(error)


class Reads:
    """Tracks whether the store can be read. Belongs to the event loop of the interface."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """`tell` is called when `trouble` has changed."""
        self._tell = tell
        self._last: OrderedDict[Hashable, Any] = OrderedDict()
        self.is_lenient = False
        """Whether a failed read is answered with the last known answer; for a verb it is not, and raises."""
        self.trouble = ""
        """Why the last read failed, a sentence; empty while reads succeed."""

    async def guarded(self, answer: Awaitable[T], without: D, key: Hashable = None) -> T | D:
        """The answer; if it cannot be read, the last answer under this key, or else `without`.

        Raises StoreError unless `is_lenient`.
        """
        try:
            found = await answer
        except StoreError as problem:
            if not self.is_lenient:
                raise
            self._note(str(problem))
            return cast("T | D", self._last.get(key, without))
        self._note("")
        if key is not None:
            self._last[key] = found
            self._last.move_to_end(key)
            if len(self._last) > MOST_KEPT:
                self._last.popitem(last=False)
        return found

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._tell()


class Asking:
    """Store, engine and the thread between them. Every noun of one inbox gets the same."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        loop: EngineLoop,
        wall_ms: Callable[[], Millis],
        tell: Callable[[Event], None],
    ) -> None:
        """`tell` publishes an event from any thread."""
        self.store = store
        self.engine = engine
        self.wall_ms = wall_ms
        self.tell = tell
        self.reads = Reads(lambda: tell(LinkChanged()))
        self._loop = loop
        self.opened: Pending[None]
        """Done when the engine is open. Set once the inbox was started."""

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function on the engine's thread, soon."""
        self._loop.call(function, *arguments)

    async def ask(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a coroutine of the engine on its thread; raises what kept the engine from opening."""
        await self.opened
        return await self._loop.submit(work(*args, **kwargs))

    async def attempt(
        self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T | Problem:
        """As `ask`; a StoreError becomes a Problem."""
        return await settled(self.ask(work, *args, **kwargs))
