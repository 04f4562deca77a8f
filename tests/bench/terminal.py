"""Measure in a pseudo terminal how long the program takes to start and to answer keys, beside bare Textual.

python -m tests.bench.terminal DIRECTORY --rounds 5
python -m tests.bench.terminal DIRECTORY --beside SMALLER --rounds 5

DIRECTORY was filled by `python -m tests.bench.fill`. Only the ratios mean something: both programs run in
turn on the same machine, and the median over the rounds is printed. `--beside` compares with the program on
another directory, with fewer chats in it, instead of with bare Textual.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tests.support.pty_program import PtyProgram, plain_environment

SIZE = (120, 40)
BUSINESS = "77"
KEYS = 40
SETTLED = 0.08
"""Seconds without output after which a screen counts as final."""
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    shown = 0
    def compose(self):
        yield Static("READY 0")
    def on_key(self, event):
        self.shown += 1
        self.query_one(Static).update(f"READY {self.shown}")
Bare().run()
"""
Figures = dict[str, float]


def measure(start: Callable[[], PtyProgram], ready: str, key: str) -> Figures:
    """Milliseconds to the first picture and from key to final screen, and bytes per key."""
    begun = time.perf_counter()
    with start() as program:
        program.wait_for_text(ready)
        shown = (time.perf_counter() - begun) * 1000
        while program.pump(0.5):
            pass
        answers, sizes = [], []
        for _ in range(KEYS):
            before = len(program.raw)
            pressed = time.perf_counter()
            program.feed_at_once(key)
            answered = pressed
            while program.pump(SETTLED if answered != pressed else 2.0):
                answered = time.perf_counter()
            answers.append((answered - pressed) * 1000)
            sizes.append(len(program.raw) - before)
    answers.sort()
    return {
        "first picture, ms": shown,
        "key p50, ms": statistics.median(answers),
        "key p95, ms": answers[int(KEYS * 0.95)],
        "key, bytes": statistics.median(sizes),
    }


def environment(filled: Path, own: Path) -> Mapping[str, str]:
    """Directories of our own, the filled store in them, and a Market that does not answer."""
    places = {name: own / name for name in ("config", "cache", "data", "state")}
    for name in ("cache", "data"):
        profile = places[name] / "chat-tui" / "default"
        profile.mkdir(parents=True, mode=0o700)
        (places[name] / "chat-tui").chmod(0o700)
        (profile / BUSINESS).symlink_to((filled / name).resolve())
    return {
        **plain_environment(),
        **{f"XDG_{name.upper()}_HOME": str(place) for name, place in places.items()},
        "CHAT_TUI_API_URL": "http://127.0.0.1:9",
        "CHAT_TUI_API_KEY": "ACMA:bench",
        "CHAT_TUI_BUSINESS_ID": BUSINESS,
    }


def main() -> None:
    """Run both programs in turn and print their medians and ratios."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("directory", type=Path)
    words.add_argument("--beside", type=Path)
    words.add_argument("--rounds", type=int, default=5)
    given = words.parse_args()
    rounds: list[tuple[Figures, Figures]] = []
    with tempfile.TemporaryDirectory() as own, tempfile.TemporaryDirectory() as others:
        program = _program(given.directory, Path(own))
        other = _program(given.beside, Path(others)) if given.beside else _bare(Path(others))
        for number in range(given.rounds + 1):
            # Whoever goes second finds the machine warmer: they take turns.
            pair = [program(), other()] if number % 2 else [other(), program()][::-1]
            if number:  # the first round only warms the caches
                rounds.append((pair[0], pair[1]))
    against = "the smaller one" if given.beside else "bare Textual"
    for name in rounds[0][0]:
        mine = statistics.median(one[name] for one, _ in rounds)
        ratio = statistics.median(one[name] / two[name] for one, two in rounds)
        sys.stdout.write(f"{name:20} {mine:8.1f}   {ratio:5.2f} x {against}\n")


def _program(filled: Path, own: Path) -> Callable[[], Figures]:
    start = partial(PtyProgram.python, environment=environment(filled, own), size=SIZE)
    return lambda: measure(partial(start, "-m", "chat_tui", "--lang", "en"), "Покупатель", "\x1b[B")


def _bare(own: Path) -> Callable[[], Figures]:
    start = partial(PtyProgram.python, environment={**plain_environment(), "HOME": str(own)}, size=SIZE)
    return lambda: measure(partial(start, "-c", BARE), "READY 0", "x")


if __name__ == "__main__":
    main()
