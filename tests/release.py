"""Build the release and test it: `python -m tests.release`; `--notes` prints its part of the changelog.

The wheel is built from the source distribution, which proves that both are complete, and is installed into a
fresh environment. Both files stay in `dist`.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from chat_tui import __version__

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"


def notes(version: str, changelog: str) -> str | None:
    """The part of the changelog about a version; None if it is not there with a date."""
    head = re.escape(f"## [{version}] - ") + r"\d{4}-\d\d-\d\d\n"
    found = re.search(rf"^{head}(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else None


def missing(wheel: Path) -> list[str]:
    """The files that a wheel lacks: the mark for type checkers, and every compiled catalogue."""
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    sources = (ROOT / "chat_tui" / "locale").glob("*/*.po")
    wanted = {"chat_tui/py.typed", *(s.relative_to(ROOT).with_suffix(".mo").as_posix() for s in sources)}
    return sorted(wanted - names)


def build() -> Path:
    """Build the source distribution and, from it, the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(DIST))
    (source,) = DIST.glob("*.tar.gz")
    _run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(DIST), str(source))
    (wheel,) = DIST.glob("*.whl")
    return wheel


def installed_version(wheel: Path) -> str:
    """The version that the program prints when only the wheel is installed."""
    with tempfile.TemporaryDirectory() as place:
        _run(sys.executable, "-m", "venv", f"{place}/venv")
        _run(f"{place}/venv/bin/python", "-m", "pip", "install", "-q", str(wheel))
        return _run(f"{place}/venv/bin/chat-tui", "--version", place=Path(place))


def _run(*command: str, place: Path = ROOT) -> str:
    return subprocess.run(command, cwd=place, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> int:
    """Return exit code 1 if the release must not be published."""
    words = argparse.ArgumentParser(prog="python -m tests.release", description="Build and check a release.")
    words.add_argument("--notes", action="store_true", help="print the notes of this version and do nothing")
    words.add_argument("--tag", help="the tag that the release is to have")
    given = words.parse_args()
    told = notes(__version__, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if given.notes:
        sys.stdout.write(f"{told or ''}\n")
        return int(not told)
    faults = [] if told else [f"CHANGELOG.md tells nothing of {__version__}"]
    if given.tag and given.tag != f"v{__version__}":
        faults.append(f"the tag {given.tag} is not v{__version__}")
    wheel = build()
    faults += [f"{name} is not in the wheel" for name in missing(wheel)]
    said = installed_version(wheel)
    if __version__ not in said.split():
        faults.append(f"chat-tui --version says {said!r}")
    sys.stdout.writelines(f"{fault}\n" for fault in faults or [f"{said} is ready in {DIST.name}"])
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
