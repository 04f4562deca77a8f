"""Which business the key belongs to, when the operator did not say."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from chat_tui.commands.speak import CannotStart
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.market.access import Access
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem
from chat_tui.paths import UNWRITABLE
from chat_tui.personal_files import NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.private_files import whole_file
from chat_tui.words.problems import problem_words

_MOST_BYTES = 100
"""Of what is remembered."""


async def find_business(access: Access, directory: Path, connect: Callable[[], MarketApi]) -> BusinessId:
    """The one business of this key, remembered in `directory`; asks getCampaigns the first time only."""
    place = directory / "business"
    known = _remembered(place, access)
    if known is not None:
        return known
    found = await _ask(connect())
    _remember(place, access, found)
    return found


async def _ask(market: MarketApi) -> BusinessId:
    try:
        shops = await market.get_shops()
    finally:
        await market.aclose()
    if isinstance(shops, Problem):
        raise CannotStart(problem_words(shops))
    businesses = {shop.business_id: shop.business_name for shop in shops}
    if not businesses:
        raise CannotStart(
            _("The key opens no shop. Check in the Market's cabinet which one it was made for.")
        )
    if len(businesses) > 1:
        choice = "; ".join(f"{number} ({name})" for number, name in sorted(businesses.items()))
        raise CannotStart(
            _("The key opens several businesses; set CHAT_TUI_BUSINESS_ID to one of: {choice}").format(
                choice=choice
            )
        )
    return BusinessId(next(iter(businesses)))


def _remembered(place: Path, access: Access) -> BusinessId | None:
    try:
        mark, number = decoded(read_file(place, _MOST_BYTES)).split()
        return BusinessId(int(number)) if mark == _mark(access) else None
    except (OSError, ValueError, NotAFile, TooLarge, NotUtf8):  # never asked yet, or not what we wrote: ask
        return None


def _remember(place: Path, access: Access, business_id: BusinessId) -> None:
    try:
        with whole_file(place) as file:
            file.write(f"{_mark(access)} {business_id}\n".encode("ascii"))
    except OSError as error:
        if error.errno not in UNWRITABLE:  # else it is asked again by the next start
            raise


def _mark(access: Access) -> str:
    """Tells keys apart without telling the key."""
    secret = access.api_key or access.oauth_token
    return hashlib.sha256(f"{access.base_url} {secret}".encode()).hexdigest()[:16]
