"""Where the program keeps its files."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "chat-tui"


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


def locate(profile: str = "default") -> Paths:
    """The directories of a profile, by the XDG variables; nothing is created."""
    return Paths(
        config=Path(platformdirs.user_config_dir(APP)),
        data=Path(platformdirs.user_data_dir(APP)) / profile,
        cache=Path(platformdirs.user_cache_dir(APP)) / profile,
        log=Path(platformdirs.user_state_dir(APP)) / "chat-tui.log",
    )


def make_private(directory: Path) -> Path:
    """Create a directory (and its parents) for the owner alone; tighten one that is open to others."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        os.chmod(directory, 0o700)
    return directory
