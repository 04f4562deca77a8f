"""Clients for the tests of the market room; every one is closed."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.market.network import Deadlines
from chat_tui.model.ids import BusinessId
from tests.support.raw_market import RawMarket

KEY = "ACMA:test-key:1"
SILENCE_IS_SHORT = Deadlines(idle=1.0)
"""Only the wait for a silent server is short: on a busy machine everything else may take long."""
"""Deadlines for tests in which something never arrives."""

Connect = Callable[..., MarketClient]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """A client of a `RawMarket`, of a function that answers requests, or of a base address."""
    clients: list[MarketClient] = []

    def make(to: RawMarket | Callable[[httpx.Request], Any] | str, **options: Any) -> MarketClient:
        url = to if isinstance(to, str) else to.url if isinstance(to, RawMarket) else "http://127.0.0.1:1"
        access = Access(base_url=url, api_key=KEY, business_id=BusinessId(1185230))
        if not isinstance(to, RawMarket | str):
            options["transport"] = httpx.MockTransport(to)
        clients.append(MarketClient(access, **options))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()
