"""The program with a fault that Ctrl+E triggers: `python -m tests.faults.support.broken WHERE …`."""

import os
import sys
from typing import Any

from chat_tui import cli
from chat_tui.sandbox.access import API_KEY
from chat_tui.terminal.environment import prepare

if __name__ == "__main__":
    prepare(os.environ)

from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import History

SECRET = "buyer-sentinel-8812"


def fail() -> None:
    """Fail while a buyer's words and the key are in local variables."""
    words, key = SECRET, API_KEY
    try:
        int(words)
    except ValueError as error:
        raise RuntimeError(f"cannot read {words} with {key}") from error


async def fail_later() -> None:
    """Fail in a worker."""
    fail()


def main(where: str) -> int:
    """Patch in the fault, and run the program."""

    def in_handler(self: Any) -> None:
        fail()

    def in_worker(self: Any) -> None:
        self.run_worker(fail_later())

    def in_drawing(self: Any) -> None:
        History.render_line = lambda history, y: fail()  # type: ignore[method-assign,assignment,return-value]
        self.screen.query_one(History).refresh()

    faults = {"handler": in_handler, "worker": in_worker, "drawing": in_drawing}
    Compose.action_edit = faults[where]  # type: ignore[method-assign]
    return cli.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
