"""From settings to the Market: address, key, business, and the client that knocks with them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from chat_tui.commands.speak import CannotStart
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.market.access import Access, AccessError
from chat_tui.model.ids import BusinessId
from chat_tui.paths import Paths, make_if_writable
from chat_tui.settings import Settings


def access_to(settings: Settings, paths: Paths) -> Access:
    """Address, key and business; the business is asked for when the operator did not name it."""
    if not settings.has_access:
        raise CannotStart(
            _(
                "There is no key. Connect a shop: chat-tui login (or set CHAT_TUI_API_KEY). "
                "To look around first: chat-tui demo"
            )
        )
    try:
        access = Access(settings.market.api_url, settings.api_key, settings.oauth_token)
    except AccessError as problem:
        raise CannotStart(str(problem)) from None
    make_if_writable(paths.data)
    make_if_writable(paths.cache)
    if settings.market.business_id is not None:
        return replace(access, business_id=BusinessId(settings.market.business_id))

    from chat_tui.commands.business import find_business  # noqa: PLC0415 - asked the first time only

    connect = partial(client, access, settings)
    try:
        return replace(access, business_id=asyncio.run(find_business(access, paths.data, connect)))
    except AccessError as problem:
        raise CannotStart(str(problem)) from None


def client(access: Access, settings: Settings) -> MarketApi:
    """The client; httpx comes with it. Raises AccessError where proxy or certificates cannot be used."""
    from chat_tui.market.client import MarketClient  # noqa: PLC0415 - not before it is needed

    return MarketClient(access, read_only=settings.read_only)


def way_to(settings: Settings, paths: Paths, *, is_seen: bool) -> tuple[Access, Callable[[], MarketApi]]:
    """Access, and what makes the client, which may raise AccessError. Raises CannotStart.

    `is_seen` = there is a screen to say so; else the client is made here, as none is a reason not to start.
    """
    access = access_to(settings, paths)
    if is_seen:
        return access, partial(client, access, settings)
    try:
        made = client(access, settings)
    except AccessError as problem:
        raise CannotStart(str(problem)) from None
    return access, lambda: made


def try_key(settings: Settings, key: str) -> MarketApi:
    """A client with a key that is not stored yet. Raises AccessError."""
    return client(Access(settings.market.api_url, key), settings)
