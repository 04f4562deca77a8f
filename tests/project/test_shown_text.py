"""Only literals, our own words and safe text are shown, titled, notified, printed or logged.

The rule is checked in the syntax tree, so that it covers code that no other test draws. It trusts mypy that
a value annotated as `Content` or a number is one, and checks every place that creates a `Content`.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2] / "chat_tui"
SAFE = {
    *("_", "N_", "ngettext", "plain", "safe", "one_line", "stripped", "keys_line"),
    *("len", "int", "b64encode"),
}
"""Functions that return safe text or a number for any argument."""
KEEPING = {
    *("join", "format", "styled", "assemble", "cut", "cut_middle", "pad", "Content"),
    *("strip", "append", "replace", "decode"),
}
"""Functions whose result is as safe as their arguments."""
WIDGETS = {"Static", "Label", "Button", "Input", "Content", "Text", "Option"}
MAKING = {"styled", "assemble", "from_text", "from_markup", "join"}
"""Methods of `Content` that create another one."""
TITLES = {"title", "sub_title", "border_title", "border_subtitle", "placeholder", "tooltip"}
LOGGING = {"debug", "info", "warning", "error", "critical", "exception"}
NOTIFIER, PRINTER = "ui/kit/text.py", "commands/context.py"
"""The only files that notify and print: all other code calls them."""


class Rule:
    """Checks one module."""

    def __init__(self, source: str, name: str) -> None:
        self.tree = ast.parse(source)
        self.name = name
        self.typed = {*_typed(self.tree)}
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def broken(self) -> Iterator[str]:
        """The places where unsafe text may be shown."""
        for node in ast.walk(self.tree):
            for kind, shown in self._shown(node):
                if shown is None or not self._is_safe(shown, node, frozenset()):
                    yield f"{self.name}:{getattr(node, 'lineno', 0)}: {kind}: {ast.unparse(node)[:80]}"

    def _shown(self, node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
        """What this node shows, and its value; None = it must not show anything here."""
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr in TITLES for target in targets):
                yield "title", node.value
        if isinstance(node, ast.JoinedStr | ast.BinOp) and "\\x1b]" in ast.unparse(node):
            yield "sequence", node
        if not isinstance(node, ast.Call):
            return
        called = _called(node)
        values = [*_text_of(node), *(k.value for k in node.keywords if k.arg in TITLES)]
        if (
            called in WIDGETS
            or (called in MAKING and "Content" in ast.unparse(node.func))
            or (called == "update" and self._is_widget(node))
        ):
            yield from (("widget", value) for value in values)
        elif isinstance(node.func, ast.Attribute) and called == "notify" and self.name != NOTIFIER:
            yield "notification", None
        elif isinstance(node.func, ast.Name) and called == "print" and self.name != PRINTER:
            yield "print", None
        elif called in LOGGING and isinstance(node.func, ast.Attribute) and "log" in _root(node.func):
            yield from (("log", value) for value in node.args if not _is_kind(value))
        elif called == "tolerated":
            yield from (("log", value) for value in node.args[1:])

    def _is_widget(self, call: ast.Call) -> bool:
        if not isinstance(call.func, ast.Attribute):  # a function with the same name
            return False
        on = call.func.value
        if ast.unparse(on) == "self":  # a widget of ours that is a Static
            return True
        made = self._values(on.id, call) if isinstance(on, ast.Name) else [on]
        return any("query_one" in ast.unparse(value) for value in made)

    def _is_safe(self, node: ast.expr, at: ast.AST, above: frozenset[str]) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.Name(name):
                if name in above or self._is_typed_parameter(name, at):
                    return True
                values = self._values(name, at)
                return bool(values) and all(self._is_safe(v, at, above | {name}) for v in values)
            case ast.Attribute(value=ast.Name("glyphs")):
                return True
            case ast.Attribute(attr=name):
                return name in self.typed
            case ast.Call() if _called(node) in KEEPING:
                on = [node.func.value] if isinstance(node.func, ast.Attribute) else []
                parts = [*(one for one in on if ast.unparse(one) != "Content"), *_text_of(node)]
                return all(self._is_safe(v, at, above) for v in [*parts, *(k.value for k in node.keywords)])
            case ast.Call():
                return _called(node) in SAFE | self.typed
        parts_of: Callable[[Any], list[ast.expr]] | None = {
            ast.JoinedStr: lambda n: [v.value for v in n.values if isinstance(v, ast.FormattedValue)],
            ast.IfExp: lambda n: [n.body, n.orelse],
            ast.BoolOp: lambda n: n.values,
            ast.BinOp: lambda n: [n.left, n.right],
            ast.Subscript: lambda n: [n.value],
            ast.Starred: lambda n: [n.value],
            ast.Tuple: lambda n: n.elts,
            ast.List: lambda n: n.elts,
            ast.Dict: lambda n: n.values,
            ast.ListComp: lambda n: [n.elt],
            ast.GeneratorExp: lambda n: [n.elt],
        }.get(type(node))
        return parts_of is not None and all(self._is_safe(part, at, above) for part in parts_of(node))

    def _values(self, name: str, at: ast.AST) -> list[ast.expr]:
        """All values that the function around `at` assigns to a name."""
        found: list[ast.expr] = []
        for node in ast.walk(self._around(at)):
            if isinstance(node, ast.Assign):
                named = [part for target in node.targets for part in ast.walk(target)]
                found += [node.value] * any(isinstance(one, ast.Name) and one.id == name for one in named)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
                f"{name}.append",
                f"{name}.extend",
            }:
                found += node.args
            elif isinstance(node, ast.NamedExpr | ast.AugAssign | ast.AnnAssign) and node.value is not None:
                found += [node.value] * (isinstance(node.target, ast.Name) and node.target.id == name)
        return found

    def _is_typed_parameter(self, name: str, at: ast.AST) -> bool:
        around = self._around(at)
        arguments = around.args if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef) else None
        given = (
            [*arguments.args, *arguments.kwonlyargs, *filter(None, [arguments.vararg])] if arguments else []
        )
        return any(one.arg == name and _is_harmless_type(one.annotation) for one in given)

    def _around(self, node: ast.AST) -> ast.AST:
        while node in self.parent and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node = self.parent[node]
        return node


def _typed(tree: ast.AST) -> Iterator[str]:
    """Functions and attributes of the module that are annotated as `Content` or a number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if _is_harmless_type(node.returns):
                yield node.name
            given = {one.arg for one in node.args.args if _is_harmless_type(one.annotation)}
            for inner in ast.walk(node):
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Attribute):
                    value = ast.unparse(inner.value)
                    if value in given or value.startswith("plain("):
                        yield inner.targets[0].attr
        elif isinstance(node, ast.AnnAssign) and _is_harmless_type(node.annotation):
            yield ast.unparse(node.target).rpartition(".")[2]


def _is_harmless_type(annotation: ast.expr | None) -> bool:
    words = ast.unparse(annotation) if annotation is not None else ""
    return words in {
        "Content",
        "int",
        "LiteralString",
        "reactive[Content]",
        "reactive[int]",
        "tuple[Content, str]",
    }


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text_of(call: ast.Call) -> list[ast.expr]:
    """The arguments that are text; those after them are widths and styles."""
    return call.args[:1] if _called(call) in {"cut", "cut_middle", "pad", "styled"} else call.args


def _root(node: ast.expr) -> str:
    return ast.unparse(node).partition(".")[0]


def _is_kind(node: ast.expr) -> bool:
    """Whether it is the name of an error's class."""
    return ast.unparse(node).startswith("type(") and ast.unparse(node).endswith(").__name__")


MODULES = sorted(ROOT.rglob("*.py"))
DRAWING = {"ui", "terminal", "commands", "cli.py"}


def test_everything_shown_is_literal_or_made_safe() -> None:
    found = []
    for path in MODULES:
        name = path.relative_to(ROOT).as_posix()
        broken = Rule(path.read_text("utf-8"), name).broken()
        found += [one for one in broken if name.split("/")[0] in DRAWING or ": log: " in one]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("widget", "Static(message.text)"),
        ("widget", "Static('Buyer: ' + name)"),
        ("widget", "Static(f'Buyer: {name}')"),
        ("widget", "Label(name)"),
        ("widget", "Content(name)"),
        ("widget", "Content.assemble('x', (name, 'bold'))"),
        ("widget", "Content.styled(name.strip(), 'bold')"),
        ("widget", "Content.from_markup(name)"),
        ("widget", "Content.from_text(name)"),
        ("widget", "Content(' ').join([plain(name), name])"),
        ("widget", "Content(_('Buyer {name}').format(name=name))"),
        ("widget", "Input(placeholder=name)"),
        ("widget", "self.query_one('#x', Static).update(name)"),
        ("widget", "self.update(name)"),
        ("widget", "line = self.query_one('#x', Static); line.update(item.shop_name)"),
        ("widget", "words = plain(name); words = name; Static(words)"),
        ("widget", "words = cut(name, 5); Static(words)"),
        ("widget", "parts = [plain(name)]; parts.append(name); Content(' ').join(parts)"),
        ("title", "self.border_title = name"),
        ("title", "self.border_subtitle = f'{name}'"),
        ("title", "self.title = name"),
        ("title", "self.sub_title = Content(name)"),
        ("sequence", "driver.write(f'\\x1b]2;{name}\\x07')"),
        ("sequence", "driver.write('\\x1b]2;' + name)"),
        ("notification", "self.notify('x')"),
        ("notification", "self.app.notify(plain(name))"),
        ("print", "print(safe(name))"),
        ("log", "_log.warning(name)"),
        ("log", "_log.error('no %s', name)"),
        ("log", "log.info(f'{name}')"),
        ("log", "with tolerated(log, name): pass"),
    ],
)
def test_a_planted_violation_is_found(kind: str, planted: str) -> None:
    source = f"class X:\n    def f(self, name: str, message: object) -> None:\n        {planted}\n"
    assert [one.split(": ")[1] for one in Rule(source, "ui/x.py").broken()][:1] == [kind]


@pytest.mark.parametrize(
    "honest",
    [
        "Static(plain(name)); Static(id='x'); Static('literal')",
        "words = _('Buyer {name}').format(name=one_line(name)); Static(Content(words))",
        "self.border_title = plain(name) if name else None",
        "Content.assemble(given, '  ', (one_line(name), 'bold'))",
        "self.query_one('#x', Static).update(plain(name)); known.update(name)",
        "_log.error('it failed: %s', type(name).__name__, exc_info=True)",
        "notify(self.app, name); say(name)",
        "driver.write(f'\\x1b]2;{one_line(name)}\\x07')",
    ],
)
def test_what_is_made_safe_is_let_through(honest: str) -> None:
    source = f"class X:\n    def f(self, name: str, given: Content) -> None:\n        {honest}\n"
    assert list(Rule(source, "ui/x.py").broken()) == []
