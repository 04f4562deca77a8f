"""Break the program in every way of the catalogue, one at a time, and see that the tests notice."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.broken import Mutant, Patch
from tests.mutants.catalogue import MUTANTS

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300
"""For the tests of one broken build; on a busy machine they take minutes."""
TOO_LONG = 124
"""The return code of tests that were ended for taking longer, as the command `timeout` has it."""


def apply(patch: Patch, root: Path) -> None:
    """Change one file of a copy; the searched text must be there exactly once."""
    path = root / patch.path
    text = path.read_text(encoding="utf-8")
    if text.count(patch.search) != 1:
        raise ValueError(f"{patch.path} holds {text.count(patch.search)} times: {patch.search}")
    path.write_text(text.replace(patch.search, patch.replace), encoding="utf-8")


def try_out(
    mutant: Mutant | None, caught_by: tuple[str, ...], patience_s: float = PATIENCE_S
) -> subprocess.CompletedProcess[str]:
    """Run tests against a copy of the project, broken or (None) as it is; TOO_LONG: they were ended."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for name in ("chat_tui", "tests"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "hatch_build.py"):
            shutil.copy(ROOT / name, root)
        for patch in mutant.patches if mutant is not None else ():
            apply(patch, root)
        command = (sys.executable, "-P", *caught_by)
        environment = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            return subprocess.run(
                command,
                cwd=root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            words = f"still running after {patience_s:g} s"
            return subprocess.CompletedProcess(command, TOO_LONG, stdout=words, stderr="")


def is_caught(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a test failed, and not the running of it."""
    return done.returncode == 1


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the failing test said."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1][:150] if lines else ""


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a mutant lived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; all mutants by default")
    options = parser.parse_args(arguments)
    chosen = [m for m in MUTANTS if not options.names or any(name in m.name for name in options.names)]
    lived = 0
    for mutant in chosen:
        done = try_out(mutant, mutant.caught_by)
        lived += not is_caught(done)
        sys.stdout.write(f"{'caught' if is_caught(done) else 'LIVED'}  {mutant.name}: {last_line(done)}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - lived} of {len(chosen)} caught\n")
    return 1 if lived else 0


if __name__ == "__main__":
    sys.exit(main())
