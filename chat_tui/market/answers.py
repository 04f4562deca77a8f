"""From the bytes of an answer to wire values, however broken the bytes are."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Raw, UnsetType

from chat_tui.market import wire
from chat_tui.model.chat import Unreadable

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
    """Raise unless the envelope of a send says `"status":"OK"`: nothing less is an acceptance."""
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
