"""The only ways in which text from outside reaches a widget or a notification.

A bare `str` is markup to most widgets: `[/]` in a message would end the program.
"""

from typing import Any, Final

from textual.app import App
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.widget import Widget

from chat_tui.safetext import one_line, safe

_NOTICE_LIMIT: Final = 500
"""Characters of a notification: more would cover the screen."""


def plain(text: str, style: str = "", *, lines: bool = True) -> Content:
    """The text, made safe, with nothing in it read as markup; on one line with `lines=False`."""
    return Content.styled(safe(text, lines=lines), style) if style else Content(safe(text, lines=lines))


def notify(
    where: App[Any] | Widget,
    text: str,
    *,
    severity: SeverityLevel = "information",
    title: str = "",
    timeout: float | None = None,
) -> None:
    """Show a notification of one paragraph; `timeout` is in seconds, None means the usual time."""
    where.notify(
        one_line(text, limit=_NOTICE_LIMIT),
        title=one_line(title, limit=_NOTICE_LIMIT),
        severity=severity,
        timeout=timeout,
        markup=False,
    )
