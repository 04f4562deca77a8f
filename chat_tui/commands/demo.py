"""The pretend Market: as a child process for the time of the demo, and alone, for developers."""

import fcntl
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from chat_tui.commands.context import CannotStart, Context
from chat_tui.files import open_private, write_new
from chat_tui.locale import _, language
from chat_tui.paths import Paths, make_private
from chat_tui.sandbox import access
from chat_tui.settings import Settings
from chat_tui.settings.schema import MarketSettings
from chat_tui.settings.secret import ENVIRONMENT

_LATENCY_MS = 40
"""Average delay of an answer, about that of the real Market."""
_TEMPLATES = Path(access.__file__).with_name("templates.toml")
_PATIENCE_S = 3.0
"""How long the child may take to exit before it is killed."""


def serve_alone(context: Context) -> int:
    """The verb `sandbox`: serve until a signal comes, or, for the demo, until standard input ends."""
    from chat_tui.sandbox import serve  # noqa: PLC0415 - a server, which only the child needs

    asked = context.asked
    return serve.run(
        port=asked.port,
        chats=asked.chats,
        seed=asked.seed,
        journal=asked.journal,
        fd=asked.fd,
        stop_with_stdin=asked.stop_with_stdin,
        latency_s=asked.latency / 1000,
        language=asked.lang or language(),
        hostile=asked.hostile,
    )


class PretendShop(NamedTuple):
    """The options that determine a pretend shop."""

    chats: int
    seed: int
    language: str
    hostile: bool = False
    """Whether some of its buyers try to control the terminal."""

    @property
    def profile(self) -> str:
        """Its profile: each shop has its own files, because their chats differ."""
        return f"demo-{self.language}-{self.seed}-{self.chats}{'-hostile' * self.hostile}"


def put_templates(paths: Paths, language: str) -> Path:
    """The directory of the demo's templates, which are written once: from then on they are the operator's."""
    shelf = paths.data / "templates"
    if not shelf.exists():
        make_private(shelf)
        for name, text in tomllib.loads(_TEMPLATES.read_text(encoding="utf-8"))[language].items():
            write_new(shelf / f"{name}.txt", f"{text}\n".encode())
    return shelf


@contextmanager
def pretend_market(settings: Settings, paths: Paths, shop: PretendShop) -> Iterator[Settings]:
    """Run the pretend Market and yield the settings for it. Raises CannotStart if it is running already."""
    make_private(paths.data)
    with (
        _only_one(paths.data / "demo.lock"),
        # Bound here, so that the inbox can connect at once: it waits in the backlog until the child accepts.
        socket.create_server(("127.0.0.1", 0), backlog=64) as door,
        _child(door, paths.data, shop),
    ):
        port = door.getsockname()[1]
        # Only the child may keep it open: if the child dies, connecting must fail and not hang.
        door.close()
        yield replace(
            settings,
            market=MarketSettings(api_url=f"http://127.0.0.1:{port}", business_id=access.BUSINESS_ID),
            api_key=access.API_KEY,
            oauth_token="",
        )


@contextmanager
def _child(door: socket.socket, data: Path, shop: PretendShop) -> Iterator[None]:
    # -P: a httpx.py in the current directory must not be imported instead of the library.
    command = [sys.executable, "-P", "-m", "chat_tui", "sandbox", "--stop-with-stdin"]
    command += ["--fd", str(door.fileno()), "--latency", str(_LATENCY_MS)]
    command += ["--chats", str(shop.chats), "--seed", str(shop.seed), "--lang", shop.language]
    command += ["--journal", str((data / "journal").absolute()), *(["--hostile"] if shop.hostile else [])]
    # The pretend Market has no use for the real key.
    environ = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    with os.fdopen(open_private(data / "sandbox.log", os.O_WRONLY | os.O_TRUNC), "wb") as log:
        child = subprocess.Popen(  # noqa: S603 - this very program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=environ,
            pass_fds=[door.fileno()],
            # Ctrl-C and a hangup go to the inbox alone, which ends the child by closing its standard input.
            start_new_session=True,
        )
    try:
        yield
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    # The child exits at the end of its standard input.
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the lock of this world: two pretend Markets would mix their journals. Raises CannotStart."""
    with os.fdopen(open_private(path, os.O_RDWR), "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = _("This demo is open in another window. For another demo shop: chat-tui demo --seed 2")
            raise CannotStart(words) from None
        yield
