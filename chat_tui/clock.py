"""The two clocks: that of the machine, which all its copies share and nobody can set, and that on the wall.

Code that reckons with time takes a clock as an argument: tests set it.
"""

import functools
import time
from pathlib import Path
from typing import Final

from chat_tui.model.ids import Millis
from chat_tui.model.mark import Clocks
from chat_tui.model.quota import BootMillis

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class BootClock:
    """Milliseconds since the machine was started; the wall clock may jump meanwhile."""

    def __init__(self, boot: str) -> None:
        """`boot` names this start of the machine: moments of another one mean nothing."""
        self.boot = boot

    def now(self) -> BootMillis:
        """This moment."""
        return time.clock_gettime_ns(_CLOCK) // 1_000_000

    def beside(self, wall: Millis) -> Clocks:
        """This moment, by this clock and by the one on the wall, which says `wall`."""
        return Clocks(wall, self.now(), self.boot)


@functools.cache
def boot_clock() -> BootClock:
    """The clock of this machine."""
    try:
        return BootClock(_BOOT_ID.read_text("ascii").strip())
    except OSError:
        # Where the kernel has no name for it, moments that make no sense are recognised by their size.
        return BootClock("")


# -- the clock on the wall -------------------------------------------------------------------------------


def wall_clock_ms() -> Millis:
    """This moment; an operator may set it back."""
    return time.time_ns() // 1_000_000
