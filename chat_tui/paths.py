"""Where the program keeps its files."""

import errno
import grp
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from chat_tui.locale import ExpectedFailure, _

APP = "chat-tui"
_PLACES = (
    *("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    *("XDG_RUNTIME_DIR", "XDG_DOWNLOAD_DIR"),
)
"""Variables that name a directory. The standard says of one that is relative: ignore it."""
_MOST_LINKS = 40
"""As many as the kernel follows."""


UNWRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT})
"""What making a directory or a file ends with where nothing can be made; the last where it has no parent."""


class ForeignDirectory(ExpectedFailure):
    """A directory with somebody else's hand in it: not used before the operator has looked."""

    def __init__(self, path: Path, *, is_owned: bool) -> None:
        words = _("{path} belongs to another user and is not used.")
        if is_owned:
            words = _("Others may write to {path}. Look what is in it, then run: chmod 700 {quoted}")
        super().__init__(words, path=path, quoted=shlex.quote(str(path)))
        self.path = path
        self.is_owned = is_owned
        """Whether it is ours, and only open for others to write."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Directories of one profile of one operator."""

    config: Path
    """settings.toml, templates."""
    data: Path
    """Outbox, drafts, marks, spool: never wiped by the program."""
    cache: Path
    """Chats, messages, search index: may be dropped, costs only time."""
    log: Path
    """The log file."""

    @property
    def settings_file(self) -> Path:
        """The operator's settings."""
        return self.config / "settings.toml"

    @property
    def templates(self) -> Path:
        """The operator's templates, one text file each."""
        return self.config / "templates"


def locate(profile: str = "default") -> Paths:
    """The directories of a profile, by the XDG variables; nothing is created.

    Raises OSError, with a sentence, where nobody knows the home directory.
    """
    _forget_relative()
    return Paths(
        config=Path(platformdirs.user_config_dir(APP)),
        data=Path(platformdirs.user_data_dir(APP)) / profile,
        cache=Path(platformdirs.user_cache_dir(APP)) / profile,
        log=Path(platformdirs.user_state_dir(APP)) / "chat-tui.log",
    )


def downloads() -> Path:
    """Where the operator's programs put what he keeps; may be missing."""
    _forget_relative()
    return platformdirs.user_downloads_path()


def _forget_relative() -> None:
    """Files that depend on where the program was started would be lost at the next start."""
    for name in _PLACES:
        if not os.path.isabs(os.environ.get(name, "")):
            os.environ.pop(name, None)
    if not os.path.isabs(os.path.expanduser("~")):
        raise OSError(errno.ENOENT, _("Nobody knows your home directory. Set HOME to it, from / on."))


def _refuse_hands_above(directory: Path) -> None:
    """ForeignDirectory if somebody else could put another directory in the place of this one.

    Looked at is the way to it, links included, from the first directory on that is ours or bears our name:
    each belongs to us or to root, and others may write into it only where it is sticky, as /tmp. The group
    may where it is the operator's own, which has his name and nobody else in it.
    """
    is_ours = False
    for path in _way(directory):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return
        # Above, /home and the like are the system's affair.
        is_ours = is_ours or found.st_uid == os.geteuid() or path.name == APP
        if not is_ours or path == directory:
            continue
        if found.st_uid not in {os.geteuid(), 0}:
            raise ForeignDirectory(path, is_owned=False)
        shared = 0o002 if _is_own_group(found.st_gid) else 0o022
        if stat.S_ISDIR(found.st_mode) and found.st_mode & shared and not found.st_mode & stat.S_ISVTX:
            raise ForeignDirectory(path, is_owned=True)


def _way(directory: Path) -> Iterator[Path]:
    """Every directory and link the system passes on the way to a path, from the root on."""
    left = list(reversed(directory.absolute().parts[1:]))
    here, links = Path("/"), 0
    yield here
    while left:
        part = left.pop()
        there = here.parent if part == ".." else here / part
        yield there
        try:
            target = Path(os.readlink(there)) if links < _MOST_LINKS else None
        except OSError:
            target = None  # no link, or nothing there
        if target is None:
            here = there
            continue
        links += 1
        here = Path("/") if target.is_absolute() else here
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _is_own_group(group: int) -> bool:
    """Whether a group is the one that many systems make for each user, with nobody else in it."""
    if group != os.getegid():
        return False
    try:
        about, owner = grp.getgrgid(group), pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
    return about.gr_name == owner and set(about.gr_mem) <= {owner}


def make_private(directory: Path) -> Path:
    """Create a directory (and its parents) for the owner alone; tighten one that others could read.

    Raises ForeignDirectory for one that others could have written to, OSError if it cannot be made.
    """
    _refuse_hands_above(directory)
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    # One by one: the mode that mkdir is given holds for the last directory only.
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    # Both ends of a link: whoever owns it may point it elsewhere.
    link, target = directory.lstat(), directory.stat()
    if {link.st_uid, target.st_uid} != {os.geteuid()}:
        raise ForeignDirectory(directory, is_owned=False)
    if target.st_mode & 0o022:
        raise ForeignDirectory(directory, is_owned=True)
    # What others could only read is repaired without a word; nothing can have been put there.
    if stat.S_IMODE(target.st_mode) & 0o077:
        os.chmod(directory, 0o700)
    return directory


def make_if_writable(directory: Path) -> None:
    """As `make_private`, but where nothing can be written that is left to be said by whoever has to write."""
    try:
        make_private(directory)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
