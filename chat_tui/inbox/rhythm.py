"""How often the list is looked at: often while somebody is at a screen, seldom at night. Pure."""

from typing import Final

from chat_tui.model.allowance import BootMillis

IDLE_MS: Final[BootMillis] = 2 * 60_000
"""Without a key for so long, an operator counts as idle."""
_SLOWER: Final = ((30 * 60_000, 60.0), (10 * 60_000, 12.0), (IDLE_MS, 3.0))
"""Idle for so many milliseconds → so many times the pause: 5 s become 15 s, a minute, five minutes."""


def pause_s(poll_s: float, last_active: BootMillis | None, now: BootMillis) -> float:
    """Seconds between two looks at the list.

    `last_active` is when somebody was last active at any copy; None = nobody was since the machine started.
    """
    if last_active is None or last_active > now:
        return poll_s
    idle = now - last_active
    return poll_s * next((times for least, times in _SLOWER if idle >= least), 1.0)
