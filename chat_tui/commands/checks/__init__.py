"""The checks of `doctor`: files, the Market, the terminal. Each one returns findings."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The result of a check; the value is the mark that people see."""

    GOOD = "ok"
    BAD = "!!"
    """Something does not work, or soon will not."""
    UNKNOWN = "??"
    """The program cannot find out, or the operator may want it this way."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    check: str
    """Its name in --json."""
    what: str
    """What was checked, in the operator's language."""
    state: State
    found: str
    """What was found, in the operator's language."""
    repair: str = ""
    """How to mend it, in one line; empty if there is nothing to do."""
