"""What the pretend Market counts and keeps: quotas, requests, accepted sends, and a journal of its world."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec.structs import replace

from chat_tui.sandbox.access import Refusal
from chat_tui.sandbox.times import http_date

HOUR: Final = 3_600_000


@dataclass(slots=True)
class _Account:
    limit: int
    remaining: int
    until: int


class Quotas:
    """Counters; the first call of an hour starts its hour. Safe to use from several threads."""

    def __init__(self, now_ms: Callable[[], int], per_hour: Mapping[str, int]) -> None:
        """`per_hour` is the quota of every operation."""
        self._now_ms = now_ms
        self._per_hour = per_hour
        self._accounts: dict[tuple[str, int], _Account] = {}
        self._in_flight: dict[int, int] = {}
        self._lock = threading.Lock()
        self.peak = 0
        """The most requests that were in flight at once, refused ones included."""

    def _account(self, operation: str, owner: int) -> _Account:
        now = self._now_ms()
        account = self._accounts.get((operation, owner))
        if account is None or now >= account.until:
            limit = account.limit if account else self._per_hour[operation]
            # Whole seconds: the header that tells it has no finer ones.
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


@dataclass(frozen=True, slots=True)
class Accepted:
    """One send that took effect, whatever was answered."""

    chat_id: int
    kind: Literal["text", "file"]
    text: str
    """Empty for a file."""
    sha256: str
    """Of the file's bytes; empty for a text."""
    name: str
    size: int
    at: int
    message_id: int


@dataclass(slots=True)
class RequestRecord:
    """One request, as it arrived and as it was answered."""

    operation: str
    """operationId, "file" on the attachment host, or "" for an unknown path."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case; the values of credentials are replaced by their first four characters and "…"."""
    at: int
    in_flight: int
    """Requests of the business in flight, this one included."""
    status: int = 0
    """0 = not answered yet, cut, or the client hung up."""
    body_size: int = 0


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """The headers without the values of credentials."""
    secret = ("api-key", "authorization")
    return {name: value[:4] + "…" if name in secret else value for name, value in headers.items()}


# -- the journal: JSON lines, so that a restarted demo goes on where it stopped --------------------------


class Upload(msgspec.Struct, frozen=True, array_like=True):
    """A file that came with a message."""

    name: str
    file_id: str
    content: bytes


class ChatOpened(msgspec.Struct, frozen=True, tag="opened"):
    """A chat came into being. Words are those of the API; `order` is the number of its order, −1 = none."""

    chat_id: int
    at: int
    context: str
    order: int
    name: str | None
    kind: str = "CHAT"
    status: str = "NEW"


class Said(msgspec.Struct, frozen=True, tag="said"):
    """A message was written; `status` is the chat's afterwards."""

    chat_id: int
    message_id: int
    at: int
    sender: str
    text: str | None
    status: str
    files: tuple[Upload, ...] = ()


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """The chat's status or type changed without a message."""

    chat_id: int
    status: str
    kind: str


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The numbers a world is made of; the first line of a journal."""

    seed: int
    chats: int
    start: int
    long_chat: int


Record = ChatOpened | Said | Moved

_encode = msgspec.json.Encoder().encode
_decode_record = msgspec.json.Decoder(Record).decode
_decode_begun = msgspec.json.Decoder(Begun).decode


class Journal:
    """An append-only file, 0600: one `Begun`, then records. A last line cut off by a kill is dropped."""

    def __init__(self, path: Path, begun: Begun) -> None:
        """Open or create it; ValueError if it belongs to a world of other numbers."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "r+b")
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
        lines = whole.splitlines() or [content]
        try:
            self.begun = _decode_begun(lines[0])
            self.records = [_decode_record(line) for line in lines[1:]]
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise ValueError(f"{path} is not a journal of the pretend Market: {broken}") from broken
        if replace(self.begun, start=0) != replace(wanted, start=0):
            raise ValueError(
                f"{path} belongs to a world with --seed {self.begun.seed} --chats {self.begun.chats}"
            )
        self._file.seek(len(whole))
        self._file.truncate()

    def write(self, record: Record | Begun) -> None:
        """Add one record; from then on a kill does not lose it."""
        self._file.write(_encode(record) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
