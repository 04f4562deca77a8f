"""Where the program keeps its files."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from chat_tui.locale import _

APP = "chat-tui"
_PLACES = (
    *("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    *("XDG_RUNTIME_DIR", "XDG_DOWNLOAD_DIR"),
)
"""Variables that name a directory. The standard says of one that is relative: ignore it."""


class ForeignDirectory(Exception):  # noqa: N818 - house word: a refusal that was expected
    """A directory with somebody else's hand in it: not used before the operator has looked."""

    def __init__(self, path: Path, *, is_owned: bool) -> None:
        super().__init__(f"{path}: {'others may write to it' if is_owned else 'it belongs to another user'}")
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


def make_private(directory: Path) -> Path:
    """Create a directory (and its parents) for the owner alone; tighten one that others could read.

    Raises ForeignDirectory for one that others could have written to, OSError if it cannot be made.
    """
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    link, target = directory.lstat(), directory.stat()
    if {link.st_uid, target.st_uid} != {os.geteuid()}:
        raise ForeignDirectory(directory, is_owned=False)
    if target.st_mode & 0o022:
        raise ForeignDirectory(directory, is_owned=True)
    if stat.S_IMODE(target.st_mode) & 0o077:
        os.chmod(directory, 0o700)
    return directory
