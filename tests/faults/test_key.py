"""F-185 … F-189: the key is nowhere except in the header of a request to the Market."""

import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui import logs
from chat_tui.paths import locate
from tests.faults.support.checks import check_key, check_modes
from tests.faults.support.program import PROGRAM, SENTINEL, children_of, inbox, run, surroundings
from tests.faults.support.tiers import with_quick
from tests.support.faults import Answer, accepted_then, bad_gateway, half_answer
from tests.support.sandbox import Sandbox

SECRET = SENTINEL.encode()


# -- F-185, F-186 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--api-key", "--key", "--token", "--api-key=", "--oauth-token"])
def test_f_185_the_key_is_no_argument_and_is_not_repeated(market: Sandbox, option: str) -> None:
    argv = [option + SENTINEL] if option.endswith("=") else [option, SENTINEL]
    ran = run("list", *argv, environ=surroundings(market))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert option.rstrip("=") in ran.stderr
    assert SENTINEL not in ran.stderr


@pytest.mark.terminal
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the process list of Linux")
def test_f_185_f_186_neither_the_process_list_nor_a_child_has_the_key() -> None:
    environ = {**os.environ, "TERM": "xterm-256color", "CHAT_TUI_API_KEY": SENTINEL}
    environ["CHAT_TUI_OAUTH_TOKEN"] = SENTINEL
    with inbox("demo", "--chats", "5", environ=environ) as program:
        program.wait_for_text("online", timeout=30)
        children = children_of(program.pid)
        assert len(children) == 1, "the pretend Market"
        for entry in (*children, Path(f"/proc/{program.pid}")):
            assert SECRET not in (entry / "cmdline").read_bytes()
        told = children[0].joinpath("environ").read_bytes()
        assert b"TERM=" in told
        assert SECRET not in told
        assert b"CHAT_TUI_API_KEY" not in told
        program.feed("\x11")
        assert program.wait_exit() == 0
        assert SECRET not in program.raw


def test_f_186_the_command_that_gives_the_key_sees_none(market: Sandbox, tmp_path: Path) -> None:
    locate().config.mkdir(parents=True)
    seen = tmp_path / "seen"
    locate().settings_file.write_text(
        f"[market]\napi_key_command = ['sh', '-c', 'env > {seen}; echo {market.api_key}']\n"
    )
    environ = surroundings(market, CHAT_TUI_OAUTH_TOKEN=SENTINEL)
    del environ["CHAT_TUI_API_KEY"]
    ran = run("list", environ=environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "TERM=" in seen.read_text()
    assert SENTINEL not in seen.read_text()


@pytest.mark.terminal
def test_f_186_the_editor_sees_no_key(market: Sandbox, tmp_path: Path) -> None:
    seen, editor = tmp_path / "seen", tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\nenv > {seen}\necho "$0 $@" >> {seen}\nprintf edited > "$1"\n')
    editor.chmod(0o700)
    with inbox(environ=surroundings(market, EDITOR=str(editor), CHAT_TUI_OAUTH_TOKEN=SENTINEL)) as program:
        program.wait_for_text("online", timeout=30)
        program.feed("n")
        program.wait_for_text("╔═ To: ")
        program.feed("\x05")
        program.wait_for_text("edited", timeout=30)
        program.feed_until("\x11", lambda: program.has_ended)
        assert program.wait_exit() == 0
    told = seen.read_text()
    assert "TERM=" in told
    assert str(editor) in told
    assert market.api_key not in told
    assert SENTINEL not in told


# -- F-187 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fatal", with_quick([signal.SIGABRT, signal.SIGSEGV], signal.SIGSEGV))
def test_f_187_a_crash_leaves_no_core(tmp_path: Path, fatal: signal.Signals) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        process = subprocess.Popen(
            [*PROGRAM, "list"],
            cwd=tmp_path,
            env={
                **os.environ,
                "CHAT_TUI_API_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
                "CHAT_TUI_API_KEY": SENTINEL,
                "CHAT_TUI_BUSINESS_ID": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),  # noqa: PLW1509
        )
        try:
            connection, _address = silent.accept()
            limits = Path(f"/proc/{process.pid}/limits")
            if limits.exists():
                (line,) = [one for one in limits.read_text().splitlines() if one.startswith("Max core")]
                assert line.split()[4:6] == ["0", "0"]
            process.send_signal(fatal)
            assert process.wait(timeout=60) == -fatal
            connection.close()
        finally:
            process.kill()
    assert list(tmp_path.iterdir()) == []


# -- F-188 -------------------------------------------------------------------------------------------

RUN = """
import os, sys
from chat_tui import cli
from chat_tui.market.client import MarketClient

chat, file = sys.argv[1:]
environ = dict(os.environ)

def run(*argv):
    os.environ.update(environ)
    cli.main(argv)

for argv in (["sync", "--once"], ["list", "--fresh"], ["show", chat, "--fresh"], ["send", chat, "wish one"],
             ["send", chat, "wish two"], ["send", chat, "--file", file], ["new", "--order", "1"]):
    run(*argv)

# From Python 3.13 on a traceback shows the line itself, too: it holds no words.
three = "wish three"

async def broken(self, chat_id):
    raise ValueError(f"{self._access.headers()} {three}")

MarketClient.get_chat = broken
run("show", chat, "--fresh")
"""


def test_f_188_the_log_tells_neither_key_nor_words(market: Sandbox, tmp_path: Path) -> None:
    locate().config.mkdir(parents=True)
    locate().settings_file.write_text('[log]\nlevel = "debug"\n')
    file = tmp_path / "wish list.txt"
    file.write_text("wish four")
    chats = market.world.listed("desc", None, 0, 30)
    chat = next(one for one in chats if one.status != "FINISHED")
    market.script("getChats", [bad_gateway(), Answer(status=500)])
    market.script("getChatHistory", [half_answer()])
    market.script("sendMessageToChat", [accepted_then("reset"), accepted_then("close")])
    ran = subprocess.run(
        [sys.executable, "-P", "-c", RUN, str(chat.chat_id), str(file)],
        check=False,
        env=surroundings(market),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "error in the program" in ran.stderr, ran.stderr
    assert [entry.text or entry.name for entry in market.ledger] == ["wish one", "wish two", file.name]
    told = locate().log.read_text(encoding="utf-8")
    assert "builtins.ValueError" in told
    names = {one.name for one in chats if one.name}
    texts = {message.text for message in market.world.messages(chat) if message.text}
    assert names
    assert texts
    for words in ("wish", "Api-Key", market.api_key, *names, *texts):
        assert words not in told
    check_key(market.api_key, [Path.home()], market, told + ran.stdout + ran.stderr)
    check_modes([locate().log.parent])


def test_f_188_the_log_stays_below_ten_megabytes(tmp_path: Path) -> None:
    code = (
        "import logging, pathlib, sys; from chat_tui import logs;"
        "logs.open_log(pathlib.Path(sys.argv[1]) / 'chat-tui.log', level='debug', secrets=['ACMA:x']);"
        "log = logging.getLogger('chat_tui.test');"
        "[log.debug('%s %d', 'я' * 5_000, n) for n in range(4_000)]"
    )
    tmp_path.chmod(0o700)
    subprocess.run([sys.executable, "-P", "-c", code, str(tmp_path)], check=True, umask=0)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == logs.FILES
    assert max(sizes) > logs.FILE_BYTES // 2
    assert sum(sizes) <= 10_000_000
    check_modes([tmp_path])


# -- F-189 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    ["{key}Ключ", "{key}\r\n{key}", "{key} {key}", "", " ", "{key}" * 5_000],
    ids=["Cyrillic", "two lines", "blank", "empty", "only blanks", "long"],
)
def test_f_189_an_odd_key_is_refused_at_start_and_not_shown(market: Sandbox, odd: str) -> None:
    ran = run("list", environ=surroundings(market, CHAT_TUI_API_KEY=odd.format(key=SENTINEL)))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "CHAT_TUI_API_KEY" in ran.stderr
    assert "5entinel" not in ran.stderr
    assert not market.requests
    assert not any(SECRET in path.read_bytes() for path in Path.home().rglob("*") if path.is_file())


@pytest.mark.parametrize("end", with_quick(["\n", "\r\n"], "\r\n"))
def test_f_189_a_line_end_behind_the_key_is_trimmed(market: Sandbox, end: str) -> None:
    ran = run("list", environ=surroundings(market, CHAT_TUI_API_KEY=market.api_key + end))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert market.requests


def test_f_189_a_key_of_a_megabyte_is_refused_without_being_read(market: Sandbox) -> None:
    locate().config.mkdir(parents=True)
    locate().settings_file.write_text('[market]\napi_key_file = "key"\n')
    key = locate().config / "key"
    key.write_bytes(SECRET * 40_000)
    key.chmod(0o600)
    environ = surroundings(market)
    del environ["CHAT_TUI_API_KEY"]
    ran = run("list", environ=environ)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "too long" in ran.stderr
    assert "5entinel" not in ran.stderr
