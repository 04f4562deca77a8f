"""Three real processes, one business, live traffic: killed, frozen, and nothing is missed or read twice.

python -m tests.faults.three_copies --minutes 10
"""

import argparse
import fcntl
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from chat_tui.model.ids import ChatId, OutboxId
from chat_tui.sandbox.serve import Sandbox
from tests.faults.support.checks import Typed, check_cache, check_limits, check_sending, read_rows
from tests.faults.support.end import settle_by_asking
from tests.faults.support.processes import Process, await_true
from tests.support.shop import QUICK, open_store

COPIES = 3
POLL_S = 0.3
SETTINGS = replace(QUICK, poll_s=POLL_S, settle_s=1.0)
PAGES_PER_POLL = 1.4
"""Requests for the list per look at its top, walks of those who may wait included."""
FIRST_PAGES = 40
"""Requests for the first reading of the list, and for a walk through everything after it."""
SOON_S = 0.2
"""In which another copy sees a commit, 95 times of a hundred, on a machine with time to spare."""
KILL, SEND = 0.04, 0.3
"""Shares of the messages after which a copy is killed, and beside which one is sent."""


@dataclass
class Outcome:
    """What a run came to."""

    seed: int
    said: int = 0
    sent: int = 0
    kills: int = 0
    freezes: int = 0
    list_requests: int = 0
    looks: float = 0.0
    """As many looks at the list's top as one copy makes in the time."""
    peak: int = 0
    seconds: float = 0.0
    unheard: int = 0
    """Of the messages, those that a copy which was there all the time did not tell of."""
    spread_s: list[float] = field(default_factory=list)
    """How much later than the first copy each other one saw a message."""
    news_s: list[float] = field(default_factory=list)
    """From the moment a message was said until the first copy saw it."""

    def table(self) -> str:
        """One line a figure."""
        lines = {
            "seed": self.seed,
            "messages of buyers": self.said,
            "messages sent": self.sent,
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


class Run:
    """Three copies, buyers who write, and bad luck."""

    def __init__(self, root: Path, market: Sandbox, outcome: Outcome, beat_ms: int | None) -> None:
        self.root = root
        self.market = market
        self.outcome = outcome
        self.chance = random.Random(outcome.seed)
        self.typed: list[Typed] = []
        self.said_at: dict[str, int] = {}
        self._told = {} if beat_ms is None else {"beat_ms": beat_ms}
        self._since: dict[Process, int] = {}
        """When each copy began to listen."""
        self._slept: set[Process] = set()
        """Copies that were frozen: what they saw late says nothing of the others."""
        self._heard: dict[Process, dict[str, int]] = {}
        self.copies = [self._start() for _ in range(COPIES)]

    def _start(self) -> Process:
        return Process(self.market, self.root, settings=SETTINGS, **self._told)

    def begin(self) -> None:
        """Let all copies come up and hear."""
        for copy in self.copies:
            self._listen(copy)

    def _listen(self, copy: Process) -> None:
        copy.ready().ask("listen")
        self._since[copy] = time.monotonic_ns()

    def say(self, chats: list[int]) -> str:
        """A buyer writes, in a known chat or in a new one; the words."""
        words = f"w{self.outcome.said}"
        self.outcome.said += 1
        self.said_at[words] = time.monotonic_ns()
        if self.chance.random() < 0.2:
            chats.append(self.market.open_direct(words))
        else:
            self.market.say(self.chance.choice(chats), words)
        return words

    def send(self, chats: list[int]) -> None:
        """An operator answers."""
        chat, words = self.chance.choice(chats), f"m{self.outcome.sent}"
        awake = [copy for copy in self.copies if not copy.is_frozen]
        said = self.chance.choice(awake).ask("send", chat=chat, text=words)
        self.typed.append(Typed(ChatId(chat), words, OutboxId(said["id"])))
        self.outcome.sent += 1

    def hear(self, words: str) -> None:
        """Wait until every copy that is awake has told of a message."""
        for copy in self.copies:
            if not copy.is_frozen:
                await_true(lambda copy=copy: words in self._ask(copy), f"{words} at {copy.pid}")

    def _ask(self, copy: Process) -> dict[str, int]:
        self._heard[copy] = copy.ask("told")["heard"]
        return self._heard[copy]

    def kill(self, copy: Process) -> None:
        """kill -9, and start another one."""
        self._ask(copy)
        copy.kill()
        self.outcome.kills += 1
        another = self._start()
        self.copies[self.copies.index(copy)] = another
        self._listen(another)

    def leader(self) -> Process:
        """The copy that polls the list."""
        with closing(sqlite3.connect(f"file:{self.root}/data/state.db?mode=ro", uri=True)) as conn:
            (pid,) = conn.execute("SELECT pid FROM leader").fetchone()
        return next((copy for copy in self.copies if copy.pid == pid), self.copies[0])

    def freeze_leader(self) -> Process:
        """SIGSTOP between two transactions: who sleeps in one lets nobody write until it wakes."""
        while True:
            leader = self.leader()
            leader.freeze()
            if all(_is_free(self.root / "data" / f"{kind}.lock") for kind in ("cache", "state")):
                self.outcome.freezes += 1
                self._slept.add(leader)
                return leader
            leader.thaw()

    def end(self) -> None:
        """Everything is delivered and read; the copies leave, and what they left is whole."""
        settle_by_asking(self.market, self.copies[0], self.typed, 60.0)
        last = self.say([chat.chat_id for chat in self.market.world.listed("desc", None, 0, 5)])
        self.hear(last)
        store = open_store(self.root)
        try:
            await_true(lambda: not _differs(self.market, store), "the same chats here and there")
        finally:
            store.close()
        for copy in self.copies:
            self._ask(copy)
            copy.close()
        self._count()

    def _count(self) -> None:
        outcome = self.outcome
        for words, said in self.said_at.items():
            awake = [copy for copy in self._heard if self._since[copy] < said and copy not in self._slept]
            seen = sorted(self._heard[copy][words] for copy in awake if words in self._heard[copy])
            outcome.news_s += [(at - said) / 1e9 for at in seen[:1]]
            outcome.spread_s += [(at - seen[0]) / 1e9 for at in seen[1:]]
            there = [copy for copy in self.copies if self._since[copy] < said]
            outcome.unheard += sum(words not in self._heard[copy] for copy in there)


def _differs(market: Sandbox, store: object) -> bool:
    try:
        check_cache(market, store)  # type: ignore[arg-type]
    except AssertionError:
        return True
    return False


def _is_free(path: Path) -> bool:
    """Whether nobody holds the lock of a database."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _ms(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    return f"{ordered[len(ordered) // 2] * 1000:.0f} / {ordered[int(len(ordered) * 0.95)] * 1000:.0f}"


def check_files(root: Path) -> None:
    """Both databases are whole."""
    for path in (root / "cache" / "cache.db", root / "data" / "state.db"):
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
    assert not list(root.rglob("*.damaged*"))


def check(run: Run) -> None:
    """What has to be so after every run."""
    outcome, market = run.outcome, run.market
    check_limits(market)
    check_sending(market.ledger, run.typed, read_rows(run.root))
    check_files(run.root)
    most = PAGES_PER_POLL * outcome.looks + FIRST_PAGES
    assert outcome.list_requests <= most, f"more than one copy polls the list\n{outcome.table()}"
    assert not outcome.unheard, f"a copy did not tell of a message\n{outcome.table()}"


def run(*, minutes: float, seed: int) -> Outcome:
    """The long form: minutes of traffic, kills, and one frozen leader in the middle."""
    outcome = Outcome(seed)
    with tempfile.TemporaryDirectory() as home, Sandbox.start(chats=40, seed=7, buyers=True) as market:
        trial = Run(Path(home), market, outcome, None)
        try:
            begun = time.monotonic()
            _live(trial, begun, minutes * 60.0)
            trial.end()
            outcome.seconds = time.monotonic() - begun
            finish(trial)
        finally:
            for copy in trial.copies:
                copy.kill()
    return outcome


def finish(trial: Run) -> None:
    """Count what the Market saw, then judge."""
    asked = Counter(request.operation for request in trial.market.requests)
    trial.outcome.list_requests, trial.outcome.peak = asked["getChats"], trial.market.quotas.peak
    trial.outcome.looks = trial.outcome.seconds / POLL_S
    check(trial)


def _live(trial: Run, begun: float, seconds: float) -> None:
    trial.begin()
    chats = writable(trial.market)
    asleep: Process | None = None
    wakes = float("inf")
    while (passed := time.monotonic() - begun) < seconds:
        words = trial.say(chats)
        if trial.chance.random() < SEND:
            trial.send(chats)
        if asleep is None and passed > seconds / 2:
            asleep, wakes = trial.freeze_leader(), passed + seconds / 4
            trial.hear(words)
        elif asleep is not None and passed > wakes:
            asleep.thaw()
            wakes = float("inf")
        elif trial.chance.random() < KILL:
            trial.kill(trial.chance.choice([copy for copy in trial.copies if copy is not asleep]))
        time.sleep(trial.chance.uniform(0.1, 1.5))
    if asleep is not None and asleep.is_frozen:
        asleep.thaw()


def writable(market: Sandbox) -> list[int]:
    """Chats of the world that may be written in."""
    listed = market.world.listed("desc", None, 0, 40)
    return [chat.chat_id for chat in listed if chat.status != "FINISHED"][:10]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.write(run(minutes=asked.minutes, seed=asked.seed).table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
