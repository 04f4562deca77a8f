"""Limited terminals, no terminal, and old locales."""

import os
import re
import shlex
import sys
from typing import Any

import pytest

from tests.faults.support.tiers import thorough
from tests.faults.support.window import CTRL_Q, Window, settings
from tests.support.program import in_any_locale
from tests.support.pty_program import PtyProgram
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal

PYTHON = f"{shlex.quote(sys.executable)} -P -m chat_tui --lang en"
ONE_LINE = re.compile(rb"[ -~]+\r?\n")


def run(shell: str, **environ: str) -> PtyProgram:
    """Run a line of shell on a terminal."""
    return PtyProgram(["sh", "-c", shell], environment={**os.environ, "TERM": "xterm-256color", **environ})


@pytest.mark.parametrize("term", ["dumb", "nosuch", ""])
def test_f_098_a_poor_terminal_gets_one_line(term: str) -> None:
    with run(f"unset TERM; {PYTHON}") if not term else run(PYTHON, TERM=term) as program:
        assert program.wait_exit() == 2
        assert ONE_LINE.fullmatch(program.raw)
        assert b"TERM" in program.raw


@pytest.mark.parametrize(
    ("turned", "word"),
    [("< /dev/null", b"input"), ("> '{file}'", b"output"), ("2> '{file}'", b"output")],
)
def test_f_099_no_terminal_on_one_side(turned: str, word: bytes, tmp_path: object) -> None:
    file = f"{tmp_path}/turned"
    with run(f"{PYTHON} {turned.format(file=file)}") as program:
        assert program.wait_exit() == 2
        said = bytes(program.raw)
        if turned.startswith("2>"):
            assert said == b""
            with open(file, "rb") as words:
                said = words.read()
        assert ONE_LINE.fullmatch(said)
        assert word in said


@in_any_locale
@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"},
        thorough({"LC_ALL": "ru_RU.KOI8-R", "PYTHONUTF8": "0"}),
    ],
    ids=["C", "KOI8-R"],
)
def test_f_100_any_locale_shows_and_types_russian(market: Sandbox, environ: dict[str, Any]) -> None:
    settings("[queue]\nauto_advance = false\n[sending]\nundo_seconds = 0\n")
    with Window(market, **environ) as window:
        window.ready().write("").send("ещё бы")
        window.wait_for_text("confirmed")
        window.feed(CTRL_Q)
        window.check(0)
    assert [entry.text for entry in market.ledger] == ["ещё бы"]


@in_any_locale
@pytest.mark.parametrize("turned", ["", "> /dev/null"])
def test_f_100_a_refusal_is_one_line_in_any_locale(turned: str) -> None:
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"}
    with run(f"{PYTHON.replace('--lang en', '--lang ru')} {turned}", TERM="dumb", **environ) as program:
        assert program.wait_exit() == 2
        assert ONE_LINE.fullmatch(program.raw)
        assert b"?" not in program.raw
