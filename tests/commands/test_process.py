"""The real process: exit codes, signals, pipes, what it inherits and what it leaves behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import in_any_locale
from tests.support.pty_program import PtyProgram

PROGRAM = [sys.executable, "-P", "-m", "chat_tui"]


def run(*argv: str, environ: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*PROGRAM, *argv],
        check=False,
        env={**os.environ, **(environ or {})},
        **{"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "encoding": "utf-8"} | more,
    )


def on_a_terminal(environ: dict[str, str]) -> tuple[int, bytes]:
    """Run the inbox on a terminal; the exit code and the output."""
    environment = {name: value for name, value in os.environ.items() if name != "TERM"} | environ
    with PtyProgram([*PROGRAM], environment=environment) as program:
        return program.wait_exit(), bytes(program.raw)


@pytest.mark.parametrize("argv", [[], ["demo"], ["--read-only"]])
def test_without_a_terminal_the_inbox_says_so(argv: list[str]) -> None:
    ran = run(*argv, environ={"TERM": "xterm-256color"})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "not a terminal" in ran.stderr


@in_any_locale
@pytest.mark.parametrize("term", ["dumb", "", "nosuch"])
def test_a_poor_terminal_gets_one_plain_line(term: str) -> None:
    code, written = on_a_terminal({"TERM": term, "LC_ALL": "C"})
    assert code == 2
    assert written.count(b"\n") == 1
    assert b"\x1b" not in written
    assert b"TERM" in written


def test_without_a_key_the_fix_is_named() -> None:
    ran = run("list")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert all(fix in ran.stderr for fix in ("chat-tui login", "CHAT_TUI_API_KEY", "chat-tui demo"))


def test_settings_that_are_wrong_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "chat-tui").mkdir()
    (tmp_path / "chat-tui" / "settings.toml").write_text('[ui]\nlanguage = "de\x07"')
    for environ, words in (
        ({"XDG_CONFIG_HOME": str(tmp_path)}, "line 2"),
        ({"CHAT_TUI_API_URL": "http://market.example"}, "https://"),
        ({"CHAT_TUI_API_KEY": "ACMA:5entinelКлюч"}, "CHAT_TUI_API_KEY"),
    ):
        ran = run("list", environ=environ)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert words in ran.stderr
        assert ran.stderr.count("\n") == 1
        assert "5entinel" not in ran.stderr


def test_own_keys_that_are_wrong_are_one_sentence_before_anything_opens(tmp_path: Path) -> None:
    (tmp_path / "chat-tui").mkdir()
    (tmp_path / "chat-tui" / "settings.toml").write_text('[keys]\nwrite = "n"')
    environ = {"TERM": "xterm", "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    code, written = on_a_terminal(
        environ | {"CHAT_TUI_API_KEY": "ACMA:5entinel", "CHAT_TUI_BUSINESS_ID": "5"}
    )
    assert code == 2
    assert written.count(b"\n") == 1
    assert "line 2: “n” would mean both “next_waiting” and “write”".encode() in written
    assert not (tmp_path / "data").exists()


@in_any_locale
@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"LC_ALL": "ru_RU.KOI8-R", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_no_locale_makes_a_traceback(environ: dict[str, str]) -> None:
    for argv in (["--lang", "ru", "--help"], ["--lang", "ru", "paths"], ["--lang", "ru", "list"]):
        ran = run(*argv, environ=environ, encoding="latin-1")
        assert ran.returncode in {0, 2}
        assert "Traceback" not in ran.stderr


def test_a_closed_pipe_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        more: dict[str, Any] = {"capture_output": False, "stdout": writer, "stderr": subprocess.PIPE}
        ran = run("paths", **more)
        assert (ran.returncode, ran.stderr) == (141, "")
        assert run("--help", **more).stderr == ""
    finally:
        os.close(writer)


def test_ctrl_c_ends_with_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            "CHAT_TUI_API_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "CHAT_TUI_API_KEY": "ACMA:x",
            "CHAT_TUI_BUSINESS_ID": "1",
        }
        process = subprocess.Popen(
            [*PROGRAM, "list"],
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        # Once it has connected, it waits for an answer that never comes.
        silent.settimeout(60)
        connection, _address = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        connection.close()
    assert (process.returncode, out) == (130, b"")
    assert err.startswith(b"chat-tui: Stopped.")
    assert err.count(b"\n") == 1


def test_no_core_and_nothing_for_others() -> None:
    words = (
        "import os, resource, chat_tui.cli as cli; cli.main(['paths']);"
        "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))"
    )
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "(0, 0) 0o77"


def test_the_pretend_market_says_where_it_is_and_ends_with_its_input() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "sandbox", "--port", "0", "--chats", "3", "--stop-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert set(ready) == {"url", "api_key", "business_id"}
    ran = run(
        "list",
        "--json",
        environ={
            "CHAT_TUI_API_URL": ready["url"],
            "CHAT_TUI_API_KEY": ready["api_key"],
            "CHAT_TUI_BUSINESS_ID": str(ready["business_id"]),
        },
    )
    assert len(json.loads(ran.stdout)) == 3
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert process.stdout.read() == ""
    process.stdout.close()
