"""What the local files hold, and what of it cannot be read."""

from collections.abc import Iterator

from chat_tui.commands.checks.finding import Finding, State
from chat_tui.locale import _
from chat_tui.paths import Paths
from chat_tui.store.inspection import Looked, look


def rows(paths: Paths) -> Iterator[Finding]:
    """One line for every file that does not read as it should, or one that all do; none if there is none."""
    found = [look(path, "state") for path in sorted(paths.data.glob("*/state.db"))]
    found += [look(path, "cache") for path in sorted(paths.cache.glob("*/cache.db"))]
    bad = [finding for finding in map(_finding, found) if finding is not None]
    if found and not bad:
        yield Finding("rows", _("local files"), State.GOOD, _("all of them can be read"))
    yield from bad


def _finding(looked: Looked) -> Finding | None:
    what = _("local files")
    if looked.error:
        words = f"{looked.path}: {looked.error}"
        return Finding("rows", what, State.UNKNOWN, words, _("Look at its permissions."))
    if looked.is_damaged:
        words = _("{path} is damaged").format(path=looked.path)
        fix = _("Start the program: it saves what can be read, and keeps the old file.")
        if looked.kind == "cache":
            fix = _("Start the program: it reads the chats anew from the Market.")
        return Finding("rows", what, State.BAD, words, fix)
    if not looked.rotten:
        return None
    counts = ", ".join(f"{table} {count}" for table, count in looked.rotten.items())
    words = _("{path}: rows that cannot be read: {counts}").format(path=looked.path, counts=counts)
    if looked.kind == "cache":
        fix = _("They are left out. Delete the file while the program is closed: it is read anew.")
    else:
        fix = _("They are left out, and nothing of them is sent. Write what they should have said again.")
    return Finding("rows", what, State.BAD, words, fix)
