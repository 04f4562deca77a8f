"""What a round of sync did, and what comes next."""

from dataclasses import dataclass, field

from chat_tui.model.ids import Millis
from chat_tui.model.problem import Problem


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
    is_listed: bool
    """Whether every chat was listed within the last day."""
    listed_at: Millis | None
    """When every chat was listed last; None = never."""
    behind: int
    """Chats with messages that are known of and not here yet, as far as they were counted."""
    chats: int
    read: int
    """Of all chats, those whose history is here from its beginning."""
