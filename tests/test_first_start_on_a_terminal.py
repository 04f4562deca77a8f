"""`chat-tui` with nothing set up, in a real terminal of 80×24: from the box to the longest-waiting chat."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.faults.support.program import PROGRAM, inbox
from tests.support.pty_program import PtyProgram
from tests.support.sandbox import Sandbox

AGAIN_S = 0.11
CTRL_Q = "\x11"
PATIENCE_S = 30

pytestmark = pytest.mark.terminal


@pytest.fixture
def market() -> Iterator[Sandbox]:
    with Sandbox.start(chats=30, seed=3) as sandbox:
        yield sandbox


@pytest.fixture
def environ(market: Sandbox) -> dict[str, str]:
    """An environment with nothing but the address of the Market."""
    return {**os.environ, "TERM": "xterm-256color", "CHAT_TUI_API_URL": market.url}


def files_with(secret: str) -> list[str]:
    """The names of all files of this operator that contain the key."""
    home = Path(os.environ["HOME"])
    return sorted(
        path.name for path in home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    )


def enter(program: PtyProgram) -> None:
    """Press Enter late enough that it does not count as a bounce."""
    time.sleep(AGAIN_S)
    program.feed("\r")


def test_from_the_box_to_the_longest_waiting_chat_and_straight_there_the_next_time(
    market: Sandbox, environ: dict[str, str]
) -> None:
    """Promised: U58."""
    with inbox("--lang", "ru", environ=environ) as program:
        before = program.attributes
        program.wait_for_text("1  Подключить магазин", timeout=PATIENCE_S)
        program.feed("1")
        program.wait_for_text("вставьте ключ сюда")
        program.feed(f"\x1b[200~{market.api_key}\n\x1b[201~")
        program.wait_for_text("•" * len(market.api_key))
        program.feed("\r")
        program.wait_for_text("✓ да   отвечать, отправлять файлы", timeout=PATIENCE_S)
        enter(program)
        program.wait_for_text("Уютная кухня — склад Маркета · FBY")
        enter(program)
        program.wait_for_text("Магазин подключён", timeout=PATIENCE_S)
        program.wait_for_text("Всё загружено.", timeout=PATIENCE_S)
        program.wait_for(lambda: "дольше всего" in program.text)
        enter(program)
        program.wait_for_text("Кому: ")
        program.feed(CTRL_Q)
        assert program.wait_exit() == 0
        assert program.attributes == before
        assert program.raw.count(b"\x1b[?1049h") == program.raw.count(b"\x1b[?1049l") == 2
        assert market.api_key.encode() not in program.raw
    assert files_with(market.api_key) == [f"api-key-{market.business_id}"]
    with inbox("--lang", "ru", environ=environ) as program:
        program.wait_for_text("═ Чаты ═", timeout=PATIENCE_S)
        program.feed(CTRL_Q)
        assert program.wait_exit() == 0
        assert "Подключить магазин".encode() not in program.raw


def test_the_box_leads_to_the_demo(environ: dict[str, str]) -> None:
    """Promised: U57."""
    with inbox(environ=environ) as program:
        program.wait_for_text("2  Demo without a key", timeout=PATIENCE_S)
        program.feed("2")
        program.wait_for_text("● online", timeout=PATIENCE_S)
        program.feed(CTRL_Q)
        assert program.wait_exit() == 0
    assert not locate().config.exists()


def test_leaving_the_box_stores_nothing(environ: dict[str, str]) -> None:
    with inbox(environ=environ) as program:
        program.wait_for_text("1  Connect a shop", timeout=PATIENCE_S)
        program.feed("1")
        program.wait_for_text("paste the key here")
        program.feed("ACMA:5entinel:1")
        program.wait_for_text("•" * 15)
        program.feed(CTRL_Q)
        assert program.wait_exit() == 0
        assert b"5entinel" not in program.raw
    assert files_with("5entinel") == []
    assert not locate().config.exists()


def test_login_asks_for_the_key_unseen(market: Sandbox, environ: dict[str, str]) -> None:
    with inbox("login", environ=environ) as program:
        program.wait_for_text("Api-Key (hidden):", timeout=PATIENCE_S)
        program.feed(f"{market.api_key}\n")
        assert program.wait_exit() == 0
        assert b"3 shops" in program.raw
        assert market.api_key.encode() not in program.raw
    assert files_with(market.api_key) == [f"api-key-{market.business_id}"]


def test_login_left_with_ctrl_c_or_ctrl_d_stores_nothing(environ: dict[str, str]) -> None:
    for key, code in (("\x03", 130), ("\x04", 1)):
        with inbox("login", environ=environ) as program:
            program.wait_for_text("Api-Key (hidden):", timeout=PATIENCE_S)
            program.feed(key)
            assert program.wait_exit() == code
            assert b"Traceback" not in program.raw
    assert not locate().config.exists()


def test_login_reads_the_key_from_a_pipe_and_no_argument_holds_it(
    market: Sandbox, environ: dict[str, str]
) -> None:
    ran = subprocess.run(
        [*PROGRAM, "login", "--token-stdin"],
        input=f"{market.api_key}\n",
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert (ran.stderr, market.api_key in ran.stdout) == ("", False)
    assert files_with(market.api_key) == [f"api-key-{market.business_id}"]
