"""What is said below the restored terminal: typed texts that no disk took."""

import sys
from collections.abc import Iterable

from chat_tui.locale import _
from chat_tui.safetext import one_line, safe


def tell(unkept: Iterable[tuple[str, str]]) -> None:
    """Print texts, each with its addressee, so that they can be copied; a lost terminal is no error."""
    try:
        for addressee, text in unkept:
            words = _("Not kept. {addressee}").format(addressee=one_line(addressee))
            sys.stdout.write(f"{words}\n\n{safe(text, limit=sys.maxsize)}\n\n")
        sys.stdout.flush()
    except OSError:
        pass  # nobody is left to read it
