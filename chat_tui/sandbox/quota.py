"""How much may be asked: hourly quotas per operation and business, and requests in flight."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chat_tui.sandbox.refusal import Refusal
from chat_tui.sandbox.times import http_date

HOUR: Final = 3_600_000
PER_HOUR: Final = {
    "getChats": 5_000,
    "getChat": 1_000,
    "getChatHistory": 10_000,
    "getChatMessage": 1_000,
    "createChat": 1_000,
    "sendMessageToChat": 1_000,
    "sendFileToChat": 1_000,
    "getCampaigns": 1_000,
    "getAuthTokenInfo": 100,
    "getBusinessOrders": 10_000,
    "getOrder": 10_000,
    "getReturn": 7_000,
}
ORDER_PARALLEL: Final = 6
"""Requests for orders may be six at once; everything else keeps to `Behaviour.parallel_limit`."""


@dataclass(slots=True)
class _Account:
    limit: int
    remaining: int
    until: int


class Quotas:
    """Counters; the first call of an hour starts its hour. Safe to use from several threads."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._accounts: dict[tuple[str, int], _Account] = {}
        self._in_flight: dict[int, int] = {}
        self._lock = threading.Lock()
        self.peak = 0
        """The most requests that were in flight at once, refused ones included."""

    def _account(self, operation: str, owner: int) -> _Account:
        now = self._now_ms()
        account = self._accounts.get((operation, owner))
        if account is None or now >= account.until:
            limit = account.limit if account else PER_HOUR[operation]
            account = _Account(limit, limit, (now // 1000 + 3600) * 1000)
            self._accounts[operation, owner] = account
        return account

    def leave(self, operation: str, owner: int, remaining: int, *, until: int | None = None) -> None:
        """Set what is left for a business (or shop), and perhaps when it starts afresh (ms)."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = remaining
            account.until = account.until if until is None else until

    def remaining(self, operation: str, owner: int) -> int:
        """What is left."""
        with self._lock:
            return self._account(operation, owner).remaining

    def take(self, operation: str, owner: int, resource: str) -> None:
        """Count one call; 420 if none is left."""
        with self._lock:
            account = self._account(operation, owner)
            if account.remaining <= 0:
                raise Refusal(
                    420,
                    f"Hit rate limit of {account.limit} requests per 1 hour for resource {resource} "
                    f"for businessId {owner}",
                )
            account.remaining -= 1

    def take_if_any(self, operation: str, owner: int) -> None:
        """Count one call that was refused anyway."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = max(account.remaining - 1, 0)

    def give_back(self, operation: str, owner: int) -> None:
        """Uncount a call: answers of 5xx cost nothing."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = min(account.remaining + 1, account.limit)

    def headers(self, operation: str, owner: int) -> dict[str, str]:
        """The three headers that every answer carries."""
        with self._lock:
            account = self._account(operation, owner)
            return {
                "x-ratelimit-resource-limit": str(account.limit),
                "x-ratelimit-resource-remaining": str(account.remaining),
                "x-ratelimit-resource-until": http_date(account.until),
            }

    @property
    def in_flight(self) -> int:
        """Requests that are being answered, of all businesses."""
        with self._lock:
            return sum(self._in_flight.values())

    def enter(self, owner: int) -> int:
        """Count a request in flight; how many there are now."""
        with self._lock:
            count = self._in_flight[owner] = self._in_flight.get(owner, 0) + 1
            self.peak = max(self.peak, count)
            return count

    def leave_flight(self, owner: int) -> None:
        """A request is over."""
        with self._lock:
            self._in_flight[owner] -= 1
