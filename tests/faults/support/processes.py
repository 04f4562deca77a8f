"""Copies of the program as processes, controlled by a test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from chat_tui.inbox.context import InboxSettings
from chat_tui.market.network import Deadlines
from tests.faults.support.trial import short
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK
from tests.support.waiting import PATIENCE_S

T = TypeVar("T")

PROJECT = Path(__file__).parents[3]


def await_true(condition: Callable[[], T], what: str = "the condition", patience_s: float = PATIENCE_S) -> T:
    """The first true answer of `condition`, called again and again."""
    until = time.monotonic() + patience_s
    while not (answer := condition()):
        assert time.monotonic() < until, f"{what} did not come true within {patience_s} s"
        time.sleep(0.005)
    return answer


class Process:
    """One copy, killed at the latest when the test ends."""

    def __init__(
        self,
        market: Sandbox,
        root: Path,
        *,
        settings: InboxSettings = QUICK,
        deadlines: Deadlines | None = None,
        surroundings: Mapping[str, str] | None = None,
        **told: Any,
    ) -> None:
        line = json.dumps(
            {
                "root": str(root),
                "url": market.url,
                "business": market.business_id,
                "settings": {name: getattr(settings, name) for name in _SETTINGS},
                "deadlines": asdict(deadlines or short()),
                **told,
            }
        )
        self._errors = root / f"errors-{time.monotonic_ns()}"
        with self._errors.open("wb") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.support.child", line],
                cwd=PROJECT,
                env={**os.environ, "FAULTS_KEY": market.api_key, **(surroundings or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.pid = self._child.pid
        self.is_frozen = False

    def ready(self) -> "Process":
        """Wait until its inbox is open."""
        assert self.is_ready()
        return self

    def is_ready(self) -> bool:
        """Wait likewise; False if it left because another copy was writing for too long."""
        said = self._answer()
        assert said in ({"ready": self.pid}, {"problem": "busy"}), said
        return "ready" in said

    def ask(self, do: str, **told: Any) -> dict[str, Any]:
        """Send a command and return its answer."""
        self.tell(do, **told)
        return self._answer()

    def tell(self, do: str, **told: Any) -> None:
        """Send a command without waiting for the answer."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"do": do, **told}).encode() + b"\n")
        self._child.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line, f"the copy ended: {self._errors.read_text()[-2000:]}"
        said: dict[str, Any] = json.loads(line)
        return said

    def await_stop(self) -> None:
        """Wait until it has stopped itself at its step."""

        def stopped() -> bool:
            pid, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
            assert pid == 0 or os.WIFSTOPPED(status), self._errors.read_text()[-2000:]
            return pid != 0

        await_true(stopped, f"the stop of {self.pid}")

    def freeze(self) -> None:
        """SIGSTOP, and wait until the kernel has stopped the process."""
        os.kill(self.pid, signal.SIGSTOP)
        self.await_stop()
        self.is_frozen = True

    def thaw(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)
        self.is_frozen = False

    def kill(self) -> None:
        """kill -9; no effect on a process that has ended."""
        if self._child.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None and not pipe.closed:
                with suppress(BrokenPipeError):  # the killed process has not read its input
                    pipe.close()

    def close(self) -> None:
        """Close its input, so that it closes its inbox and leaves."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        assert self._child.wait(timeout=PATIENCE_S) == 0, self._errors.read_text()[-2000:]
        self.kill()

    @property
    def arguments(self) -> bytes:
        """Its arguments as the process list shows them."""
        return Path(f"/proc/{self.pid}/cmdline").read_bytes()


_SETTINGS = ("undo_s", "settle_s", "poll_s", "max_age_s", "look_delays_s", "backoff_s", "scan_s")
