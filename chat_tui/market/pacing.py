"""How long a request may take, and what the headers of an answer tell of waits and quotas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chat_tui.market.times import read_rfc822
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget

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
