"""The two clocks: the boot clock, which all running copies share and no one can set, and the wall clock.

Code that computes with time takes a clock as an argument, so that tests can set it.
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
    """Milliseconds since the machine was started, whatever happens to the wall clock."""

    def __init__(self, boot: str) -> None:
        """`boot` is the kernel's name of this start: moments of another start cannot be compared."""
        self.boot = boot

    def now(self) -> BootMillis:
        """Now, in milliseconds since the start of the machine."""
        return time.clock_gettime_ns(_CLOCK) // 1_000_000

    def beside(self, wall: Millis) -> Clocks:
        """Now, by this clock and by the wall clock, which shows `wall`."""
        return Clocks(wall, self.now(), self.boot)


@functools.cache
def boot_clock() -> BootClock:
    """The boot clock of this machine."""
    try:
        return BootClock(_BOOT_ID.read_text("ascii").strip())
    except OSError:
        # Without the kernel's name of this start, impossible moments are recognised by their size.
        return BootClock("")


def wall_clock_ms() -> Millis:
    """Now, in milliseconds since 1970; the operator may set this clock back."""
    return time.time_ns() // 1_000_000
