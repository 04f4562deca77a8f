"""What a verb gets to work with."""

import os
from argparse import Namespace
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

from chat_tui.model.ids import ChatRef
from chat_tui.paths import Paths, locate
from chat_tui.settings import Flags, Settings

if TYPE_CHECKING:
    from chat_tui.inbox.service import Inbox


@dataclass(slots=True)
class Context:
    """One run of the program. What is filled in is said by the table of verbs in `cli`."""

    asked: Namespace
    """The command line."""
    begun: float = 0.0
    """When the program began, by the monotonic clock, in seconds: a verb has only so long."""
    profile: str = "default"
    """Whose files are meant; `chosen_profiles` may find that it is another one."""
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    """The environment at the start: keys are taken out of that of the process once they are read."""
    settings: Settings = field(default_factory=Settings)
    opened: "Inbox | None" = None

    @property
    def inbox(self) -> "Inbox":
        """The shop that is meant, for verbs that need one; it is started and ended around them."""
        # Which verb has one is decided in one place, so nobody has to ask whether it is there.
        assert self.opened is not None, "the table says which verbs have one"
        return self.opened

    @property
    def chat(self) -> ChatRef:
        """The chat that was named."""
        return self.inbox.chat(self.asked.chat)

    @property
    def paths(self) -> Paths:
        """Where the files of the profile are that was asked for."""
        return locate(self.profile)

    @property
    def flags(self) -> Flags:
        """The command line, as far as it goes before the settings."""
        return Flags(language=self.asked.lang, profile=self.profile, read_only=self.asked.read_only)

    @property
    def zone(self) -> tzinfo:
        """That of all times that are printed."""
        from chat_tui.zone import local_zone  # noqa: PLC0415 - not every verb prints times

        return local_zone(os.environ)
