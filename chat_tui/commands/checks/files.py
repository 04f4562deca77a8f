"""Directories and files: whose they are, who may see them, whether there is room, and what is damaged."""

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat_tui.commands.checks import Finding, State
from chat_tui.locale import _
from chat_tui.paths import Paths
from chat_tui.store import inspection
from chat_tui.store.errors import StoreProblem, is_on_read_only_disk
from chat_tui.store.files import is_on_network
from chat_tui.store.inspection import Looked, look
from chat_tui.store.locks import try_locks
from chat_tui.words.files import size_words

_LOCKED: Final = frozenset({"data", "cache"})
"""The directories in which databases need the kernel's locks."""
LEAST_FREE: Final = 200_000_000
"""Bytes; the copy of 100,000 messages with its index takes about so much."""


def permissions(paths: Paths, key_file: Path | None) -> list[Finding]:
    """One line a directory, and one for every file that others could see or write."""
    named = (
        ("config", _("settings"), paths.config),
        ("data", _("outbox, drafts, marks"), paths.data),
        ("cache", _("copy of the chats"), paths.cache),
        ("log", _("log"), paths.log.parent),
    )
    found = [_directory(check, what, place) for check, what, place in named]
    files = [paths.settings_file, paths.log, *([key_file] if key_file is not None else [])]
    for root in (paths.data, paths.cache):
        files += sorted(root.glob("*/*.db*"))
    return [*found, *_files(files)]


def disk(paths: Paths) -> Finding:
    """Free room where outbox and cache are, or will be."""
    what = _("free disk space")
    # They may be on different disks; the fuller one decides.
    free = min(shutil.disk_usage(_existing(place)).free for place in (paths.data, paths.cache))
    if free < LEAST_FREE:
        fix = _("Delete something: with a full disk nothing can be sent. The copy of the chats may go.")
        return Finding("disk", what, State.BAD, size_words(free), fix)
    return Finding("disk", what, State.GOOD, size_words(free))


def sqlite() -> Finding:
    """The version, and whether the program has to guard against its race."""
    number = inspection.sqlite_version()
    if not inspection.has_search():
        fix = _("Use a Python whose SQLite has FTS5.")
        return Finding("sqlite", "SQLite", State.BAD, _("{n} without full-text search").format(n=number), fix)
    if inspection.has_log_race():
        number = _("{n}; before 3.51.3 several processes need a lock, which the program keeps").format(
            n=number
        )
    return Finding("sqlite", "SQLite", State.GOOD, number)


def _directory(check: str, what: str, place: Path) -> Finding:
    try:
        about = place.stat()
    except FileNotFoundError:
        if os.access(_existing(place), os.W_OK | os.X_OK):
            return Finding(check, what, State.GOOD, _("{path} (not made yet)").format(path=place))
        words = _("{path} cannot be made").format(path=place)
        if is_on_read_only_disk(place):
            return Finding(
                check, what, State.BAD, f"{words}: {_('it is on a read-only disk')}", _fix_of_disk()
            )
        fix = _("Make it writable, or name another place: {variables}").format(variables="XDG_*_HOME")
        return Finding(check, what, State.BAD, words, fix)
    except OSError as error:
        return Finding(check, what, State.BAD, f"{place}: {error.strerror}", _("Look at its permissions."))
    # The worst is told alone: what comes after it may be its consequence.
    words, fix = _complaint(place, about, 0o700)
    if is_on_read_only_disk(place):
        words, fix = _("it is on a read-only disk"), _fix_of_disk()
    if not words and not os.access(place, os.W_OK | os.X_OK):
        words, fix = _("it cannot be written"), f"chmod 700 {shlex.quote(str(place))}"
    if not words and is_on_network(place):
        words = _("it is on a network file system, where databases break")
        fix = _("Choose a local disk by {variables}.").format(variables="XDG_*_HOME")
    if not words and check in _LOCKED:
        try:
            try_locks(place)
        except StoreProblem as problem:
            words, fix = str(problem), _("Choose a local disk by {variables}.").format(variables="XDG_*_HOME")
            return Finding(check, what, State.BAD, words, fix)
    return Finding(
        check, what, State.BAD if words else State.GOOD, f"{place}: {words}" if words else str(place), fix
    )


def _fix_of_disk() -> str:
    words = _("Mount it for writing, or name another place: {variables}")
    return words.format(variables="XDG_*_HOME")


def _files(files: list[Path]) -> Iterator[Finding]:
    for place in files:
        try:
            about = place.lstat()
        except OSError:  # none there, or its directory was told of already
            continue
        words, fix = _complaint(place, about, 0o600)
        if words:
            yield Finding("file", _("file"), State.BAD, f"{place}: {words}", fix)


def _complaint(place: Path, about: os.stat_result, mode: int) -> tuple[str, str]:
    """What is wrong with owner or mode, and the fix; two empty texts when nothing is."""
    if about.st_uid != os.geteuid():
        return _("it belongs to another user"), _("Move it away; the program makes its own.")
    if stat.S_IMODE(about.st_mode) & 0o077:
        found = f"{stat.S_IMODE(about.st_mode):04o}"
        return _("others can see it ({mode})").format(mode=found), f"chmod {mode:o} {shlex.quote(str(place))}"
    return "", ""


def _existing(place: Path) -> Path:
    """The nearest directory that is there."""
    return next(each for each in (place, *place.parents) if each.is_dir())


def rows(paths: Paths) -> Iterator[Finding]:
    """One line for every file that does not read as it should, or one that all do; none if there is none."""
    found = [look(path, "state") for path in sorted(paths.data.glob("*/state.db"))]
    found += [look(path, "cache") for path in sorted(paths.cache.glob("*/cache.db"))]
    bad = [finding for finding in map(_of_file, found) if finding is not None]
    if found and not bad:
        yield Finding("rows", _("local files"), State.GOOD, _("all of them can be read"))
    yield from bad


def _of_file(looked: Looked) -> Finding | None:
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
