"""The repaired program, started on a pseudo-terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.pty_program import PtyProgram

F12 = "\x1b[24~"


def start(report: Path, draft: Path, size: tuple[int, int] = (80, 24)) -> PtyProgram:
    """The program, not yet on the screen."""
    return PtyProgram.python("-m", "tests.terminal.repaired", str(report), str(draft), size=size)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.log"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return tmp_path / "draft"


@pytest.fixture
def program(request: pytest.FixtureRequest, report: Path, draft: Path) -> Iterator[PtyProgram]:
    with start(report, draft, getattr(request, "param", (80, 24))) as program:
        program.wait_for_text("noted: ready;")
        yield program


@dataclass
class Lasting:
    """A program that serves one test after another."""

    place: Path
    program: PtyProgram | None = None

    def anew(self) -> PtyProgram:
        """Reset the program to its start; start it again if it did not survive a test."""
        if self.program is not None and not self.program.has_ended:
            self.program.feed_at_once(F12)
        else:
            self.close()
            self.program = start(self.place / "report.log", self.place / "draft")
        self.program.wait_for_text("noted: ready;")
        return self.program

    def close(self) -> None:
        if self.program is not None:
            self.program.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lasting]:
    one = Lasting(tmp_path_factory.mktemp("lasting"))
    yield one
    one.close()


@pytest.fixture
def same_program(lasting: Lasting) -> PtyProgram:
    """One program for all tests of a module that neither end it nor leave traces."""
    return lasting.anew()
