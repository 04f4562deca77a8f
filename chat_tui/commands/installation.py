"""The verbs about this installation: `paths`, where files are, and `settings`, the values in force."""

from chat_tui.commands.context import Context, say
from chat_tui.locale import _
from chat_tui.settings.report import example, in_force


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
        say(f"{_('what could not be read, for a bug report')}: {place}")
    return 0


def print_settings(context: Context) -> int:
    """Print the example file or the values in force, never the key. Raises SettingsProblem, Unprintable."""
    from chat_tui.ui import keys  # noqa: PLC0415 - `paths` does not need them

    if context.asked.example:
        # Spelled for the file: `question_mark` becomes ?, `ctrl+n` stays.
        typed = ((one, tuple(keys.typed_by(key).strip() or key for key in one.keys)) for one in keys.COMMANDS)
        say(example((one.id, names, one.title) for one, names in typed).rstrip("\n"))
        return 0
    # All lines are made before the first is printed: a mistake in the file must not cut the output.
    for line in in_force(context.flags, context.environ, context.paths.settings_file):
        say(line)
    return 0
