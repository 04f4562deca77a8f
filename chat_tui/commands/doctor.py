"""The verbs about this installation: `doctor`, `paths` and `settings`. They change nothing."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import groupby
from typing import Final

from chat_tui import locale
from chat_tui.clock import wall_clock_ms
from chat_tui.commands.access import client
from chat_tui.commands.checks import Finding, State, files, market, terminal
from chat_tui.commands.context import Context, say, say_json
from chat_tui.locale import _
from chat_tui.settings import Settings, SettingsProblem, load
from chat_tui.settings.report import InForce, example, in_force, key_origins, toml


def doctor(context: Context) -> int:
    """Look at everything and print it; 1 if something is wrong, else 0."""
    locale.use(locale.choose(context.flags.language, context.environ))
    findings: list[Finding] = []
    settings = Settings()
    try:
        settings = load(context.flags, context.environ, context.paths.settings_file)
        locale.use(settings.ui.language)
        findings += market.look_at(settings, partial(client, settings=settings), wall_clock_ms)
    except SettingsProblem as problem:
        # All the rest can be looked at without them.
        findings.append(Finding("settings", _("settings"), State.BAD, str(problem)))
    findings += _look(context, settings)
    # People paste this into bug reports.
    findings = [_without(settings.secrets, found) for found in findings]
    if context.asked.json:
        say_json([asdict(found) | {"state": found.state.name.lower()} for found in findings])
    else:
        _print(findings)
    return int(any(found.state is State.BAD for found in findings))


def _look(context: Context, settings: Settings) -> Iterator[Finding]:
    environ, paths = context.environ, context.paths
    yield terminal.term(environ)
    yield terminal.size(terminal.streams(sys.stdout))
    yield terminal.colours(environ)
    options = terminal.tmux_options(environ)
    yield from terminal.tmux(options)
    yield terminal.clipboard(environ, options)
    yield terminal.notifications(settings.ui.notify, options)
    yield terminal.zone(environ, wall_clock_ms())
    yield files.sqlite()
    yield from files.permissions(paths, settings.key_file)
    yield from files.rows(paths)
    yield files.disk(paths)


def _print(findings: Sequence[Finding]) -> None:
    column = max(len(found.what) for found in findings)
    for found in findings:
        say(f"{found.state}  {found.what:<{column}}  {found.found}")
        if found.repair:
            say(f"{'':{4 + column}}  → {found.repair}")


def _without(secrets: Sequence[str], found: Finding) -> Finding:
    """The same without the key, should an answer of the server have repeated it."""
    told, repair = found.found, found.repair
    for secret in secrets:
        told, repair = told.replace(secret, "…"), repair.replace(secret, "…")
    return replace(found, found=told, repair=repair)


# -- the verbs `paths`, where files are, and `settings`, what holds and who said so ----------------------


_COLUMN: Final = 40
"""Cells before the word on who set it."""


def print_paths(context: Context) -> int:
    """Print one place a line; nothing is created."""
    from chat_tui.store import quarantine  # noqa: PLC0415 - `settings` does without SQLite

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
    """Print the documented file, or what holds now; never the key. Raises SettingsProblem."""
    from chat_tui.ui import keys  # noqa: PLC0415 - `paths` does without them

    if context.asked.example:
        # As the file may have them: `question_mark` is ?, `ctrl+n` stays.
        typed = ((one, tuple(keys.typed_by(key).strip() or key for key in one.keys)) for one in keys.COMMANDS)
        say(example((one.id, names, one.title) for one, names in typed).rstrip("\n"))
        return 0
    path = context.paths.settings_file
    # Everything is read before the first line: a mistake in the file leaves no half of an answer.
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
        # Somebody may have written the key into it.
        line = f"#{row.name} = …"
    else:
        line = f"#{row.name}" if row.value is None else f"{row.name} = {toml(row.value)}"
    return f"{line:<{_COLUMN}}  # {row.origin}"
