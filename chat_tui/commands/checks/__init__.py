"""What `doctor` looks at, a module for each side of the program's surroundings, and what a look found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is; the value is the mark on the screen."""

    GOOD = "ok"
    BAD = "!!"
    """Something does not work, or soon will not."""
    UNKNOWN = "??"
    """It cannot be told from here, or the operator may want it so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    check: str
    """Its name for programs."""
    what: str
    """What was looked at, in the operator's language."""
    state: State
    found: str
    repair: str = ""
    """What to do about it, in one line; empty when there is nothing to do."""
