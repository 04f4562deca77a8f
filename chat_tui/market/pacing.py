"""How fast the Market may be asked: deadlines, places in flight, and the budgets it tells."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from chat_tui.market.times import read_rfc822
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget

IN_FLIGHT: Final = 4
"""Requests at once that the Market allows a business."""
NARROW: Final = 2
"""Requests at once for a while after it complained."""
NARROW_SECONDS: Final = 60.0

_SENSELESS_MS: Final = 366 * 86_400_000


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds after which a request is given up."""

    connect: float = 5.0
    """Until there is a connection; TLS counts again."""
    idle: float = 10.0
    """Between two bytes, either way."""
    total: float = 30.0
    """For everything from connecting to the last byte of the answer."""
    file_total: float = 120.0
    """The same for a request that carries a file."""


class Gate:
    """The places in flight of one process; one is kept for writes, so that reading never delays a send."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that only grow."""
        self._clock = clock
        self._taken = 0
        self._narrow_until = float("-inf")
        self._waiting: list[tuple[bool, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def place(self, *, writes: bool) -> AsyncIterator[None]:
        """Wait for a place and hold it: writes first, then in the order of asking."""
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((writes, admitted))
        self._admit()
        try:
            await admitted
            yield
        finally:
            # Nothing is awaited here: not even a second cancellation can lose the place.
            if admitted.done() and not admitted.cancelled():
                self._taken -= 1
            else:
                self._waiting.remove((writes, admitted))
            self._admit()

    def _admit(self) -> None:
        for writes, admitted in sorted(self._waiting, key=lambda waiter: not waiter[0]):
            if not admitted.done() and self._taken < self._limit(writes=writes):
                self._taken += 1
                self._waiting.remove((writes, admitted))
                admitted.set_result(None)

    def narrow(self) -> None:
        """The Market says there were too many at once: allow `NARROW` for a minute."""
        self._narrow_until = self._clock() + NARROW_SECONDS

    def _limit(self, *, writes: bool) -> int:
        places = NARROW if self._clock() < self._narrow_until else IN_FLIGHT
        return places if writes else places - 1


def wait_told(headers: Mapping[str, str]) -> float | None:
    """Seconds from now until the quota returns, by the server's own clock; None when that makes no sense."""
    until, now = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if until is None or now is None or not 0 < until - now <= _SENSELESS_MS:
        return None
    return (until - now) / 1000


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header (a number or a date); None when it makes no sense."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit() and len(told) <= 9:
        wait_ms = int(told) * 1000
    else:
        until, now = read_rfc822(told), read_rfc822(headers.get("date"))
        if until is None or now is None:
            return None
        wait_ms = until - now
    return wait_ms / 1000 if 0 < wait_ms <= _SENSELESS_MS else None


def read_budget(operation: str, headers: Mapping[str, str], now: Millis) -> Budget | None:
    """The quota as an answer tells it, None when it does not; `now` is our clock."""
    limit, remaining = count(headers, "limit"), count(headers, "remaining")
    until, date = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if not limit or remaining is None or until is None or date is None or until - date > _SENSELESS_MS:
        return None
    return Budget(operation, limit, min(remaining, limit), now + max(0, until - date))


def count(headers: Mapping[str, str], word: str) -> int | None:
    """The number in a header `X-RateLimit-Resource-…`; None when it holds none."""
    text = headers.get(f"x-ratelimit-resource-{word}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
