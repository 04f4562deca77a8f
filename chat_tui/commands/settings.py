"""`settings`: the settings in force and who set them, or the documented file."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from chat_tui.commands.speak import say
from chat_tui.locale import _
from chat_tui.settings import Flags
from chat_tui.settings.report import InForce, example, in_force, key_origins, toml
from chat_tui.ui import keys

_COLUMN = 40
"""Cells before the word on who set it."""


def run(flags: Flags, environ: Mapping[str, str], path: Path, *, documented: bool) -> int:
    """Print the documented file, or what holds now; never the key. Raises SettingsProblem."""
    if documented:
        say(example((one.id, tuple(map(_name, one.keys)), one.title) for one in keys.COMMANDS).rstrip("\n"))
        return 0
    rows = list(in_force(flags, environ, path))
    origins = list(key_origins(flags, environ, path))
    say(f"# {_('The file: {path}').format(path=path)}")
    say(f"# {_('The key, which is never shown: {origin}').format(origin=', '.join(origins) or _('not set'))}")
    for table, group in groupby(rows, key=lambda row: row.table):
        say()
        say(f"[{table}]")
        for row in group:
            say(_line(row))
    return 0


def _line(row: InForce) -> str:
    if row.name == "api_key_command" and row.value is not None:
        # Somebody may have written the key into it.
        line = f"#{row.name} = …"
    else:
        line = f"#{row.name}" if row.value is None else f"{row.name} = {toml(row.value)}"
    return f"{line:<{_COLUMN}}  # {row.origin}"


def _name(key: str) -> str:
    """A key as the file may have it: `question_mark` is ?, `ctrl+n` stays."""
    return keys.typed_by(key).strip() or key
