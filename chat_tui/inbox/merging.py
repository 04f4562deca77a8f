"""What several businesses answer, put together as if it were one: pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget, Link, LinkState
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.model.search import SearchCoverage, SearchHit, SearchPage

_BITS: Final = 128
"""Of each part of a common search key; a store's key has less than half of them."""
_AT_START, _AT_END, _WITHIN = 0, 1, 2
_GRAVITY: Final = {LinkState.REFUSED: 0, LinkState.OFFLINE: 1, LinkState.CONNECTING: 3, LinkState.ONLINE: 4}
_SENDS_PAUSED: Final = 2


def pages(tab: Tab, parts: Sequence[QueuePage], *, backwards: bool, limit: int) -> QueuePage:
    """The page of the common list: its `parts` were asked for with the same limit and the same key."""
    items = sorted(chain.from_iterable(part.items for part in parts), key=lambda item: item.key)
    is_cut = len(items) > limit
    has_before = any(part.has_before for part in parts) or (is_cut and backwards)
    has_after = any(part.has_after for part in parts) or (is_cut and not backwards)
    kept = items[len(items) - limit :] if is_cut and backwards else items[:limit]
    return QueuePage(tab, tuple(kept), has_before=has_before, has_after=has_after)


def counts(parts: Iterable[dict[Tab, int]]) -> dict[Tab, int]:
    """How many chats each tab holds in all."""
    found = dict.fromkeys(Tab, 0)
    for part in parts:
        for tab, count in part.items():
            found[tab] += count
    return found


# -- search ----------------------------------------------------------------------------------------------

SearchPlace = int | None
"""Where a search is in one business: to go on after this key of its store; None = at its end."""


def search_places(key: int | None, count: int) -> list[tuple[bool, SearchPlace]]:
    """What a common key says for each business: whether it was begun, and where it is. None = nowhere yet."""
    found: list[tuple[bool, SearchPlace]] = []
    for n in range(count):
        part = (key or 0) >> n * _BITS & ((1 << _BITS) - 1)
        sign_and_size = part - _WITHIN
        number = -(sign_and_size >> 1) if sign_and_size & 1 else sign_and_size >> 1
        found.append((part != _AT_START, number if part >= _WITHIN else None))
    return found


def search_key(places: Sequence[tuple[bool, SearchPlace]]) -> int | None:
    """The common key that says this; None = all are at their end."""
    key = 0
    for n, (is_begun, place) in enumerate(places):
        part = _AT_END if is_begun else _AT_START
        if place is not None:
            part = _WITHIN + (abs(place) << 1 | (place < 0))
        key |= part << n * _BITS
    return None if all(is_begun and place is None for is_begun, place in places) else key


def hits(parts: Sequence[SearchPage], places: Sequence[tuple[bool, SearchPlace]], limit: int) -> SearchPage:
    """The next hits of all: chats first, then messages, newest first; `parts` begin at `places`."""
    taken = [0] * len(parts)
    found: list[SearchHit] = []
    while len(found) < limit:
        rest = [n for n, part in enumerate(parts) if taken[n] < len(part.hits)]
        # What comes after the hits of a page is not known yet, and might be next.
        unsure = [
            n for n, part in enumerate(parts) if taken[n] == len(part.hits) and part.next_key is not None
        ]
        if not rest or unsure:
            break
        first = min(rest, key=lambda n: _newest_first(parts[n].hits[taken[n]]))
        found.append(parts[first].hits[taken[first]])
        taken[first] += 1
    ends = [
        place if not count and part.hits else (True, _after(part, count))
        for part, place, count in zip(parts, places, taken, strict=True)
    ]
    return SearchPage(tuple(found), search_key(ends))


def _newest_first(hit: SearchHit) -> tuple[bool, Millis]:
    return hit.message_id is not None, -hit.created_at


def _after(part: SearchPage, count: int) -> SearchPlace:
    return part.hits[count - 1].key if count < len(part.hits) else part.next_key


def coverage(parts: Sequence[SearchCoverage]) -> SearchCoverage:
    """How much of all histories a search looks through: as far back as the least known business."""
    known = [part.oldest_at for part in parts if part.chats]
    back_to = [at for at in known if at is not None]
    return SearchCoverage(
        chats=sum(part.chats for part in parts),
        read=sum(part.read for part in parts),
        oldest_at=max(back_to) if back_to and len(back_to) == len(known) else None,
        is_fetching=any(part.is_fetching for part in parts),
    )


# -- link ------------------------------------------------------------------------------------------------


def link(parts: Iterable[tuple[str, Link]]) -> Link:
    """How things stand with all of them: the worst of it, and each by its name."""
    ordered = sorted(parts, key=lambda part: _gravity(part[1]))
    links = [part for _name, part in ordered]
    worst = links[0]
    budgets: dict[str, Budget] = {}
    waits: dict[str, Millis] = {}
    for one in links:
        for name, budget in one.budgets.items():
            if name not in budgets or budget.share_left < budgets[name].share_left:
                budgets[name] = budget
        waits |= {name: max(until, waits.get(name, until)) for name, until in one.waits.items()}
    return replace(
        worst,
        fresh_at=_fresh_at(links),
        skipped=sum(one.skipped for one in links),
        sends_paused=next((one.sends_paused for one in links if one.sends_paused), None),
        view_only=worst.view_only if all(one.view_only for one in links) else None,
        budgets=budgets,
        clock_ahead=max((one.clock_ahead for one in links), key=abs),
        waits=waits,
        proxy=next((one.proxy for one in links if one.proxy), ""),
        parts=tuple(ordered),
    )


def _gravity(one: Link) -> int:
    if one.unread:
        return _GRAVITY[LinkState.REFUSED]
    if one.sends_paused is not None:
        return min(_SENDS_PAUSED, _GRAVITY[one.state])
    return _GRAVITY[one.state]


def _fresh_at(links: Sequence[Link]) -> Millis | None:
    """The age of the oldest list; unknown while one that may still come was never read."""
    if any(one.fresh_at is None and one.state is LinkState.CONNECTING for one in links):
        return None
    return min((one.fresh_at for one in links if one.fresh_at is not None), default=None)
