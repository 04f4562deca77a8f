"""The directories of a program under test."""

from pathlib import Path

from chat_tui.paths import Paths


def places(root: Path) -> Paths:
    """All of them below one directory."""
    return Paths(config=root, data=root, cache=root, log=root / "chat-tui.log")
