"""Case 034: no numbered parameters in SQL. Python 3.12.0 … 3.12.3 refuse `?1` together with a tuple."""

import ast
import re
from pathlib import Path

import pytest

from chat_tui.store import database

ROOM = Path(database.__file__).parent
NUMBERED = re.compile(r"\?[0-9]")


def numbered(source: str) -> list[int]:
    """The lines of the texts that have a numbered parameter."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NUMBERED.search(node.value)
    ]


def test_the_rule_sees_what_it_is_for() -> None:
    assert numbered('a = "x = ?1"') == [1]
    assert numbered('a = f"""\n  x IN (?12, {b})"""') != []
    assert numbered('a = "?, ?, :at"') == []


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.name)
def test_no_place_is_numbered(path: Path) -> None:
    assert numbered(path.read_text(encoding="utf-8")) == []


def test_no_place_is_numbered_in_the_migrations() -> None:
    files = sorted(ROOM.rglob("*.sql"))
    assert files
    assert [path.name for path in files if NUMBERED.search(path.read_text(encoding="utf-8"))] == []
