"""The only functions that bring text from outside to a widget, a notification or the restored terminal.

Most widgets read a bare `str` as markup: `[/]` in a message would end the program.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.widget import Widget

from chat_tui.locale import _
from chat_tui.safetext import one_line, safe
from chat_tui.terminal.side_channels import Copying, SideChannels

NOTICE_S: Final = 15.0
"""Seconds that a notice of the start stays: it takes more than a glance to read."""
_NOTICE_LIMIT: Final = 500
"""The most characters of a notification: no window is wider."""


def plain(text: str, style: str = "", *, lines: bool = True) -> Content:
    """The text made safe, with nothing read as markup; on one line with `lines=False`."""
    return Content.styled(safe(text, lines=lines), style) if style else Content(safe(text, lines=lines))


def notify(
    where: App[Any] | Widget,
    text: str,
    *,
    severity: SeverityLevel = "information",
    timeout: float | None = None,
) -> None:
    """Show a notification of one line for `timeout` seconds (None = the usual time), in place of the last.

    It is for what happened elsewhere; what is about the text in the box is said by `Compose.say`.
    """
    where.notify(
        one_line(text, limit=_NOTICE_LIMIT),
        severity=severity,
        timeout=timeout,
        markup=False,
    )


def notify_copied(app: App[Any], copied: SideChannels.Copied) -> None:
    """Show whether a text was copied; the terminal itself shows nothing."""
    words = {
        Copying.SENT: _("Sent to the terminal's clipboard."),
        Copying.SENT_STRIPPED: _("Sent to the terminal's clipboard, without its control characters."),
        Copying.TOO_LONG: _("This is too long for the terminal's clipboard."),
    }[copied.outcome]
    is_sent = copied.outcome is not Copying.TOO_LONG
    words = f"{copied.what}: {words}" if copied.what else words
    notify(app, words, severity="information" if is_sent else "warning")


# -- on the restored terminal: that the program crashed, and texts that could not be saved ---------------


def farewell(report: Path) -> str:
    """The sentence after a crash; `report` is the private file that gets the details."""
    words = _("chat-tui crashed because of an error in the program. Details: {path}")
    return words.format(path=one_line(str(report)))


def print_unkept(unkept: Iterable[tuple[str, str]]) -> None:
    """Print texts with their recipients, so that they can be copied; a closed terminal is no error."""
    try:
        for addressee, text in unkept:
            # In full: this is the last copy of the text.
            words = _("Not saved. {addressee}").format(addressee=one_line(addressee))
            sys.stdout.write(f"{words}\n\n{safe(text, limit=sys.maxsize)}\n\n")
        sys.stdout.flush()
    except OSError:
        pass  # the terminal is closed
