"""Private names of Textual are used in `terminal` alone, and a table lists what each of its files repairs."""

import ast
import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest
from textual.message_pump import MessagePump

import chat_tui.terminal
import chat_tui.ui
from chat_tui.ui.inbox.screen import MainScreen

TERMINAL = Path(chat_tui.terminal.__file__).parent
MODULES = sorted(
    name
    for _finder, name, is_package in pkgutil.walk_packages(chat_tui.ui.__path__, "chat_tui.ui.")
    if not is_package
)
ROW = re.compile(
    r"^\| (?P<module>\w+) \| (?P<mends>[^|]+) \| (?P<waits>[^|]+) \| `(?P<test>[^`]+)` \|$", re.M
)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@cache
def own_names(cls: type) -> frozenset[str]:
    """Private names that a class defines or sets on itself."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(cls) or cls))
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    nodes = [*ast.walk(next(node for node in classes if node.name == cls.__name__))]
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_own(node)}
    return frozenset(filter(is_private, defined | used))


def is_own(node: ast.Attribute) -> bool:
    return ast.unparse(node.value) in {"self", "cls"}


def textuals(cls: type) -> frozenset[str]:
    """Private names of the Textual classes behind a class."""
    bases = [base for base in cls.__mro__ if base.__module__.split(".")[0] == "textual"]
    return frozenset(name for base in bases for name in own_names(base) | set(filter(is_private, vars(base))))


@pytest.mark.parametrize("name", MODULES)
def test_no_private_name_of_textual_is_used_outside_the_repairs(name: str) -> None:
    module = importlib.import_module(name)
    tree = ast.parse(inspect.getsource(module))
    classes: list[type] = [c for _n, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == name]
    for cls in classes:
        if issubclass(cls, MessagePump):
            assert own_names(cls) & textuals(cls) == set(), f"{cls.__qualname__} touches what is Textual's"
    ours = {name for cls in classes for name in own_names(cls)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            assert is_own(node) or node.attr in ours, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"textual", "rich"}:
            words = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            assert not any(map(is_private, words)), f"line {node.lineno}: {words}"


def test_the_classes_of_the_screen_are_found() -> None:
    assert "chat_tui.ui.inbox.screen" in MODULES
    assert "_running" in textuals(MainScreen)
    assert "_auto_advance" in own_names(MainScreen)


def test_the_table_names_every_repair_and_a_test_of_it() -> None:
    rows = [*ROW.finditer((TERMINAL / "REPAIRS.md").read_text())]
    files = {path.stem for path in TERMINAL.glob("*.py")} - {"__init__", "app"}
    assert {row["module"] for row in rows} == files
    assert len(rows) >= 22
    tests = Path(__file__).parents[1]
    for row in rows:
        file, _colons, test = row["test"].partition("::")
        assert f"def {test}(" in (tests / file).read_text(), row["test"]


def test_textual_is_pinned_to_one_series() -> None:
    pyproject = (TERMINAL.parents[1] / "pyproject.toml").read_text()
    assert '"textual>=8.2.8,<8.3"' in pyproject
