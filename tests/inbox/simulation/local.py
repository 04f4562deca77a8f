"""The local resources of a process: the store, and the locks of the kernel."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chat_tui.store.database import StorePaths
from tests.inbox.simulation.process import VirtualProcess
from tests.support.refs import BUSINESS

Answer = asyncio.Future[Any]
"""The engine awaits answers of the store; here most are ready at once."""


class SimStore:
    """The real functions of the store, run at once on one connection that all copies share."""

    def __init__(self, process: VirtualProcess) -> None:
        self._process = process
        self.paths = StorePaths(Path("/nowhere"), Path("/nowhere"), BUSINESS)

    def read(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self._run(lambda: self._process.kernel.read(fn, arguments, words))

    def write_cache(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self._write("cache", fn, arguments, words)

    def write_state(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self._write("state", fn, arguments, words)

    def _write(
        self, file: str, fn: Callable[..., Any], arguments: tuple[Any, ...], words: dict[str, Any]
    ) -> Answer:
        kernel, owner = self._process.kernel, self._process.number
        return self._run(lambda: kernel.write(owner, fn, arguments, words, file))

    @property
    def opened_versions(self) -> tuple[int, int]:
        return self._versions()

    def data_version(self) -> Answer:
        return self._run(self._versions)

    def _versions(self) -> tuple[int, int]:
        kernel, owner = self._process.kernel, self._process.number
        return kernel.version("cache", owner), kernel.version("state", owner)

    def _run(self, work: Callable[[], Any]) -> Answer:
        """Die or freeze before the work or after it, as the seed decides."""
        process = self._process
        if not process.is_awake:
            return self._run_later(work, None)
        if not process.is_struck():
            return self._run_now(work)
        done = self._run_now(work) if process.random.random() < 0.5 else None
        process.strike()
        return self._run_later(work, done)

    def _run_now(self, work: Callable[[], Any]) -> Answer:
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        try:
            self._process.fault_of_store()
            result = work()
        except Exception as error:  # noqa: BLE001 - passed on to the caller that waits
            answer.set_exception(error)
            # A copy that dies now never retrieves the exception.
            answer.exception()
            return answer
        if self._process.random.random() < 0.3:
            # Other tasks may run in between.
            loop.call_soon(_give, answer, result)
        else:
            answer.set_result(result)
        return answer

    def _run_later(self, work: Callable[[], Any], done: Answer | None) -> Answer:
        async def wake() -> Any:
            await self._process.wait_awake()
            return await (done or self._run_now(work))

        return self._process.spawn(wake())


def _give(answer: Answer, result: Any) -> None:
    if not answer.done():
        answer.set_result(result)


class SimLocks:
    """The kernel locks of one lock file, as one process sees them."""

    def __init__(self, process: VirtualProcess, file: str = "chats") -> None:
        self._process = process
        self._held = process.kernel.locks[file]

    def try_hold(self, number: int) -> bool:
        if not self._process.is_alive or number in self._held:
            return False
        self._held[number] = self._process.number
        return True

    def release(self, number: int) -> None:
        if self._process.is_alive and self._held.get(number) == self._process.number:
            del self._held[number]
