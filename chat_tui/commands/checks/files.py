"""Directories and files: owner, permissions, free space, and damage."""

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from chat_tui.commands.checks import Finding, State
from chat_tui.locale import _
from chat_tui.paths import Paths, existing
from chat_tui.store import inspection
from chat_tui.store.errors import StoreProblem, is_on_read_only_disk
from chat_tui.store.files import is_on_network
from chat_tui.store.inspection import Looked, look
from chat_tui.store.locks import try_locks
from chat_tui.words.files import size_words

_LOCKED: Final = frozenset({"data", "cache"})
"""The directories whose databases need locks of the kernel."""
LEAST_FREE: Final = 200_000_000
"""Bytes; about the size of a copy of 100,000 messages with its index."""


def permissions(paths: Paths, key_file: Path | None) -> list[Finding]:
    """One finding per directory, and one for every file that others could read or write."""
    found = [
        _directory("config", _("settings"), paths.config),
        _directory("data", _("outbox, drafts, marks"), paths.data),
        _directory("cache", _("copy of the chats"), paths.cache),
        _directory("log", _("log"), paths.log.parent),
    ]
    files = [paths.settings_file, paths.log, *([key_file] if key_file is not None else [])]
    for root in (paths.data, paths.cache):
        files += sorted(root.glob("*/*.db*"))
    return [*found, *_files(files)]


def disk(paths: Paths) -> Finding:
    """Free space where the outbox and the cache are, or will be."""
    finding = partial(Finding, "disk", _("free disk space"))
    # They may be on different disks; the fuller one decides.
    free = min(shutil.disk_usage(existing(place)).free for place in (paths.data, paths.cache))
    if free < LEAST_FREE:
        fix = _(
            "Free some space: nothing can be sent from a full disk. The copy of the chats can be deleted."
        )
        return finding(State.BAD, size_words(free), fix)
    return finding(State.GOOD, size_words(free))


def sqlite() -> Finding:
    """The version of SQLite, and whether the program must guard against the race in its log."""
    finding, number = partial(Finding, "sqlite", "SQLite"), inspection.sqlite_version()
    if not inspection.has_search():
        fix = _("Use a Python whose SQLite has FTS5.")
        return finding(State.BAD, _("{n} without full-text search").format(n=number), fix)
    if inspection.has_log_race():
        words = _("{n}; before 3.51.3 several processes need a lock, which the program uses")
        return finding(State.GOOD, words.format(n=number))
    return finding(State.GOOD, number)


def _directory(check: str, what: str, place: Path) -> Finding:
    finding = partial(Finding, check, what)
    try:
        about = place.stat()
    except FileNotFoundError:
        if os.access(existing(place), os.W_OK | os.X_OK):
            return finding(State.GOOD, _("{path} (not created yet)").format(path=place))
        words = _("{path} cannot be created").format(path=place)
        if is_on_read_only_disk(place):
            return finding(State.BAD, f"{words}: {_('it is on a read-only disk')}", _fix_of_disk())
        fix = _("Make it writable, or choose another place: {variables}").format(variables="XDG_*_HOME")
        return finding(State.BAD, words, fix)
    except OSError as error:
        return finding(State.BAD, f"{place}: {error.strerror}", _("Check its permissions."))
    # Only the worst fault is reported: the others may follow from it.
    words, fix = _complaint(place, about, 0o700)
    if is_on_read_only_disk(place):
        words, fix = _("it is on a read-only disk"), _fix_of_disk()
    if not words and not os.access(place, os.W_OK | os.X_OK):
        words, fix = _("it is not writable"), f"chmod 700 {shlex.quote(str(place))}"
    local = _("Choose a local disk with {variables}.").format(variables="XDG_*_HOME")
    if not words and is_on_network(place):
        words, fix = _("it is on a network file system, where databases get damaged"), local
    if not words and check in _LOCKED:
        try:
            try_locks(place)
        except StoreProblem as problem:
            # Its sentence names the place already.
            return finding(State.BAD, str(problem), local)
    return finding(State.BAD, f"{place}: {words}", fix) if words else finding(State.GOOD, str(place))


def _fix_of_disk() -> str:
    words = _("Mount it as writable, or choose another place: {variables}")
    return words.format(variables="XDG_*_HOME")


def _files(files: list[Path]) -> Iterator[Finding]:
    for place in files:
        try:
            about = place.lstat()
        except OSError:  # there is no such file, or the finding about its directory says why
            continue
        words, fix = _complaint(place, about, 0o600)
        if words:
            yield Finding("file", _("file"), State.BAD, f"{place}: {words}", fix)


def _complaint(place: Path, about: os.stat_result, mode: int) -> tuple[str, str]:
    """What is wrong with owner or mode, and the repair; two empty texts if nothing is."""
    if about.st_uid != os.geteuid():
        return _("it belongs to another user"), _("Move it away. The program creates its own.")
    if stat.S_IMODE(about.st_mode) & 0o077:
        found = f"{stat.S_IMODE(about.st_mode):04o}"
        return _("others can read it ({mode})").format(
            mode=found
        ), f"chmod {mode:o} {shlex.quote(str(place))}"
    return "", ""


def rows(paths: Paths) -> Iterator[Finding]:
    """One finding per database that cannot be read in full, or one that all can; none if there are none."""
    found = [look(path, "state") for path in sorted(paths.data.glob("*/state.db"))]
    found += [look(path, "cache") for path in sorted(paths.cache.glob("*/cache.db"))]
    bad = [finding for finding in map(_of_file, found) if finding is not None]
    if found and not bad:
        yield Finding("rows", _("local files"), State.GOOD, _("all are readable"))
    yield from bad


def _of_file(looked: Looked) -> Finding | None:
    finding = partial(Finding, "rows", _("local files"))
    if looked.error:
        words = f"{looked.path}: {looked.error}"
        return finding(State.UNKNOWN, words, _("Check its permissions."))
    if looked.is_damaged:
        words = _("{path} is damaged").format(path=looked.path)
        fix = _("Start the program: it recovers what can be read and keeps the old file.")
        if looked.kind == "cache":
            fix = _("Start the program: it loads the chats again from the Market.")
        return finding(State.BAD, words, fix)
    if not looked.rotten:
        return None
    counts = ", ".join(f"{table} {count}" for table, count in looked.rotten.items())
    words = _("{path}: rows that cannot be read: {counts}").format(path=looked.path, counts=counts)
    if looked.kind == "cache":
        fix = _("They are skipped. Delete the file while the program is closed: everything is loaded again.")
    else:
        fix = _("They are skipped and not sent. Write these messages again.")
    return finding(State.BAD, words, fix)
