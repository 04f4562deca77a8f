"""The program with an audit of its actions: `python -P -m tests.support.audited WHERE ARGUMENTS…`.

Every file it opens for writing, every name it resolves, every address it connects to and every child process
it starts is written to WHERE, one JSON line each.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_TOLD = {
    "socket.connect",
    "socket.getaddrinfo",
    "sqlite3.connect",
    "subprocess.Popen",
    "os.mkdir",
    "os.rename",
}


def events(where: Path, name: str) -> list[list[Any]]:
    """The arguments of all recorded events of one kind."""
    lines = map(json.loads, where.read_text(encoding="utf-8").splitlines())
    return [arguments for event, arguments in lines if event == name]


def watch(where: str) -> None:
    """Start recording events."""
    told = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, int) or not (flags & _WRITES or set(mode or "") & set("wax+")):
                return
        elif event not in _TOLD:
            return
        words = [os.fsdecode(a) if isinstance(a, bytes | os.PathLike) else a for a in arguments]
        os.write(told, (json.dumps([event, words], default=str) + "\n").encode())

    sys.addaudithook(hear)


if __name__ == "__main__":
    watch(sys.argv[1])
    from chat_tui.cli import main

    sys.exit(main(sys.argv[2:]))
