"""What a broken build is: replacements in files, and the tests that must fail then."""

from dataclasses import dataclass

_SIMULATION = "tests.inbox.simulation"


def worlds(first: int = 0) -> tuple[str, ...]:
    """Whole simulated worlds from this seed on, until one notices; most builds need but one."""
    return ("-m", _SIMULATION, "--jobs", "1", "--first", str(first), "--worlds", "40")


_ONE = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-o", "timeout=0")
"""Without a limit of its own: a test that is ended for taking too long has noticed nothing.

And without a plugin that takes as long to import as most of these tests last, and that none of them uses.
"""


def pytest(selection: str) -> tuple[str, ...]:
    """One test by its id, of those that README's command runs."""
    return (*_ONE, selection)


def thorough(selection: str) -> tuple[str, ...]:
    """One test by its id, of the long ones."""
    return (*_ONE, "-m", "thorough", selection)


@dataclass(frozen=True, slots=True)
class Patch:
    """One replacement; `search` stands exactly once in the file."""

    path: str
    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken build."""

    name: str
    patches: tuple[Patch, ...]
    caught_by: tuple[str, ...] = worlds()

    @property
    def test(self) -> str | None:
        """The id of the test that catches it, or None: whole worlds do."""
        return None if _SIMULATION in self.caught_by else self.caught_by[-1]

    @property
    def is_for_thorough(self) -> bool:
        """Whether the tests that README names may pass it."""
        return self.test is None or "thorough" in self.caught_by


def one(name: str, path: str, search: str, replace: str, test: str) -> Mutant:
    """A build that is broken in one place, and the test that knows it."""
    return Mutant(name, (Patch(path, search, replace),), pytest(test))


SENDER = "chat_tui/inbox/sending/sender.py"
DELIVERY = "chat_tui/inbox/sending/delivery.py"
HISTORY = "chat_tui/inbox/reading/history.py"
RECONCILER = "chat_tui/inbox/sending/reconciler.py"
MERGING = "chat_tui/inbox/multi.py"
SYNC = "chat_tui/inbox/reading/sync.py"
RETRY = "chat_tui/inbox/sending/retry.py"
WRITING = "chat_tui/inbox/outgoing.py"
OUTBOX = "chat_tui/store/outbox.py"
MESSAGES = "chat_tui/store/messages.py"
SCHEMA = "chat_tui/store/migrations/state/001_init.sql"
