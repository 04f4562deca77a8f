"""What of the operator's settings the engine needs."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """Times are seconds."""

    undo_s: float = 5.0
    """How long a text is held back so that it can be undone; 0 = not at all."""
    settle_s: float = 60.0
    """How long an unclear outcome is looked up at least before the operator is asked."""
    poll_s: float = 5.0
    """Between two looks at the Market's list while someone is at the screen."""
    max_age_s: float = 24 * 3600.0
    """An item older than this is not sent without asking."""
    look_delays_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
    """Pauses between looks; the last one repeats."""
    backoff_s: float = 60.0
    """The longest pause between two tries of a request that was surely not delivered."""
    scan_s: float = 3.0
    """Between two looks at the outbox for items that another, dead copy left behind."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The keys of this run: a text that holds one is not sent."""
    backfill: bool = True
    """Whether old histories are read by and by while more than half of the hourly quota is left."""
    read_only: bool = False
    """Nothing may be sent or created."""
    asks_rights: bool = False
    """Whether the Market is asked what the key may do, so that one for reading opens for viewing only."""
