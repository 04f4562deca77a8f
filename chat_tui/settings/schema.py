"""What can be set: one row for every setting, which is also the typed field that holds it.

    warn: int = setting(30, whole(1, 10_080), N_("After how many minutes a buyer's wait is marked."))

The class is a table of settings.toml and the field a key in it. Reading, checking, what a mistake is told,
the documented file and `settings` are all made of these rows: whoever adds a setting adds one row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from chat_tui.locale import N_, ExpectedFailure, _
from chat_tui.settings.hours import read_hours

T = TypeVar("T")

MARKET_URL: Final = "https://api.partner.market.yandex.ru"
_LARGEST_ID: Final = 2**63 - 1
_HOURS_EXAMPLE: Final = '"Mo-Fr 09:00-18:00, Sa 10:00-14:00"'
THEMES: Final = (
    *("dark", "light", "ansi", "ansi-light", "high-contrast"),
    *("textual-dark", "textual-light", "ansi-dark"),
    *("nord", "gruvbox", "dracula", "tokyo-night", "monokai", "flexoki"),
    *("catppuccin-latte", "catppuccin-frappe", "catppuccin-macchiato", "catppuccin-mocha"),
    *("solarized-light", "solarized-dark", "rose-pine", "rose-pine-moon", "rose-pine-dawn"),
    *("atom-one-dark", "atom-one-light"),
)
"""Names of colour themes: ours first, then those that come with Textual."""


class SettingsProblem(ExpectedFailure):
    """The program cannot start as it is set up; the text is one sentence with the fix, without any secret."""


# -- kinds of values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValueKind:
    """Which values a key of the file may have, and how that is said (a msgid)."""

    fits: Callable[[Any], bool]
    wanted: str
    values: Mapping[str, object] = field(default_factory=dict)
    """What stands in for the braces of `wanted`."""

    @property
    def words(self) -> str:
        """What is wanted, in the operator's language."""
        return _(self.wanted).format(**self.values)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row."""

    kind: ValueKind
    meaning: str
    """One sentence for the documented file (a msgid)."""
    default: Any
    """What holds where the file says nothing; None = nothing does."""
    example: Any
    """Stands in the documented file where a default would not show how it is written; None = the default."""


def setting(
    default: T, kind: ValueKind, meaning: str, *, example: object = None, is_secret: bool = False
) -> T:
    """A field with its row; `is_secret` keeps it out of the repr."""
    row = Setting(kind, meaning, default, example)
    return field(default=default, repr=not is_secret, metadata={"row": row})


def whole(low: int, high: int) -> ValueKind:
    """A whole number, bounds included."""
    return ValueKind(
        # An int and nothing that is one, too: True is no number.
        lambda value: type(value) is int and low <= value <= high,
        N_("a whole number from {low} to {high}"),
        {"low": low, "high": high},
    )


def one_of(*words: str) -> ValueKind:
    """One of these words."""
    names = ", ".join(f'"{word}"' for word in words)
    return ValueKind(
        lambda value: isinstance(value, str) and value in words, N_("one of {words}"), {"words": names}
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
    {"example": _HOURS_EXAMPLE},
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
    """One business: where it is and what opens it. A `[profiles.NAME]` has the same keys."""

    name: str | None = setting(
        None, TEXT, N_("What you call the business, where several are in one queue."), example="Cosy kitchen"
    )
    api_url: str = setting(MARKET_URL, TEXT, N_("Where the Market's API is."))
    """Scheme, host and port, without a slash at the end; plain http for loopback addresses only."""
    business_id: int | None = setting(
        None,
        whole(1, _LARGEST_ID),
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
    """As it is written; `Settings.key_file` is where that is."""
    api_key_command: str | list[str] | None = setting(  # noqa: RUF009 - it makes a field
        None,
        COMMAND,
        N_("A command that prints the key, instead of a file; no shell is involved."),
        example="pass show market/api-key",
        is_secret=True,  # somebody may have written the key into it
    )


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """Seconds before and after a message leaves."""

    undo_seconds: int = setting(
        5, whole(0, 60), N_("For how many seconds a sent message can be taken back; 0 = not at all.")
    )
    settle_seconds: int = setting(
        60,
        whole(5, 600),
        N_("For how many seconds a message of unclear fate is looked for in the chat before you are asked."),
    )


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """When a wait is long, in minutes."""

    warn: int = setting(30, whole(1, 10_080), N_("After how many minutes a buyer's wait is marked."))
    late: int = setting(
        120,
        whole(1, 10_080),
        N_("After how many minutes a buyer's wait is marked as late; not less than `warn`."),
    )
    hours: str = setting(
        "", HOURS, N_("When the shop works: only that time counts for warn and late; empty = always.")
    )
    """As it is written; `hours.read_hours` reads it."""
    auto_advance: bool = setting(
        False, YES_OR_NO, N_("Whether the next waiting chat opens by itself after an answer.")
    )


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How much is asked of the Market."""

    poll_seconds: int = setting(
        5, whole(1, 300), N_("Every how many seconds the list is looked at while you work.")
    )
    backfill: bool = setting(
        True, YES_OR_NO, N_("Whether old histories are read by and by, so that everything can be searched.")
    )


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The keys the operator wants for one command, as the file has them: their names are not checked yet."""

    command: str
    """What the file calls the command."""
    keys: tuple[str, ...]
    """Empty = the command has no key."""
    line: int


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Keys; every name but `layout` is that of a command, which only the screen knows."""

    layout: str = setting(
        "jcuken",
        one_of("jcuken", "off"),
        N_("“jcuken”: letters work on the Russian layout, too; “off” for phonetic layouts."),
    )
    own: tuple[OwnKeys, ...] = ()
    """In the order of the file."""

    @property
    def is_jcuken(self) -> bool:
        """Whether the Russian letter on the same physical key is the same command."""
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
    """Decided when the settings are loaded: a flag or the locale may have said it."""
    theme: str = setting("dark", one_of(*THEMES), N_("The colours; with NO_COLOR set there are none."))
    mouse: bool = setting(
        False, YES_OR_NO, N_("Whether the mouse works; the terminal then selects text only with Shift held.")
    )
    notify: str = setting(
        "bell",
        one_of("bell", "osc9", "osc777", "osc99", "off"),
        N_("How a new message calls you while you look elsewhere."),
    )
    notify_text: bool = setting(
        False, YES_OR_NO, N_("Whether a notification of the desktop shows the buyer's words.")
    )
    operator: str = setting("", TEXT, N_("Your name, for {operator} in templates."), example="Anna")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written down about the program itself."""

    level: str = setting(
        "info",
        one_of("debug", "info", "warning", "error"),
        N_("How much the log tells; never the key, never the words of a message."),
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
"""Every row by table and key."""
OPEN: Final[Mapping[str, ValueKind]] = {"keys": KEYS}
"""Tables whose other keys are names that this room does not know: of commands."""

# -- the values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says."""

    language: str | None = None
    profile: str = "default"
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the screen has to know of the settings, handed to it whole. Nothing in it opens a shop."""

    queue: QueueSettings = QueueSettings()
    keys: KeySettings = KeySettings()
    ui: ScreenSettings = ScreenSettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator may choose, by the tables of the file; secrets are not in its repr."""

    market: MarketSettings = MarketSettings()
    sending: SendingSettings = SendingSettings()
    queue: QueueSettings = QueueSettings()
    sync: SyncSettings = SyncSettings()
    keys: KeySettings = KeySettings()
    ui: ScreenSettings = ScreenSettings()
    log: LogSettings = LogSettings()
    api_key: str = field(default="", repr=False)
    """The Api-Key; empty if none was given."""
    oauth_token: str = field(default="", repr=False)
    """An OAuth token, used when there is no Api-Key; empty if none was given."""
    key_file: Path | None = None
    """Where the key is kept, if the settings file says so: never to be sent to a buyer."""
    read_only: bool = False
    """Nothing is sent and no chat is created."""

    @property
    def has_access(self) -> bool:
        """Whether there is anything to show the Market."""
        return bool(self.api_key or self.oauth_token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be logged, printed or sent to a buyer."""
        return tuple(secret for secret in (self.api_key, self.oauth_token) if secret)

    @property
    def preferences(self) -> Preferences:
        """What the screen gets."""
        return Preferences(self.queue, self.keys, self.ui)
