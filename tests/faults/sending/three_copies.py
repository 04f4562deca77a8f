"""Three real processes, one business, live traffic: killed and frozen, without missing or repeating anything.

Half of the answers to sends and to reads of histories are faulty; the operator resends the unclear ones.

python -m tests.faults.sending.three_copies --minutes 15
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
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from chat_tui.model.ids import OutboxId
from chat_tui.model.quota import HOUR
from chat_tui.sandbox.server import PER_HOUR
from tests.faults.support.checks import Typed, check_cache, check_limits, check_sending, read_rows
from tests.faults.support.end import settle_by_asking
from tests.faults.support.processes import Process, await_true
from tests.faults.support.three import FAULTS, Outcome, check_files, check_loop
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, open_store

COPIES = 3
POLL_S = 0.3
SETTINGS = replace(QUICK, poll_s=POLL_S, settle_s=1.0)
PAGES_PER_POLL = 1.4
"""Requests for the list per scan of its top, including the scans of active chats."""
FIRST_PAGES = 40
"""Requests for the first reading of the list, and for the scan of all chats after it."""
KILL, SEND, DECIDE = 0.04, 0.5, 0.2
"""Shares of the messages with which a copy is killed, an answer is sent, or unclear items are resent."""
SPOILED = {"sendMessageToChat": 0.5, "getChatHistory": 0.5, "getChats": 0.1}
"""The share of faulty answers for each operation."""
AHEAD = 3
"""The number of answers that are scripted in advance."""


class Run:
    """Three copies, buyers who write, and random faults."""

    def __init__(self, root: Path, market: Sandbox, outcome: Outcome, beat_ms: int | None) -> None:
        self.root = root
        self.market = market
        self.outcome = outcome
        self.chance = random.Random(outcome.seed)
        self.typed: list[Typed] = []
        self.said_at: dict[str, int] = {}
        self._told: dict[str, Any] = {} if beat_ms is None else {"beat_ms": beat_ms}
        self._since: dict[Process, int] = {}
        """When each copy began to listen."""
        self._slept: set[Process] = set()
        """Copies that were frozen: their late reports say nothing about the others."""
        self._heard: dict[Process, dict[str, int]] = {}
        self.copies = [self._start() for _ in range(COPIES)]

    def _start(self) -> Process:
        return Process(self.market, self.root, settings=SETTINGS, **self._told)

    def begin(self) -> None:
        """Wait until all copies have started and listen."""
        for copy in self.copies:
            self._listen(copy)

    def _listen(self, copy: Process) -> None:
        copy.ready().ask("listen")
        self._since[copy] = time.monotonic_ns()

    def say(self, chats: list[int]) -> str:
        """Let a buyer write, in a known chat or in a new one; return the words."""
        words = f"w{self.outcome.said}"
        self.outcome.said += 1
        self.said_at[words] = time.monotonic_ns()
        if self.chance.random() < 0.2:
            chats.append(self.market.open_direct(words))
        else:
            self.market.say(self.chance.choice(chats), words)
        return words

    def send(self, chats: list[int]) -> None:
        """Let an operator answer."""
        chat, words = self.chance.choice(chats), f"m{self.outcome.sent}"
        awake = [copy for copy in self.copies if not copy.is_frozen]
        said = self.chance.choice(awake).ask("send", chat=chat, text=words)
        self.typed.append(Typed(ref(chat), words, OutboxId(said["id"])))
        self.outcome.sent += 1

    def spoil(self) -> None:
        """Make half of the next answers faulty, and one in ten of those to reads of the list."""
        for operation, share in SPOILED.items():
            while self.market.unused(operation) < AHEAD:
                is_faulty = self.chance.random() < share
                self.outcome.faulty += is_faulty
                self.market.script(operation, [self.chance.choice(FAULTS) if is_faulty else Answer()])

    def decide(self) -> None:
        """Let the operator resend unclear items, at any copy that is not frozen."""
        awake = self.chance.choice([copy for copy in self.copies if not copy.is_frozen])
        for item in awake.ask("open_items")["items"]:
            if item["state"] in {"unconfirmed", "failed"}:
                awake.ask("resend", id=item["id"])
                self.outcome.resent += 1

    def hear(self, words: str) -> None:
        """Wait until every copy that is not frozen has reported a message."""
        for copy in self.copies:
            if not copy.is_frozen:
                await_true(partial(self._has_heard, copy, words), f"{words} at {copy.pid}")

    def _has_heard(self, copy: Process, words: str) -> bool:
        return words in self._ask(copy)

    def _ask(self, copy: Process) -> dict[str, int]:
        self._heard[copy] = copy.ask("told")["heard"]
        return self._heard[copy]

    def kill(self, copy: Process) -> None:
        """kill -9, and start another copy."""
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
        """SIGSTOP between two transactions: frozen within one, it would block all writes."""
        while True:
            leader = self.leader()
            leader.freeze()
            if all(_is_free(self.root / "data" / f"{kind}.lock") for kind in ("cache", "state")):
                self.outcome.freezes += 1
                self._slept.add(leader)
                return leader
            leader.thaw()

    def end(self) -> None:
        """Wait until everything is delivered and read; close the copies and check their files."""
        self._begin_an_hour()
        asked = settle_by_asking(self.market, self.copies[0], self.typed, 120.0)
        self.outcome.resent += asked.total()
        last = self.say([chat.chat_id for chat in self.market.world.listed("desc", None, 0, 5)])
        self.hear(last)
        store = open_store(self.root)
        try:
            await_true(lambda: not _differs(self.market, store), "the same chats here and there")
            check_loop(store)
        finally:
            store.close()
        for copy in self.copies:
            self._ask(copy)
            copy.close()
        self._count()

    def _begin_an_hour(self) -> None:
        # Half of the reads failed and were repeated, and a copy reads more slowly near the end of its quota.
        until = self.market.world.now_ms() + HOUR
        for operation, quota in PER_HOUR.items():
            self.market.quotas.leave(operation, self.market.business_id, quota, until=until)

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
    """Whether no process holds the lock of a database."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def check(run: Run) -> None:
    """Check the conditions that hold after every run."""
    outcome, market = run.outcome, run.market
    check_limits(market)
    # A refused message that is resent arrives after the messages behind it.
    check_sending(market.ledger, run.typed, read_rows(run.root), in_order=not outcome.resent)
    check_files(run.root)
    most = PAGES_PER_POLL * outcome.looks + FIRST_PAGES
    assert outcome.list_requests <= most, f"more than one copy polls the list\n{outcome.table()}"
    assert not outcome.unheard, f"a copy did not report a message\n{outcome.table()}"


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
    """Count what the Market saw, then check."""
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
        trial.spoil()
        words = trial.say(chats)
        if trial.chance.random() < DECIDE:
            trial.decide()
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
    """Chats of the world that accept messages."""
    found = market.world.listed("desc", None, 0, 40)
    return [chat.chat_id for chat in found if chat.status != "FINISHED"][:10]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.write(run(minutes=asked.minutes, seed=asked.seed).table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
