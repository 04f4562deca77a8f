"""The kind: a stream that is closed, full, or a broken pipe; cases 001 and 017.

The exit code still shows what was done, a verb that only prints says that it cannot, and no traceback is
ever printed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import at_home
from tests.support.pty_program import plain_environment
from tests.support.sandbox import Sandbox

RUN_ALL = """
import gc, json, os, sys
from chat_tui import cli
from chat_tui.commands import acting, arguments, installation, login, opening, reading, reports
import chat_tui.inbox.service, chat_tui.market.client, chat_tui.commands.doctor, chat_tui.logs
import anyio._backends._asyncio, certifi, httpcore, httpx, snowballstemmer

def put(place, number):
    if place == "closed":
        os.close(number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], None)
    elif place == "pipe":
        read, write = os.pipe()
        os.close(read)
        os.dup2(write, number)
    else:
        os.dup2(os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), number)

# The garbage collector of a child then skips all that is loaded already.
gc.freeze()
for line in sys.stdin:
    case = json.loads(line)
    child = os.fork()
    if not child:
        # A new file gets the lowest free descriptor, so streams are closed last.
        for number in sorted(range(3), key=lambda number: case["streams"][number] == "closed"):
            put(case["streams"][number], number)
        os.environ.update(case["environ"])
        sys.exit(cli.main(case["argv"]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs each command line in a forked process, which ends as Python does but has everything imported."""

PRINTS = (
    ["--help"],
    ["--version"],
    ["send", "--help"],
    ["paths"],
    ["settings"],
    ["settings", "--example"],
    ["list"],
    ["list", "--json"],
    ["show", "{chat}"],
    ["export", "{chat}"],
    ["stats"],
    ["stats", "--csv"],
    ["doctor", "--json"],
    ["send", "{chat}", "Завтра", "--dry-run"],
)
"""Verbs whose only purpose is to print."""
DOES = (
    ["send", "{chat}", "Завтра"],
    ["send", "{chat}", "--file", "{file}"],
    ["new", "--order", "{order}"],
    ["sync", "--once"],
    ["export", "{chat}", "--out", "{new}"],
)
MISTAKES = (["--bogus"], ["send", "{chat}"], ["show", "0"], ["send", "{chat}", "a", "--file", "b"])
NOTHING = "/dev/null"


class Lines:
    """Command lines with redirected streams, run by the `process` that executes `RUN_ALL`."""

    def __init__(self, market: Sandbox, home: Path, process: subprocess.Popen[str]) -> None:
        self.market, self.home, self._process = market, home, process
        (home / "a.txt").write_text("x")
        known = market.world.listed("desc", None, 0, 50)
        orders = (chat.order.order_id for chat in known if chat.order and chat.context == "ORDER")
        self.names = {
            "chat": market.open_direct("Когда?"),
            "order": next(orders),
            "file": home / "a.txt",
        }

    def run(self, lines: list[list[str]], streams: tuple[str, str, str]) -> tuple[list[int], str]:
        """The exit codes, and everything written to standard error."""
        told = self.home / "stderr"
        told.unlink(missing_ok=True)
        names = [{**self.names, "new": self.home / f"new-{os.urandom(4).hex()}"} for _line in lines]
        cases = [
            {
                "argv": [word.format(**mine) for word in line],
                "streams": [place.replace("TOLD", str(told)) for place in streams],
            }
            for line, mine in zip(lines, names, strict=True)
        ]
        codes = [self._run(case) for case in cases]
        said = told.read_text() if told.exists() else ""
        assert "Traceback" not in said, said
        assert "Exception ignored" not in said, said
        return codes, said

    def _run(self, case: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        environ = at_home(self.home, self.market)
        self._process.stdin.write(json.dumps({**case, "environ": environ}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def process() -> Iterator[subprocess.Popen[str]]:
    # All three are pipes: if one were a file, Python would try to seek in whatever replaces it later.
    running = subprocess.Popen(
        [sys.executable, "-P", "-c", RUN_ALL],
        env=plain_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield running
    assert running.communicate(timeout=60) == ("", "")
    assert running.returncode == 0


@pytest.fixture
def lines(market: Sandbox, tmp_path: Path, process: subprocess.Popen[str]) -> Lines:
    return Lines(market, tmp_path, process)


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("closed", 1),
        pytest.param(
            "/dev/full", 1, marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="not here")
        ),
        ("pipe", 141),
    ],
)
def test_a_verb_that_only_prints_says_that_it_cannot(lines: Lines, out: str, code: int) -> None:
    lines.run([["sync", "--once"]], (NOTHING, NOTHING, "TOLD"))
    codes, said = lines.run(list(PRINTS), (NOTHING, out, "TOLD"))
    assert dict(zip(map(" ".join, PRINTS), codes, strict=True)) == dict.fromkeys(map(" ".join, PRINTS), code)
    told = said.count("Standard output cannot be written")
    assert told == (len(PRINTS) if code == 1 else 0)
    assert lines.market.ledger == []


@pytest.mark.parametrize(
    "streams",
    [
        pytest.param((NOTHING, "closed", "TOLD"), marks=pytest.mark.thorough),
        (NOTHING, "pipe", "TOLD"),
        (NOTHING, "/dev/full", "/dev/full"),
        pytest.param((NOTHING, NOTHING, "closed"), marks=pytest.mark.thorough),
        pytest.param((NOTHING, NOTHING, "pipe"), marks=pytest.mark.thorough),
        ("closed", "closed", "closed"),
    ],
    ids=" ".join,
)
def test_the_exit_code_tells_what_became_of_the_message_and_not_of_the_line_about_it(
    lines: Lines, streams: tuple[str, str, str]
) -> None:
    codes, said = lines.run(list(DOES), streams)
    assert codes == [0] * len(DOES), said
    assert [(sent.chat_id, sent.text or sent.name) for sent in lines.market.ledger] == [
        (lines.names["chat"], "Завтра"),
        (lines.names["chat"], "a.txt"),
    ]
    codes, _said = lines.run(list(MISTAKES), streams)
    assert codes == [2] * len(MISTAKES)
    codes, _said = lines.run([["send", "5", "Завтра"], ["new", "--order", "1"]], streams)
    assert codes == [1, 1], "what was refused stays refused"


def test_without_a_standard_input_there_is_nothing_to_send(lines: Lines, tmp_path: Path) -> None:
    """Case 017, and other inputs that cannot be read."""
    for place in ("closed", NOTHING):
        (code,), said = lines.run([["send", "{chat}", "-"]], (place, NOTHING, "TOLD"))
        assert code == 1
        assert "nothing to send" in said
    # Python does not start if its standard input is a directory, but it does if that is write-only.
    code, said = shell(lines, f"send {lines.names['chat']} - 0> {tmp_path / 'write-only'}")
    assert code == 1
    assert "Standard input cannot be read" in said
    assert lines.market.ledger == []


def shell(lines: Lines, line: str) -> tuple[int, str]:
    """The exit code and the standard error of a line that a shell runs."""
    ran = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -P -m chat_tui {line}'],
        env=at_home(lines.home, lines.market),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    assert "error in the program" not in ran.stderr
    return ran.returncode, ran.stderr


def test_a_real_shell_closes_them(lines: Lines, tmp_path: Path) -> None:
    """In a real process: files that are opened later do not get the descriptors of closed streams."""
    for closing in (">&-", "2>&- >&-", "<&- >&- 2>&-"):
        before = len(lines.market.ledger)
        code, _said = shell(lines, f"send {lines.names['chat']} раз {closing}")
        assert code == 0
        assert len(lines.market.ledger) == before + 1
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"confirmed \xe2\x9c\x93" in path.read_bytes()]
