"""What is said below the restored terminal: that the program crashed, and typed texts that no disk took."""

import sys
from collections.abc import Iterable
from pathlib import Path

from chat_tui.locale import _
from chat_tui.safetext import one_line, safe


def farewell(report: Path) -> str:
    """The sentence after a crash; `report` is the private file that gets the details."""
    words = _("chat-tui had to stop because of an error in the program. Details: {path}")
    return words.format(path=one_line(str(report)))


def tell(unkept: Iterable[tuple[str, str]]) -> None:
    """Print texts, each with its addressee, so that they can be copied; a lost terminal is no error."""
    try:
        for addressee, text in unkept:
            words = _("Not kept. {addressee}").format(addressee=one_line(addressee))
            sys.stdout.write(f"{words}\n\n{safe(text, limit=sys.maxsize)}\n\n")
        sys.stdout.flush()
    except OSError:
        pass  # nobody is left to read it
