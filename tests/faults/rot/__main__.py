"""Many trials by seed: `python -m tests.faults.rot --trials 500 --seed 1`."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.rot import master, trial
from tests.support.sandbox import Sandbox


def main(given: list[str] | None = None) -> int:
    """Exit code 1 if any trial failed; the seeds of those are printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rot", description=__doc__)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1, help="of the first trial; the next has the next")
    told = parser.parse_args(given)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    begun, failed = time.monotonic(), 0
    with tempfile.TemporaryDirectory(dir=memory, prefix="rot-") as place, market() as there:
        root = Path(place)
        master.run(root / "master", there)
        for seed in range(told.seed, told.seed + told.trials):
            wrong = asyncio.run(trial.run(root / "trial", root / "master", there, seed))
            failed += bool(wrong)
            for one in wrong:
                sys.stdout.write(f"{one}\n")
                sys.stdout.flush()
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{told.trials} trials from seed {told.seed}: {failed} wrong; {seconds:.0f} s\n")
    return 1 if failed else 0


def market() -> Sandbox:
    """A small pretend Market in which nothing happens unless a test makes it happen."""
    return Sandbox.start(chats=12, seed=3, buyers=False, long_chat=8)


if __name__ == "__main__":
    sys.exit(main())
