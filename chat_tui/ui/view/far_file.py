"""The line that brings a file from the operator's own computer to this one."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chat_tui.safetext import one_line
from chat_tui.ui.view.paths import is_windows_path


class Login(NamedTuple):
    """How the operator's own computer reaches this one."""

    user: str
    host: str
    port: int = 22


def login_of(user: str, host: str, environment: Mapping[str, str]) -> Login:
    """The address and port the operator's SSH connected to, or `host` when there is no SSH."""
    parts = environment.get("SSH_CONNECTION", "").split()
    if len(parts) == 4 and parts[3].isdigit():
        return Login(user, parts[2], int(parts[3]))
    return Login(user, host)


def bring_line(typed: str, login: Login, folder: Path, home: Path) -> str | None:
    """The scp command that brings the file at the path `typed` into `folder`.

    None for a path or folder that a command line could not name exactly.
    """
    source = _quoted(typed)
    try:
        inside = folder.relative_to(home)
        target = "" if inside == Path() else f"{inside}/"
    except ValueError:
        target = f"{folder}/".replace("//", "/")
    if source is None or one_line(target) != target:
        return None
    host = f"[{login.host}]" if ":" in login.host else login.host
    port = "" if login.port == 22 else f"-P {login.port} "
    return f"scp {port}{source} {shlex.quote(f'{login.user}@{host}:{target}')}"


def _quoted(typed: str) -> str | None:
    if one_line(typed) != typed:
        return None
    if is_windows_path(typed):
        bare = typed.strip("\"'")
        return None if '"' in bare else f'"{bare}"'
    if typed.startswith("~/"):
        # The tilde must stay bare: it is the home of the other computer.
        return f"~/{shlex.quote(typed[2:])}" if typed[2:] else None
    return shlex.quote(typed)
