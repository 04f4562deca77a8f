"""From the settings to the Market: address, key and business, and the client that uses them."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from chat_tui.commands.context import CannotStart
from chat_tui.files import NotAFile, NotUtf8, TooLarge, decoded, read_file, whole_file
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.market.access import Access, AccessError
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem
from chat_tui.paths import UNWRITABLE, Paths, make_if_writable
from chat_tui.settings import Settings
from chat_tui.words.problems import problem_words
from chat_tui.words.rights import no_business

_MOST_BYTES: Final = 100
"""Of the file that stores the business of a key."""


def way_to(settings: Settings, paths: Paths, *, is_seen: bool) -> tuple[Access, Callable[[], MarketApi]]:
    """Address, key and business, and a function that makes the client. Raises CannotStart.

    If the operator did not name the business, the Market is asked for it. `is_seen` = a screen will show why
    a client cannot be made, so the function may raise AccessError; otherwise the client is made here.
    """
    if not settings.has_access:
        raise CannotStart(
            _(
                "There is no key. Connect a shop: chat-tui login (or set CHAT_TUI_API_KEY). To "
                "try the demo first: chat-tui demo"
            )
        )
    try:
        access = access_of(settings)
        # The answer about the business is stored there.
        make_if_writable(paths.data)
        make_if_writable(paths.cache)
        if access.business_id is None:
            connect = partial(client, access, settings)
            access = replace(access, business_id=asyncio.run(find_business(access, paths.data, connect)))
        if is_seen:
            return access, partial(client, access, settings)
        # The inbox makes its client when it starts; here it gets this one, which is known to work.
        made = client(access, settings)
    except AccessError as problem:
        raise CannotStart(str(problem)) from None
    return access, lambda: made


def access_of(settings: Settings) -> Access:
    """Address, key and business from the settings. Raises AccessError."""
    number = settings.market.business_id
    return Access(
        settings.market.api_url,
        settings.api_key,
        settings.oauth_token,
        business_id=None if number is None else BusinessId(number),
    )


def client(access: Access, settings: Settings) -> MarketApi:
    """A client for the Market. Raises AccessError if the proxy or the certificates cannot be used."""
    from chat_tui.market.client import MarketClient  # noqa: PLC0415 - it imports httpx

    return MarketClient(access, read_only=settings.read_only)


def try_key(settings: Settings, key: str) -> MarketApi:
    """A client with a key that is not stored yet. Raises AccessError."""
    return client(Access(settings.market.api_url, key), settings)


async def find_business(access: Access, directory: Path, connect: Callable[[], MarketApi]) -> BusinessId:
    """The only business of this key, stored in `directory`; only the first call asks getCampaigns.

    Raises CannotStart if there is none or several, or if the Market does not answer, and AccessError.
    """
    # With the stored answer the inbox opens without the network. The mark shows whether the key has changed.
    place = directory / "business"
    found = _remembered(place, access)
    if found is None:
        found = await _ask(connect())
        _remember(place, access, found)
    return found


async def _ask(market: MarketApi) -> BusinessId:
    async with aclosing(market):
        shops = await market.get_shops()
    if isinstance(shops, Problem):
        raise CannotStart(problem_words(shops))
    businesses = {shop.business_id: shop.business_name for shop in shops}
    if not businesses:
        raise CannotStart(no_business())
    if len(businesses) > 1:
        choice = "; ".join(f"{number} ({name})" for number, name in sorted(businesses.items()))
        words = _("The key opens several businesses; set CHAT_TUI_BUSINESS_ID to one of: {choice}")
        raise CannotStart(words, choice=choice)
    return BusinessId(next(iter(businesses)))


def _remembered(place: Path, access: Access) -> BusinessId | None:
    try:
        mark, number = decoded(read_file(place, _MOST_BYTES)).split()
        return BusinessId(int(number)) if mark == _mark(access) else None
    except (OSError, ValueError, NotAFile, TooLarge, NotUtf8):  # no file yet, or not what we wrote: ask
        return None


def _remember(place: Path, access: Access, business_id: BusinessId) -> None:
    try:
        with whole_file(place) as file:
            file.write(f"{_mark(access)} {business_id}\n".encode("ascii"))
    except OSError as error:
        if error.errno not in UNWRITABLE:  # otherwise the next start asks again
            raise


def _mark(access: Access) -> str:
    """A name that identifies the key without revealing it."""
    secret = access.api_key or access.oauth_token
    return hashlib.sha256(f"{access.base_url} {secret}".encode()).hexdigest()[:16]
