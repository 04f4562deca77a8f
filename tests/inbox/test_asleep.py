"""An inbox that starts asleep leaves the processor to the first paint and loses no request."""

import asyncio
from pathlib import Path

from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.service import Inbox
from chat_tui.store.database import Store, StorePaths
from tests.support.refs import BUSINESS, ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, client_of
from tests.support.waiting import PATIENCE_S


class Connections:
    """Counts how often the client is created."""

    def __init__(self, market: Sandbox) -> None:
        self._market = market
        self.made = 0

    def __call__(self) -> MarketApi:
        self.made += 1
        return client_of(self._market)


def inbox_of(connections: Connections, directory: Path) -> Inbox:
    return Inbox(
        Store(StorePaths(directory / "cache", directory / "data", BUSINESS)), connections, settings=QUICK
    )


async def test_nothing_is_begun_before_it_is_woken(market: Sandbox, tmp_path: Path) -> None:
    connections = Connections(market)
    inbox = inbox_of(connections, tmp_path)
    inbox.start(background=False, asleep=True)
    inbox.chats.open(ref(1))
    inbox.refresh()
    asked = asyncio.create_task(inbox.sync_once())
    await inbox.chats.counts()
    assert connections.made == 0
    inbox.awaken()
    inbox.awaken()
    report = await asked
    assert connections.made == 1
    assert report.problem is None
    assert sum((await inbox.chats.counts()).values()) > 0
    await inbox.close()


async def test_one_that_never_woke_closes(market: Sandbox, tmp_path: Path) -> None:
    inbox = inbox_of(Connections(market), tmp_path)
    inbox.start(asleep=True)
    async with asyncio.timeout(PATIENCE_S):
        await inbox.close()
