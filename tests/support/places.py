"""Where a program of a test keeps its files."""

from pathlib import Path

from chat_tui.paths import Paths


def places(root: Path) -> Paths:
    """Everything in one directory."""
    return Paths(config=root, data=root, cache=root, log=root / "chat-tui.log")
