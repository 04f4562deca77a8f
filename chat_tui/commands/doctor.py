"""`doctor`: what stands in the way of the program, each with one line of repair. It changes nothing."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial

from chat_tui import locale
from chat_tui.clock import wall_clock_ms
from chat_tui.commands.access import client
from chat_tui.commands.checks import Finding, State, files, market, terminal
from chat_tui.commands.context import Context, say, say_json
from chat_tui.locale import _
from chat_tui.settings import Settings, SettingsProblem, load


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
