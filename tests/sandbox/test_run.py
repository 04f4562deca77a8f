"""The command `sandbox`, as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

_PROGRAM = """
import sys
from chat_tui.sandbox.serve import run
sys.exit(run(chats=20, seed=3, journal=None, {more}))
"""


@contextmanager
def _running(
    more: str = "", fds: tuple[int, ...] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, object]]]:
    command = [sys.executable, "-c", _PROGRAM.format(more=more)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=fds) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def _works(ready: dict[str, object]) -> bool:
    url = f"{ready['url']}/v2/businesses/{ready['business_id']}/chats"
    answer = httpx.post(url, json={}, headers={"Api-Key": str(ready["api_key"])})
    return len(answer.json()["result"]["chats"]) == 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_it_is_ready_and_ends_on_a_signal(number: signal.Signals) -> None:
    with _running() as (process, ready):
        assert set(ready) == {"url", "api_key", "business_id"}
        assert _works(ready)
        process.send_signal(number)
        assert process.wait(timeout=60) == 0


def test_it_ends_with_its_standard_input() -> None:
    with _running("stop_with_stdin=True") as (process, ready):
        assert process.stdin is not None
        process.stdin.write(b"ignored\n")
        process.stdin.flush()
        assert _works(ready)
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_it_serves_a_socket_that_listens_already() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        with _running(f"fd={number}", (number,)) as (process, ready):
            assert ready["url"] == f"http://127.0.0.1:{listening.getsockname()[1]}"
            assert _works(ready)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
