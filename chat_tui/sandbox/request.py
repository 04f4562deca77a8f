"""One request and the checks of its parameters, with the documented words of every refusal."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, FormParser, parse_options_header

from chat_tui.sandbox.access import Key, Refusal
from chat_tui.sandbox.faults import Behaviour
from chat_tui.sandbox.ledger import Accepted
from chat_tui.sandbox.world import Chat, World

_T = TypeVar("_T")

JSON_LIMIT: Final = 512 * 1024
_INT64: Final = 2**63
_INTEGER: Final = re.compile(r"-?\d{1,19}", re.ASCII)


def whole(
    name: str, written: str, *, least: int | None = None, most: int | None = None, bits: int = 64
) -> int:
    """An integer of so many bits in the path or the query, in `least` … `most`; Refusal (400) otherwise."""
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
    """A positive int64 that must be in the query; Refusal (400) if it is missing or anything else."""
    if query.get(name, "") == "":
        raise Refusal(400, f"Required request parameter '{name}' is not present")
    return whole(name, query[name], least=1)


def limit(query: Mapping[str, str], *, default: int, most: int, cut: bool = False) -> int:
    """The page size; Refusal (400) unless it is in 1 … `most`, but with `cut` a larger one is cut down."""
    written = query.get("limit")
    if not written:
        return default
    value = whole("limit", written, least=1, most=None if cut else most, bits=32)
    return min(value, most)


def check_size(size: int, most: int) -> None:
    """Refusal (400) if so many bytes are more than `most`."""
    if size > most:
        words = f"less than {most // 1024} KB, but passed {size / 1024 / 1024:.2f} MB"
        raise Refusal(400, f"The request is too big: Maximum allowed request size must be {words}")


def check_type(content_type: str, wanted: str) -> None:
    """Refusal (415) if a body is of another type than the one wanted, or its header is not a type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and "/" not in kind:
        raise Refusal(415, f"Unknown content-type: '{content_type}'")
    if kind != wanted:
        raise Refusal(415, f"Content type '{content_type}' not supported")


def _size(name: str, least: int, most: int, value: object) -> Refusal:
    return Refusal(400, f"'{name}' size must be between {least} and {most} (rejected value: '{value}')")


def _illegal(path: str) -> Refusal:
    """For a value of the wrong type."""
    return Refusal(400, f"Illegal input at '{path}'")


def items(
    body: Mapping[str, Any], name: str, check: Callable[[Any, str], Any], *, most: int = 2**31 - 1
) -> list[Any] | None:
    """A list of 1 … `most` unique items that pass `check`, or None if absent or null; else Refusal (400)."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise _illegal(name)
    if not 1 <= len(value) <= most:
        raise Refusal(400, f"'{name}' size must be between 1 and {most} (rejected size: {len(value)})")
    if None in value:
        shown = str(value).replace("None", "null")
        raise Refusal(400, f"'{name}' elements must be not null (rejected value: '{shown}')")
    checked = [check(item, name) for item in value]
    if len({msgspec.json.encode(item) for item in checked}) != len(checked):
        raise Refusal(400, f"'{name}' must only contain unique elements (rejected value: '{value}')")
    return checked


def word(of: Sequence[str]) -> Callable[[Any, str], str]:
    """A check for an item that is one of these words; Refusal (400) if it is not."""

    def check(item: Any, name: str) -> str:
        if not isinstance(item, str) or item not in of:
            raise _illegal(name)
        return item

    return check


def number(item: Any, name: str) -> int:
    """An item that is an int64; Refusal (400) if it is not."""
    if isinstance(item, bool) or not isinstance(item, int) or not -_INT64 <= item < _INT64:
        raise _illegal(name)
    return item


def positive(item: Any, name: str) -> int:
    """An item that is a positive int64; Refusal (400) if it is not."""
    value = number(item, name)
    if value < 1:
        raise Refusal(400, f"'{name}' must be greater than or equal to 1 (rejected value: {value})")
    return value


def string(item: Any, name: str) -> str:
    """An item that is a text of at least one character; Refusal (400) if it is not."""
    if not isinstance(item, str):
        raise _illegal(name)
    if not item:
        raise _size(name, 1, 2**31 - 1, "")
    return item


def context(item: Any, name: str) -> tuple[str, int]:
    """An item of a chat's context: type (ORDER or RETURN) and id; Refusal (400) if it is not."""
    if not isinstance(item, dict):
        raise _illegal(name)
    for part in ("type", "id"):
        if item.get(part) is None:
            raise Refusal(400, f"'{name}.{part}' must not be null (rejected value: null)")
    kind = word(("ORDER", "RETURN"))(item["type"], f"{name}.type")
    return kind, positive(item["id"], f"{name}.id")


def text(body: Mapping[str, Any], name: str, *, most: int) -> str:
    """A text of 1 … `most` UTF-16 units, as the Market's own language counts; Refusal (400) otherwise."""
    value = body.get(name)
    if value is None:
        raise Refusal(400, f"'{name}' must not be null (rejected value: null)")
    if not isinstance(value, str):
        raise _illegal(name)
    if not 1 <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= most:
        raise _size(name, 1, most, value)
    return value


# ---- forms

_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""How browsers and HTTP libraries write characters that a quoted name may not contain."""


def files_named(field: str, content_type: str, body: bytes) -> list[tuple[str, bytes]]:
    """Name and content of every complete file in one field of a form; Refusal (400) if it is no form."""
    found: list[tuple[str, bytes]] = []

    def take(uploaded: File) -> None:
        if uploaded.field_name == field.encode():
            uploaded.file_object.seek(0)
            name = (uploaded.file_name or b"file").decode(errors="replace")
            for escape, character in _ESCAPES.items():
                name = name.replace(escape, character)
            found.append((name, uploaded.file_object.read()))

    kind, options = parse_options_header(content_type.encode("latin-1", "replace"))
    # In memory: the body has been read already, and starlette reads forms only from a stream.
    kept = {"MAX_MEMORY_FILE_SIZE": len(body) + 1}
    try:
        parser = FormParser(kind.decode(), None, take, boundary=options.get(b"boundary"), config=kept)
        parser.write(body)
        parser.finalize()
    except FormParserError as broken:
        raise Refusal(400, "Could not parse multipart request") from broken
    return found


# ---- pages


class Tokens:
    """Makes and reads the page tokens of one world, each bound to one question."""

    def __init__(self, seed: int) -> None:
        self._secret = f"sandbox {seed}".encode()

    def _seal(self, asked: Any, place: int) -> bytes:
        return hmac.new(self._secret, msgspec.json.encode((asked, place)), hashlib.sha256).digest()[:9]

    def make(self, asked: Any, place: int) -> str:
        """The token for the page that begins at `place` of the answer to `asked`."""
        return base64.urlsafe_b64encode(place.to_bytes(6, "big") + self._seal(asked, place)).decode()

    def read(self, asked: Any, token: str) -> int:
        """The place where the page begins; Refusal (400) for a token that was not made for `asked`."""
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except ValueError as broken:
            raise Refusal(400, "Bad page token") from broken
        place = int.from_bytes(raw[:6], "big")
        if not hmac.compare_digest(raw[6:], self._seal(asked, place)):
            raise Refusal(400, "Bad page token")
        return place


# ---- the request itself


@dataclass(slots=True)
class Market:
    """The state that the operations work on."""

    world: World
    behaviour: Behaviour
    tokens: Tokens
    files_url: str
    """Origin of the attachment host."""
    heard: Callable[[Chat, str], None]
    """Called after every message of the shop, with its chat and text; "" = a file."""
    ledger: list[Accepted] = field(default_factory=list)
    """Every send that took effect, in order."""
    created: list[int] = field(default_factory=list)
    """Ids of the chats that createChat opened; for tests."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in; its methods raise Refusal for bad parameters."""

    market: Market
    operation: str
    key: Key
    ids: Mapping[str, int]
    """From the path."""
    query: Mapping[str, str]
    content_type: str
    body: bytes
    size: int
    """Bytes of the body that came; more than `body` holds if it was far too large."""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; Refusal (400, or 415 for another type) if it is none or too large."""
        check_size(self.size, JSON_LIMIT)
        if not self.body:
            raise Refusal(400, "Required request body is missing")
        check_type(self.content_type, "application/json")
        try:
            body = msgspec.json.decode(self.body)
        except msgspec.DecodeError as broken:
            is_cut = "truncated" in str(broken)
            raise Refusal(400, "Unexpected end of content" if is_cut else f"JSON: {broken}") from broken
        except UnicodeDecodeError as broken:
            raise Refusal(400, "JSON: invalid UTF-8") from broken
        if not isinstance(body, dict):
            raise Refusal(400, "JSON: an object was expected")
        return body

    def chat(self) -> Chat:
        """The chat of `chatId` in the query; Refusal (400) for a bad id, (404) if there is none with it."""
        chat_id = required(self.query, "chatId")
        chat = self.market.world.chat(chat_id)
        if chat is None:
            raise Refusal(404, f"Can't find chat by id: '{chat_id}'")
        return chat

    def page(
        self, asked: Any, size: int, read: Callable[[int, int], Sequence[_T]]
    ) -> tuple[list[_T], dict[str, str]]:
        """The page of the token, by `read(first, count)`, and its `paging`.

        Refusal (400) for a token that was made for something else than `asked`.
        """
        behaviour = self.market.behaviour
        bound = (self.operation, sorted(self.ids.items()), asked)
        token = self.query.get("pageToken") or self.query.get("page_token") or ""
        first = self.market.tokens.read(bound, token) if token else 0
        if behaviour.paging == "endless" and token:
            return [], {"nextPageToken": self.market.tokens.make(bound, first + 1)}
        # One item more than fits shows that there is a next page.
        found = list(read(first, size + 1))
        following = first + size - behaviour.page_overlap if size > behaviour.page_overlap else first + 1
        if behaviour.paging == "loop":
            following = size  # always the second page
        elif len(found) <= size and behaviour.paging != "endless":
            return found, {}
        return found[:size], {"nextPageToken": self.market.tokens.make(bound, following)}


def ok(result: Any) -> dict[str, Any]:
    """The envelope of a 200 answer of the chat calls, getAuthTokenInfo and getReturn."""
    return {"status": "OK", "result": result}
