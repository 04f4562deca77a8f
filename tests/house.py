"""Measures how easy a package is to maintain, as one line: `python -m tests.house [PACKAGE] [--list]`.

files    modules; an `__init__` of up to 30 lines is only a door and is not counted
folder   most modules directly in one folder
file     lines of the longest module
class    lines of the largest class together with its ancestors in the package
spread   classes whose own lines and ancestors are spread over three files or more
fan      most modules of the package that one module imports, including late and type-only imports
private  private names read on `self` in one file but set only by an ancestor in another
rings    import cycles
fn_p95   95th percentile of the lines of a function
lines    of the whole package

No code is imported or run. For classes outside it a package `terminal` counts as a library.
"""

import argparse
import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOOR = 30
SPREAD = 3
LIBRARY = ".terminal."
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Figure:
    """A number, and its largest contributions, the worst first."""

    value: int
    worst: list[tuple[int, str]]


@dataclass(frozen=True)
class Module:
    """One file."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def is_package(self) -> bool:
        """Whether it is the `__init__` of a folder."""
        return self.path.name == "__init__.py"

    @property
    def is_door(self) -> bool:
        """Whether it contains no code of its own."""
        return self.is_package and self.lines <= DOOR


@dataclass(frozen=True, eq=False)
class Class:
    """One class and its module."""

    module: str
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """Its name in a list."""
        return f"{self.module}:{self.node.name}"

    @property
    def lines(self) -> int:
        """Its own lines, without ancestors."""
        return _lines(self.node)


def measure(root: Path) -> dict[str, Figure]:
    """All figures of the package in this folder."""
    modules = _modules(root)
    graph = {module.name: _imports(module, set(modules)) for module in modules.values()}
    own = [module for module in modules.values() if not module.is_door]
    folders = Counter(module.path.parent.relative_to(root.parent).as_posix() for module in own)
    functions = [
        (_lines(node), f"{module.name}:{node.name}")
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, Function)
    ]
    lengths = sorted(length for length, _ in functions)
    in_all = sum(module.lines for module in modules.values())
    return {
        "files": Figure(len(own), []),
        "folder": _most([(count, folder) for folder, count in folders.items()]),
        "file": _most([(module.lines, module.name) for module in own]),
        **_class_figures(_Classes(modules, graph)),
        "fan": _most([(len(imported), name) for name, imported in graph.items()]),
        "rings": _count([(len(ring), " ".join(ring)) for ring in _rings(graph)]),
        "fn_p95": Figure(lengths[int(len(lengths) * 0.95)] if lengths else 0, _worst(functions)),
        "lines": Figure(in_all, []),
    }


def _most(found: list[tuple[int, str]]) -> Figure:
    return Figure(max(found)[0] if found else 0, _worst(found))


def _count(found: list[tuple[int, str]]) -> Figure:
    return Figure(len(found), _worst(found))


def _worst(found: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _lines(node: ast.ClassDef | Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _modules(root: Path) -> dict[str, Module]:
    found = {}
    for path in sorted(root.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__")
        found[name] = Module(name, path, ast.parse(source), source.count("\n"))
    return found


def _imports(module: Module, names: set[str]) -> set[str]:
    """The modules of the package that a module imports, anywhere in the file."""
    found: set[str] = set()
    package = module.name if module.is_package else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & names
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                above = parts[: len(parts) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                found |= {f"{base}.{alias.name}"} & names or {base} & names
    return found - {module.name}


def _rings(graph: dict[str, set[str]]) -> list[list[str]]:
    within = {name: _reached(graph, name) for name in graph}
    rings = {
        tuple(sorted(other for other in reached if name in within[other]))
        for name, reached in within.items()
        if name in reached
    }
    return sorted(map(list, rings))


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += graph[name]
    return found


class _Classes:
    """Every class of a package, with its ancestors in the package."""

    def __init__(self, modules: dict[str, Module], graph: dict[str, set[str]]) -> None:
        self._graph = graph
        self.all = [
            Class(module.name, node)
            for module in modules.values()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ClassDef)
        ]
        self._by_name: dict[str, list[Class]] = defaultdict(list)
        for one in self.all:
            self._by_name[one.node.name].append(one)

    def line(self, one: Class) -> list[Class]:
        """A class and its ancestors; ancestors from a library only for classes of that library."""
        found: list[Class] = []
        ahead = [one]
        while ahead:
            current = ahead.pop()
            if current not in found:
                found.append(current)
                ahead += self._bases(current)
        return [each for each in found if LIBRARY not in each.module or LIBRARY in one.module]

    def _bases(self, one: Class) -> Iterator[Class]:
        known = {one.module, *self._graph[one.module]}
        # A class may be imported from the `__init__` of a package.
        known |= {beyond for module in known for beyond in self._graph[module]}
        for base in one.node.bases:
            word = base.value if isinstance(base, ast.Subscript) else base
            name = (
                word.id
                if isinstance(word, ast.Name)
                else word.attr
                if isinstance(word, ast.Attribute)
                else ""
            )
            yield from [found for found in self._by_name[name] if found.module in known][:1]


def _class_figures(classes: _Classes) -> dict[str, Figure]:
    sizes, spread, private = [], [], []
    for one in classes.all:
        line = classes.line(one)
        sizes.append((sum(each.lines for each in line), one.name))
        files = len({each.module for each in line})
        if files >= SPREAD:
            spread.append((files, one.name))
        theirs = {name for each in line if each.module != one.module for name in _set_names(each.node)}
        foreign = _used_names(one.node) & theirs - _set_names(one.node)
        private += [(1, f"{one.name}.{name}") for name in foreign]
    return {"class": _most(sizes), "spread": _count(spread), "private": _count(private)}


def _set_names(node: ast.ClassDef) -> set[str]:
    """The private names that a class sets."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, Function):
            found.add(inner.name)
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            found.add(inner.attr)
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found.add(inner.id)
    return set(filter(_is_private, found))


def _used_names(node: ast.ClassDef) -> set[str]:
    """The private names that a class uses on itself."""
    return {
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.value, ast.Name)
        and inner.value.id == "self"
        and _is_private(inner.attr)
    }


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def main() -> int:
    """Print the line of figures, and with --list the worst of each."""
    words = argparse.ArgumentParser(
        prog="python -m tests.house", description=(__doc__ or "").partition("\n")[0]
    )
    words.add_argument("package", type=Path, nargs="?", default=Path(__file__).parents[1] / "chat_tui")
    words.add_argument("--list", action="store_true", help="the worst of each figure, too")
    given = words.parse_args()
    figures = measure(given.package.resolve())
    sys.stdout.write(" ".join(f"{name}={figure.value}" for name, figure in figures.items()) + "\n")
    if given.list:
        for name, figure in figures.items():
            sys.stdout.writelines(f"{name:8} {size:5} {what}\n" for size, what in figure.worst[:10])
    return 0


if __name__ == "__main__":
    sys.exit(main())
