"""Whole days in virtual time: `python -m tests.soak --hours 8 --chats-per-day 5000 --copies 20`."""

import argparse
import sys

from tests.soak.promises import broken, table
from tests.soak.run import Plan, simulate
from tests.soak.shop import Order

ALL = (1, 5, 20)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="of the working day")
    parser.add_argument("--chats-per-day", type=int, default=5_000, help="conversations in these hours")
    parser.add_argument("--copies", type=int, default=1, help="of the program")
    parser.add_argument("--all", action="store_true", help=f"{ALL} copies, one after the other")
    parser.add_argument("--old-chats", type=int, default=20_000)
    parser.add_argument("--order", type=Order, choices=list(Order), default=Order.NEWEST, help="of the list")
    parser.add_argument("--others", type=int, default=0, help="list requests an hour of other programs")
    parser.add_argument("--night", action="store_true", help="go on until everything was walked once more")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    outcomes = []
    for copies in ALL if told.all else (told.copies,):
        plan = Plan(
            hours=told.hours,
            conversations=told.chats_per_day,
            copies=copies,
            old_chats=told.old_chats,
            order=told.order,
            seed=told.seed,
            others_per_hour=told.others,
            has_night=told.night,
        )
        outcomes.append(simulate(plan))
    faults = [f"{o.plan.copies} copies: {words}\n" for o in outcomes for words in broken(o)]
    sys.stdout.write(table(outcomes) + "".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
