"""The child process of the demo: how it is reached, what it knows, how it ends."""

import os
import re
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from chat_tui.commands import demo
from chat_tui.commands.context import CannotStart
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem
from chat_tui.paths import Paths, locate
from chat_tui.settings import Settings
from chat_tui.settings.schema import SendingSettings


@pytest.fixture
def paths() -> Paths:
    return locate(demo.profile(4, 1))


def child(paths: Paths) -> int:
    """The process that serves this demo."""
    journal = os.fsencode(paths.data / "journal")
    until = time.monotonic() + 20
    mine: list[int] = []
    # Between fork and exec a process has no command line for a moment.
    while not mine and time.monotonic() < until:
        mine = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and journal in _command(entry).split(b"\0")
        ]
    assert len(mine) == 1
    return mine[0]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return b""


def knock_until_nobody_is_there(port: int) -> None:
    for _attempt in range(2_000):
        # A connection that the dying process has not accepted yet is reset.
        with suppress(ConnectionResetError):
            socket.create_connection(("127.0.0.1", port)).close()


async def chats(settings: Settings) -> int:
    market = settings.market
    assert market.business_id is not None
    access = Access(market.api_url, settings.api_key, business_id=BusinessId(market.business_id))
    client = MarketClient(access)
    try:
        page = await client.get_chats()
    finally:
        await client.aclose()
    assert not isinstance(page, Problem), page
    return len(page.items)


async def test_the_market_answers_the_first_question_and_is_gone_afterwards(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_TUI_API_KEY", "ACMA:5entinelKey")
    settings = Settings(sending=SendingSettings(undo_seconds=3))
    with demo.pretend_market(settings, paths, chats=4, seed=1) as there:
        assert await chats(there) == 4
        assert there.sending.undo_seconds == 3
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", there.market.api_url)
        pid = child(paths)
        assert b"5entinel" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert there.api_key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert not Path(f"/proc/{pid}").exists()
    port = int(there.market.api_url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_second_window_on_the_same_demo_is_refused(paths: Paths) -> None:
    with (
        demo.pretend_market(Settings(), paths, chats=4, seed=1),
        pytest.raises(CannotStart, match="open in another window"),
        demo.pretend_market(Settings(), paths, chats=4, seed=1),
    ):
        pytest.fail("two of them")
    with demo.pretend_market(Settings(), paths, chats=4, seed=1):
        pass


async def test_a_child_that_died_is_noticed_instead_of_waited_for(paths: Paths) -> None:
    with demo.pretend_market(Settings(), paths, chats=4, seed=1) as there:
        assert await chats(there) == 4
        os.kill(child(paths), signal.SIGKILL)
        port = int(there.market.api_url.rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            knock_until_nobody_is_there(port)


def test_worlds_do_not_mix() -> None:
    assert len({demo.profile(60, 1), demo.profile(60, 2), demo.profile(61, 1)}) == 3


def test_everything_the_demo_leaves_is_private(paths: Paths) -> None:
    with demo.pretend_market(Settings(), paths, chats=4, seed=1):
        child(paths)
    for found in (paths.data, *paths.data.rglob("*")):
        assert found.stat().st_mode & 0o077 == 0, found
