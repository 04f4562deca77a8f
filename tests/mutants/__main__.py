"""Break the program in every way of the catalogue, one at a time, and see that the tests notice."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.broken import Mutant, Patch
from tests.mutants.catalogue import MUTANTS

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300
"""For the tests of one broken build; on a busy machine they take minutes."""
TRIES = 3
TOO_LONG = 124
"""The return code of tests that were ended for taking longer, as the command `timeout` has it."""


class Tree:
    """A copy of the project that is broken and mended again, one mutant after the other."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._moment = 0
        # With the byte code, which is compiled anew for what a mutant breaks only; what others are just
        # writing is left out.
        passing = shutil.ignore_patterns("*.pyc.*", "*.mo.*")
        for name in ("chat_tui", "tests"):
            shutil.copytree(ROOT / name, root / name, ignore=passing)
        for name in ("pyproject.toml", "hatch_build.py"):
            shutil.copy2(ROOT / name, root)

    @classmethod
    @contextmanager
    def copied(cls) -> Iterator["Tree"]:
        """A copy that is gone at the end."""
        with tempfile.TemporaryDirectory(prefix="chat-tui-mutants-") as directory:
            yield cls(Path(directory))

    def try_out(
        self, mutant: Mutant | None, caught_by: tuple[str, ...], patience_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run tests against the copy, broken or (None) as it is; TOO_LONG: they were ended."""
        with self._broken(mutant.patches if mutant is not None else ()):
            return self._run((sys.executable, "-P", *caught_by), patience_s)

    @contextmanager
    def _broken(self, patches: tuple[Patch, ...]) -> Iterator[None]:
        whole: dict[Path, tuple[bytes, os.stat_result]] = {}
        # No two builds have a time in common: byte code of one is never believed by another.
        self._moment += 1
        try:
            for patch in patches:
                path = self._root / patch.path
                _, before = whole.setdefault(path, (path.read_bytes(), path.stat()))
                apply(patch, path)
                os.utime(path, (before.st_atime, int(before.st_mtime) + self._moment))
            yield
        finally:
            for path, (content, before) in whole.items():
                path.write_bytes(content)
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def hunt(self, mutant: Mutant) -> subprocess.CompletedProcess[str]:
        """Try out a mutant until it is caught, a few times at most: on a busy machine some hide."""
        for _ in range(TRIES):
            done = self.try_out(mutant, mutant.caught_by)
            if is_caught(done):
                break
        return done

    def _run(self, command: tuple[str, ...], patience_s: float) -> subprocess.CompletedProcess[str]:
        environment = {"PYTHONPATH": str(self._root), "PATH": "/usr/bin:/bin"}
        try:
            return subprocess.run(
                command,
                cwd=self._root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            words = f"still running after {patience_s:g} s"
            return subprocess.CompletedProcess(command, TOO_LONG, stdout=words, stderr="")


def apply(patch: Patch, path: Path) -> None:
    """Change one file of a copy; the searched text must be there exactly once."""
    text = path.read_text(encoding="utf-8")
    if text.count(patch.search) != 1:
        raise ValueError(f"{patch.path} holds {text.count(patch.search)} times: {patch.search}")
    path.write_text(text.replace(patch.search, patch.replace), encoding="utf-8")


def is_caught(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a test failed, and not the running of it."""
    return done.returncode == 1


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the failing test said."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1][:150] if lines else ""


def try_all(mutants: list[Mutant], jobs: int) -> Iterator[tuple[Mutant, subprocess.CompletedProcess[str]]]:
    """Each mutant with what became of its tests, in the order in which they end."""
    trees: SimpleQueue[Tree] = SimpleQueue()

    def one(mutant: Mutant) -> subprocess.CompletedProcess[str]:
        tree = trees.get()
        try:
            return tree.hunt(mutant)
        finally:
            trees.put(tree)

    with tempfile.TemporaryDirectory(prefix="chat-tui-mutants-") as directory:
        for number in range(jobs):
            trees.put(Tree(Path(directory, str(number))))
        with ThreadPoolExecutor(jobs) as pool:
            tried = {pool.submit(one, mutant): mutant for mutant in mutants}
            for future in as_completed(tried):
                yield tried[future], future.result()


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a mutant lived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; all mutants by default")
    parser.add_argument("--jobs", type=int, default=1, help="so many at a time, each in a copy of its own")
    options = parser.parse_args(arguments)
    chosen = [m for m in MUTANTS if not options.names or any(name in m.name for name in options.names)]
    lived = 0
    for mutant, done in try_all(chosen, max(1, options.jobs)):
        lived += not is_caught(done)
        sys.stdout.write(f"{'caught' if is_caught(done) else 'LIVED'}  {mutant.name}: {last_line(done)}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - lived} of {len(chosen)} caught\n")
    return 1 if lived else 0


if __name__ == "__main__":
    sys.exit(main())
