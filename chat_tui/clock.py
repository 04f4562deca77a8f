"""The clock on the wall. Code that reckons with time takes a clock as an argument: tests set it."""

import time


def wall_clock_ms() -> int:
    """This moment in milliseconds since 1970-01-01 UTC (`model.ids.Millis`); an operator may set it back."""
    return time.time_ns() // 1_000_000
