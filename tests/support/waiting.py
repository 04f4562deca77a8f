"""Waiting for conditions, never for seconds."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""Seconds that a condition may take before the test gives up; far more than any needs."""


def cores() -> int:
    """The number of processors that these tests may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def crowd() -> float:
    """The number of processes per processor: timeouts are multiplied by it."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return min(max(os.getloadavg()[0], workers, cores()) / cores(), 6.0)


async def until(condition: Callable[[], Awaitable[T | None]], what: str = "the condition") -> T:
    """The first true answer of `condition`, called again and again, less often the longer it takes."""
    pause_s = 0.002
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (answer := await condition()):
                await asyncio.sleep(pause_s)
                pause_s = min(1.3 * pause_s, 0.05)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true within {PATIENCE_S} s") from None
    return answer
