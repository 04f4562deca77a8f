"""How things stand between this program and the Market: what the status line says, and what sync did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chat_tui.model.ids import Millis
from chat_tui.model.problem import Problem


class LinkState(StrEnum):
    """The connection in one word."""

    CONNECTING = "connecting"
    """Nothing was answered yet in this run."""
    ONLINE = "online"
    OFFLINE = "offline"
    """The last round failed in a way that may pass by itself; the cache is shown."""
    REFUSED = "refused"
    """The Market will not talk to this key: the operator must act."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The quota of one operation, from the X-RateLimit-Resource headers."""

    operation: str
    limit: int
    remaining: int
    resets_at: Millis
    """By our clock, computed from `Until` − `Date`."""

    @property
    def share_left(self) -> float:
        """0 … 1."""
        return self.remaining / self.limit if self.limit > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """What the status line tells."""

    state: LinkState = LinkState.CONNECTING
    problem: Problem | None = None
    """Why it is offline or refused."""
    fresh_at: Millis | None = None
    """When the list was last brought up to date."""
    skipped: int = 0
    """Items of the Market's answers that could not be read, in this run."""
    sends_paused: Problem | None = None
    """Why nothing is being sent, when reading still works (403) or nothing does (401)."""
    view_only: Problem | None = None
    """Why nothing may be sent in this run: --read-only, local files or a key that may only be read."""
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    clock_ahead: Millis = 0
    """How far the Market's clock is before ours (behind it: negative); ages of chats count by it."""
    waits: Mapping[str, Millis] = field(default_factory=dict)
    """Until when an operation is not asked, by operationId: its quota is used up, or nearly."""
    proxy: str = ""
    """The host of the proxy that requests go through; empty if there is none."""
    storage: str = ""
    """What keeps the local files from being written: sentences with what helps; empty while nothing does."""
    is_outdated: bool = False
    """Whether a newer version has taken over the local files: this copy can only be left."""
    unread: str = ""
    """A sentence that says why the local files cannot be read; empty while they can."""
    parts: tuple[tuple[str, "Link"], ...] = ()
    """How things stand with each of several open businesses, by name, the worst first."""

    @property
    def needs_restart(self) -> bool:
        """Whether this copy, or its part for one of several businesses, is outdated."""
        return self.is_outdated or any(part.is_outdated for _name, part in self.parts)


@dataclass(slots=True)
class SyncReport:
    """What a round did; its counts grow while it is under way."""

    requests: int = 0
    chats: int = 0
    """Chats the Market listed, met again ones included."""
    changed: int = 0
    """Of them new, or with something new about them."""
    histories: int = 0
    """Chats whose newest messages were asked for."""
    skipped: int = 0
    """Items of the answers that could not be read."""
    oddities: list[str] = field(default_factory=list)
    """What the Market did that was not agreed, in sentences for the operator."""
    problem: Problem | None = None
    """Why the round ended early."""


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What the next rounds will do."""

    list_in_s: float
    """Seconds until the list is looked at again, while an inbox is open."""
    is_newest_first: bool | None
    """Whether the list came newest first in this run; None = nothing told yet."""
    listed_at: Millis | None
    """When every chat was listed last; None = never."""
    behind: int
    """Chats with messages that are known of and not here yet, as far as they were counted."""
    chats: int
    read: int
    """Of all chats, those whose history is here from its beginning."""
