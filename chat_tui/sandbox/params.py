"""Checks of what a request asks, with the documented words of refusal."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from chat_tui.sandbox.refusal import Refusal

JSON_LIMIT: Final = 512 * 1024
_INT64: Final = 2**63
_INTEGER: Final = re.compile(r"-?\d{1,19}", re.ASCII)


def whole(
    name: str, written: str, *, least: int | None = None, most: int | None = None, bits: int = 64
) -> int:
    """An integer of so many bits in the path or the query."""
    edge = 1 << (bits - 1)
    if not _INTEGER.fullmatch(written) or not -edge <= int(written) < edge:
        raise Refusal(400, f"Type mismatch: '{name}'")
    value = int(written)
    if least is not None and value < least:
        raise Refusal(
            400, f"Parameter {name} must be greater than or equal to {least} (rejected value: {value})"
        )
    if most is not None and value > most:
        raise Refusal(400, f"Parameter {name} must be less than or equal to {most} (rejected value: {value})")
    return value


def required(query: Mapping[str, str], name: str) -> int:
    """A positive int64 that must be in the query."""
    if query.get(name, "") == "":
        raise Refusal(400, f"Required request parameter '{name}' is not present")
    return whole(name, query[name], least=1)


def limit(query: Mapping[str, str], *, default: int, most: int, cut: bool = False) -> int:
    """The page size; `cut`: larger values are cut down instead of refused."""
    written = query.get("limit")
    if written is None:
        return default
    value = whole("limit", written, least=1, most=None if cut else most, bits=32)
    return min(value, most)


def json_object(content_type: str, raw: bytes) -> dict[str, Any]:
    """The JSON object a body must be."""
    if len(raw) > JSON_LIMIT:
        raise Refusal(400, f"The request is too big: {len(raw)} bytes, limit {JSON_LIMIT}")
    if not raw:
        raise Refusal(400, "Required request body is missing")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, f"Content type '{content_type}' not supported")
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as broken:
        raise Refusal(400, f"JSON: {broken}") from broken
    except UnicodeDecodeError as broken:
        raise Refusal(400, "JSON: invalid UTF-8") from broken
    if not isinstance(body, dict):
        raise Refusal(400, "JSON: an object was expected")
    return body


def _size(name: str, least: int, most: int, value: object) -> Refusal:
    return Refusal(400, f"'{name}' size must be between {least} and {most} (rejected value: '{value}')")


def items(
    body: Mapping[str, Any], name: str, check: Callable[[Any, str], Any], *, most: int = 2**31 - 1
) -> list[Any] | None:
    """A list of unique items, at least one; None if it is absent or null."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise Refusal(400, f"JSON: '{name}' must be an array")
    if not 1 <= len(value) <= most:
        raise _size(name, 1, most, value)
    checked = [check(item, name) for item in value]
    if len({msgspec.json.encode(item) for item in checked}) != len(checked):
        raise Refusal(400, f"'{name}' must only contain unique elements (rejected value: '{value}')")
    return checked


def word(of: frozenset[str]) -> Callable[[Any, str], str]:
    """An item that is one of these words."""

    def check(item: Any, name: str) -> str:
        if not isinstance(item, str) or item not in of:
            raise Refusal(400, f"JSON: unknown value in '{name}'")
        return item

    return check


def number(item: Any, name: str) -> int:
    """An item that is an int64."""
    if isinstance(item, bool) or not isinstance(item, int) or not -_INT64 <= item < _INT64:
        raise Refusal(400, f"JSON: '{name}' must be an integer")
    return item


def positive(item: Any, name: str) -> int:
    """An item that is a positive int64."""
    value = number(item, name)
    if value < 1:
        raise Refusal(400, f"'{name}' must be greater than or equal to 1 (rejected value: {value})")
    return value


def string(item: Any, name: str) -> str:
    """An item that is a text of at least one character."""
    if not isinstance(item, str):
        raise Refusal(400, f"JSON: '{name}' must be a string")
    if not item:
        raise _size(name, 1, 2**31 - 1, "")
    return item


def context(item: Any, name: str) -> tuple[str, int]:
    """What a chat is about: type ORDER or RETURN, and id."""
    if not isinstance(item, dict):
        raise Refusal(400, f"JSON: '{name}' must be an object")
    for field in ("type", "id"):
        if item.get(field) is None:
            raise Refusal(400, f"'{name}.{field}' must not be null (rejected value: null)")
    kind = word(frozenset({"ORDER", "RETURN"}))(item["type"], f"{name}.type")
    return kind, positive(item["id"], f"{name}.id")


def text(body: Mapping[str, Any], name: str, *, most: int) -> str:
    """A required text; its length is counted in UTF-16 units, as in the Market's own language."""
    value = body.get(name)
    if value is None:
        raise Refusal(400, f"'{name}' must not be null (rejected value: null)")
    if not isinstance(value, str):
        raise Refusal(400, f"JSON: '{name}' must be a string")
    if not 1 <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= most:
        raise _size(name, 1, most, value)
    return value
