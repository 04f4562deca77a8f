"""Decodes answers into wire values, however broken they are; and their times, waits and quotas."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_tz
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Raw, UnsetType

from chat_tui.market import wire
from chat_tui.model.chat import Unreadable
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.link import Budget

T = TypeVar("T")
Noun = TypeVar("Noun")
Wire = TypeVar("Wire", bound=msgspec.Struct)

TOKEN_LIMIT: Final = 8192
"""Characters; a longer page token is not sent back."""

MOST_PARTS: Final = 100_000
"""Of objects and lists in an answer, and of commas: as Python values they take fifty times their bytes."""

_BOM: Final = b"\xef\xbb\xbf"
# Its group is what stays as it is: an escaped backslash, or both halves of a pair.
_SURROGATES: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class GarbledError(ValueError):
    """The bytes are not the JSON that was agreed; its text says why and quotes none of them."""


class StatusError(ValueError):
    """The JSON of a 200 says `"status":"ERROR"`."""


def clean(body: bytes) -> bytes:
    """The body as plain UTF-8 JSON: no byte order mark, lone surrogate escapes replaced by U+FFFD.

    msgspec refuses a whole page for one lone surrogate; the other 49 messages must survive it.
    Raises `GarbledError` if the body is not UTF-8 or has too many parts.
    """
    body = body.removeprefix(_BOM)
    try:
        body.decode()
    except UnicodeDecodeError:
        raise GarbledError("it is not UTF-8") from None
    # Counted before decoding: afterwards the memory is already used.
    if body.count(b"{") + body.count(b"[") > MOST_PARTS or body.count(b",") > MOST_PARTS:
        raise GarbledError("it has too many parts")
    if b"\\ud" in body or b"\\uD" in body:
        return _SURROGATES.sub(lambda match: match[1] or rb"\ufffd", body)
    return body


def decode(text: bytes | Raw, shape: type[T]) -> T:
    """One value of cleaned JSON; raises `GarbledError` if it does not have that shape."""
    try:
        value: T = _decoder(cast("Any", shape)).decode(text)
    except msgspec.MsgspecError as error:
        raise GarbledError(str(error)) from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise GarbledError(type(error).__name__) from None
    return value


@lru_cache(maxsize=64)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, float_hook=_exact)


def _exact(written: str) -> Decimal:
    """A number with a fraction, as written: money must not become a float."""
    try:
        return Decimal(written)
    except InvalidOperation:  # its exponent is too large for a Decimal
        return Decimal("NaN")


def result_of(body: bytes, shape: type[T]) -> T:
    """The `result` of an envelope; raises `GarbledError`, or `StatusError` for status ERROR."""
    result = _envelope(body).result
    if isinstance(result, UnsetType):
        raise GarbledError
    return decode(result, shape)


def check_ok(body: bytes) -> None:
    """Raise `GarbledError` or `StatusError` unless the envelope of a send says `"status":"OK"`."""
    if _envelope(body).status != "OK":
        raise GarbledError


def says_error(body: bytes) -> bool:
    """Whether the answer is JSON of the API that says `"status":"ERROR"`."""
    try:
        _envelope(body)
    except StatusError:
        return True
    except GarbledError:
        return False
    return False


def _envelope(body: bytes) -> wire.Envelope:
    envelope = decode(clean(body), wire.Envelope)
    if envelope.status == "ERROR":
        raise StatusError
    return envelope


def items_of(
    items: Raw | UnsetType, shape: type[T], to_noun: Callable[[T], Noun]
) -> tuple[tuple[Noun, ...], tuple[Unreadable, ...]]:
    """The readable items of a list as nouns, and the others; a value that is no list is one of these.

    Each is decoded alone, and `to_noun` may raise `GarbledError`: one bad item must not cost its page.
    """
    if isinstance(items, UnsetType):
        return (), (Unreadable("there is no list", b""),)
    try:
        raws = decode(items, list[Raw])
    except GarbledError as error:
        return (), (Unreadable(str(error), bytes(items)),)
    good: list[Noun] = []
    bad: list[Unreadable] = []
    for raw in raws:
        try:
            good.append(to_noun(decode(raw, shape)))
        except GarbledError as error:
            bad.append(Unreadable(str(error), bytes(raw)))
    return tuple(good), tuple(bad)


def keyless(item: Unreadable, key: str) -> Unreadable:
    """The item, emptied if it holds the key, however JSON escapes it: the item will be stored."""
    try:
        plain = msgspec.json.encode(decode(item.raw, object)) if item.raw else b""
    except GarbledError:
        plain = b""
    return Unreadable("it holds the key", b"") if key.encode() in item.raw + plain else item


def next_token(paging: wire.Paging | None) -> str | None:
    """The token of the next page, None on the last; raises `GarbledError` if it cannot be sent back.

    Taking such a token for the end would make an incomplete list look complete.
    """
    token: Any = paging.next_page_token if paging is not None else None
    if token is None or token == "":
        return None
    if not isinstance(token, str) or len(token) > TOKEN_LIMIT:
        raise GarbledError
    return token


def error_words(body: bytes) -> str:
    """The text of an error answer, not yet through `safetext`, at most 500 characters; empty if none."""
    try:
        answer = decode(clean(body), dict[str, Any])
    except GarbledError:
        return ""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else answer.get("error")
    if not isinstance(first, dict):
        return ""
    words = [first.get("message"), first.get("code")]
    return next((word for word in words if isinstance(word, str) and word), "")[:500]


# ---- single values, which the wire types leave open


def the_one(noun: Noun, is_it: bool) -> Noun:
    """The noun; raises `GarbledError` if it is not the one that was requested."""
    if not is_it:
        raise GarbledError("it is about something else")
    return noun


def number(value: Any) -> int | None:
    """A positive int64, which every id of the Market is; None for anything else."""
    # By `type`, as True would be an int for `isinstance`.
    return value if type(value) is int and 1 <= value < 2**63 else None


def the_id(value: Any) -> int:
    """The id without which an item is useless; raises `GarbledError` if it is not valid."""
    found = number(value)
    if found is None:
        raise GarbledError("the id is no id")
    return found


def words(value: Any) -> str | None:
    """A text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def part(value: Any, shape: type[Wire]) -> Wire:
    """A part of an answer in its shape, whose fields are all `Any`; empty if it is no object."""
    return msgspec.convert(value if isinstance(value, dict) else {}, shape)


# ---- times, waits and quotas, which never raise

LATEST: Final[Millis] = 2**42
"""Later times are cut to it: the year 9999 would overflow the code that reads them."""

_SENSELESS_MS: Final = 366 * 86_400_000
"""No quota is a year away: a header that says so is ignored."""
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,30}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)


def read_iso(value: Any) -> Millis:
    """A time in a JSON body, clamped to 0 … `LATEST`; `UNKNOWN_TIME` if it is unreadable.

    A time without an offset counts as UTC: at most some hours wrong instead of fifty years.
    """
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 80 else None
    if match is None:
        return UNKNOWN_TIME
    *numbers, fraction, sign, off_h, off_m = match.groups()
    away_s = (int(off_h or 0) * 60 + int(off_m or 0)) * 60
    moment = _moment([int(number or 0) for number in numbers], -away_s if sign == "-" else away_s)
    if moment is None:
        return UNKNOWN_TIME
    return min(max(moment + int((fraction or "0").ljust(3, "0")[:3]), UNKNOWN_TIME), LATEST)


def read_rfc822(value: str | None) -> Millis | None:
    """A time in a header (`Date`, `…-Until`), weekday unchecked; None if it is unreadable."""
    if value is None or len(value) >= 80:
        return None
    try:
        parts = parsedate_tz(value)
    except (ValueError, IndexError, TypeError):
        return None
    return _moment(parts[:6], parts[9] or 0) if parts is not None else None


def _moment(numbers: Sequence[int], away_s: int) -> Millis | None:
    """Year to second, `away_s` from UTC, in milliseconds since 1970; None if it is not in the calendar.

    Computed with integers: a `datetime` would overflow at the end of the year 9999.
    """
    year, month, day, hour, minute, second = numbers
    # 24:00:00 ends a day and :60 is a leap second; both are legal and simply the next second.
    is_clock = 0 <= hour < 24 or (hour == 24 and not (minute or second))
    if not (is_clock and 0 <= minute < 60 and 0 <= second <= 60) or abs(away_s) >= 24 * 3600:
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except (ValueError, OverflowError):
        return None
    return days * _DAY_MS + (hour * 3600 + minute * 60 + second - away_s) * 1000


# ---- headers: `Retry-After`, `X-RateLimit-Resource-…`


def quota_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until the quota returns, by the server's own clock; None if the headers make no sense."""
    until, now = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if until is None or now is None or not 0 < until - now <= _SENSELESS_MS:
        return None
    return (until - now) / 1000


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header (a number or a date); None if it makes no sense."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        wait_ms = int(text) * 1000
    else:
        until, now = read_rfc822(text), read_rfc822(headers.get("date"))
        if until is None or now is None:
            return None
        wait_ms = until - now
    return wait_ms / 1000 if 0 < wait_ms <= _SENSELESS_MS else None


def read_budget(operation: str, headers: Mapping[str, str], now: Millis) -> Budget | None:
    """The quota that the headers of an answer report, or None; `now` is our clock."""
    limit, remaining = count(headers, "limit"), count(headers, "remaining")
    until, date = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if not limit or remaining is None or until is None or date is None or until - date > _SENSELESS_MS:
        return None
    # Both times are of the server's clock, so that a wrong clock here does not matter.
    return Budget(operation, limit, min(remaining, limit), now + max(0, until - date))


def count(headers: Mapping[str, str], word: str) -> int | None:
    """The number in the header `X-RateLimit-Resource-{word}`; None if it holds none."""
    text = headers.get(f"x-ratelimit-resource-{word}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
