"""The program and its tests keep their limits; and the figures of a small package, counted by hand."""

import re
from collections import Counter
from pathlib import Path
from textwrap import dedent

from tests.house import measure

TESTS = Path(__file__).parent
MOST = {
    "files": 210,
    "folder": 20,
    "file": 500,
    "class": 450,
    "spread": 1,
    "private": 0,
    "fan": 18,
    "rings": 0,
    "fn_p95": 25,
    "lines": 40_300,
}
"""The limits of the program; `make house` prints its figures."""
CLASS_MOST = 350
"""Lines of a class with its ancestors; only the terminal's app, made of repairs, may have more."""
TEST_FILE_MOST, TEST_FOLDER_MOST = 500, 25
WALK_MOST = 33
"""Files that a reader opens to follow one thing through the program."""

PACKAGE = {
    "__init__.py": '"""Only a door."""\n',
    "base.py": """\
        class Base:
            def __init__(self):
                self._kept = 1
                self.shown = 2
        """,
    "middle.py": """\
        from small.base import Base

        class Middle(Base):
            _own = 3
        """,
    "inner/__init__.py": "",
    "inner/top.py": """\
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from ..middle import Middle
        if TYPE_CHECKING:
            from . import ring

        class Top(Middle):
            def both(self):
                return self._kept, self._own, self._mine()

            def _mine(self):
                return self.shown
        """,
    "inner/ring.py": "def late():\n    from small.inner.top import Top\n    return Top\n",
    "terminal/__init__.py": "",
    "terminal/app.py": "class App:\n    _loop = 1\n\n\n\n    _end = 2\n",
    "application.py": """\
        from small.terminal.app import App

        class Application(App):
            def run(self):
                return self._loop
        """,
}


def test_the_figures_of_a_small_package(tmp_path: Path) -> None:
    root = tmp_path / "small"
    for name, source in PACKAGE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source))
    figures = measure(root)
    assert {name: figure.value for name, figure in figures.items()} == {
        "files": 6,
        "folder": 3,
        "file": 12,
        "class": 6 + 2 + 4,
        "spread": 1,
        "private": 2,
        "fan": 2,
        "rings": 1,
        "fn_p95": 3,
        "lines": 1 + 4 + 4 + 12 + 3 + 6 + 5,
    }
    assert figures["spread"].worst == [(3, "small.inner.top:Top")]
    assert [what for _, what in figures["private"].worst] == [
        "small.inner.top:Top._kept",
        "small.inner.top:Top._own",
    ]
    assert figures["rings"].worst == [(2, "small.inner.ring small.inner.top")]
    assert figures["class"].worst[0] == (12, "small.inner.top:Top")


def test_a_long_init_is_a_module_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("A = 1\n" * 31)
    assert measure(tmp_path)["files"].value == 1


def test_the_program_keeps_its_limits() -> None:
    figures = measure(TESTS.parent / "chat_tui")
    assert {name: figure.value for name, figure in figures.items() if figure.value > MOST[name]} == {}
    large = [name for lines, name in figures["class"].worst if lines > CLASS_MOST]
    assert large in ([], ["chat_tui.terminal.app:TerminalApp"])


def test_tests_are_as_easy_to_live_in() -> None:
    files = [path for path in TESTS.rglob("*.py") if path.name != "__init__.py"]
    long = {path.name: path.read_text().count("\n") for path in files}
    assert {name: lines for name, lines in long.items() if lines > TEST_FILE_MOST} == {}
    full = Counter(str(path.parent.relative_to(TESTS)) for path in files)
    assert {folder: count for folder, count in full.items() if count > TEST_FOLDER_MOST} == {}


def test_the_walks_of_the_architecture_lead_through_files_that_are_there() -> None:
    page = (TESTS.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    walks = page.partition("## Five walks")[2].partition("\n## ")[0].split("\n**")[1:]
    assert len(walks) == 5
    for walk in walks:
        files = re.findall(r"`([\w/]+\.py)`", walk)
        assert [name for name in files if not (TESTS.parent / "chat_tui" / name).exists()] == []
        assert 5 < len(set(files)) <= WALK_MOST


def test_the_architecture_names_nothing_that_is_gone() -> None:
    page = (TESTS.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+(?:/\w+)+)(?:\.\w+)?/?`", page))
    package = TESTS.parent / "chat_tui"
    assert len(named) > 40
    assert {
        name
        for name in named
        if not any(
            (place / name).is_dir() or (place / f"{name}.py").exists() for place in (package, TESTS.parent)
        )
    } == set()
