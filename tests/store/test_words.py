"""Every sentence of this room exists in Russian, with the same places to fill."""

import ast
import re
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.store import database

ROOM = Path(database.__file__).parent


def sentences() -> list[str]:
    found = []
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                assert isinstance(node.args[0], ast.Constant)
                found.append(node.args[0].value)
    return sorted(set(found))


@pytest.mark.parametrize("sentence", sentences())
def test_spoken_in_russian(sentence: str) -> None:
    locale.use("ru")
    spoken = locale._(sentence)
    assert re.search("[а-я]", spoken)
    assert sorted(re.findall(r"{\w+}", spoken)) == sorted(re.findall(r"{\w+}", sentence))
