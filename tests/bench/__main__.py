"""The program's speed, compared with bare Textual and with the goals: `python -m tests.bench --rounds 5`.

python -m tests.bench DIRECTORY                    on a store that is kept; filled if there is none
python -m tests.bench DIRECTORY --beside SMALLER   compared with the program on another store

Both programs run in turn on the same machine, and a ratio is the median of the ratios of single rounds: only
ratios are meaningful. A round takes about 25 seconds.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chat_tui.store.database import Store, StorePaths
from tests.bench.fill import fill
from tests.bench.terminal import WARM_UP, Figures, Plan, measure_bare, measure_inbox
from tests.support.refs import BUSINESS

SEED = 1
Measure = Callable[[Plan], Figures]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    words: str
    figure: str
    unit: str
    goal: float
    is_ratio: bool = True


TABLE = (
    Row("first readable list", "first list", "ms", 0.15),
    Row("usable: first key answered", "usable", "ms", 1.4),
    Row("Down p50", "Down p50", "ms", 1.8),
    Row("Down p95", "Down p95", "ms", 2.2),
    Row("Down, bytes", "Down bytes", "B", 48, is_ratio=False),
    Row("open a chat, settled p95", "open p95", "ms", 6),
    Row("open a chat, bytes", "open bytes", "B", 5_000, is_ratio=False),
    Row("typed letter p50", "letter p50", "ms", 1.8),
    Row("typed letter p95", "letter p95", "ms", 2),
    Row("typed letter, bytes", "letter bytes", "B", 64, is_ratio=False),
    Row("idle, processor", "idle CPU", "ms/s", 0.5),
    Row("idle, bytes", "idle bytes", "B/s", 0, is_ratio=False),
    Row("memory after start", "memory", "MB", 1.6),
)


def table(rounds: Sequence[tuple[Figures, Figures]], against: str) -> str:
    """Medians of both, the median ratio, and the goal."""
    lines = [f"{'':28}{'chat-tui':>11}{against:>11}{'ratio':>9}{'goal':>12}  met\n"]
    for row in TABLE:
        pairs = [(mine[row.figure], other[row.figure]) for mine, other in rounds if row.figure in mine]
        if not pairs:
            lines.append(f"{row.words:28}{'cannot be told on this machine':>34}\n")
            continue
        mine, other = (statistics.median(values) for values in zip(*pairs, strict=True))
        ratios = [one / two for one, two in pairs if two]
        ratio = statistics.median(ratios) if row.is_ratio and ratios else None
        reached = ratio if row.is_ratio else mine
        goal = f"≤ {row.goal:g} {'×' if row.is_ratio else row.unit}"
        lines.append(
            f"{row.words:28}{mine:7.1f} {row.unit:4}{other:6.1f} {row.unit:4}"
            f"{f'{ratio:.2f} ×' if ratio is not None else '':>8}{goal:>12}"
            f"  {'yes' if reached is not None and reached <= row.goal else 'no'}\n"
        )
    return "".join(lines)


def _filled(directory: Path, chats: int, messages: int) -> Path:
    if not (directory / "cache").exists():
        sys.stderr.write(f"Filling a store with {chats} chats…\n")
        store = Store(StorePaths(directory / "cache", directory / "data", BUSINESS))
        fill(store, chats, messages, SEED)
        store.close()
    return directory


def _rounds(program: Measure, other: Measure, number: int) -> list[tuple[Figures, Figures]]:
    program(WARM_UP)
    other(WARM_UP)
    found = []
    for turn in range(number):
        sys.stderr.write(f"Round {turn + 1} of {number}\n")
        # The second program finds the machine warmer, so that they take turns.
        if turn % 2:
            theirs, ours = other(Plan()), program(Plan())
        else:
            ours, theirs = program(Plan()), other(Plan())
        found.append((ours, theirs))
    return found


def main() -> None:
    """Fill a store unless there is one, run both programs in turn, and print the table."""
    words = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("directory", type=Path, nargs="?", help="of a store")
    words.add_argument("--beside", type=Path, help="another store, to compare with")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--chats", type=int, default=10_000, help="in a new store")
    words.add_argument("--messages", type=int, default=100_000)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        filled = _filled(given.directory or Path(place), given.chats, given.messages)
        beside = given.beside
        other = measure_bare if beside is None else partial(measure_inbox, beside)
        rounds = _rounds(partial(measure_inbox, filled), other, given.rounds)
    sys.stdout.write(table(rounds, "floor" if beside is None else "beside"))


if __name__ == "__main__":
    main()
