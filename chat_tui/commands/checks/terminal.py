"""The terminal, tmux and the time zone, as far as the environment and tmux describe them."""

import os
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple, TextIO

from chat_tui.commands.checks import Finding, State
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.settings.secret import ENVIRONMENT as SECRETS
from chat_tui.terminal.environment import Colours, colours_of, is_colourless, refused_term
from chat_tui.words.problems import unfit_words
from chat_tui.zone import find_zone

LEAST: Final = (40, 12)
COMFORTABLE: Final = (80, 24)
SLOW_ESCAPE_MS: Final = 100
"""A longer wait of tmux for what may follow Esc is noticeable."""
_PATIENCE_S: Final = 2.0
_SWITCHES: Final = {"0": "off", "1": "on"}
"""Older versions of tmux print a switch as 0 or 1."""

Options = Mapping[str, str]
"""The options of tmux by name; empty = tmux did not answer."""


class _Option(NamedTuple):
    """How an option of tmux should be set."""

    is_good: Callable[[str], bool]
    otherwise: State
    """The state of the finding if it is not good."""
    line: str
    """The line of ~/.tmux.conf that sets it."""


_OPTIONS: Final[Mapping[str, _Option]] = {
    "set-clipboard": _Option(lambda value: value == "on", State.UNKNOWN, "set -s set-clipboard on"),
    "allow-passthrough": _Option(
        lambda value: value in {"on", "all"}, State.UNKNOWN, "set -g allow-passthrough on"
    ),
    "escape-time": _Option(
        lambda value: value.isdecimal() and int(value) <= SLOW_ESCAPE_MS, State.BAD, "set -s escape-time 10"
    ),
    "extended-keys": _Option(
        lambda value: value in {"on", "always"}, State.UNKNOWN, "set -s extended-keys on"
    ),
}


def term(environ: Mapping[str, str]) -> Finding:
    """Whether TERM names a terminal on which the screen can be drawn."""
    name = environ.get("TERM", "")
    refusal = refused_term(name)
    state = State.GOOD if refusal is None else State.BAD
    return Finding("term", "TERM", state, name or _("not set"), unfit_words(refusal) if refusal else "")


def size(shown: tuple[int, int] | None) -> Finding:
    """Columns and rows of the window; `shown` is None if there is no terminal."""
    finding = partial(Finding, "size", _("window"))
    if shown is None:
        return finding(State.UNKNOWN, _("this is not a terminal"))
    words = f"{shown[0]}×{shown[1]}"
    if shown[0] < LEAST[0] or shown[1] < LEAST[1]:
        return finding(State.BAD, words, _("Make the window larger: at least 40×12, better 80×24."))
    if shown[0] < COMFORTABLE[0] or shown[1] < COMFORTABLE[1]:
        return finding(State.UNKNOWN, words, _("Comfortable from 80×24."))
    return finding(State.GOOD, words)


def colours(environ: Mapping[str, str]) -> Finding:
    """How many colours the terminal has."""
    finding = partial(Finding, "colours", _("colours"))
    if is_colourless(environ):
        return finding(State.GOOD, _("none, because NO_COLOR is set"))
    found = colours_of(environ)
    if found is not Colours.SIXTEEN:
        return finding(State.GOOD, _("16 million") if found is Colours.ALL else "256")
    fix = _("Everything is readable in 16 colours, too. If the terminal has more: TERM=xterm-256color.")
    return finding(State.UNKNOWN, "16", fix)


def tmux_options(environ: Mapping[str, str]) -> Options | None:
    """The options that matter here, read from tmux itself; None outside tmux."""
    if not environ.get("TMUX"):
        return None
    # One call for all options: each call of tmux takes as long as the rest of `doctor`.
    wanted = "\t".join(f"#{{{name}}}" for name in _OPTIONS)
    try:
        done = subprocess.run(  # noqa: S603 - words of our own
            ["tmux", "display-message", "-p", "-t", environ.get("TMUX_PANE", ""), wanted],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
            env={name: value for name, value in environ.items() if name not in SECRETS},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    values = [_SWITCHES.get(word, word) for word in done.stdout.rstrip("\n").split("\t")]
    return dict(zip(_OPTIONS, values, strict=True)) if len(values) == len(_OPTIONS) else {}


def tmux(options: Options | None) -> list[Finding]:
    """One finding per option, with the line of ~/.tmux.conf that sets it; none outside tmux."""
    if options is None:
        return []
    if not options:
        fix = _("Run doctor in the pane where you run chat-tui.")
        return [Finding("tmux", "tmux", State.UNKNOWN, _("it does not report its options"), fix)]
    return [_of_option(name, wanted, options[name]) for name, wanted in _OPTIONS.items()]


def _of_option(name: str, wanted: _Option, value: str) -> Finding:
    finding = partial(Finding, f"tmux_{name}", f"tmux {name}")
    if not value:
        return finding(State.UNKNOWN, _("this tmux does not have it"))
    if wanted.is_good(value):
        return finding(State.GOOD, value)
    return finding(wanted.otherwise, value, _in_conf(name))


def clipboard(environ: Mapping[str, str], options: Options | None) -> Finding:
    """Whether copied text can reach the clipboard (OSC 52)."""
    finding = partial(Finding, "clipboard", _("copying"))
    if options is None and environ.get("TERM", "").startswith("linux"):
        return finding(State.BAD, _("this console has no clipboard"), _("Use a terminal."))
    if options and not (options["set-clipboard"] == "on" or _passes(options)):
        return finding(State.BAD, _("tmux does not pass it on"), _in_conf("set-clipboard"))
    fix = _(
        "Terminals do not report this. If copied text does not arrive, allow OSC 52 in the "
        "terminal's settings."
    )
    return finding(State.UNKNOWN, _("sent to the terminal (OSC 52)"), fix)


def notifications(how: str, options: Options | None) -> Finding:
    """Whether a notification can reach the operator; `how` is the setting `notify`."""
    finding = partial(Finding, "notifications", _("calls"))
    if how == "off":
        return finding(State.GOOD, _("off in the settings"))
    if how == "bell":
        return finding(State.GOOD, _("bell"))
    if options and not _passes(options):
        words = _("{how}, which tmux does not pass on").format(how=how)
        return finding(State.BAD, words, _in_conf("allow-passthrough"))
    fix = _("If nothing is shown, try another [ui] notify: osc9, osc777, osc99 or bell.")
    return finding(State.UNKNOWN, how, fix)


def window(stdout: TextIO) -> tuple[int, int] | None:
    """Columns and rows of the terminal that shows standard output; None if there is none."""
    try:
        found = os.get_terminal_size(stdout.fileno())
    except (OSError, ValueError):  # a pipe, a file, or a closed stream
        return None
    return found.columns, found.lines


def _passes(options: Options) -> bool:
    return _OPTIONS["allow-passthrough"].is_good(options["allow-passthrough"])


def _in_conf(option: str) -> str:
    return _("Add to ~/.tmux.conf: {line}").format(line=_OPTIONS[option].line)


def zone(environ: Mapping[str, str], now: Millis) -> Finding:
    """The time zone and its distance from UTC now; bad if TZ names no zone."""
    found = find_zone(environ)
    then = datetime.fromtimestamp(now / 1000, UTC).astimezone(found.zone)
    words = _("{zone}, now UTC{offset}").format(zone=found.name, offset=f"{then:%z}")
    state = State.BAD if found.notice else State.GOOD
    return Finding("zone", _("time zone"), state, words, found.notice)
