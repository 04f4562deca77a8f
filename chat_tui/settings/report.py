"""The settings as they are printed: the values in force with their origin, and the documented file."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chat_tui.locale import _
from chat_tui.settings import file
from chat_tui.settings.load import KEYS, load, of_profile
from chat_tui.settings.schema import SCHEMA, Flags, Setting
from chat_tui.settings.secret import ENVIRONMENT

_WIDTH: Final = 100
_COLUMN: Final = 40
"""Cells before the origin of a value."""
_VARIABLES: Final = {
    ("market", "api_url"): "CHAT_TUI_API_URL",
    ("market", "business_id"): "CHAT_TUI_BUSINESS_ID",
}


def in_force(flags: Flags, environ: Mapping[str, str], path: Path) -> list[str]:
    """The lines of all settings in force, each with its origin, but never the key. Raises SettingsProblem."""
    # Without the key: the command that prints it may ask for a passphrase.
    settings = load(flags, environ, path, key=False)
    written, environ = of_profile(flags.profile, file.read(path), environ)
    key = ", ".join(_key_origins(written["market"], environ)) or _("not set")
    lines = [
        *(f"# {notice}" for notice in settings.notices),
        f"# {_('The file: {path}').format(path=path)}",
        f"# {_('The key (never shown): {origin}').format(origin=key)}",
    ]
    for table, rows in SCHEMA.items():
        lines += ["", f"[{table}]"]
        for name, row in rows.items():
            found, value = written.get(table, {}).get(name), getattr(getattr(settings, table), name)
            origin = _origin((table, name), row, flags, environ, found)
            lines.append(_with_origin(name, None if value == "" else value, origin))
        if table == "keys":
            own = {one.command: written["keys"][one.command] for one in settings.keys.own}
            lines += [_with_origin(name, found.value, _line(found)) for name, found in own.items()]
    return lines


def _with_origin(name: str, value: Any, origin: str) -> str:
    line = f"#{name}" if value is None else f"{name} = {toml(value)}"
    if name == "api_key_command" and value is not None:
        # The command line may contain the key itself.
        line = f"#{name} = …"
    return f"{line:<{_COLUMN}}  # {origin}"


def _key_origins(shop: Mapping[str, file.Written], environ: Mapping[str, str]) -> Iterator[str]:
    """The places that have a key, the one in force first; no file is opened and no command run."""
    yield from (name for name in ENVIRONMENT if environ.get(name))
    yield from (f"{name} ({_line(shop[name])})" for name in KEYS if name in shop)


def _origin(
    place: tuple[str, str],
    row: Setting,
    flags: Flags,
    environ: Mapping[str, str],
    found: file.Written | None,
) -> str:
    is_language = place == ("ui", "language")
    if is_language and flags.language:
        return "--lang"
    if environ.get(_VARIABLES.get(place, "")):
        return _VARIABLES[place]
    if found is not None:
        return _line(found)
    if is_language:
        return _("the locale")
    return _("not set") if row.default is None else _("default")


def _line(found: file.Written) -> str:
    return _("settings.toml, line {line}").format(line=found.line)


def toml(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def example(commands: Iterable[tuple[str, tuple[str, ...], str]]) -> str:
    """settings.toml with every setting, its meaning, its kind and its default, all commented out.

    `commands` has the name, the keys and the title of each command.
    """
    lines = _comment(
        _("Settings of chat-tui. Lines with # have no effect: remove the # to change a setting.")
    )
    for table, rows in SCHEMA.items():
        lines += [*([""] if lines[-1] else []), f"[{table}]"]
        for name, row in rows.items():
            lines += _documented(name, row)
        if table == "keys":
            lines += _keys(commands)
    lines += [*([""] if lines[-1] else []), *_profiles()]
    return "\n".join(lines) + "\n"


def _documented(name: str, row: Setting) -> Iterator[str]:
    yield from _comment(f"{_(row.meaning)} ({row.kind.words})")
    if row.example is None:
        yield f"#{name} = {toml(row.default)}"
    else:
        yield f"#{name} = {toml(row.example)}  # {_('for example')}"
    yield ""


def _keys(commands: Iterable[tuple[str, tuple[str, ...], str]]) -> Iterator[str]:
    yield from _comment(_('Any command can have other keys: one in quotes, a list, or "" for none.'))
    for name, keys, words in commands:
        yield f"#{name} = {toml(keys[0] if len(keys) == 1 else keys)}  # {words}"


def _profiles() -> Iterator[str]:
    yield from _comment(
        _("Every other business with its own key has its own such table. All are shown in one queue.")
    )
    values = {"name": "Home and garden", "business_id": 2270451, "api_key_file": "home.key"}
    yield "# [profiles.home]"
    yield from (f"# {name} = {toml(value)}" for name, value in values.items())


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(words, _WIDTH, break_on_hyphens=False)]
