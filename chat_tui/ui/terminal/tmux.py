"""Sequences for the terminal around tmux, which keeps to itself what it does not know."""

from collections.abc import Mapping


def is_inside(environ: Mapping[str, str]) -> bool:
    """Whether the program runs in a pane of tmux."""
    return bool(environ.get("TMUX"))


def passed_through(sequence: str) -> str:
    """The sequence wrapped so that tmux hands it on; its `allow-passthrough` must be on."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
