"""The directories of the program: where they are, and that no one else can write there."""

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
"""Variables that name a directory; the XDG standard says to ignore a relative one."""
_MOST_LINKS = 40
"""The number of links that the kernel follows."""

UNWRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT})
"""Errors when a directory or a file cannot be created; ENOENT if its parent is missing."""


class ForeignDirectory(ExpectedFailure):
    """A directory that somebody else owns or may write to: not used until the operator has checked it."""

    def __init__(self, path: Path, *, is_owned: bool) -> None:
        words = _("{path} belongs to another user and is not used.")
        if is_owned:
            words = _("Others can write to {path}. Check what is in it, then run: chmod 700 {quoted}")
        super().__init__(words, path=path, quoted=shlex.quote(str(path)))
        self.path = path
        self.is_owned = is_owned
        """Whether it is ours, and others may write to it; False = it belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The directories of one profile, and the log file."""

    config: Path
    """settings.toml and templates; shared by all profiles."""
    data: Path
    """Outbox, drafts, marks, spool: the program never deletes it."""
    cache: Path
    """Chats, messages, search index: if deleted, they are loaded from the Market again."""
    log: Path
    """The log file; shared by all profiles."""
    shelf: Path | None = None
    """The templates of the demo; None = those of the operator."""

    @property
    def settings_file(self) -> Path:
        """The file with the operator's settings."""
        return self.config / "settings.toml"

    @property
    def templates(self) -> Path:
        """The directory of the templates, one text file each."""
        return self.shelf or self.config / "templates"


def locate(profile: str = "default") -> Paths:
    """The directories of a profile, by the XDG variables; nothing is created.

    Raises OSError, with a sentence for the operator, if the home directory is unknown.
    """
    _forget_relative()
    return Paths(
        config=Path(platformdirs.user_config_dir(APP)),
        data=Path(platformdirs.user_data_dir(APP)) / profile,
        cache=Path(platformdirs.user_cache_dir(APP)) / profile,
        log=Path(platformdirs.user_state_dir(APP)) / "chat-tui.log",
    )


def downloads() -> Path:
    """The operator's download directory, which may be missing. Raises OSError as `locate` does."""
    _forget_relative()
    return platformdirs.user_downloads_path()


def _forget_relative() -> None:
    """Remove relative directories from the environment: started elsewhere, the program would use others."""
    for name in _PLACES:
        if not os.path.isabs(os.environ.get(name, "")):
            os.environ.pop(name, None)
    if not os.path.isabs(os.path.expanduser("~")):
        raise OSError(errno.ENOENT, _("Your home directory is unknown. Set HOME to its full path."))


def _refuse_hands_above(directory: Path) -> None:
    """Raise ForeignDirectory if somebody else could replace this directory by another.

    Every directory and link on the way is checked, from the first one that is ours or has our name: it must
    belong to us or to root, and others may write to it only if it is sticky, as /tmp is. The group may write
    if it is the operator's own group, with no other member.
    """
    is_ours = False
    for path in _way(directory):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return
        # Directories above, such as /home, are the administrator's responsibility.
        is_ours = is_ours or found.st_uid == os.geteuid() or path.name == APP
        if not is_ours or path == directory:
            continue
        if found.st_uid not in {os.geteuid(), 0}:
            raise ForeignDirectory(path, is_owned=False)
        shared = 0o002 if _is_own_group(found.st_gid) else 0o022
        if stat.S_ISDIR(found.st_mode) and found.st_mode & shared and not found.st_mode & stat.S_ISVTX:
            raise ForeignDirectory(path, is_owned=True)


def _way(directory: Path) -> Iterator[Path]:
    """Every directory and link that the system passes on the way to a path, from the root."""
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
            target = None  # not a link, or missing
        if target is None:
            here = there
            continue
        links += 1
        here = Path("/") if target.is_absolute() else here
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _is_own_group(group: int) -> bool:
    """Whether a group is the one that many systems create for each user, without other members."""
    if group != os.getegid():
        return False
    try:
        about, owner = grp.getgrgid(group), pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
    return about.gr_name == owner and set(about.gr_mem) <= {owner}


def existing(place: Path) -> Path:
    """The place, or the nearest directory above it that exists."""
    return next(each for each in (place, *place.parents) if each.exists())


def make_private(directory: Path) -> Path:
    """Create a directory and its parents with mode 0700, or remove the rights of others to read it.

    Raises ForeignDirectory if others could have written to it, OSError if it cannot be created.
    """
    _refuse_hands_above(directory)
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    # One by one: `mkdir(parents=True)` uses the mode for the last directory only.
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    # Both ends of a link: its owner may point it elsewhere.
    link, target = directory.lstat(), directory.stat()
    if {link.st_uid, target.st_uid} != {os.geteuid()}:
        raise ForeignDirectory(directory, is_owned=False)
    if target.st_mode & 0o022:
        raise ForeignDirectory(directory, is_owned=True)
    # If others could only read it, it is repaired silently: they cannot have put anything there.
    if stat.S_IMODE(target.st_mode) & 0o077:
        os.chmod(directory, 0o700)
    return directory


def make_if_writable(directory: Path) -> None:
    """As `make_private`, but without an error on a read-only disk: the first write reports it."""
    try:
        make_private(directory)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
