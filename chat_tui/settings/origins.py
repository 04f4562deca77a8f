"""The settings in force and who said so, without a look at the key itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.locale import _
from chat_tui.settings import file, profiles
from chat_tui.settings.load import FIELDS, load
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.settings.value import Flags

_VARIABLES = {"market.api_url": "CHAT_TUI_API_URL", "market.business_id": "CHAT_TUI_BUSINESS_ID"}


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting of this run."""

    table: str
    name: str
    value: Any
    """None = nobody set it; of a command that prints the key, only that there is one."""
    origin: str
    """Who said so, in the operator's language."""


def in_force(flags: Flags, environ: Mapping[str, str], path: Path) -> list[InForce]:
    """Every setting with what it is now, in the order of the documented file. Raises SettingsProblem."""
    settings = load(flags, environ, path, key=False)
    written, environ = profiles.of_profile(flags.profile, file.read(path), environ)
    found: list[InForce] = []
    for table, known in file.KNOWN.items():
        own = (place.partition(".")[2] for place in written if place.startswith(f"{table}."))
        for name in dict.fromkeys([*known, *own]):
            place = f"{table}.{name}"
            value = written[place].value if place in written else None
            if place in FIELDS:
                value = getattr(settings, FIELDS[place])
            elif place in {"ui.language", "market.business_id"}:
                value = getattr(settings, name)
            origin = _origin(place, flags, environ, written)
            found.append(InForce(table, name, None if value == "" else value, origin))
    return found


def key_origins(flags: Flags, environ: Mapping[str, str], path: Path) -> Iterator[str]:
    """Where a key would be taken from, the one that wins first; nothing is opened or run."""
    written, environ = profiles.of_profile(flags.profile, file.read(path), environ)
    yield from (name for name in ENVIRONMENT if environ.get(name))
    for name in ("api_key_file", "api_key_command"):
        if found := written.get(f"market.{name}"):
            yield f"{name} ({_line(found.line)})"


def _origin(place: str, flags: Flags, environ: Mapping[str, str], written: Mapping[str, file.Written]) -> str:
    if place == "ui.language" and flags.language:
        return "--lang"
    if environ.get(_VARIABLES.get(place, "")):
        return _VARIABLES[place]
    if place in written:
        return _line(written[place].line)
    if place == "ui.language":
        return _("the locale")
    return _("default") if place in FIELDS else _("not set")


def _line(number: int) -> str:
    return _("settings.toml, line {line}").format(line=number)
