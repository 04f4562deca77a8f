"""In a real tmux: detached, attached with another size, copied from, and killed with its server."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.support.processes import await_true
from tests.faults.support.window import Kept, log
from tests.support.pty_program import PATIENCE_S, PtyProgram
from tests.support.sandbox import Sandbox

TMUX = shutil.which("tmux")

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.thorough,
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
]

TEXT = "typed in tmux"
CTRL_C, F7 = "\x03", "\x1b[18~"


class Server:
    """A tmux server of our own, with one session that runs the program at 80×24."""

    def __init__(self, market: Sandbox, place: Path) -> None:
        self._told = {
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "TMUX_TMPDIR": str(place),
            "CHAT_TUI_API_URL": market.url,
            "CHAT_TUI_API_KEY": market.api_key,
            "CHAT_TUI_BUSINESS_ID": str(market.business_id),
        }
        program = f"exec {sys.executable} -P -m chat_tui --lang en"
        self.run("new-session", "-d", "-x", "80", "-y", "24", "-s", "desk", program)
        self.run("set", "-s", "set-clipboard", "on")
        self.run("set", "-g", "allow-passthrough", "on")
        self.run("set", "-g", "status", "off")
        self.pid = int(self.run("list-panes", "-t", "desk", "-F", "#{pane_pid}"))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the server and its clients."""
        return {**{name: value for name, value in os.environ.items() if name != "TMUX"}, **self._told}

    def run(self, *words: str) -> str:
        """Run one command of tmux; return its output."""
        command = [str(TMUX), "-L", "chat-tui-test", "-f", os.devnull, *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def attach(self, columns: int, rows: int) -> PtyProgram:
        """A client in a terminal of this size."""
        command = [str(TMUX), "-L", "chat-tui-test", "-f", os.devnull, "attach", "-t", "desk"]
        return PtyProgram(command, environment=self.environment, size=(columns, rows))

    def kill(self) -> None:
        """End the server and all its processes; no effect if it has ended."""
        subprocess.run(
            [str(TMUX), "-L", "chat-tui-test", "kill-server"],
            env=self.environment,
            capture_output=True,
            check=False,
        )


@pytest.fixture
def server(market: Sandbox, tmp_path: Path) -> Iterator[Server]:
    made = Server(market, tmp_path)
    yield made
    made.kill()


def is_gone(pid: int) -> bool:
    """Whether a process has ended; a zombie counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_f_102_detached_attached_copied_and_killed(market: Sandbox, server: Server) -> None:
    with server.attach(80, 24) as client:
        client.wait_for_text("● online")
        client.feed("n")
        client.wait_for_text("╔═ To: ")
        client.feed(TEXT)
        client.wait_for_text(TEXT)
        server.run("detach-client", "-s", "desk")
        client.wait_exit()
    with server.attach(110, 30) as client:
        # Wide enough for both panes now.
        client.wait_for(lambda: "─ Chats ─" in client.text and f"║ {TEXT}" in client.text)
        client.wait_for(lambda: client.text.splitlines()[-2].endswith("╝"))
        client.feed(F7)
        client.feed(CTRL_C)
        client.wait_for_text("Sent to the terminal's")
        await_true(lambda: server.run("list-buffers") != "", "a buffer of tmux")
        assert server.run("show-buffer") == TEXT
        around = f"\x1b]52;c;{base64.b64encode(TEXT.encode()).decode()}\x07".encode()
        client.wait_for(lambda: around in client.raw)
        assert server.run("display", "-p", "-t", "desk", "#{pane_title}").startswith("chat-tui · ")
        server.kill()
        client.wait_exit()
    await_true(lambda: is_gone(server.pid), "the end of the program", PATIENCE_S)
    assert Kept(market).drafts == (TEXT,)
    assert "CRITICAL" not in log()
