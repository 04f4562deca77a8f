"""`doctor`: find what keeps the program from working, with a line of repair for each. It changes nothing."""

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
    """Check everything and print the findings; 1 if one is bad, else 0. Raises Unprintable."""
    locale.use(locale.choose(context.flags.language, context.environ))
    findings: list[Finding] = []
    settings = Settings()
    try:
        settings = load(context.flags, context.environ, context.paths.settings_file)
        locale.use(settings.ui.language)
        findings += [Finding("settings", _("settings"), State.UNKNOWN, words) for words in settings.notices]
        findings += market.look_at(settings, partial(client, settings=settings), wall_clock_ms)
    except SettingsProblem as problem:
        # The other checks do not need the settings.
        findings.append(Finding("settings", _("settings"), State.BAD, str(problem)))
    findings += _look(context, settings)
    # Operators paste the output into bug reports.
    findings = [_without(settings.secrets, found) for found in findings]
    if context.asked.json:
        say_json([asdict(found) | {"state": found.state.name.lower()} for found in findings])
    else:
        _print(findings)
    return int(any(found.state is State.BAD for found in findings))


def _look(context: Context, settings: Settings) -> Iterator[Finding]:
    environ, paths = context.environ, context.paths
    yield terminal.term(environ)
    yield terminal.size(terminal.window(sys.stdout))
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
    """The finding without the key, in case an answer of the server repeats it."""
    for secret in secrets:
        found = replace(
            found, found=found.found.replace(secret, "…"), repair=found.repair.replace(secret, "…")
        )
    return found
