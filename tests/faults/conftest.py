"""The fixtures of a fault case."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.support.processes import Process
from tests.faults.support.trial import Trial
from tests.support.ready import open_market
from tests.support.sandbox import Sandbox


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small pretend Market in which nothing happens unless a test makes it happen."""
    with open_market(long_chat=60) as sandbox:
        yield sandbox


@pytest.fixture
async def trial(market: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Trial]:
    """The test opens copies of the program; they are closed in any case."""
    # The program's own log; the libraries below it are set to warnings by `chat_tui.logs`.
    caplog.set_level(logging.DEBUG, "chat_tui")
    case = Trial(market, tmp_path, caplog)
    yield case
    await case.close()


@pytest.fixture
def start(trial: Trial) -> Iterator[Any]:
    """Start copies as processes; all are killed at the end."""
    running: list[Process] = []

    def begin(**told: Any) -> Process:
        running.append(Process(trial.market, told.pop("root", trial.root), **told))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
