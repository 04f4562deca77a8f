"""What verbs print: harmless for a terminal, exact for a program."""

import json
import re
import shutil
import sys
from datetime import UTC, datetime
from typing import Any

from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.safetext import safe

# Controls above ASCII, line separators, direction marks and the invisible: JSON lets them through raw.
_STEERING = re.compile(
    "[\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class CannotStart(Exception):  # noqa: N818 - house word: a refusal that was expected
    """The program cannot do its work here; the text is one sentence with the fix."""


def say(text: str = "") -> None:
    """Print text for people."""
    print(safe(text))


def columns() -> int:
    """Cells of a line of the terminal that shows what is printed; 0 when it goes to a file or a program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def complain(text: str) -> None:
    """Print one line about what went wrong, where it does not mix with results."""
    print(f"chat-tui: {safe(text, lines=False)}", file=sys.stderr)


def say_json(value: Any) -> None:
    """Print a value as JSON in UTF-8, whatever the locale; nothing in it can steer a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    escaped = _STEERING.sub(_escaped, text)
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{escaped}\n".encode())


def iso(at: Millis | None) -> str | None:
    """A moment for programs: ISO 8601 in UTC, or None when it is unknown."""
    if at is None or at == UNKNOWN_TIME:
        return None
    try:
        return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError):  # beyond the calendar
        return None


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0]).strip('"')
