"""What the engine needs of the kernel's locks."""

from typing import Protocol


class Locks(Protocol):
    """Locks by number, as `store.locks.ByteLock` has them."""

    def try_hold(self, number: int) -> bool:
        """Take a number; False if any copy holds it."""

    def release(self, number: int) -> None:
        """Give it back."""
