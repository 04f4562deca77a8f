"""A terminal whose output is not read, or read slowly, and pastes into a terminal without limits."""

import re
import time
from pathlib import Path

import pytest

from chat_tui.model.outbox import OutboxState
from tests.faults.support.processes import await_true
from tests.faults.support.window import CTRL_Q, Kept, Window, settings
from tests.support.pty_program import PATIENCE_S
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal

MIB = 1024 * 1024
BYTES_PER_S = 960
DOWN, UP = "\x1b[B", "\x1b[A"
HURRIED = """
import sys, time
from chat_tui import cli
import chat_tui.ui.app as app
began = time.time_ns()
app.wall_clock_ms = lambda: (began + 30 * (time.time_ns() - began)) // 1_000_000
sys.exit(cli.main())
"""
"""The screen's clock runs thirty times too fast, so that a minute is two seconds."""


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def recipient(window: Window) -> str:
    """Whom the box names."""
    return window.box.partition("\n")[0]


def quiet(window: Window) -> int:
    """Read until no output comes for a moment; return the number of all bytes so far."""
    while window.pump(0.3):
        pass
    return len(window.raw)


def test_an_arrow_held_down_writes_the_rows_and_shows_the_last_chat_alone(market: Sandbox) -> None:
    """Promised: U72."""
    with Window(market, size=(120, 40)) as window:
        window.ready()
        window.wait_for_text("To: ")
        quiet(window)
        cost, shown = [], [recipient(window)]
        for arrow, times in ((DOWN, 1), (UP, 1), (DOWN, 14), (UP, 14)):
            before = len(window.raw)
            for _ in range(times):
                window.feed_at_once(arrow)
                window.pump(0.03)
                time.sleep(0.02)
            if arrow == UP:
                window.wait_for(lambda: recipient(window) == shown[0])
            else:
                window.wait_for(lambda: recipient(window) not in shown)
            quiet(window)
            shown.append(recipient(window))
            cost.append(len(window.raw) - before)
        # A single move shows its chat. Of many, few are shown, and each row takes few bytes.
        assert min(cost[:2]) > 500, "the conversation is there"
        assert max(cost[2:]) < 9_000
        window.feed(CTRL_Q)
        window.check(0)


def test_f_096_nobody_reads_the_terminal(market: Sandbox) -> None:
    settings("[queue]\nauto_advance = false\n[sending]\nundo_seconds = 3\n[sync]\npoll_seconds = 1\n")
    mine = [f"row {n}" for n in range(3)]
    with Window(market) as window:
        window.ready().write("")
        for text in mine:
            window.send(text)
        quiet(window)
        before, read = resident(window.pid), len(window.raw)
        # From here on every key produces output, and the test does not read it.
        typed = "".join(f"{n:03} " for n in range(120))
        for start in range(0, len(typed), 40):
            window.feed_at_once(typed[start : start + 40])
        await_true(lambda: [entry.text for entry in market.ledger] == mine, "the three sends", PATIENCE_S)
        chat_id = market.ledger[0].chat_id
        for n in range(50):
            market.say(chat_id, f"more {n}")
        await_true(lambda: on_disk(market).drafts == (typed,), "all letters in the draft", PATIENCE_S)
        states = await_true(lambda: confirmed(market), "three rows confirmed", PATIENCE_S)
        assert states == [OutboxState.CONFIRMED] * 3
        assert resident(window.pid) - before < 10 * MIB
        assert len(window.raw) == read
        window.wait_for(lambda: "118 119" in window.box and "more 49" in window.text)
        assert len(window.raw) - read < 40_000
        window.feed("!")
        window.wait_for_text("119 !")
        window.feed(CTRL_Q)
        window.check(0)


def on_disk(market: Sandbox) -> Kept:
    """The current files; called rarely, because it opens the whole store."""
    time.sleep(0.2)
    return Kept(market)


def confirmed(market: Sandbox) -> list[OutboxState]:
    """The states of the rows, once no row waits for confirmation."""
    states = [row.state for row in on_disk(market).rows]
    return states if OutboxState.SENT not in states else []


def test_f_097_a_slow_link_shows_a_letter_in_two_seconds_and_is_idle_when_nothing_happens(
    market: Sandbox,
) -> None:
    settings("[sync]\npoll_seconds = 1\n")
    with Window(market, program=("-c", HURRIED)) as window:
        window.ready()
        # Waits of all lengths are on the screen: their words change with the minutes.
        quiet(window)
        before, minutes = len(window.raw), 0
        for _minute in range(3):
            shown = window.text
            window.wait_for(lambda shown=shown: window.text != shown)  # type: ignore[misc]
            quiet(window)
            minutes += 1
        assert (len(window.raw) - before) / minutes < 2000
        window.write("a")
        quiet(window)
        for letter in "bcd":
            before = len(window.raw)
            window.feed(letter)
            window.wait_for(lambda letter=letter: letter in window.box.partition("║ a")[2])  # type: ignore[misc]
            assert len(window.raw) - before < 2 * BYTES_PER_S
        window.feed(CTRL_Q)
        window.check(0)


def test_f_103_a_paste_that_holds_its_own_end(market: Sandbox) -> None:
    begin, end = "\x1b[200~", "\x1b[201~"
    head = "строка\tтекста\r\n" * 4000
    tail = f"{end}rm -rf\r\x1b[31mred\tq\x11{end}\x1b[200~n\r\x1b[27uq last line"
    with Window(market) as window:
        window.ready().write("")
        window.feed(begin + head)
        window.feed_at_once(tail + end)
        window.wait_for_text("last line")
        window.feed("!")
        window.wait_for_text("last line!")
        window.feed(CTRL_Q)
        window.check(0)
    text = (
        re.sub("\x1b\\[[0-9]*[~mu]", "", head + tail)
        .replace("\x11", " ")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    assert len(head.encode()) > 100_000
    assert Kept(market).drafts == (text + "!",)
    assert market.ledger == []
