"""`chat-tui send` as a process over a socket while the Market misbehaves: it ends with the right exit code.

python -m tests.commands.send_verb [--settle 60]

prints a table: the case, seconds, exit code, output. Several cases run at once, because they mostly wait.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.faults import Answer
from tests.support.program import at_home
from tests.support.sandbox import Sandbox

TEXT = "Здравствуйте, уже едет"
SPARE_S = 10.0
"""How much longer a send may take than the time in which an outcome is looked up."""
HISTORY, SEND = "getChatHistory", "sendMessageToChat"
READ_FIRST = 1
"""Histories that are read before a message is sent to a chat that is not in the store yet."""


@dataclass(frozen=True)
class Case:
    """How the Market behaves, and what the verb must print about it."""

    what: str
    code: int
    words: str
    prepare: Callable[[Sandbox, float], None]
    """Called with the Market and the settle time."""


@dataclass(frozen=True)
class Ended:
    """The result of one process."""

    case: Case
    seconds: float
    code: int
    said: str
    arrived: int

    @property
    def is_right(self) -> bool:
        """Whether the exit code is the documented one and the words were printed."""
        return self.code == self.case.code and self.case.words in self.said


def _history(
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> Callable[[Sandbox, float], None]:
    def edit(operation: str, body: Any) -> Any:
        if operation == HISTORY:
            body["result"]["messages"] = change(body["result"]["messages"])
        return body

    def prepare(market: Sandbox, _settle: float) -> None:
        market.behaviour.edit = edit

    return prepare


def _hidden(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in messages if one.get("message") != TEXT]


def _changed(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one | {"message": "***"} if one.get("message") == TEXT else one for one in messages]


def _lost_for(share: float) -> Callable[[Sandbox, float], None]:
    def prepare(market: Sandbox, settle: float) -> None:
        until = time.monotonic() + settle * share
        _history(lambda messages: messages if time.monotonic() > until else [])(market, settle)

    return prepare


def _script(operation: str, *answers: Answer, then: Answer | None = None) -> Callable[[Sandbox, float], None]:
    return lambda market, _settle: market.script(operation, [*answers, *([then] * 500 if then else [])])


def _refuses(status: int, *, after: bool) -> Callable[[Sandbox, float], None]:
    first = [Answer()] * READ_FIRST if after else []
    return _script(HISTORY, *first, then=Answer(status=status, accept=False))


def _latency(seconds: float) -> Callable[[Sandbox, float], None]:
    def prepare(market: Sandbox, _settle: float) -> None:
        market.behaviour.latency_s = seconds

    return prepare


CASES = (
    Case("does what is agreed", 0, "confirmed", lambda _market, _settle: None),
    Case("says OK and never shows the text", 0, "sent, not confirmed", _history(_hidden)),
    Case("changes the text", 0, "confirmed", _history(_changed)),
    Case("shows no history for a while", 0, "confirmed", _lost_for(0.5)),
    Case("answers everything after 1 s", 0, "confirmed", _latency(1.0)),
    Case("answers the send after 4 s", 0, "confirmed", _script(SEND, Answer(delay_s=4.0))),
    Case("answers the send never, took it", 0, "confirmed", _script(SEND, Answer(cut="reset"))),
    Case("answers the send never, took nothing", 1, "", _script(SEND, Answer(cut="reset", accept=False))),
    Case("refuses histories with 420 after the send", 0, "sent", _refuses(420, after=True)),
    Case("refuses histories with 500 after the send", 0, "sent", _refuses(500, after=True)),
    Case("refuses histories with 401 after the send", 0, "sent", _refuses(401, after=True)),
    Case("refuses histories with 420 always", 1, "", _refuses(420, after=False)),
    Case("refuses histories with 401 always", 1, "", _refuses(401, after=False)),
    Case(
        "refuses the send with 420 always",
        1,
        "do not send it again",
        _script(SEND, then=Answer(status=420, accept=False)),
    ),
    Case(
        "answers the send for a minute with nothing",
        1,
        "do not send it again",
        _script(SEND, Answer(accept=False, delay_s=60.0)),
    ),
)


def run(case: Case, settle: int) -> Ended:
    """One Market, one home, one process."""
    with _home(settle) as home, Sandbox.start(chats=5, seed=3, long_chat=8) as market:
        chat = market.open_direct("Когда привезут?")
        case.prepare(market, settle)
        begun = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "chat_tui", "send", str(chat), TEXT],
            env=at_home(home, market),
            capture_output=True,
            text=True,
            check=False,
            timeout=settle + 120,
        )
        return Ended(
            case, time.monotonic() - begun, ran.returncode, f"{ran.stdout}{ran.stderr}", len(market.ledger)
        )


@contextmanager
def _home(settle: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="door-") as place:
        config = Path(place) / "config" / "chat-tui"
        config.mkdir(parents=True)
        (config / "settings.toml").write_text(f"[sending]\nsettle_seconds = {settle}\n")
        yield Path(place)


def run_all(cases: Sequence[Case], settle: int, at_once: int = 4) -> list[Ended]:
    """All of them, some at once."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda case: run(case, settle), cases))


def main() -> int:
    """Print the table; 1 if anything in it is not as it should be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settle", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=4)
    asked = parser.parse_args()
    settle = asked.settle
    ended = run_all(CASES, settle, asked.at_once)
    bad = 0
    for one in ended:
        is_right = one.is_right and one.seconds <= settle + SPARE_S and one.arrived <= 1
        bad += not is_right
        words = " | ".join(one.said.split("\n")).strip(" |")
        print(  # noqa: T201
            f"{'ok ' if is_right else 'BAD'} {one.seconds:6.1f} s  code {one.code}  {one.case.what}: {words}"
        )
    print(f"{len(ended) - bad} of {len(ended)} end within {settle} + {SPARE_S:g} s by the right code")  # noqa: T201
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
