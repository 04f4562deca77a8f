"""The results of a run of three copies, its faults, and the checks after it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Tab
from chat_tui.store import chats
from chat_tui.store.database import Store
from tests.support.faults import Answer, accepted_then, bad_gateway, half_answer, lost, portal

FAULTS = (
    accepted_then("reset"),
    accepted_then("close"),
    lost("reset"),
    lost("close"),
    half_answer(),
    bad_gateway(),
    portal(),
    portal(accept=True),
    Answer(status=500),
    Answer(status=503, accept=False),
    Answer(status=420, accept=False),
)
"""Faulty answers, for reads and for sends."""


@dataclass
class Outcome:
    """The results of a run."""

    seed: int
    said: int = 0
    sent: int = 0
    faulty: int = 0
    """Answers that the Market was scripted to spoil."""
    resent: int = 0
    """Questions that the operator answered, during the run and at the end."""
    kills: int = 0
    freezes: int = 0
    list_requests: int = 0
    looks: float = 0.0
    """The number of scans of the list's top that one copy makes in that time."""
    peak: int = 0
    seconds: float = 0.0
    unheard: int = 0
    """Messages that a copy which ran all the time did not report."""
    spread_s: list[float] = field(default_factory=list)
    """Seconds from the first copy's sight of a message to each other copy's."""
    news_s: list[float] = field(default_factory=list)
    """Seconds from the moment of a message until the first copy saw it."""

    def table(self) -> str:
        """One line per figure."""
        lines = {
            "seed": self.seed,
            "messages of buyers": self.said,
            "messages sent": self.sent,
            "answers that were faulty": self.faulty,
            "resent by the operator": self.resent,
            "kill -9": self.kills,
            "leaders frozen": self.freezes,
            "requests for the list": self.list_requests,
            "looks at its top that one copy makes": f"{self.looks:.0f}",
            "most requests at once": self.peak,
            "messages a copy did not tell of": self.unheard,
            "said until seen, p50 / p95, ms": _ms(self.news_s),
            "seen by the first until by another, p50 / p95, ms": _ms(self.spread_s),
            "seconds": f"{self.seconds:.1f}",
        }
        return "".join(f"{name:<52}{value!s:>14}\n" for name, value in lines.items())


def _ms(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    return f"{ordered[len(ordered) // 2] * 1000:.0f} / {ordered[int(len(ordered) * 0.95)] * 1000:.0f}"


def check_files(root: Path) -> None:
    """Check that both databases are undamaged."""
    for path in (root / "cache" / "cache.db", root / "data" / "state.db"):
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
    assert not list(root.rglob("*.damaged*"))


def check_loop(store: Store) -> None:
    """Check that `n` leads to every chat that the tab of waiting ones counts."""
    counted = store.read(chats.counts, 0).result()[Tab.WAITING]
    visited: list[ChatRef] = []
    at = store.read(chats.next_waiting, None, now=0).result()
    while at is not None and at not in visited:
        visited.append(at)
        at = store.read(chats.next_waiting, at, now=0).result()
    assert len(visited) == counted, f"n leads to {len(visited)} of {counted} waiting chats"
