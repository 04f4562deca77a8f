"""How the parts of `Inbox` ask the engine, which lives on a thread of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from chat_tui.inbox.engine import Engine
from chat_tui.inbox.loop import EngineLoop
from chat_tui.model.problem import Problem
from chat_tui.store.errors import StoreError, store_refusal

P = ParamSpec("P")
T = TypeVar("T")


class Asking:
    """What a part needs that asks the engine; `Inbox` has it all."""

    _engine: Engine
    _loop: EngineLoop
    _opened: Future[None]

    async def _ask(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something of the engine on its own loop; why the engine could not open is raised here."""
        await asyncio.wrap_future(self._opened)
        return await asyncio.wrap_future(self._loop.submit(work(*args, **kwargs)))

    async def _try(
        self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T | Problem:
        """As `_ask`, for what may be refused: also by the local files."""
        try:
            return await self._ask(work, *args, **kwargs)
        except StoreError as error:
            return store_refusal(error)
