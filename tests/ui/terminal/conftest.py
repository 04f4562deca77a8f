"""The desk program, started on a pseudo-terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty_program import PtyProgram


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.log"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return tmp_path / "draft"


@pytest.fixture
def desk(request: pytest.FixtureRequest, report: Path, draft: Path) -> Iterator[PtyProgram]:
    size = getattr(request, "param", (80, 24))
    with PtyProgram.python("-m", "tests.ui.terminal.desk", str(report), str(draft), size=size) as program:
        program.wait_for_text("noted: ready;")
        yield program
