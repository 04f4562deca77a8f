"""The report of measurements contains what was measured; no test checks the numbers."""

import pytest

from tests.bench.__main__ import TABLE, table
from tests.bench.terminal import Stopwatch, percentile

ECHO = """
import sys, termios, tty
tty.setraw(0)
print("READY", end="", flush=True)
while (key := sys.stdin.read(1)) != "q":
    print(key * 3, end="", flush=True)
"""


def test_a_ratio_is_the_median_of_those_of_the_rounds() -> None:
    mine = [{"Down p50": 2.0, "Down bytes": 40.0}, {"Down p50": 9.0, "Down bytes": 60.0}, {"Down p50": 3.0}]
    rounds = [({"Down bytes": 50.0, **one}, {"Down p50": 1.0, "Down bytes": 0.0}) for one in mine]
    lines = {line[:28].strip(): line[28:].split() for line in table(rounds, "floor").splitlines()}
    assert lines["Down p50"] == ["3.0", "ms", "1.0", "ms", "3.00", "×", "≤", "1.8", "×", "no"]
    assert lines["Down, bytes"] == ["50.0", "B", "0.0", "B", "≤", "48", "B", "no"]
    assert lines["memory after start"] == ["cannot", "be", "told", "on", "this", "machine"]
    assert len(lines) == 1 + len(TABLE)


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1.0, 20)])
def test_percentiles(share: float, value: int) -> None:
    assert percentile(range(20, 0, -1), share) == value


@pytest.mark.terminal
def test_a_key_is_measured_to_the_last_byte_that_changes_the_screen() -> None:
    with Stopwatch.python("-c", ECHO, size=(40, 5)) as program:
        figures = program.start("READY", "a")
        assert figures["first list"] < figures["usable"]
        assert program.press("b")[1] == 3
        with pytest.raises(AssertionError, match="changed nothing"):
            program.press("\x07")
        assert "READYaaabbb" in program.text
