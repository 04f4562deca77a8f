"""The verbs about this installation: `paths`, where files are, and `settings`, the values in force."""

from itertools import groupby
from typing import Final

from chat_tui.commands.context import Context, say
from chat_tui.locale import _
from chat_tui.settings.report import InForce, example, in_force, key_origins, toml

_COLUMN: Final = 40
"""Cells before the origin of a value."""


def print_paths(context: Context) -> int:
    """Print one place per line, and create nothing. Raises Unprintable."""
    from chat_tui.store import quarantine  # noqa: PLC0415 - `settings` does not need SQLite

    paths = context.paths
    for words, place in (
        (_("settings"), paths.settings_file),
        (_("templates"), paths.templates),
        (_("outbox, drafts, marks"), paths.data),
        (_("copy of the chats"), paths.cache),
        (_("log"), paths.log),
    ):
        say(f"{words}: {place}")
    for place in sorted(paths.data.glob(f"*/{quarantine.NAME}")):
        say(f"{_('what nobody could read, for a bug report')}: {place}")
    return 0


def print_settings(context: Context) -> int:
    """Print the example file or the values in force, never the key. Raises SettingsProblem, Unprintable."""
    from chat_tui.ui import keys  # noqa: PLC0415 - `paths` does not need them

    if context.asked.example:
        # Spelled for the file: `question_mark` becomes ?, `ctrl+n` stays.
        typed = ((one, tuple(keys.typed_by(key).strip() or key for key in one.keys)) for one in keys.COMMANDS)
        say(example((one.id, names, one.title) for one, names in typed).rstrip("\n"))
        return 0
    path = context.paths.settings_file
    # Everything is read before the first line is printed: a mistake in the file must not cut the output.
    rows = list(in_force(context.flags, context.environ, path))
    origins = ", ".join(key_origins(context.flags, context.environ, path))
    say(f"# {_('The file: {path}').format(path=path)}")
    say(f"# {_('The key, which is never shown: {origin}').format(origin=origins or _('not set'))}")
    for table, group in groupby(rows, key=lambda row: row.table):
        say()
        say(f"[{table}]")
        for row in group:
            say(_line(row))
    return 0


def _line(row: InForce) -> str:
    if row.name == "api_key_command" and row.value is not None:
        # The command line may contain the key itself.
        line = f"#{row.name} = …"
    else:
        line = f"#{row.name}" if row.value is None else f"{row.name} = {toml(row.value)}"
    return f"{line:<{_COLUMN}}  # {row.origin}"
