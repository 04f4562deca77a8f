"""Run seeded worlds: `python -m tests.inbox.simulation --seed 7` replays one with its trace."""

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.inbox.simulation.life import simulate
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.referee import BrokenPromiseError

INTENTS = 300
"""Messages that the operators of one world send."""


def one(seed: int, intents: int = INTENTS) -> dict[str, int]:
    """Run one world without log output."""
    logging.disable(logging.CRITICAL)
    return simulate(Plan.of(seed, intents))


def many(seeds: Iterable[int], intents: int = INTENTS, jobs: int = 1) -> Counter[str]:
    """The sum of the reports of worlds, run `jobs` at a time."""
    total: Counter[str] = Counter()
    if jobs == 1:
        for seed in seeds:
            total.update(one(seed, intents))
        return total
    with ProcessPoolExecutor(jobs) as pool:
        for report in pool.map(partial(one, intents=intents), seeds):
            total.update(report)
    return total


def line(total: Counter[str]) -> str:
    """The report in one line."""
    first = ("intents", "once", "asked", "masked", "doubles", "lost", "stopped", "copies", "posts", "looks")
    return ", ".join(f"{word} {total[word]}" for word in first)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 and the seed when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.inbox.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay one world with its trace")
    parser.add_argument("--intents", type=int, default=INTENTS, help="of each world")
    parser.add_argument("--first", type=int, default=0, help="the first seed of many worlds")
    parser.add_argument("--worlds", type=int, default=170)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="worlds at a time")
    options = parser.parse_args(arguments)
    trace: list[str] = []
    try:
        if options.seed is None:
            seeds = range(options.first, options.first + options.worlds)
            total = many(seeds, options.intents, options.jobs)
        else:
            logging.disable(logging.CRITICAL)
            total = Counter(simulate(Plan.of(options.seed, options.intents), trace))
    except BrokenPromiseError as error:
        sys.stdout.write("\n".join([*trace, str(error), ""]))
        return 1
    sys.stdout.write("\n".join([*trace, line(total), ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
