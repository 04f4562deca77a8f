"""The program in odd environments: each opens on a terminal and leaves, or is refused in one sentence.

python -m tests.faults.terminal.surroundings            # every variable and value, as a table
python -m tests.faults.terminal.surroundings TZ HOME    # only these variables
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.program import at_home
from tests.support.pty_program import ROOT, PtyProgram
from tests.support.sandbox import Sandbox

PATIENCE_S: Final = 60.0
_CTRL_Q: Final = "\x11"
_WORSE: Final = re.compile(r"Traceback|error of the program|ошибка программы|Fatal Python", re.IGNORECASE)
_HERE: Final = "{here}"
"""Stands for the home of the trial."""

ODD: Final[Mapping[str, tuple[str | None, ...]]] = {
    "TZ": (
        *(
            "MSK-3",
            "<+03>-3",
            "EST5EDT,M3.2.0,M11.1.0",
            ":Europe/Moscow",
            "",
            "Mars/Olympus",
            "/dev/null",
            "A1",
        ),
        *("x" * 9_000, "\udcff\udcfe", "AAA24"),
    ),
    "HOME": (None, "", "relative", "/nonexistent", "/dev/null"),
    "XDG_CONFIG_HOME": (None, "relative", "", "/dev/null/x", "/proc/none"),
    "XDG_DATA_HOME": ("relative", "/dev/null", "/proc/none", "{here}/\udcff"),
    "XDG_CACHE_HOME": ("relative", "/dev/full", "{here}/" + "d" * 300),
    "XDG_STATE_HOME": ("relative", "/dev/null/x"),
    "XDG_RUNTIME_DIR": (None, "relative", "/nonexistent"),
    "LANG": (None, "", "xx_YY.nothing", "ru_RU.KOI8-R", "ru_RU.UTF-8", "C", "\udcff"),
    "LC_ALL": ("POSIX", "tr_TR.UTF-8", "ja_JP.SJIS", "/etc/passwd"),
    "LC_MESSAGES": ("ru", "../../x"),
    "LANGUAGE": ("ru:en:xx", "/dev/zero", ""),
    "COLUMNS": ("0", "-5", "99999999", "wide", "80.5", ""),
    "LINES": ("0", "-1", "1000000", "x", "٣"),
    "TERM": (
        None,
        "",
        "dumb",
        "nothing-like-this",
        "xterm",
        "linux",
        "screen",
        "../../etc",
        "xterm-" + "x" * 500,
    ),
    "COLORTERM": ("truecolor", "\udcff", ""),
    "NO_COLOR": ("1", ""),
    "FORCE_COLOR": ("1", "x"),
    "TEXTUAL": ("debug,devtools", "x"),
    "TEXTUAL_FPS": ("0", "-1", "fast", "1e9", ""),
    "TEXTUAL_ANIMATIONS": ("all", "nothing"),
    "TEXTUAL_SMOOTH_SCROLL": ("x", "1"),
    "TEXTUAL_DRIVER": ("none", "os:path", "textual.drivers.none:No"),
    "TEXTUAL_COLOR_SYSTEM": ("nothing", "standard"),
    "TEXTUAL_THEME": ("nothing",),
    "TEXTUAL_ESCAPE_DELAY": ("x", "-5", "99999999"),
    "TEXTUAL_DEVTOOLS_PORT": ("x", "99999999"),
    "TEXTUAL_LOG": ("/nonexistent/log",),
    "TEXTUAL_PRESS": ("q,ctrl+q",),
    "TEXTUAL_SCREENSHOT": ("1",),
    "TEXTUAL_SLOW_THRESHOLD": ("x",),
    "TEXTUAL_DIM_FACTOR": ("x",),
    "TEXTUAL_ALLOW_SIGNALS": ("1",),
    "PYTHONIOENCODING": ("ascii", "utf-16", "koi8-r:strict", "latin-1"),
    "PYTHONUTF8": ("0", "1"),
    "PYTHONWARNINGS": ("error", "always", "error::DeprecationWarning", "nonsense"),
    "PYTHONOPTIMIZE": ("1", "2", "x"),
    "PYTHONMALLOC": ("debug", "malloc"),
    "PYTHONDEVMODE": ("1",),
    "PYTHONASYNCIODEBUG": ("1",),
    "PYTHONTRACEMALLOC": ("1",),
    "PYTHONUNBUFFERED": ("1",),
    "PYTHONDONTWRITEBYTECODE": ("1",),
    "PYTHONTZPATH": ("relative", "/nonexistent", ""),
    "PYTHONINTMAXSTRDIGITS": ("640", "0"),
    "PYTHONNOUSERSITE": ("1",),
    "PYTHONSAFEPATH": ("1",),
    "PYTHONBREAKPOINT": ("os.abort",),
    "PYTHONCOERCECLOCALE": ("0", "warn"),
    "HTTP_PROXY": ("garbage", "socks5://127.0.0.1:9"),
    "HTTPS_PROXY": ("socks5://x", "http://[::1", "http://u:p@127.0.0.1:9", "\udcff"),
    "ALL_PROXY": ("socks5://127.0.0.1:9", "://", "x y"),
    "NO_PROXY": ("*", ",,,", "[::1", "\udcff"),
    "SSL_CERT_FILE": ("/nonexistent", "/dev/null", "/dev/zero", "/proc", ""),
    "SSL_CERT_DIR": ("/nonexistent", "/dev/null", "/dev/fd"),
    "SSLKEYLOGFILE": ("/nonexistent/keys", "{here}/keys"),
    "OPENSSL_CONF": ("/nonexistent",),
    "EDITOR": ("", "'", "/nonexistent", "false"),
    "VISUAL": ("", "a 'b"),
    "TMPDIR": ("/nonexistent", "relative", ""),
    "TMUX": ("x", "/nonexistent,1,0"),
    "SSH_TTY": ("/nonexistent",),
    "PATH": ("", "/nonexistent", None),
    "CHAT_TUI_API_URL": (
        "http://[::1].evil.com",
        "http://[::1",
        "https://user:pw@host",
        "https://a:99999",
        "x",
        "\udcff",
    ),
    "CHAT_TUI_API_KEY": ("", " ", "ключ", "k" * 5_000, "\udcff"),
    "CHAT_TUI_BUSINESS_ID": ("0", "x", "-1", "9" * 400, "٣"),
}
"""Possible values of environment variables; None = the variable is not set."""

SHORT: Final = (
    *(
        ("TZ", "MSK-3"),
        ("PYTHONWARNINGS", "error"),
        ("LANG", "ru_RU.KOI8-R"),
        ("SSL_CERT_FILE", "/nonexistent"),
    ),
)
"""The trials that the test suite runs on a terminal."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one trial."""

    how: str
    """opened, refused, or the reason why it is neither."""
    said: str = ""
    """The sentence of a refusal."""

    @property
    def is_right(self) -> bool:
        """Whether it is one of the two allowed outcomes."""
        return self.how in {"opened", "refused"}


def surroundings(home: Path, market: Sandbox, name: str, value: str | None) -> dict[str, str]:
    """The environment of one trial; certificates and proxies matter only for requests to another machine."""
    environ = at_home(home, market, TMPDIR=str(home))
    if name.startswith(("SSL", "OPENSSL")) or name.endswith("_PROXY"):
        environ["CHAT_TUI_API_URL"] = (
            "https://127.0.0.1:9" if name.startswith(("SSL", "OPENSSL")) else ("https://market.invalid")
        )
    if value is None:
        environ.pop(name, None)
    else:
        environ[name] = value.replace(_HERE, str(home))
    return environ


def on_a_terminal(environ: Mapping[str, str], home: Path) -> Outcome:
    """Open the inbox; Ctrl+Q must leave it."""
    with PtyProgram.python("-m", "chat_tui", environment=environ, cwd=ROOT) as program:
        try:
            program.wait_for(lambda: _is_open(program.text) or program.has_ended, timeout=PATIENCE_S)
        except AssertionError:
            if not program.has_ended:
                return Outcome(f"nothing within {PATIENCE_S:.0f} s", program.text[-300:])
        if not program.has_ended:
            program.feed(_CTRL_Q)
        try:
            code = program.wait_exit(timeout=PATIENCE_S)
        except AssertionError:
            return Outcome("did not leave", program.text[-300:])
        words = program.raw.decode(errors="replace")
    return _judged(code, words, was_open=b"\x1b[?1049h" in program.raw)


def _is_open(text: str) -> bool:
    """Whether the line of keys at the bottom is drawn, in either language."""
    return any(word in text.lower() for word in ("? keys", "? клавиши", "ctrl+q"))


def _judged(code: int, words: str, *, was_open: bool) -> Outcome:
    if worse := _WORSE.search(words):
        return Outcome(f"“{worse[0]}”, code {code}", words[-600:])
    if was_open:
        return Outcome(
            "opened" if code == 0 else f"opened, then code {code}", "" if code == 0 else words[-300:]
        )
    told = [line for line in words.splitlines() if line.strip()]
    sentences = [line for line in told if line.startswith("chat-tui: ")]
    if code == 2 and len(sentences) == 1 == len(told):
        return Outcome("refused", sentences[0].removeprefix("chat-tui: "))
    return Outcome(f"code {code}", words[-300:])


def verb(environ: Mapping[str, str], *arguments: str) -> Outcome:
    """The outcome of a command: exit code 2 if it refuses the environment, 1 if the Market is unreachable."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "chat_tui", *arguments],
            env=dict(environ),
            cwd=ROOT,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(f"nothing within {PATIENCE_S:.0f} s")
    words = ran.stderr.decode(errors="replace")
    if worse := _WORSE.search(words):
        return Outcome(f"“{worse[0]}”, code {ran.returncode}", words[-600:])
    if ran.returncode == 0:
        return Outcome("opened", words.strip())
    told = words.strip().splitlines()
    return Outcome(
        "refused" if ran.returncode in {1, 2} and len(told) == 1 else f"code {ran.returncode}", words
    )


@contextmanager
def a_home() -> Iterator[Path]:
    """A directory for one trial."""
    home = Path(tempfile.mkdtemp(prefix="surroundings-", dir=os.environ.get("TMPDIR")))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main(names: list[str]) -> int:
    """Run every trial and print a line for each; 1 if one neither opens nor is refused in a sentence."""
    bad = trials = 0
    with Sandbox.start(chats=12, seed=3, buyers=False) as market:
        for name, values in ODD.items():
            for value in values if not names or name in names else ():
                with a_home() as home:
                    environ = surroundings(home, market, name, value)
                    screen, listed = on_a_terminal(environ, home), verb(environ, "list")
                trials += 1
                bad += not (screen.is_right and listed.is_right)
                shown = "(not set)" if value is None else ascii(value[:40])
                said = " ".join((screen.said or listed.said).split())
                mark = "ok" if screen.is_right and listed.is_right else "!!"
                print(  # noqa: T201
                    f"{mark} {name}={shown:<28} screen {screen.how:<10} list {listed.how:<10} {said[:150]}",
                    flush=True,
                )
    print(  # noqa: T201
        f"{trials} trials of {len(ODD)} variables, {bad} bad"
    )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
