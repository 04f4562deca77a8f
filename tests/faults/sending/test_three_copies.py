"""The short run of three copies; `python -m tests.faults.sending.three_copies` is the long one."""

import time
from pathlib import Path

from tests.faults.sending.three_copies import Run, finish, writable
from tests.faults.support.seeds import a_seed
from tests.faults.support.three import Outcome
from tests.support.sandbox import Sandbox


def test_three_copies_miss_nothing_whoever_is_killed_or_frozen(tmp_path: Path) -> None:
    begun = time.monotonic()
    with Sandbox.start(chats=40, seed=7) as market:
        run = Run(tmp_path, market, Outcome(a_seed()), beat_ms=200)
        try:
            run.begin()
            known = writable(market)
            for _ in range(3):
                words = run.say(known)
                run.send(known)
                run.hear(words)
            run.kill(run.leader())
            run.hear(run.say(known))
            asleep = run.freeze_leader()
            run.hear(run.say(known))
            run.send(known)
            asleep.thaw()
            run.hear(run.say(known))
            assert run.leader() is not asleep
            run.end()
            run.outcome.seconds = time.monotonic() - begun
            finish(run)
        finally:
            for copy in run.copies:
                copy.kill()
    assert (run.outcome.kills, run.outcome.freezes) == (1, 1)
