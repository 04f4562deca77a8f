"""What several businesses answer, put together as if it were one: pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget, Link, LinkState
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.model.search import SearchCoverage, SearchHit, SearchKey, SearchPage, SearchPlace

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


def search_places(key: SearchKey | None, count: int) -> tuple[SearchPlace, ...]:
    """Where a common key goes on in each business; None = nothing is begun yet."""
    if key is None:
        return ((False, None),) * count
    assert isinstance(key, tuple), "a key of the common search"
    return key


def hits(parts: Sequence[SearchPage], places: Sequence[SearchPlace], limit: int) -> SearchPage:
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
    ends = tuple(
        place if not count and part.hits else (True, _after(part, count))
        for part, place, count in zip(parts, places, taken, strict=True)
    )
    return SearchPage(tuple(found), None if all(end == (True, None) for end in ends) else ends)


def _newest_first(hit: SearchHit) -> tuple[bool, Millis]:
    return hit.message_id is not None, -hit.created_at


def _after(part: SearchPage, count: int) -> int | None:
    """The key of one store after so many hits of a page."""
    key = part.hits[count - 1].key if count < len(part.hits) else part.next_key
    assert not isinstance(key, tuple), "a key of one store"
    return key


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
