"""The local reads of an interface: one that fails costs its own answer, and never the screen."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from typing import Any, Final, TypeVar, cast

from chat_tui.store.errors import StoreError

T = TypeVar("T")
D = TypeVar("D")

MOST_KEPT: Final = 32
"""Answers that are remembered, should they not be readable the next time."""


class Reads:
    """Knows whether the store can be read; belongs to the loop of the interface."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """`tell` is called when `trouble` has changed."""
        self._tell = tell
        self._last: OrderedDict[Hashable, Any] = OrderedDict()
        self.is_lenient = False
        """Whether something stands for an answer that fails; a verb is to fail instead."""
        self.trouble = ""
        """A sentence that says why the last read failed; empty while all can be read."""

    async def guarded(self, answer: Future[T] | Awaitable[T], without: D, key: Hashable = None) -> T | D:
        """The answer; if it cannot be read, what it last was under this key, else `without`.

        StoreError unless `is_lenient`.
        """
        try:
            found = await (asyncio.wrap_future(answer) if isinstance(answer, Future) else answer)
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
