"""The real program as a process, for cases about its environment and the files that it leaves."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.pty_program import ROOT, PtyProgram
from tests.support.sandbox import Sandbox

PROGRAM = (sys.executable, "-P", "-m", "chat_tui")
SENTINEL = "ACMA:5entinelKey:0a1b2c3d"
"""A key that must not appear anywhere."""


def watched(told: Path) -> tuple[str, ...]:
    """The same program with an audit; `tests.support.audited.events` reads its actions from `told`."""
    return (sys.executable, "-m", "tests.support.audited", str(told))


def surroundings(market: Sandbox, **more: str) -> dict[str, str]:
    """The environment of a shop's operator."""
    return {
        **os.environ,
        "TERM": "xterm-256color",
        "CHAT_TUI_API_URL": market.url,
        "CHAT_TUI_API_KEY": market.api_key,
        "CHAT_TUI_BUSINESS_ID": str(market.business_id),
        **more,
    }


def run(
    *argv: str,
    environ: dict[str, str],
    umask: int = 0o077,
    cwd: Path | None = None,
    program: tuple[str, ...] = PROGRAM,
) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    return subprocess.run(
        [*program, *argv],
        check=False,
        env=environ,
        cwd=cwd or ROOT,
        umask=umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def inbox(*argv: str, environ: dict[str, str], umask: int = 0o077, cwd: Path = ROOT) -> PtyProgram:
    """The inbox on a terminal."""
    begin = ("sh", "-c", f'umask {umask:o}; exec "$@"', "sh")
    return PtyProgram([*begin, *PROGRAM, *argv], environment=environ, cwd=cwd)


def children_of(pid: int) -> list[Path]:
    """The /proc entries of a process's children that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"\nPPid:\t{pid}\n" in (entry / "status").read_text():
                found.append(entry)
        except OSError:  # the process ended meanwhile
            continue
    return found
