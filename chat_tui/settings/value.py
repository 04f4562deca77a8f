"""What can be set, with its default."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MARKET_URL: Final = "https://api.partner.market.yandex.ru"

THEMES: Final = (
    *("dark", "light", "ansi", "ansi-light", "high-contrast"),
    *("textual-dark", "textual-light", "ansi-dark"),
    *("nord", "gruvbox", "dracula", "tokyo-night", "monokai", "flexoki"),
    *("catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "catppuccin-mocha"),
    *("solarized-light", "solarized-dark", "rose-pine", "rose-pine-moon", "rose-pine-dawn"),
    *("atom-one-dark", "atom-one-light"),
)
"""Names of colour themes: ours first, then those that come with Textual."""


class SettingsProblem(Exception):  # noqa: N818 - house word: a failure that was expected
    """The program cannot start as it is set up; the text is one sentence with the fix, without any secret."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says."""

    language: str | None = None
    profile: str = "default"
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys the operator wants for one command, as the file has them: their names are not checked yet."""

    command: str
    """What the file calls the command."""
    keys: tuple[str, ...]
    """Empty = the command has no key."""
    line: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator may choose; secrets are not in its repr."""

    api_url: str = MARKET_URL
    """Scheme, host and port, without a slash at the end; plain http for loopback addresses only."""
    api_key: str = field(default="", repr=False)
    """The Api-Key; empty if none was given."""
    key_file: Path | None = None
    """Where the key is kept, if the settings file says so: never to be sent to a buyer."""
    oauth_token: str = field(default="", repr=False)
    """An OAuth token, used when there is no Api-Key."""
    business_id: int | None = None
    """None = ask the Market which business the key belongs to."""
    shop: str = ""
    """What the operator calls this business, where several are open."""
    language: str = "en"
    profile: str = "default"
    read_only: bool = False
    """Nothing is sent and no chat is created."""
    undo_seconds: int = 5
    settle_seconds: int = 60
    """How long an unclear send is looked for in the history before the operator is asked."""
    warn_minutes: int = 30
    """A buyer who waits longer is marked."""
    late_minutes: int = 120
    """A buyer who waits longer is marked as late."""
    hours: str = ""
    """The shop's working hours, by which waits are judged, as the file has them; empty = always."""
    auto_advance: bool = False
    """After an answer the next waiting chat opens by itself."""
    poll_seconds: int = 5
    backfill: bool = True
    """Old histories are read by and by, so that everything can be searched."""
    keys_layout: str = "jcuken"
    """`jcuken`: the Russian letter on the same physical key is the same command; `off`: it is not."""
    own_keys: tuple[OwnKeys, ...] = ()
    """In the order of the file."""
    theme: str = "dark"
    """One of `THEMES`."""
    mouse: bool = False
    notify: str = "bell"
    """How a new message calls an operator who looks elsewhere: bell, osc9, osc777, osc99 or off."""
    notify_text: bool = False
    """Whether a notification of the desktop shows the buyer's words."""
    operator: str = ""
    """The name that `{operator}` stands for in templates."""
    log_level: str = "info"

    @property
    def has_access(self) -> bool:
        """Whether there is anything to show the Market."""
        return bool(self.api_key or self.oauth_token)
