"""From the bytes of an answer to wire values, however broken the bytes are."""

import re
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from chat_tui.market import wire

T = TypeVar("T")

TOKEN_LIMIT: Final = 8192
"""Characters of the longest page token that is sent back."""

_BOM: Final = b"\xef\xbb\xbf"
_SURROGATES: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class GarbledError(ValueError):
    """Bytes that are not the JSON that was agreed."""


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
        raise GarbledError from None
    if b"\\ud" in body or b"\\uD" in body:
        return _SURROGATES.sub(lambda match: match[1] or rb"\ufffd", body)
    return body


def decode(text: bytes | Raw, shape: type[T]) -> T:
    """One value of cleaned JSON; raises `GarbledError` for every way in which it is not of that shape."""
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise GarbledError from None


def result_of(body: bytes, shape: type[T]) -> T:
    """The `result` of an envelope; raises `GarbledError` or `StatusError`."""
    answer = decode(clean(body), wire.Answer)
    if answer.status == "ERROR":
        raise StatusError
    if isinstance(answer.result, UnsetType):
        raise GarbledError
    return decode(answer.result, shape)


def check_ok(body: bytes) -> wire.Answer:
    """The envelope of a send; raises unless it says `"status":"OK"`."""
    answer = decode(clean(body), wire.Answer)
    if answer.status == "ERROR":
        raise StatusError
    if answer.status != "OK":
        raise GarbledError
    return answer


def items_of(items: Raw | UnsetType, shape: type[T]) -> tuple[list[T], int]:
    """The readable items of a list, and how many were not; a list that is none counts as one bad item."""
    if items is UNSET:
        return [], 1
    try:
        raws = decode(items, list[Raw])
    except GarbledError:
        return [], 1
    good: list[T] = []
    for raw in raws:
        try:
            good.append(decode(raw, shape))
        except GarbledError:
            continue
    return good, len(raws) - len(good)


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
