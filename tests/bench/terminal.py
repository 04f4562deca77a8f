"""A program's speed as seen at a terminal: how soon it starts and answers, and the bytes and memory it uses.

Output is timestamped as it arrives and put on the emulated screen only when it has paused, so that emulation
delays no timestamp.
"""

import math
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.pty_program import PATIENCE_S, PtyProgram, plain_environment

SIZE = (120, 40)
BUSINESS = "77"
SETTLED_S = 0.08
"""Seconds without output after which a screen counts as final."""
PAUSE_S = 0.01
"""Seconds without output after which the screen is checked while the program starts."""
DOWN, ENTER, ESCAPE, CTRL_Q = "\x1b[B", "\r", "\x1b", "\x11"
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
"""By name; those that this machine cannot measure are missing."""


@dataclass(frozen=True)
class Plan:
    """How often a round does each step."""

    keys: int = 30
    opened: int = 12
    idle_s: float = 2.0


WARM_UP = Plan(keys=1, opened=1, idle_s=0.1)


@dataclass
class Answers:
    """The measurements of one kind of key."""

    times_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def figures(self, name: str) -> Figures:
        """Median, 95th percentile and bytes of a key."""
        return {
            f"{name} p50": statistics.median(self.times_ms),
            f"{name} p95": percentile(self.times_ms, 0.95),
            f"{name} bytes": statistics.median(self.sizes),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The value at or below which this share of the values is."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


class Stopwatch(PtyProgram):
    """A program whose output is timestamped when it arrives and evaluated when it has paused."""

    def __init__(self, argv: Sequence[str], **options: Any) -> None:
        """As a PtyProgram; its time starts now."""
        self._stamped: list[tuple[float, bytes]] = []
        self._seen: dict[int, tuple[object, ...]] = {}
        self._begun = time.perf_counter()
        super().__init__(argv, **options)

    def start(self, ready: str, key: str) -> Figures:
        """Milliseconds until a text is visible, and until the first key, pressed at once, was answered."""
        shown = None
        while shown is None:
            assert time.perf_counter() < self._begun + PATIENCE_S, f"{ready} is not there:\n{self.text}"
            if not self.pump(PAUSE_S):
                shown = self._look(lambda: ready in self.text)
        while self.pump(PAUSE_S):
            pass
        self._look()
        begun, pressed = self._begun, time.perf_counter()
        answered = pressed + self.press(key)[0] / 1000
        self.settle()
        return {"first list": (shown - begun) * 1000, "usable": (answered - begun) * 1000}

    def press(self, key: str) -> tuple[float, int]:
        """Milliseconds until the screen is final, and the number of bytes written."""
        self._look()
        before, pressed = len(self.raw), time.perf_counter()
        self.feed_at_once(key)
        wait = PATIENCE_S
        while self.pump(wait):
            wait = SETTLED_S
        final = self._look()
        assert final is not None, f"{key!r} changed nothing:\n{self.text}"
        return (final - pressed) * 1000, len(self.raw) - before

    def settle(self) -> None:
        """Wait until no more output comes."""
        while self.pump(0.5):
            pass
        self._look()

    def idle(self, seconds: float) -> Figures:
        """Processor time and bytes per second without input."""
        self.settle()
        before, processor = len(self.raw), self._processor_ms()
        ends = time.perf_counter() + seconds
        while (left := ends - time.perf_counter()) > 0:
            self.pump(left)
        figures = {"idle bytes": (len(self.raw) - before) / seconds}
        if processor is not None:
            figures["idle CPU"] = ((self._processor_ms() or processor) - processor) / seconds
        return figures

    def memory(self) -> Figures:
        """Megabytes in use by every process of the terminal."""
        found = [_first_number(path / "status", r"VmRSS:\s+(\d+)") for path in self._processes()]
        return {"memory": sum(found) / 1024} if found else {}

    def leave(self) -> None:
        """End it as an operator does, so that the next one finds nothing to clean up."""
        self.feed(CTRL_Q)
        self.wait_exit()

    def _show(self, data: bytes) -> None:
        self._stamped.append((time.perf_counter(), data))

    def _look(self, is_so: Callable[[], bool] | None = None) -> float | None:
        """Put the new output on the screen; return when it last changed, or the condition became true."""
        found = None
        while self._stamped:
            stamp, data = self._stamped.pop(0)
            super()._show(data)
            if (self._has_changed() and is_so is None) or (found is None and is_so is not None and is_so()):
                found = stamp
        return found

    def _has_changed(self) -> bool:
        """Whether any cell differs; a program may write the same again."""
        columns = range(self.screen.columns)
        lines = {
            row: tuple(self.screen.buffer[row][column] for column in columns)
            for row in self.screen.dirty
            if row < self.screen.lines
        }
        self.screen.dirty.clear()
        changed = any(self._seen.get(row) != line for row, line in lines.items())
        self._seen |= lines
        return changed

    def _processes(self) -> list[Path]:
        """The processes of its session, where the kernel shows them as files."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                session = (path / "stat").read_text().rpartition(")")[2].split()[3]
            except OSError:
                continue
            if int(session) == self.pid:
                found.append(path)
        return found

    def _processor_ms(self) -> float | None:
        """Processor time of all living threads, with nanosecond precision."""
        found = [
            _first_number(thread, r"(\d+)")
            for path in self._processes()
            for thread in path.glob("task/*/schedstat")
        ]
        return sum(found) / 1_000_000 if found else None


def _first_number(path: Path, pattern: str) -> int:
    try:
        found = re.search(pattern, path.read_text())
    except OSError:  # it ended meanwhile
        return 0
    return int(found[1]) if found else 0


def measure_inbox(filled: Path, plan: Plan) -> Figures:
    """An operator starts the program, goes down the list, opens chats, types, and leaves it idle."""
    down, opened, typed = Answers(), Answers(), Answers()
    with (
        tempfile.TemporaryDirectory() as own,
        Stopwatch.python(
            "-m", "chat_tui", "--lang", "en", environment=environment(filled, Path(own)), size=SIZE
        ) as program,
    ):
        figures = program.start("Покупатель", DOWN) | program.memory()
        _repeat(down, plan.keys, partial(program.press, DOWN))
        for _ in range(plan.opened):
            program.press(DOWN)
            _repeat(opened, 1, partial(program.press, ENTER))
            program.press(ESCAPE)
        program.press("c")
        _repeat(typed, plan.keys, partial(program.press, "o"))
        figures |= program.idle(plan.idle_s)
        program.leave()
    return figures | down.figures("Down") | opened.figures("open") | typed.figures("letter")


def measure_bare(plan: Plan) -> Figures:
    """Textual with one line of text: the lower limit for programs built on it."""
    keys = Answers()
    with tempfile.TemporaryDirectory() as own:
        surroundings = {**plain_environment(), "HOME": own}
        with Stopwatch.python("-c", BARE, environment=surroundings, size=SIZE) as program:
            figures = program.start("READY 0", "x") | program.memory()
            _repeat(keys, plan.keys, partial(program.press, "x"))
            figures |= program.idle(plan.idle_s)
            program.leave()
    return figures | keys.figures("Down") | keys.figures("open") | keys.figures("letter")


def _repeat(answers: Answers, times: int, press: Callable[[], tuple[float, int]]) -> None:
    for _ in range(times):
        took, size = press()
        answers.times_ms.append(took)
        answers.sizes.append(size)


def environment(filled: Path, own: Path) -> Mapping[str, str]:
    """Directories of our own, the filled store in them, and a Market that does not answer."""
    places = {name: own / name for name in ("config", "cache", "data", "state")}
    for name in ("cache", "data"):
        profile = places[name] / "chat-tui" / "default"
        profile.mkdir(parents=True, mode=0o700)
        (places[name] / "chat-tui").chmod(0o700)
    (places["cache"] / "chat-tui" / "default" / BUSINESS).symlink_to((filled / "cache").resolve())
    # Drafts of one round must not appear in the next.
    shutil.copytree(filled / "data", places["data"] / "chat-tui" / "default" / BUSINESS)
    return {
        **plain_environment(),
        **{f"XDG_{name.upper()}_HOME": str(place) for name, place in places.items()},
        "CHAT_TUI_API_URL": "http://127.0.0.1:9",
        "CHAT_TUI_API_KEY": "ACMA:bench",
        "CHAT_TUI_BUSINESS_ID": BUSINESS,
    }
