"""What the status line shows: the connection to the Market, and long works. What sync did and will do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chat_tui.model.ids import Millis
from chat_tui.model.problem import Problem


class LinkState(StrEnum):
    """The state of the connection."""

    CONNECTING = "connecting"
    """No request was answered yet in this run."""
    ONLINE = "online"
    OFFLINE = "offline"
    """The last round failed in a way that may pass without the operator; the cache is shown."""
    REFUSED = "refused"
    """The Market refuses the key: the operator must act."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The quota of one operation, from the X-RateLimit-Resource headers."""

    operation: str
    limit: int
    """Requests per hour."""
    remaining: int
    resets_at: Millis
    """By our clock, computed from `Until` − `Date`."""

    @property
    def share_left(self) -> float:
        """0 … 1."""
        return self.remaining / self.limit if self.limit > 0 else 0.0


class Work(StrEnum):
    """What may take long; first what the operator has asked for."""

    UPLOAD = "upload"
    """Sending files, in bytes."""
    FILES = "files"
    """Saving the files of a chat, as evidence."""
    CHAT = "chat"
    """Loading a chat back to its first message, in messages."""
    STATS = "stats"
    """Counting replies, in chats."""
    HISTORY = "history"
    """Loading the rest of the history, in chats."""
    LISTING = "listing"
    """Listing all chats for the first time, or after a long absence."""
    NEWS = "news"
    """Loading the newest messages of many chats, in chats."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long work is."""

    what: Work
    done: int
    total: int | None = None
    """Of the same things as `done`; None = not known."""
    left_s: int | None = None
    """Seconds until it will be done, as far as can be told now; None = not known yet."""


def together(parts: Iterable[Progress]) -> tuple[Progress, ...]:
    """One progress for each kind of work, in the order of `Work`: its parts added, with the longest wait."""
    by_kind: dict[Work, list[Progress]] = {}
    for part in parts:
        by_kind.setdefault(part.what, []).append(part)
    return tuple(
        Progress(
            what,
            sum(part.done for part in by_kind[what]),
            _all_of((part.total for part in by_kind[what]), sum),
            _all_of((part.left_s for part in by_kind[what]), max),
        )
        for what in Work
        if what in by_kind
    )


def _all_of(values: Iterable[int | None], how: Callable[[list[int]], int]) -> int | None:
    found = list(values)
    known = [value for value in found if value is not None]
    return how(known) if len(known) == len(found) else None


@dataclass(frozen=True, slots=True)
class Link:
    """What the status line shows."""

    state: LinkState = LinkState.CONNECTING
    problem: Problem | None = None
    """Why it is offline or refused."""
    fresh_at: Millis | None = None
    """When the list was last brought up to date; None = never."""
    skipped: int = 0
    """Items of the Market's answers that could not be read, in this run."""
    sends_paused: Problem | None = None
    """Why nothing is sent: sending is forbidden (403) or the key refused (401); None = sending works."""
    view_only: Problem | None = None
    """Why nothing may be sent in this run: --read-only, or a key or local files that allow only reading."""
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    """By operationId, as far as answers named them."""
    clock_ahead: Millis = 0
    """How far the Market's clock is ahead of ours (negative: behind); ages of chats count by it."""
    waits: Mapping[str, Millis] = field(default_factory=dict)
    """The moment until which an operation waits, by operationId: its quota is used up, or nearly."""
    proxy: str = ""
    """The host of the proxy that requests go through; empty if there is none."""
    storage: str = ""
    """Why the local files cannot be written, and what helps, in sentences; empty while they can be."""
    is_outdated: bool = False
    """Whether a newer version has taken over the local files: the operator can only quit this copy."""
    unread: str = ""
    """A sentence that says why the local files cannot be read; empty while they can."""
    works: tuple[Progress, ...] = ()
    """The long works under way, in the order of `Work`, each kind once."""
    parts: tuple[tuple[str, "Link"], ...] = ()
    """The links of the open businesses, by name, the worst first; empty while only one is open."""

    @property
    def needs_restart(self) -> bool:
        """Whether this copy, or its part for one of several businesses, is outdated."""
        return self.is_outdated or any(part.is_outdated for _name, part in self.parts)


@dataclass(slots=True)
class SyncReport:
    """What a round did; its counts grow while it is running."""

    requests: int = 0
    chats: int = 0
    """Chats the Market listed; one that it listed twice counts twice."""
    changed: int = 0
    """Those of them that are new or have changed."""
    histories: int = 0
    """Chats whose newest messages were fetched."""
    skipped: int = 0
    """Items of the answers that could not be read."""
    oddities: list[str] = field(default_factory=list)
    """Where the Market did not keep to its API, in sentences for the operator."""
    problem: Problem | None = None
    """Why the round ended early; None = it did not."""


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What the next rounds will do."""

    list_in_s: float
    """Seconds until the list is looked at again, while an inbox is open."""
    is_newest_first: bool | None
    """Whether the list came newest first in this run; None = not known yet."""
    listed_at: Millis | None
    """When all chats were last listed; None = never."""
    behind: int
    """Chats with messages that are known of but not stored yet, as far as they were counted."""
    chats: int
    """All chats in the store."""
    read: int
    """Chats whose history is stored from its first message on."""
