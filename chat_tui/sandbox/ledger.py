"""The records of the pretend Market: quotas, requests, accepted sends, and a journal of its world."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from chat_tui.sandbox.access import Refusal
from chat_tui.sandbox.times import http_date


@dataclass(slots=True)
class _Account:
    limit: int
    remaining: int
    until: int
    """When the hour ends, ms."""


class Quotas:
    """Counts calls of every operation and owner (a business or shop). Safe to use from several threads.

    An hour starts with its first call.
    """

    def __init__(self, now_ms: Callable[[], int], per_hour: Mapping[str, int]) -> None:
        """`per_hour` is the quota of every operation."""
        self._now_ms = now_ms
        self._per_hour = per_hour
        self._accounts: dict[tuple[str, int], _Account] = {}
        self._in_flight: Counter[int] = Counter()
        self._lock = threading.Lock()
        self.peak = 0
        """The most requests of a business that were in flight at once, refused ones included."""

    def _account(self, operation: str, owner: int) -> _Account:
        now = self._now_ms()
        account = self._accounts.get((operation, owner))
        if account is None or now >= account.until:
            limit = account.limit if account else self._per_hour[operation]
            # In whole seconds, like the header that announces it.
            account = _Account(limit, limit, (now // 1000 + 3600) * 1000)
            self._accounts[operation, owner] = account
        return account

    def leave(self, operation: str, owner: int, remaining: int, *, until: int | None = None) -> None:
        """Set the calls that are left, and (`until`, ms) when the hour ends; for tests."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = remaining
            account.until = account.until if until is None else until

    def remaining(self, operation: str, owner: int) -> int:
        """The calls that are left; for tests."""
        with self._lock:
            return self._account(operation, owner).remaining

    def take(self, operation: str, owner: int, resource: str) -> None:
        """Count one call; Refusal (420) if none is left, whose words name the `resource` (a path)."""
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
        """Count one call that is refused for another reason, if any is left."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = max(account.remaining - 1, 0)

    def give_back(self, operation: str, owner: int) -> None:
        """Return a call to the quota: 5xx answers cost nothing."""
        with self._lock:
            account = self._account(operation, owner)
            account.remaining = min(account.remaining + 1, account.limit)

    def headers(self, operation: str, owner: int) -> dict[str, str]:
        """The three headers of the quota, which every answer has."""
        with self._lock:
            account = self._account(operation, owner)
            return {
                "x-ratelimit-resource-limit": str(account.limit),
                "x-ratelimit-resource-remaining": str(account.remaining),
                "x-ratelimit-resource-until": http_date(account.until),
            }

    @property
    def in_flight(self) -> int:
        """Requests in flight, of all businesses; for tests."""
        with self._lock:
            return self._in_flight.total()

    def enter(self, owner: int) -> int:
        """Count a request as in flight; returns how many the owner has now."""
        with self._lock:
            self._in_flight[owner] += 1
            self.peak = max(self.peak, self._in_flight[owner])
            return self._in_flight[owner]

    def leave_flight(self, owner: int) -> None:
        """Count a request as no longer in flight."""
        with self._lock:
            self._in_flight[owner] -= 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """One send that took effect, regardless of its answer."""

    chat_id: int
    kind: Literal["text", "file"]
    text: str
    """Empty for a file."""
    sha256: str
    """Of the file's bytes; empty for a text."""
    name: str
    size: int
    """Bytes of the file; 0 for a text."""
    at: int
    """ms."""
    message_id: int


@dataclass(slots=True)
class RequestRecord:
    """One request and the status of its answer."""

    operation: str
    """operationId, "file" on the attachment host, or "" for an unknown path."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case; the values of credentials are replaced by their first four characters and "…"."""
    at: int
    """When it arrived, ms."""
    in_flight: int
    """Requests of the business in flight then, this one included."""
    status: int = 0
    """0 = not answered yet, cut, or the client hung up."""
    body_size: int = 0
    """Bytes that were read."""


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """The headers with the values of credentials cut to four characters."""
    secret = ("api-key", "authorization")
    return {name: value[:4] + "…" if name in secret else value for name, value in headers.items()}


# ---- the journal: JSON lines, from which a restarted demo continues where it stopped


class Upload(msgspec.Struct, frozen=True, array_like=True):
    """A file of a message."""

    name: str
    file_id: str
    content: bytes


class ChatOpened(msgspec.Struct, frozen=True, tag="opened"):
    """A chat was opened. Words are those of the API; `order` is the number of its order, −1 = none."""

    chat_id: int
    at: int
    context: str
    order: int
    name: str | None
    kind: str = "CHAT"
    status: str = "NEW"


class Said(msgspec.Struct, frozen=True, tag="said"):
    """A message was written; `status` is that of the chat after it."""

    chat_id: int
    message_id: int
    at: int
    sender: str
    text: str | None
    status: str
    files: tuple[Upload, ...] = ()


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """The status or type of a chat changed without a message."""

    chat_id: int
    status: str
    kind: str


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """What determines a world; the first line of a journal."""

    seed: int
    chats: int
    start: int
    """ms UTC."""
    long_chat: int
    """The longest chat has at least so many messages."""
    language: str
    """Of the shop and its buyers: "ru" or "en"."""
    hostile: bool
    """Whether some buyers try to control the terminal."""


Record = ChatOpened | Said | Moved

_encode = msgspec.json.Encoder().encode
_decode_record = msgspec.json.Decoder(Record).decode
_decode_begun = msgspec.json.Decoder(Begun).decode


class Journal:
    """An append-only file, 0600: one `Begun`, then records. A last line cut off by a kill is dropped."""

    def __init__(self, path: Path, begun: Begun) -> None:
        """Open or create it; ValueError if it is not a journal or belongs to another world."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(descriptor, "r+b")
        content = self._file.read()
        self.begun, self.records = begun, list[Record]()
        if not content:
            self.write(begun)
            return
        try:
            self._read(path, content, begun)
        except ValueError:
            self._file.close()
            raise

    def _read(self, path: Path, content: bytes, wanted: Begun) -> None:
        whole = content[: content.rfind(b"\n") + 1]
        # Without a whole line the content itself is decoded, so that a foreign file is refused, not emptied.
        lines = whole.splitlines() or [content]
        try:
            self.begun = _decode_begun(lines[0])
            self.records = [_decode_record(line) for line in lines[1:]]
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise ValueError(f"{path} is not a journal of the pretend Market: {broken}") from broken
        if replace(self.begun, start=0) != replace(wanted, start=0):
            raise ValueError(
                f"{path} belongs to a world with --seed {self.begun.seed} --chats {self.begun.chats}"
                f" --lang {self.begun.language}{' --hostile' * self.begun.hostile}"
            )
        self._file.seek(len(whole))
        self._file.truncate()
        if not whole:
            # Only the newline of the first line was cut off, and a journal without that line is refused.
            self.write(self.begun)

    def write(self, record: Record | Begun) -> None:
        """Append one record; a kill after that does not lose it."""
        self._file.write(_encode(record) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
