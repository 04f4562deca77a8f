"""From the bytes of an answer to wire values, however broken they are; and its moments, waits and quotas."""

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
"""Characters of the longest page token that is sent back."""

MOST_PARTS: Final = 100_000
"""Objects and lists of an answer, and its commas: as Python values they weigh fifty times their letters."""

_BOM: Final = b"\xef\xbb\xbf"
_SURROGATES: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class GarbledError(ValueError):
    """Bytes that are not the JSON that was agreed; its text tells why, without anything of theirs."""


class StatusError(ValueError):
    """A 200 whose JSON says `"status":"ERROR"`."""


def clean(body: bytes) -> bytes:
    """The body as plain UTF-8 JSON text: byte order mark gone, lone surrogate escapes turned into U+FFFD.

    msgspec refuses a whole page for one lone surrogate; the other 49 messages must survive it.
    GarbledError if it is not UTF-8 at all, or of too many parts.
    """
    body = body.removeprefix(_BOM)
    try:
        body.decode()
    except UnicodeDecodeError:
        raise GarbledError("it is not UTF-8") from None
    # Counted before anything is made of them: afterwards the memory is gone.
    if body.count(b"{") + body.count(b"[") > MOST_PARTS or body.count(b",") > MOST_PARTS:
        raise GarbledError("it has too many parts")
    if b"\\ud" in body or b"\\uD" in body:
        return _SURROGATES.sub(lambda match: match[1] or rb"\ufffd", body)
    return body


def decode(text: bytes | Raw, shape: type[T]) -> T:
    """One value of cleaned JSON; raises `GarbledError` for every way in which it is not of that shape."""
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
    """A number with a fraction as it was written: money is no float."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal("NaN")


def result_of(body: bytes, shape: type[T]) -> T:
    """The `result` of an envelope; raises `GarbledError` or `StatusError`."""
    result = _envelope(body).result
    if isinstance(result, UnsetType):
        raise GarbledError
    return decode(result, shape)


def check_ok(body: bytes) -> None:
    """GarbledError unless the envelope of a send says `"status":"OK"`: nothing less is an acceptance."""
    if _envelope(body).status != "OK":
        raise GarbledError


def _envelope(body: bytes) -> wire.Envelope:
    envelope = decode(clean(body), wire.Envelope)
    if envelope.status == "ERROR":
        raise StatusError
    return envelope


def items_of(
    items: Raw | UnsetType, shape: type[T], to_noun: Callable[[T], Noun]
) -> tuple[tuple[Noun, ...], tuple[Unreadable, ...]]:
    """The readable items of a list as nouns, and the others; a list that is none counts as one of these.

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
    """The item, emptied if it holds the key, however JSON spells it: the item is going to be kept."""
    try:
        plain = msgspec.json.encode(decode(item.raw, object)) if item.raw else b""
    except GarbledError:
        plain = b""
    return Unreadable("it holds the key", b"") if key.encode() in item.raw + plain else item


def next_token(paging: wire.Paging | None) -> str | None:
    """The token of the next page, None on the last; raises `GarbledError` for one that cannot be sent back.

    Taking such a token for the end would call an incomplete list complete.
    """
    token: Any = paging.next_page_token if paging is not None else None
    if token is None or token == "":
        return None
    if not isinstance(token, str) or len(token) > TOKEN_LIMIT:
        raise GarbledError
    return token


def error_words(body: bytes) -> str:
    """What an error answer says for people, raw, at most 500 characters; empty if nothing."""
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


def number(value: Any) -> int | None:
    """A positive int64, or None: what the Market calls an id."""
    return value if type(value) is int and 1 <= value < 2**63 else None


def the_id(value: Any) -> int:
    """The id without which an item is of no use; raises `GarbledError` if it is none."""
    found = number(value)
    if found is None:
        raise GarbledError("the id is no id")
    return found


def words(value: Any) -> str | None:
    """A text that says something, or None."""
    return value if isinstance(value, str) and value else None


def part(value: Any, shape: type[Wire]) -> Wire:
    """A part of an answer in its shape; empty when it is absent, null or something else."""
    return msgspec.convert(value if isinstance(value, dict) else {}, shape)


# -- moments, waits and quotas, read without ever failing ------------------------------------------------


LATEST: Final[Millis] = 2**42
"""Later moments are cut to it: year 9999 would overflow what reads them."""

_SENSELESS_MS: Final = 366 * 86_400_000
"""No quota is a year away: such a header is taken for none."""
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,30}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)


def read_iso(value: Any) -> Millis:
    """A moment of a JSON body, clamped to 0 … `LATEST`; `UNKNOWN_TIME` when it is none.

    A moment without an offset counts as UTC: at most some hours wrong instead of fifty years.
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
    """A moment of a header (`Date`, `…-Until`), its weekday unchecked; None when it is none."""
    if value is None or len(value) >= 80:
        return None
    try:
        parts = parsedate_tz(value)
    except (ValueError, IndexError, TypeError):
        return None
    return _moment(parts[:6], parts[9] or 0) if parts is not None else None


def _moment(numbers: Sequence[int], away_s: int) -> Millis | None:
    """Year to second, so far away from UTC, as milliseconds since 1970; None for no date of the calendar.

    By integers alone: no year is too late for them.
    """
    year, month, day, hour, minute, second = numbers
    # 24:00:00 ends a day and :60 is a leap second; both are legal and simply the next moment.
    is_clock = 0 <= hour < 24 or (hour == 24 and not (minute or second))
    if not (is_clock and 0 <= minute < 60 and 0 <= second <= 60) or abs(away_s) >= 24 * 3600:
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except (ValueError, OverflowError):
        return None
    return days * _DAY_MS + (hour * 3600 + minute * 60 + second - away_s) * 1000


# ---- headers: `Retry-After`, `X-RateLimit-Resource-…`


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
