"""Real processes, real SQLite, real sockets: everything fails, and each message arrives exactly once.

python -m tests.faults.sending.end_to_end --processes 3 --messages 300 --faults 0.3 --seed 1
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from chat_tui.model.ids import OutboxId
from tests.faults.support.checks import Typed, check_key, check_sending, ledger_marks, read_rows
from tests.faults.support.end import settle_by_asking
from tests.faults.support.processes import Process
from tests.faults.support.trial import short
from tests.support.faults import Answer, accepted_then, bad_gateway, half_answer, lost, portal
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK

CHATS = 10
KILL, FREEZE = 0.06, 0.08
"""Shares of the messages after which a copy is killed, or frozen."""
IN_STORE = 60
SETTINGS = replace(QUICK, poll_s=0.25)


@dataclass
class Outcome:
    """The results of a run."""

    seed: int
    messages: int
    once: int = 0
    lost: int = 0
    more: int = 0
    kills: int = 0
    freezes: int = 0
    busy: int = 0
    faults: int = 0
    peak: int = 0
    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        """One line per figure."""
        lines = {
            "seed": self.seed,
            "messages": self.messages,
            "exactly once": self.once,
            "lost": self.lost,
            "more than once": self.more,
            "requests that were to fail": self.faults,
            "kill -9": self.kills,
            "SIGSTOP and SIGCONT": self.freezes,
            "not saved while a writer slept": self.busy,
            "resent on the operator's word": self.asked["unconfirmed"] + self.asked["failed"],
            "most requests at once": self.peak,
            "seconds": f"{self.seconds:.1f}",
        }
        return "".join(f"{name:<32}{value:>10}\n" for name, value in lines.items())


class Run:
    """Some copies, an operator at each, and random faults."""

    def __init__(self, root: Path, market: Sandbox, processes: int, faults: float, outcome: Outcome) -> None:
        self.root = root
        self.market = market
        self.faults = faults
        self.outcome = outcome
        self.chance = random.Random(outcome.seed)
        self.typed: list[Typed] = []
        self.copies = [self._start() for _ in range(processes)]
        self._wakes: dict[int, int] = {}
        """By the index of a frozen copy: the number of the message after which it continues."""

    def _start(self) -> Process:
        return Process(self.market, self.root, settings=SETTINGS, deadlines=short())

    def spoil(self) -> None:
        """Let the required share of the next requests fail."""
        for _ in range(IN_STORE - self.market.unused("*")):
            spoiled = self.chance.random() < self.faults
            self.outcome.faults += spoiled
            self.market.script("*", [self._fault() if spoiled else Answer()])

    def _fault(self) -> Answer:
        return self.chance.choice(
            [
                accepted_then("reset"),
                accepted_then("close"),
                lost("reset"),
                lost("close"),
                half_answer(),
                portal(),
                portal(accept=True),
                bad_gateway(),
                Answer(status=500),
                Answer(status=500, accept=False),
                Answer(status=200, body=b""),
                Answer(delay_s=1.0),
            ]
        )

    def send(self, number: int, chats: list[int]) -> None:
        """Let one operator send a message; then perhaps kill or freeze a copy."""
        place = self.chance.choice([p for p, copy in enumerate(self.copies) if not copy.is_frozen])
        chat = self.chance.choice(chats)
        said = self.copies[place].ask("send", chat=chat, text=f"m{number}")
        while said.get("problem") == "busy":
            # A copy was frozen during a write: none can write until it continues; the text stays in the box.
            self._thaw_all()
            said = self.copies[place].ask("send", chat=chat, text=f"m{number}")
        assert "id" in said, said
        self.typed.append(Typed(ref(chat), f"m{number}", OutboxId(said["id"])))
        lot = self.chance.random()
        if lot < KILL:
            self._kill(self.chance.randrange(len(self.copies)))
        elif lot < KILL + FREEZE and sum(copy.is_frozen for copy in self.copies) < len(self.copies) - 1:
            self._freeze(self.chance.randrange(len(self.copies)), number)
        for sleeper in [p for p, wakes in self._wakes.items() if wakes <= number]:
            self._thaw(sleeper)

    def _kill(self, place: int) -> None:
        self._wakes.pop(place, None)
        self.copies[place].kill()
        self.copies[place] = self._start()
        self.outcome.kills += 1
        if not self.copies[place].is_ready():
            # A copy was frozen during a write: no copy can start, either.
            self._thaw_all()
            self.copies[place].kill()
            self.copies[place] = self._start().ready()

    def _freeze(self, place: int, number: int) -> None:
        if not self.copies[place].is_frozen:
            self.copies[place].freeze()
            self._wakes[place] = number + self.chance.randint(1, 12)
            self.outcome.freezes += 1

    def _thaw(self, place: int) -> None:
        del self._wakes[place]
        self.copies[place].thaw()

    def _thaw_all(self) -> None:
        self.outcome.busy += 1
        for place in tuple(self._wakes):
            self._thaw(place)

    def end(self, patience_s: float) -> None:
        """Continue all copies, answer every question, and close."""
        for place in tuple(self._wakes):
            self._thaw(place)
        self.outcome.asked = settle_by_asking(
            self.market, self.copies[0], self.typed, patience_s, meanwhile=self.spoil
        )
        for copy in self.copies:
            copy.close()


def run(*, processes: int, messages: int, faults: float, seed: int, patience_s: float = 600.0) -> Outcome:
    """The whole run; AssertionError if a promise was broken."""
    outcome = Outcome(seed, messages)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as home, Sandbox.start(chats=40, seed=7, long_chat=60) as market:
        root = Path(home)
        trial = Run(root, market, processes, faults, outcome)
        try:
            for copy in trial.copies:
                copy.ready()
            listed = market.world.listed("desc", None, 0, 40)
            chats = [chat.chat_id for chat in listed if chat.status != "FINISHED"][:CHATS]
            for number in range(messages):
                trial.spoil()
                trial.send(number, chats)
            trial.end(patience_s)
        finally:
            for copy in trial.copies:
                copy.kill()
        count(outcome, market, trial.typed)
        check_sending(market.ledger, trial.typed, read_rows(root))
        check_key(market.api_key, (root,), market)
        outcome.peak = market.quotas.peak
    outcome.seconds = time.monotonic() - begun
    return outcome


def count(outcome: Outcome, market: Sandbox, typed: list[Typed]) -> None:
    """Count how often each message arrived."""
    times = [ledger_marks(market.ledger, one.chat_ref).count(one.mark) for one in typed]
    outcome.once, outcome.lost = times.count(1), times.count(0)
    outcome.more = len(times) - outcome.once - outcome.lost


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    outcome = run(**vars(asked))
    sys.stdout.write(outcome.table())
    return 0 if outcome.once == outcome.messages else 1


if __name__ == "__main__":
    sys.exit(main())
