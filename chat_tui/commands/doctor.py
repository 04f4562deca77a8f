"""`doctor`: what stands in the way of the program, each with one line of repair. It changes nothing."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from chat_tui import locale
from chat_tui.clock import wall_clock_ms
from chat_tui.commands.access import client
from chat_tui.commands.checks import files, market, storage, terminal
from chat_tui.commands.checks.finding import Finding, State
from chat_tui.commands.checks.zone import zone
from chat_tui.commands.speak import say, say_json
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.market.access import Access
from chat_tui.paths import Paths
from chat_tui.settings import Flags, Settings, SettingsProblem, load


def run(flags: Flags, environ: Mapping[str, str], paths: Paths, *, as_json: bool) -> int:
    """Look at everything and print it; 1 if something is wrong, else 0."""
    locale.use(locale.choose(flags.language, environ))
    findings: list[Finding] = []
    try:
        settings = load(flags, environ, paths.settings_file)
        locale.use(settings.ui.language)
        connect: Callable[[Access], MarketApi] = partial(client, settings=settings)
        findings += market.look_at(settings, connect, wall_clock_ms)
    except SettingsProblem as problem:
        settings = Settings()
        findings.append(Finding("settings", _("settings"), State.BAD, str(problem)))
    findings += _look(settings, environ, paths)
    secrets = [secret for secret in (settings.api_key, settings.oauth_token) if secret]
    findings = [_without(secrets, found) for found in findings]
    if as_json:
        say_json([asdict(found) | {"state": found.state.name.lower()} for found in findings])
    else:
        _print(findings)
    return int(any(found.state is State.BAD for found in findings))


def _look(settings: Settings, environ: Mapping[str, str], paths: Paths) -> Iterator[Finding]:
    yield terminal.term(environ)
    yield terminal.size(terminal.streams(sys.stdout))
    yield terminal.colours(environ)
    options = terminal.tmux_options(environ)
    yield from terminal.tmux(options)
    yield terminal.clipboard(environ, options)
    yield terminal.notifications(settings.ui.notify, options)
    yield zone(environ, wall_clock_ms())
    yield files.sqlite()
    yield from files.permissions(paths, settings.key_file)
    yield from storage.rows(paths)
    yield files.disk(paths)


def _print(findings: Sequence[Finding]) -> None:
    column = max(len(found.what) for found in findings)
    for found in findings:
        say(f"{found.state}  {found.what:<{column}}  {found.found}")
        if found.repair:
            say(f"{'':{4 + column}}  → {found.repair}")


def _without(secrets: list[str], found: Finding) -> Finding:
    """The same without the key, should an answer of the server have repeated it."""
    told, repair = found.found, found.repair
    for secret in secrets:
        told, repair = told.replace(secret, "…"), repair.replace(secret, "…")
    return Finding(found.check, found.what, found.state, told, repair)
