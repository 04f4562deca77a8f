"""What a key opens: its rights and its businesses with their shops, asked before anything is stored."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from chat_tui.inbox.asking import EngineLoop
from chat_tui.inbox.market import MarketApi
from chat_tui.market.access import AccessError
from chat_tui.model.chat import KeyRights, Shop
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store.database import Pending


@dataclass(frozen=True, slots=True)
class Cabinet:
    """One seller's cabinet that a key opens."""

    business_id: BusinessId
    name: str
    shops: tuple[Shop, ...]
    """By name; never empty."""


@dataclass(frozen=True, slots=True)
class OpenedByKey:
    """What a key may do, and where."""

    rights: KeyRights
    businesses: tuple[Cabinet, ...]
    """By name; an Api-Key opens one, an OAuth token may open several."""

    def find(self, business_id: int) -> Cabinet | None:
        """The business with this number; None if the key does not open it."""
        return next((one for one in self.businesses if one.business_id == business_id), None)


async def look(market: MarketApi) -> OpenedByKey | Problem:
    """Ask for the rights (getAuthTokenInfo; an OAuth token has none) and the shops (getCampaigns)."""
    rights = await market.get_key_rights()
    if isinstance(rights, Problem):
        return rights
    shops = await market.get_shops()
    if isinstance(shops, Problem):
        return shops
    return OpenedByKey(rights, grouped(shops))


async def look_with(connect: Callable[[str], MarketApi], key: str) -> OpenedByKey | Problem:
    """As `look`, with a client of its own, closed afterwards; drops a message that contains the key."""
    try:
        market = connect(key)
    except AccessError as error:
        return Problem(ProblemKind.SURROUNDINGS, message=str(error))
    try:
        found = await look(market)
    finally:
        await market.aclose()
    return replace(found, message="") if isinstance(found, Problem) and key in found.message else found


def grouped(shops: tuple[Shop, ...]) -> tuple[Cabinet, ...]:
    """The shops, grouped by business."""
    by_id: dict[int, list[Shop]] = {}
    for shop in sorted(shops, key=lambda shop: (shop.name.casefold(), shop.campaign_id)):
        by_id.setdefault(shop.business_id, []).append(shop)
    found = (
        Cabinet(BusinessId(number), of_it[0].business_name, tuple(of_it)) for number, of_it in by_id.items()
    )
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.business_id)))


class Connector:
    """Asks and stores for a screen that must not wait for network or disk. Use it from one event loop."""

    def __init__(self, connect: Callable[[str], MarketApi], store: Callable[[str, Cabinet], None]) -> None:
        """`connect` makes a client with a key; `store` saves the key and the business, or raises."""
        self._connect = connect
        self._store = store
        self._loop = EngineLoop()
        self._loop.start()
        self._asking: Pending[OpenedByKey | Problem] | None = None

    async def look(self, key: str) -> OpenedByKey | Problem:
        """What this key opens. Cancelling breaks off the request."""
        self._asking = self._loop.submit(look_with(self._connect, key))
        return await self._asking

    async def keep(self, key: str, business: Cabinet) -> None:
        """Save a key that was looked at; raises what `store` raises."""
        await asyncio.to_thread(self._store, key, business)

    def close(self) -> None:
        """Break off the request under way, if any."""
        if self._asking is not None:
            self._asking.cancel()
        self._loop.submit(_passed()).result()
        self._loop.stop()


async def _passed() -> None:
    """Return when all cancelled tasks have ended."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)
