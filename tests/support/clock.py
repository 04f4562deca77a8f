"""Clocks that a test controls."""

from chat_tui.clock import BootClock


class FrozenClock(BootClock):
    """Stands still until a test moves it."""

    moment = 1_000_000

    def now(self) -> int:
        return self.moment


class ToldClock:
    """A clock in seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
