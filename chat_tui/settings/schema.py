"""Every setting: one row each, which is also the typed field that holds its value.

    warn: int = setting(30, whole(1, 10_080), N_("After how many minutes a buyer's wait is marked."))

The class is a table of settings.toml and the field a key in it. Reading, checking, error messages, the
documented file and the verb `settings` all use these rows, so a new setting needs one row and no more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from chat_tui.locale import N_, ExpectedFailure, _
from chat_tui.settings.hours import read_hours

T = TypeVar("T")

MARKET_URL: Final = "https://api.partner.market.yandex.ru"
THEMES: Final = (
    *("dark", "light", "ansi", "ansi-light", "high-contrast"),
    *("textual-dark", "textual-light", "ansi-dark"),
    *("nord", "gruvbox", "dracula", "tokyo-night", "monokai", "flexoki"),
    *("catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "catppuccin-mocha"),
    *("solarized-light", "solarized-dark", "rose-pine", "rose-pine-moon", "rose-pine-dawn"),
    *("atom-one-dark", "atom-one-light"),
)
"""Names of colour themes: ours first, then those of Textual."""


class SettingsProblem(ExpectedFailure):
    """The program cannot start with these settings; the text is one sentence with the fix and no secret."""


# -- kinds of values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValueKind:
    """Which values a key of the file may have."""

    fits: Callable[[Any], bool]
    wanted: str
    """Describes these values (a msgid)."""
    values: Mapping[str, object] = field(default_factory=dict)
    """The values that replace the braces in `wanted`, and those in `Setting.instead`."""

    @property
    def words(self) -> str:
        """The description, in the operator's language."""
        return _(self.wanted).format(**self.values)


@dataclass(frozen=True, slots=True)
class Setting:
    """The row of a setting."""

    kind: ValueKind
    meaning: str
    """One sentence for the documented file (a msgid)."""
    default: Any
    """The value if nothing sets another; None = there is none."""
    example: Any
    """The value in the documented file, where the default does not show the format; None = the default."""
    instead: str = ""
    """Says that the default is used in place of a wrong `value` (a msgid); "" = that is an error."""


def setting(
    default: T,
    kind: ValueKind,
    meaning: str,
    *,
    example: object = None,
    instead: str = "",
    is_secret: bool = False,
) -> T:
    """A field with its row; `is_secret` keeps the value out of the repr."""
    row = Setting(kind, meaning, default, example, instead)
    return field(default=default, repr=not is_secret, metadata={"row": row})


def whole(low: int, high: int) -> ValueKind:
    """A whole number, bounds included."""
    return ValueKind(
        # The exact type: True is an int as well.
        lambda value: type(value) is int and low <= value <= high,
        N_("a whole number from {low} to {high}"),
        {"low": low, "high": high},
    )


def one_of(*words: str) -> ValueKind:
    """One of these words."""
    quoted = ", ".join(f'"{word}"' for word in words)
    return ValueKind(
        lambda value: isinstance(value, str) and value in words,
        N_("one of {words}"),
        {"words": quoted, "names": ", ".join(words)},
    )


def _is_command(value: Any) -> bool:
    words = [value] if isinstance(value, str) else value
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) and word for word in words)


TEXT: Final = ValueKind(lambda value: isinstance(value, str) and bool(value), N_("a text in quotes"))
YES_OR_NO: Final = ValueKind(lambda value: isinstance(value, bool), N_("true or false"))
COMMAND: Final = ValueKind(_is_command, N_("a command: a text, or a list of texts"))
HOURS: Final = ValueKind(
    lambda value: isinstance(value, str) and (not value or read_hours(value) is not None),
    N_("working hours such as {example}"),
    {"example": '"Mo-Fr 09:00-18:00, Sa 10:00-14:00"'},
)
KEYS: Final = ValueKind(
    lambda value: (
        isinstance(value, str) or (isinstance(value, list) and all(isinstance(key, str) for key in value))
    ),
    N_('a key in quotes, or a list of keys: "n" or ["n", "ctrl+n"]'),
)

# -- the tables, in the order of the file ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """One business: its address and its key. A table `[profiles.NAME]` has the same keys."""

    name: str | None = setting(
        None, TEXT, N_("What you call the business, where several are in one queue."), example="Cosy kitchen"
    )
    api_url: str = setting(MARKET_URL, TEXT, N_("Address of the Market's API."))
    """Scheme, host and port, without a slash at the end; plain http for loopback addresses only."""
    business_id: int | None = setting(
        None,
        whole(1, 2**63 - 1),
        N_("The business whose chats are shown; needed only if the key opens several."),
        example=1185230,
    )
    """None = ask the Market which business the key belongs to."""
    api_key_file: str | None = setting(
        None,
        TEXT,
        N_("A file with the key, readable by nobody else (mode 0600)."),
        example="~/.config/chat-tui/key",
    )
    """As written in the file; `Settings.key_file` is the resolved path."""
    api_key_command: str | list[str] | None = setting(  # noqa: RUF009 - it makes a field
        None,
        COMMAND,
        N_("A command that prints the key, instead of a file; run without a shell."),
        example="pass show market/api-key",
        is_secret=True,  # the command line may contain the key itself
    )


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """How long to wait before and after a message is sent, in seconds."""

    undo_seconds: int = setting(
        5, whole(0, 60), N_("How many seconds a message is held so that you can undo it; 0 = not at all.")
    )
    settle_seconds: int = setting(
        60,
        whole(5, 600),
        N_("How many seconds to look for an unconfirmed message in the conversation before asking you."),
    )


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """When a buyer has waited long, in minutes, and what follows an answer."""

    warn: int = setting(30, whole(1, 10_080), N_("After how many minutes a waiting buyer is marked."))
    late: int = setting(
        120,
        whole(1, 10_080),
        N_("After how many minutes an answer counts as late; not less than `warn`."),
    )
    hours: str = setting(
        "", HOURS, N_("When the shop works: only that time counts for warn and late; empty = always.")
    )
    """As written in the file; `hours.read_hours` parses it."""
    auto_advance: bool = setting(
        True, YES_OR_NO, N_("Whether the next waiting chat opens automatically after an answer.")
    )


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How often and how much the program reads from the Market."""

    poll_seconds: int = setting(
        5, whole(1, 300), N_("How often the list is refreshed while you work, in seconds.")
    )
    backfill: bool = setting(
        True, YES_OR_NO, N_("Whether old messages are loaded gradually, so that everything can be searched.")
    )


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys that the operator wants for one command, as written in the file; no name is checked yet."""

    command: str
    """The name of the command in the file."""
    keys: tuple[str, ...]
    """Empty = the command has no key."""
    line: int


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Keys; every name except `layout` is the name of a command, and only the screen knows these."""

    layout: str = setting(
        "jcuken",
        one_of("jcuken", "off"),
        N_("“jcuken”: letters work on the Russian layout, too; “off” for phonetic layouts."),
    )
    own: tuple[OwnKeys, ...] = ()
    """In the order of the file."""

    @property
    def is_jcuken(self) -> bool:
        """Whether the Russian letter on the same physical key runs the same command."""
        return self.layout == "jcuken"


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the operator sees and hears."""

    language: str = setting(
        "en",
        one_of("ru", "en"),
        N_("The language of the program; without this line the locale decides."),
        example="ru",
    )
    """When the settings are loaded, a flag or the locale may decide it instead."""
    theme: str = setting(
        "dark",
        one_of(*THEMES),
        N_("The theme; with NO_COLOR set there are no colours."),
        instead=N_("there is no theme “{value}”, so “{default}” is used. There are: {names}"),
    )
    mouse: bool = setting(
        False,
        YES_OR_NO,
        N_("Whether the mouse works; text is then selected in the terminal with Shift held."),
    )
    notify: str = setting(
        "bell",
        one_of("bell", "osc9", "osc777", "osc99", "off"),
        N_("How you are notified of a new message while you are in another window."),
    )
    notify_text: bool = setting(
        False, YES_OR_NO, N_("Whether a desktop notification shows the buyer's words.")
    )
    operator: str = setting("", TEXT, N_("Your name, for {operator} in templates."), example="Anna")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the program writes into its log."""

    level: str = setting(
        "info",
        one_of("debug", "info", "warning", "error"),
        N_("How detailed the log is; it never contains the key or the text of a message."),
    )


TABLES: Final = {
    "market": MarketSettings,
    "sending": SendingSettings,
    "queue": QueueSettings,
    "sync": SyncSettings,
    "keys": KeySettings,
    "ui": ScreenSettings,
    "log": LogSettings,
}
SCHEMA: Final[Mapping[str, Mapping[str, Setting]]] = {
    table: {each.name: each.metadata["row"] for each in fields(kind) if "row" in each.metadata}
    for table, kind in TABLES.items()
}
"""Every row, by table and key."""
OPEN: Final[Mapping[str, ValueKind]] = {"keys": KEYS}
"""Tables that may also have keys that are not in the schema: the names of commands."""

# -- the values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flags:
    """The options of the command line that concern the settings."""

    language: str | None = None
    profile: str = "default"
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """The part of the settings that the screen gets. It holds no key or address of a shop."""

    queue: QueueSettings = QueueSettings()
    keys: KeySettings = KeySettings()
    ui: ScreenSettings = ScreenSettings()
    notices: tuple[str, ...] = ()
    """Sentences about values of the file that could not be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by the tables of the file; secrets are not in its repr."""

    market: MarketSettings = MarketSettings()
    sending: SendingSettings = SendingSettings()
    queue: QueueSettings = QueueSettings()
    sync: SyncSettings = SyncSettings()
    keys: KeySettings = KeySettings()
    ui: ScreenSettings = ScreenSettings()
    log: LogSettings = LogSettings()
    api_key: str = field(default="", repr=False)
    """The Api-Key; empty if there is none."""
    oauth_token: str = field(default="", repr=False)
    """An OAuth token, used if there is no Api-Key; empty if there is none."""
    key_file: Path | None = None
    """The file with the key, if the settings name one; it must never be sent to a buyer."""
    read_only: bool = False
    """Whether nothing may be sent and no chat created."""
    notices: tuple[str, ...] = ()
    """Sentences about values of the file in whose place the defaults are used."""

    @property
    def has_access(self) -> bool:
        """Whether there is a key or a token for the Market."""
        return bool(self.secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys of this run, which must never be logged, printed or sent to a buyer."""
        return tuple(secret for secret in (self.api_key, self.oauth_token) if secret)

    @property
    def preferences(self) -> Preferences:
        """The part for the screen."""
        return Preferences(self.queue, self.keys, self.ui, self.notices)
