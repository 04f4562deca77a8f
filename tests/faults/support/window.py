"""The whole program on a pseudo-terminal, with a pretend Market, as an operator uses it on a bad day."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from chat_tui.paths import locate
from chat_tui.store.database import Connection, Store, StorePaths
from tests.faults.support.checks import check_key, check_modes, rows_of
from tests.support.pty_program import PtyProgram
from tests.support.refs import BUSINESS
from tests.support.sandbox import Sandbox

PROGRAM = ("-P", "-m", "chat_tui")
CTRL_Q = "\x11"
ESCAPE = "\x1b[27u"
"""Escape as sent by terminals that distinguish it from the start of a sequence."""

_SWITCHED = (
    (b"\x1b[?1049h", b"\x1b[?1049l"),
    (b"\x1b[?2004h", b"\x1b[?2004l"),
    (b"\x1b[?1004h", b"\x1b[?1004l"),
    (b"\x1b[?1000h", b"\x1b[?1000l"),
    (b"\x1b[?1002h", b"\x1b[?1002l"),
    (b"\x1b[?25l", b"\x1b[?25h"),
    (b"\x1b[?7l", b"\x1b[?7h"),
    (b"\x1b[>", b"\x1b[<u"),
    (b"\x1b[22;0t", b"\x1b[23;0t"),
)
_BY_ITSELF = re.compile(r"[ <!]+\d+ (?:min|h|d)(?= [│║])")
_TITLE = re.compile("\x1b\\]2;chat-tui( · \\d+ \\w+)?\x1b\\\\")
_POINTER = re.compile("\x1b\\]22;[a-z]+(\x07|\x1b\\\\)")
_OURS = re.compile("\x1b\\[[<>=?]?[\\d;:]*[ $]?[a-zA-Z]|[\r\n\x07]")


class Window(PtyProgram):
    """One copy of the program in one terminal; its directories come from the test's environment."""

    def __init__(
        self,
        market: Sandbox,
        *,
        program: Sequence[str] = PROGRAM,
        size: tuple[int, int] = (80, 24),
        stdin: int | None = None,
        **environ: str,
    ) -> None:
        told = {
            "TERM": "xterm-256color",
            "CHAT_TUI_API_URL": market.url,
            "CHAT_TUI_API_KEY": market.api_key,
            "CHAT_TUI_BUSINESS_ID": str(market.business_id),
        }
        self.market = market
        super().__init__(
            [sys.executable, *program, "--lang", "en"],
            environment={**os.environ, **told, **environ},
            size=size,
            stdin=stdin,
        )
        self.found = self.attributes
        """The line settings of the terminal before the program started."""

    def ready(self) -> Self:
        """Wait until the list is there and the Market answers."""
        self.wait_for_text("● online")
        self.wait_for_text("▌")
        return self

    def write(self, text: str) -> Self:
        """Open the chat that waits longest and type."""
        self.feed("n")
        self.wait_for_text("╔═ To: ")
        self.feed_at_once(text)
        if text:
            self.wait_for_text(text.rpartition("\n")[2][-60:])
        return self

    def send(self, text: str) -> Self:
        """Type after the text in the box, and press Enter."""
        self.feed_at_once(text)
        self.wait_for_text(text)
        self.feed("\r")
        self.wait_for(lambda: text not in self.box or "Enter again sends" in self.text)
        if text in self.box:
            # Messages read while the text was typed are on the screen now; after new text Enter is no bounce.
            self.feed(" ")
            self.feed("\x7f")
            self.feed("\r")
            self.wait_for(lambda: text not in self.box)
        return self

    @property
    def box(self) -> str:
        """The lines of the screen from the frame of the box on."""
        return self.text.partition("To: ")[2]

    @property
    def lasting(self) -> str:
        """The picture without what changes on its own: how long buyers have waited."""
        return _BY_ITSELF.sub("", self.text)

    def settled(self) -> str:
        """The lasting picture once everything is read, so that three polls leave it as it is."""
        while True:
            shown, before = self.lasting, len(self.market.requests)
            self.wait_for(lambda before=before: len(self.market.requests) >= before + 3)  # type: ignore[misc]
            asked = {request.operation for request in list(self.market.requests)[before:]}
            if asked == {"getChats"} and shown == self.lasting:
                return shown

    def check(self, code: int) -> None:
        """It ended with `code`: A6 to A9 of the fault catalogue."""
        assert self.wait_exit() == code
        self.check_terminal()
        assert self.market.api_key.encode() not in self.raw, "A6: the key is on the screen"
        check_key(self.market.api_key, (data().parent, locate().cache.parent), self.market, log())
        check_modes((data(), cache()))

    def check_terminal(self) -> None:
        """A7, A8: no text from outside controls the terminal, and its state is restored."""
        assert b"Traceback" not in self.raw, "A8: a traceback"
        for on, off in _SWITCHED:
            assert self.raw.rfind(on) < self.raw.rfind(off) or on not in self.raw, f"A7: {on!r} is left on"
        assert self.attributes == self.found, "A7: the line mode"
        left = _OURS.sub("", _POINTER.sub("", _TITLE.sub("", self.raw.decode())))
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", left), f"A7: {left!r:.200}"


def data() -> Path:
    """The data directory of the tests' profile."""
    return locate().data


def cache() -> Path:
    """Its cache directory."""
    return locate().cache


def log() -> str:
    """The log of all copies so far."""
    path = locate().log
    return path.read_text() if path.exists() else ""


def settings(words: str) -> None:
    """Write the settings for copies that start from now on."""
    path = locate().settings_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


class Kept:
    """The files of a copy that has ended."""

    def __init__(self, market: Sandbox) -> None:
        business = str(market.business_id)
        store = Store(StorePaths(cache() / business, data() / business, BUSINESS))
        try:
            self.rows = store.read(rows_of).result()
            self.drafts = tuple(store.read(_drafts).result())
        finally:
            store.close()


def _drafts(conn: Connection) -> Any:
    return [text for (text,) in conn.execute("SELECT text FROM draft")]
