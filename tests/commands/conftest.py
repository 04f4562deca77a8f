"""Run verbs against the pretend Market in this process: real settings, store, client and engine."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chat_tui import cli, logs
from tests.support.sandbox import Sandbox


@dataclass(frozen=True)
class Ran:
    """The result of a command line."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def market() -> Iterator[Sandbox]:
    with Sandbox.start(chats=12, long_chat=8) as sandbox:
        yield sandbox


@pytest.fixture
def environment(market: Sandbox) -> dict[str, str]:
    """The variables that the operator set; a test may change them."""
    return {
        "CHAT_TUI_API_URL": market.url,
        "CHAT_TUI_API_KEY": market.api_key,
        "CHAT_TUI_BUSINESS_ID": str(market.business_id),
    }


@pytest.fixture
def run(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command line to its end."""
    # These change the whole process: umask, limits, logging. The tests of the real process cover them.
    monkeypatch.setattr(cli, "_harden", lambda: None)
    monkeypatch.setattr(logs, "open_log", lambda *_, **__: None)

    def go(*argv: object, typed: bytes = b"") -> Ran:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        capsys.readouterr()
        code = cli.main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return go
