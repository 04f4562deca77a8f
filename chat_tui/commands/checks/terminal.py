"""The terminal and what is around it, time zone included, as far as the environment and tmux tell."""

import os
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple, TextIO

from chat_tui.commands.checks import Finding, State
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.settings.secret import ENVIRONMENT as SECRETS
from chat_tui.terminal.environment import is_colourless, refused_term
from chat_tui.words.problems import unfit_words
from chat_tui.zone import find_zone

LEAST: Final = (40, 12)
COMFORTABLE: Final = (80, 24)
SLOW_ESCAPE_MS: Final = 100
"""From here on a person feels how long tmux waits for what may follow Esc."""
_PATIENCE_S: Final = 2.0
_SWITCHES: Final = {"0": "off", "1": "on"}
"""How older versions of tmux spell a switch."""

Options = Mapping[str, str]
"""What tmux says of its options; empty = it said nothing."""


class _Option(NamedTuple):
    """What an option of tmux should be."""

    is_good: Callable[[str], bool]
    otherwise: State
    line: str
    """Of ~/.tmux.conf, which mends it."""


_OPTIONS: Final[Mapping[str, _Option]] = {
    "set-clipboard": _Option(lambda told: told == "on", State.UNKNOWN, "set -s set-clipboard on"),
    "allow-passthrough": _Option(
        lambda told: told in {"on", "all"}, State.UNKNOWN, "set -g allow-passthrough on"
    ),
    "escape-time": _Option(
        lambda told: told.isdecimal() and int(told) <= SLOW_ESCAPE_MS, State.BAD, "set -s escape-time 10"
    ),
    "extended-keys": _Option(lambda told: told in {"on", "always"}, State.UNKNOWN, "set -s extended-keys on"),
}


def term(environ: Mapping[str, str]) -> Finding:
    """Whether TERM names something that can draw."""
    name = environ.get("TERM", "")
    refusal = refused_term(name)
    state = State.GOOD if refusal is None else State.BAD
    return Finding("term", "TERM", state, name or _("not set"), unfit_words(refusal) if refusal else "")


def size(shown: tuple[int, int] | None) -> Finding:
    """Columns and rows; `shown` is None when no terminal is there."""
    what = _("window")
    if shown is None:
        return Finding("size", what, State.UNKNOWN, _("this is no terminal"))
    words = f"{shown[0]}×{shown[1]}"
    if shown[0] < LEAST[0] or shown[1] < LEAST[1]:
        fix = _("Make the window larger: at least 40×12, better 80×24.")
        return Finding("size", what, State.BAD, words, fix)
    if shown[0] < COMFORTABLE[0] or shown[1] < COMFORTABLE[1]:
        return Finding("size", what, State.UNKNOWN, words, _("From 80×24 on it is comfortable."))
    return Finding("size", what, State.GOOD, words)


def colours(environ: Mapping[str, str]) -> Finding:
    """How many colours there are."""
    what, name = _("colours"), environ.get("TERM", "")
    if is_colourless(environ):
        return Finding("colours", what, State.GOOD, _("none, because NO_COLOR is set"))
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Finding("colours", what, State.GOOD, _("16 million"))
    if "256color" in name or "direct" in name:
        return Finding("colours", what, State.GOOD, "256")
    fix = _("Every state can be read in 16 colours, too. If the terminal has more: TERM=xterm-256color.")
    return Finding("colours", what, State.UNKNOWN, "16", fix)


def tmux_options(environ: Mapping[str, str]) -> Options | None:
    """The options that matter here, asked of tmux itself; None outside tmux."""
    if not environ.get("TMUX"):
        return None
    # One question for all: each call of tmux costs as much as the rest of doctor.
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
    told = [_SWITCHES.get(word, word) for word in done.stdout.rstrip("\n").split("\t")]
    return dict(zip(_OPTIONS, told, strict=True)) if len(told) == len(_OPTIONS) else {}


def tmux(options: Options | None) -> list[Finding]:
    """What each option is good for, and the line of ~/.tmux.conf that mends it."""
    if options is None:
        return []
    if not options:
        fix = _("Run doctor in the pane where chat-tui is to run.")
        return [Finding("tmux", "tmux", State.UNKNOWN, _("it does not tell its options"), fix)]
    return [_of_option(name, wanted, options.get(name, "")) for name, wanted in _OPTIONS.items()]


def _of_option(name: str, wanted: _Option, told: str) -> Finding:
    check, what = f"tmux_{name}", f"tmux {name}"
    if not told:
        return Finding(check, what, State.UNKNOWN, _("this tmux has no such"))
    if wanted.is_good(told):
        return Finding(check, what, State.GOOD, told)
    return Finding(check, what, wanted.otherwise, told, _in_conf(name))


def clipboard(environ: Mapping[str, str], options: Options | None) -> Finding:
    """Whether what is copied can reach the clipboard (OSC 52)."""
    what = _("copying")
    if options is None and environ.get("TERM", "").startswith("linux"):
        return Finding("clipboard", what, State.BAD, _("this console has no clipboard"), _("Use a terminal."))
    if options and not (options["set-clipboard"] == "on" or _passes(options)):
        words = _("tmux keeps it to itself")
        return Finding("clipboard", what, State.BAD, words, _in_conf("set-clipboard"))
    fix = _("No terminal tells. If a copied text does not arrive, allow OSC 52 in the terminal's settings.")
    return Finding("clipboard", what, State.UNKNOWN, _("sent to the terminal (OSC 52)"), fix)


def notifications(how: str, options: Options | None) -> Finding:
    """Whether a call for the operator gets through; `how` is the setting `notify`."""
    what = _("calls")
    if how == "off":
        return Finding("notifications", what, State.GOOD, _("off, as set"))
    if how == "bell":
        return Finding("notifications", what, State.GOOD, _("bell"))
    if options and not _passes(options):
        words = _("{how}, which tmux keeps to itself").format(how=how)
        return Finding("notifications", what, State.BAD, words, _in_conf("allow-passthrough"))
    fix = _("If nothing is shown, try another [ui] notify: osc9, osc777, osc99 or bell.")
    return Finding("notifications", what, State.UNKNOWN, how, fix)


def streams(stdout: TextIO) -> tuple[int, int] | None:
    """Columns and rows of the terminal that shows what is printed; None when there is none."""
    try:
        found = os.get_terminal_size(stdout.fileno())
    except (OSError, ValueError):  # a pipe, a file, or nothing at all
        return None
    return found.columns, found.lines


def _passes(options: Options) -> bool:
    return _OPTIONS["allow-passthrough"].is_good(options["allow-passthrough"])


def _in_conf(option: str) -> str:
    return _("Write into ~/.tmux.conf: {line}").format(line=_OPTIONS[option].line)


def zone(environ: Mapping[str, str], now: Millis) -> Finding:
    """Its name and what it is from UTC now; whether TZ is one at all."""
    found = find_zone(environ)
    then = datetime.fromtimestamp(now / 1000, UTC).astimezone(found.zone)
    words = _("{zone}, now UTC{offset}").format(zone=found.name, offset=f"{then:%z}")
    state = State.BAD if found.notice else State.GOOD
    return Finding("zone", _("time zone"), state, words, found.notice)
