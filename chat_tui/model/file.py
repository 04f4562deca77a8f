"""A file the operator chose, as the card shows it before it is sent."""

from dataclasses import dataclass
from typing import Final

from chat_tui.model.doubt import Doubt

WARN_BYTES: Final = 5_000_000
"""Above it the Market may refuse: "5 MB" is not published to the byte."""
MAX_BYTES: Final = 5_242_880
"""Above it nothing is uploaded."""
NAME_LENGTH: Final = 100
"""Characters of the longest name that is sent."""


@dataclass(frozen=True, slots=True)
class FileCard:
    """What will be sent, read once from the disk; sending a file that changed since is refused."""

    path: str
    name: str
    """The name as the buyer will see it: safe, UTF-8, at most `NAME_LENGTH` characters."""
    size: int
    media_type: str
    """Guessed from the name, for example image/jpeg."""
    head: tuple[str, ...]
    """The first lines of a text file, raw; empty for anything else."""
    fingerprint: tuple[int, int, int, int]
    """Device, inode, size and modification time (ns) when the card was made."""
    doubts: tuple[Doubt, ...] = ()
    """What speaks against sending it, and has to be agreed to."""

    @property
    def is_large(self) -> bool:
        """Whether the Market might refuse it."""
        return self.size > WARN_BYTES


SAVED_BYTES: Final = 50 * 1024 * 1024
"""More of a received file is not read, whatever size was declared."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A received file as it was written to the disk."""

    path: str
    """Where it is: a new file, never one that was there."""
    size: int
