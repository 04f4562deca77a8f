"""What every setting means, in words, and the documented file that these words make."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chat_tui.locale import N_, _
from chat_tui.settings.file import KNOWN, Known
from chat_tui.settings.load import FIELDS
from chat_tui.settings.value import Settings

_WIDTH: Final = 100

MEANINGS: Final[Mapping[str, str]] = {
    "market.name": N_("What you call the business, where several are in one queue."),
    "market.api_url": N_("Where the Market's API is."),
    "market.business_id": N_("The business whose chats are shown; needed only if the key opens several."),
    "market.api_key_file": N_("A file with the key, readable by nobody else (mode 0600)."),
    "market.api_key_command": N_("A command that prints the key, instead of a file; no shell is involved."),
    "sending.undo_seconds": N_("For how many seconds a sent message can be taken back; 0 = not at all."),
    "sending.settle_seconds": N_(
        "For how many seconds a message of unclear fate is looked for in the chat before you are asked."
    ),
    "queue.warn": N_("After how many minutes a buyer's wait is marked."),
    "queue.late": N_("After how many minutes a buyer's wait is marked as late; not less than `warn`."),
    "queue.hours": N_("When the shop works: only that time counts for warn and late; empty = always."),
    "queue.auto_advance": N_("Whether the next waiting chat opens by itself after an answer."),
    "sync.poll_seconds": N_("Every how many seconds the list is looked at while you work."),
    "sync.backfill": N_("Whether old histories are read by and by, so that everything can be searched."),
    "keys.layout": N_("“jcuken”: letters work on the Russian layout, too; “off” for phonetic layouts."),
    "ui.language": N_("The language of the program; without this line the locale decides."),
    "ui.theme": N_("The colours; with NO_COLOR set there are none."),
    "ui.mouse": N_("Whether the mouse works; the terminal then selects text only with Shift held."),
    "ui.notify": N_("How a new message calls you while you look elsewhere."),
    "ui.notify_text": N_("Whether a notification of the desktop shows the buyer's words."),
    "ui.operator": N_("Your name, for {operator} in templates."),
    "log.level": N_("How much the log tells; never the key, never the words of a message."),
}
"""By `table.key`."""

EXAMPLES: Final[Mapping[str, Any]] = {
    "market.name": "Cosy kitchen",
    "market.business_id": 1185230,
    "market.api_key_file": "~/.config/chat-tui/key",
    "market.api_key_command": "pass show market/api-key",
    "ui.language": "ru",
    "ui.operator": "Anna",
}
"""A value for what has no default."""


def default_of(place: str) -> Any:
    """What holds where the file says nothing about `table.key`; None if that is nothing."""
    return None if place in EXAMPLES else getattr(Settings(), FIELDS[place])


def toml(value: Any) -> str:
    """A value as the file may have it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def example(commands: Iterable[tuple[str, tuple[str, ...], str]]) -> str:
    """settings.toml with every setting, its meaning, what it may be and its default, all commented out.

    `commands` are the name, the keys and the words of each.
    """
    lines = _told(
        _("Settings of chat-tui. Every line is as if it were not there: remove its # to change it.")
    )
    for table, known in KNOWN.items():
        lines += [*([""] if lines[-1] else []), f"[{table}]"]
        for name, one in known.items():
            lines += _setting(f"{table}.{name}", name, one)
        if table == "keys":
            lines += _keys(commands)
    lines += [*([""] if lines[-1] else []), *_profiles()]
    return "\n".join(lines) + "\n"


def _setting(place: str, name: str, known: Known) -> Iterator[str]:
    yield from _told(f"{_(MEANINGS[place])} ({_(known.wanted).format(**known.values)})")
    if place in EXAMPLES:
        yield f"#{name} = {toml(EXAMPLES[place])}  # {_('for example')}"
    else:
        yield f"#{name} = {toml(default_of(place))}"
    yield ""


def _keys(commands: Iterable[tuple[str, tuple[str, ...], str]]) -> Iterator[str]:
    yield from _told(_('Any command may have other keys: one in quotes, a list of them, or "" for none.'))
    for name, keys, words in commands:
        yield f"#{name} = {toml(keys[0] if len(keys) == 1 else keys)}  # {words}"


def _profiles() -> Iterator[str]:
    yield from _told(
        _("More businesses, each with a key of its own, have such a table each; all are shown in one queue.")
    )
    values = {"name": "Home and garden", "business_id": 2270451, "api_key_file": "home.key"}
    yield "# [profiles.home]"
    yield from (f"# {name} = {toml(value)}" for name, value in values.items())


def _told(words: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(words, _WIDTH, break_on_hyphens=False)]
