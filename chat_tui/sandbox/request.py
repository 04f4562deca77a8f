"""One request on its way through an operation: what it may ask, and the documented words of every refusal."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

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
    """The page size; an empty one is none; `cut`: larger values are cut down instead of refused."""
    written = query.get("limit")
    if not written:
        return default
    value = whole("limit", written, least=1, most=None if cut else most, bits=32)
    return min(value, most)


def check_size(size: int, most: int) -> None:
    """400 if so many bytes are more than `most`."""
    if size > most:
        words = f"less than {most // 1024} KB, but passed {size / 1024 / 1024:.2f} MB"
        raise Refusal(400, f"The request is too big: Maximum allowed request size must be {words}")


def check_type(content_type: str, wanted: str) -> None:
    """415 if a body is of another type than the one wanted, or its header names no type at all."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and "/" not in kind:
        raise Refusal(415, f"Unknown content-type: '{content_type}'")
    if kind != wanted:
        raise Refusal(415, f"Content type '{content_type}' not supported")


def json_object(content_type: str, raw: bytes, size: int) -> dict[str, Any]:
    """The JSON object a body of `size` bytes must be; `raw` may be its beginning only."""
    check_size(size, JSON_LIMIT)
    if not raw:
        raise Refusal(400, "Required request body is missing")
    check_type(content_type, "application/json")
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as broken:
        is_cut = "truncated" in str(broken)
        raise Refusal(400, "Unexpected end of content" if is_cut else f"JSON: {broken}") from broken
    except UnicodeDecodeError as broken:
        raise Refusal(400, "JSON: invalid UTF-8") from broken
    if not isinstance(body, dict):
        raise Refusal(400, "JSON: an object was expected")
    return body


def _size(name: str, least: int, most: int, value: object) -> Refusal:
    return Refusal(400, f"'{name}' size must be between {least} and {most} (rejected value: '{value}')")


def illegal(path: str) -> Refusal:
    """A value of another type than the one that belongs there."""
    return Refusal(400, f"Illegal input at '{path}'")


def items(
    body: Mapping[str, Any], name: str, check: Callable[[Any, str], Any], *, most: int = 2**31 - 1
) -> list[Any] | None:
    """A list of unique items, at least one; None if it is absent or null."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise illegal(name)
    if not 1 <= len(value) <= most:
        raise Refusal(400, f"'{name}' size must be between 1 and {most} (rejected size: {len(value)})")
    if None in value:
        shown = str(value).replace("None", "null")
        raise Refusal(400, f"'{name}' elements must be not null (rejected value: '{shown}')")
    checked = [check(item, name) for item in value]
    if len({msgspec.json.encode(item) for item in checked}) != len(checked):
        raise Refusal(400, f"'{name}' must only contain unique elements (rejected value: '{value}')")
    return checked


def word(of: frozenset[str]) -> Callable[[Any, str], str]:
    """An item that is one of these words."""

    def check(item: Any, name: str) -> str:
        if not isinstance(item, str) or item not in of:
            raise illegal(name)
        return item

    return check


def number(item: Any, name: str) -> int:
    """An item that is an int64."""
    if isinstance(item, bool) or not isinstance(item, int) or not -_INT64 <= item < _INT64:
        raise illegal(name)
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
        raise illegal(name)
    if not item:
        raise _size(name, 1, 2**31 - 1, "")
    return item


def context(item: Any, name: str) -> tuple[str, int]:
    """What a chat is about: type ORDER or RETURN, and id."""
    if not isinstance(item, dict):
        raise illegal(name)
    for part in ("type", "id"):
        if item.get(part) is None:
            raise Refusal(400, f"'{name}.{part}' must not be null (rejected value: null)")
    kind = word(frozenset({"ORDER", "RETURN"}))(item["type"], f"{name}.type")
    return kind, positive(item["id"], f"{name}.id")


def text(body: Mapping[str, Any], name: str, *, most: int) -> str:
    """A required text; its length is counted in UTF-16 units, as in the Market's own language."""
    value = body.get(name)
    if value is None:
        raise Refusal(400, f"'{name}' must not be null (rejected value: null)")
    if not isinstance(value, str):
        raise illegal(name)
    if not 1 <= len(value.encode("utf-16-le", "surrogatepass")) // 2 <= most:
        raise _size(name, 1, most, value)
    return value


# ---- forms

_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""How browsers and HTTP libraries write what may not stand in a quoted name."""


class UploadedFile(NamedTuple):
    """One file of a form."""

    name: str
    content: bytes


def files_named(field: str, content_type: str, body: bytes) -> tuple[UploadedFile, ...]:
    """The whole files of a form in one of its fields; Refusal (400) if it is no form."""
    found: list[UploadedFile] = []

    def take(uploaded: File) -> None:
        if uploaded.field_name == field.encode():
            uploaded.file_object.seek(0)
            name = (uploaded.file_name or b"file").decode(errors="replace")
            found.append(UploadedFile(_plain(name), uploaded.file_object.read()))

    kind, options = parse_options_header(content_type.encode("latin-1", "replace"))
    # In memory: the body is there already, so starlette's own reading of forms, from a stream, would not do.
    kept = {"MAX_MEMORY_FILE_SIZE": len(body) + 1}
    try:
        parser = FormParser(kind.decode(), None, take, boundary=options.get(b"boundary"), config=kept)
        parser.write(body)
        parser.finalize()
    except FormParserError as broken:
        raise Refusal(400, "Could not parse multipart request") from broken
    return tuple(found)


def _plain(written: str) -> str:
    for escape, character in _ESCAPES.items():
        written = written.replace(escape, character)
    return written


# ---- pages


class Tokens:
    """Makes and reads tokens of one world."""

    def __init__(self, seed: int) -> None:
        self._secret = f"sandbox {seed}".encode()

    def _seal(self, asked: Any, place: int) -> bytes:
        return hmac.new(self._secret, msgspec.json.encode((asked, place)), hashlib.sha256).digest()[:9]

    def make(self, asked: Any, place: int) -> str:
        """The token for the page that begins at `place` of the answer to `asked`."""
        return base64.urlsafe_b64encode(place.to_bytes(6, "big") + self._seal(asked, place)).decode()

    def read(self, asked: Any, token: str) -> int:
        """Where the page begins; 400 for a token that was not made for `asked`."""
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
    """Everything the operations work on."""

    world: World
    behaviour: Behaviour
    tokens: Tokens
    files_url: str
    """Origin of the attachment host."""
    heard: Callable[[Chat], None]
    """Called with every chat the shop wrote in."""
    ledger: list[Accepted] = field(default_factory=list)
    """Every send that took effect, in order."""
    created: list[int] = field(default_factory=list)
    """Ids of chats that createChat opened."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    market: Market
    operation: str
    key: Key
    ids: Mapping[str, int]
    """From the path."""
    query: Mapping[str, str]
    content_type: str
    body: bytes
    size: int
    """Bytes of the body as it came; more than `body` holds where it was far too large."""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return json_object(self.content_type, self.body, self.size)

    def chat(self) -> Chat:
        """The chat that `chatId` of the query names."""
        chat_id = required(self.query, "chatId")
        chat = self.market.world.chat(chat_id)
        if chat is None:
            raise Refusal(404, f"Can't find chat by id: '{chat_id}'")
        return chat

    def page(
        self, asked: Any, size: int, read: Callable[[int, int], Sequence[_T]]
    ) -> tuple[list[_T], dict[str, str]]:
        """The page the token asks for, and its `paging`; `read(first, count)` gives a run of all items."""
        behaviour = self.market.behaviour
        bound = (self.operation, sorted(self.ids.items()), asked)
        token = self.query.get("pageToken") or self.query.get("page_token") or ""
        first = self.market.tokens.read(bound, token) if token else 0
        if behaviour.paging == "endless" and token:
            return [], {"nextPageToken": self.market.tokens.make(bound, first + 1)}
        # One more than fits tells whether there is a next page.
        found = list(read(first, size + 1))
        following = first + size - behaviour.page_overlap if size > behaviour.page_overlap else first + 1
        if behaviour.paging == "loop":
            following = size
        elif len(found) <= size and behaviour.paging != "endless":
            return found, {}
        return found[:size], {"nextPageToken": self.market.tokens.make(bound, following)}


def ok(result: Any) -> dict[str, Any]:
    """The envelope of the chat calls."""
    return {"status": "OK", "result": result}
