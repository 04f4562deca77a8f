"""A file that the operator chose to send, and a received file that was saved."""

from dataclasses import dataclass
from typing import Final

from chat_tui.model.doubt import Doubt
from chat_tui.model.ids import ChatRef, MessageId

WARN_BYTES: Final = 5_000_000
"""The Market may refuse a larger file: it publishes "5 MB" without saying which megabyte."""
MAX_BYTES: Final = 5_242_880
"""A larger file is not uploaded."""
NAME_LENGTH: Final = 100
"""Most characters in a file name that is sent."""


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """One file of a message."""

    chat_ref: ChatRef
    message_id: MessageId
    index: int
    """Its place among the attachments of the message, from 0."""


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file to send, as it was read from the disk; if it has changed since, sending is refused."""

    path: str
    name: str
    """The name as the buyer will see it: safe, UTF-8, at most `NAME_LENGTH` characters."""
    size: int
    """Bytes."""
    media_type: str
    """Guessed from the name, for example image/jpeg."""
    head: tuple[str, ...]
    """The first lines of a text file, raw; empty for anything else."""
    fingerprint: tuple[int, int, int, int]
    """Device, inode, size and modification time (ns) when the card was made."""
    doubts: tuple[Doubt, ...] = ()
    """What the operator must agree to before it is sent."""

    @property
    def is_large(self) -> bool:
        """Whether the Market might refuse it."""
        return self.size > WARN_BYTES


SAVED_BYTES: Final = 50 * 1024 * 1024
"""A received file is not read any further than this, even if the Market declared another size."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A received file as it was written to the disk."""

    path: str
    """A new file: one that was there is never overwritten."""
    size: int
    """Bytes."""
