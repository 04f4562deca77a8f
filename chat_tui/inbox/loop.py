"""The engine's own thread and event loop, so that a stalled terminal stops neither sync nor sending."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class EngineLoop:
    """An event loop on a thread of its own. Everything of the engine runs here and nowhere else."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="chat-tui-engine", daemon=True)

    def start(self) -> None:
        """Begin to run, with everything that was asked for before, in its order."""
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine here; the result can be awaited anywhere with `asyncio.wrap_future`."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function here, soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def discard(self) -> None:
        """Give back a loop that was never started."""
        self._loop.close()

    def stop(self) -> None:
        """End the loop and wait for its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()
