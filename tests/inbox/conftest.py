"""A sandbox, and copies of the program that use it."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from chat_tui.inbox.context import InboxSettings
from tests.inbox.simulation.stage import Stage
from tests.support.ready import open_market
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, client_of


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small pretend Market in which nothing happens unless a test makes it happen."""
    with open_market() as sandbox:
        yield sandbox


OpenShop = Callable[..., Shop]


@pytest.fixture
async def open_shop(market: Sandbox, tmp_path: Path) -> AsyncIterator[OpenShop]:
    """Start copies of the program on one directory; all are closed at the end."""
    shops: list[Shop] = []

    def open_one(
        *,
        settings: InboxSettings = QUICK,
        background: bool = True,
        key: str | None = None,
        url: str | None = None,
    ) -> Shop:
        shop = Shop.open(
            tmp_path, lambda: client_of(market, key=key, url=url), settings=settings, background=background
        )
        shops.append(shop)
        return shop

    yield open_one
    for shop in shops:
        await shop.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A world in virtual time with one copy and a Market that follows the test's script."""
    logging.disable(logging.CRITICAL)
    stage = Stage()
    yield stage
    stage.close()
    logging.disable(logging.NOTSET)
