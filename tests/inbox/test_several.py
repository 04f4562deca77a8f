"""Several businesses as one queue: nothing missing, nothing twice, one order, problems by business."""

import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.inbox import api
from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.multi import MultiInbox
from chat_tui.model.ids import ChatRef
from chat_tui.model.link import Budget, Link, LinkState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Elsewhere, QueueItem, QueueKey, Tab
from chat_tui.model.search import SearchHit, SearchQuery
from tests.inbox.several_samples import ListedInbox, businesses, found, of_place

QUERY = SearchQuery(("чайник",))
Row = tuple[int, int, int]
"""The key of a chat without its business: bucket, order and number of the chat."""
KEYS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(1, 3)),
    max_size=7,
    unique_by=lambda key: key[2],
)
LISTS = st.lists(KEYS, min_size=1, max_size=3)
TIMES = st.lists(st.lists(st.integers(1, 6), max_size=7), min_size=1, max_size=3)


def key_of(place: int, row: Row) -> QueueKey:
    return QueueKey(row[0], row[1], of_place(place, row[2]))


def several(lists: list[list[Row]]) -> MultiInbox:
    inboxes = (ListedInbox([key_of(place, row) for row in rows], []) for place, rows in enumerate(lists))
    return MultiInbox(businesses(*inboxes))


def naive(lists: list[list[Row]]) -> list[QueueKey]:
    """All chats of all businesses in order, computed in the simplest way."""
    return sorted(key_of(place, row) for place, rows in enumerate(lists) for row in rows)


def keys_of(items: tuple[QueueItem, ...]) -> list[QueueKey]:
    return [item.key for item in items]


def abilities(one: object) -> set[str]:
    return {name for name in dir(one) if not name.startswith("_")}


def test_every_ability_of_an_inbox_is_one_of_several() -> None:
    inbox = several([[]])
    assert abilities(InboxApi) <= abilities(inbox)
    for noun in ("chats", "marks", "drafts", "outbox", "files", "orders", "search"):
        asked = getattr(api, f"{noun.capitalize()}Api")
        assert abilities(asked) <= abilities(getattr(inbox, noun)), noun


@given(LISTS, st.integers(1, 4), st.booleans())
def test_walking_through_the_queue_meets_every_chat_once(
    lists: list[list[Row]], limit: int, backwards: bool
) -> None:
    async def walk() -> list[QueueKey]:
        inbox = several(lists)
        whole: list[QueueKey] = []
        page = await inbox.chats.page(Tab.ALL, from_end=backwards, limit=limit)
        assert not (page.has_after if backwards else page.has_before)
        while page.items:
            assert len(page.items) <= limit
            whole = keys_of(page.items) + whole if backwards else whole + keys_of(page.items)
            if backwards:
                going_on = page.has_before
                page = await inbox.chats.page(Tab.ALL, before=page.items[0].key, limit=limit)
            else:
                going_on = page.has_after
                page = await inbox.chats.page(Tab.ALL, after=page.items[-1].key, limit=limit)
            assert going_on == bool(page.items)
        return whole

    assert asyncio.run(walk()) == naive(lists)


@given(LISTS, st.integers(0, 2), st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 3)))
def test_a_page_from_any_key_is_the_part_of_the_list_there(
    lists: list[list[Row]], place: int, key: Row
) -> None:
    asked, whole = key_of(place, key), naive(lists)

    async def ask() -> None:
        inbox = several(lists)
        page = await inbox.chats.page(Tab.ALL, after=asked, limit=2)
        assert keys_of(page.items) == [one for one in whole if one > asked][:2]
        assert page.has_before == any(one <= asked for one in whole)
        assert page.has_after == (sum(one > asked for one in whole) > 2)
        page = await inbox.chats.page(Tab.ALL, before=asked, limit=2)
        assert keys_of(page.items) == [one for one in whole if one < asked][-2:]
        assert page.has_after == any(one >= asked for one in whole)
        assert page.has_before == (sum(one < asked for one in whole) > 2)

    asyncio.run(ask())


async def test_the_next_to_answer_is_the_next_of_all() -> None:
    lists = [[(1, 10, 5), (1, 30, 6)], [(1, 20, 5), (0, 99, 9)]]
    inbox = several(lists)
    chats = [key.chat for key in naive(lists)]
    met = [await inbox.chats.next_waiting(None)]
    for _ in range(3):
        met.append(await inbox.chats.next_waiting(met[-1]))
    assert met == chats
    assert await inbox.chats.next_waiting(met[-1]) == chats[0], "after the last one, the first again"
    assert await inbox.chats.next_waiting(met[-1], backwards=True) == chats[-2]
    assert await inbox.chats.next_waiting(None, backwards=True) == chats[-1]
    assert (await inbox.chats.counts())[Tab.WAITING] == 4


async def test_the_next_to_answer_is_open_in_no_other_copy_unless_all_are() -> None:
    lists: list[list[Row]] = [[(1, 10, 5), (1, 30, 6)], [(1, 20, 7)]]
    parts = [ListedInbox([key_of(place, row) for row in rows], []) for place, rows in enumerate(lists)]
    inbox = MultiInbox(businesses(*parts))
    first, second, third = [key.chat for key in naive(lists)]
    for part, wanted in ((parts[1], third), (parts[0], second)):
        part.rows = [replace(row, elsewhere=Elsewhere()) for row in part.rows]
        assert await inbox.chats.next_waiting(first) == wanted
        assert await inbox.chats.next_waiting(third) == first


@given(TIMES, st.integers(1, 4), st.integers(1, 5))
def test_a_search_finds_everything_once_newest_first(times: list[list[int]], limit: int, most: int) -> None:
    finds = [
        [found(n + 1, at, place) for n, at in enumerate(sorted(part, reverse=True))]
        for place, part in enumerate(times)
    ]

    async def walk() -> list[ChatRef]:
        inbox = MultiInbox(businesses(*(ListedInbox([], part, most=most) for part in finds)))
        hits: list[SearchHit] = []
        page = await inbox.search.find(QUERY, limit=limit)
        while True:
            assert len(page.hits) <= limit
            hits += page.hits
            if page.next_key is None:
                break
            assert page.hits, "every page except the last has hits"
            again = await inbox.search.find(QUERY, page.next_key, limit)
            page = await inbox.search.find(QUERY, page.next_key, limit)
            assert again == page
        assert [hit.created_at for hit in hits] == sorted((at for part in times for at in part), reverse=True)
        return [hit.chat_ref for hit in hits]

    met = asyncio.run(walk())
    assert sorted(met) == sorted(hit.chat_ref for part in finds for hit in part)


async def test_chats_found_come_before_messages_of_any_business() -> None:
    chat = SearchHit(found(7, 1, 1).item, None, 1, "", "", key=-7)
    inbox = MultiInbox(businesses(ListedInbox([], [found(3, 9)]), ListedInbox([], [chat, found(2, 5, 1)])))
    page = await inbox.search.find(QUERY)
    assert [hit.created_at for hit in page.hits] == [1, 9, 5]
    assert [hit.item.business for hit in page.hits] == ["B", "A", "B"]


# -- problems ------------------------------------------------------------------------------------------


def test_a_store_that_cannot_be_read_is_named_and_comes_first() -> None:
    sound, broken = ListedInbox([], []), ListedInbox([], [])
    sound.state = Link(LinkState.OFFLINE, Problem(ProblemKind.OFFLINE))
    broken.state = Link(LinkState.ONLINE, unread="cache.db is damaged.")
    inbox = MultiInbox(businesses(sound, broken))
    assert [(name, part.unread) for name, part in inbox.link().parts] == [
        ("B", "cache.db is damaged."),
        ("A", ""),
    ]


def test_the_worst_connection_is_shown_and_every_one_has_its_name() -> None:
    one, other, third = (ListedInbox([], []) for _ in range(3))
    refused = Problem(ProblemKind.UNAUTHORIZED)
    one.state = Link(
        LinkState.ONLINE, fresh_at=50, skipped=1, budgets={"getChats": Budget("getChats", 100, 90, 0)}
    )
    other.state = Link(LinkState.REFUSED, refused, sends_paused=refused)
    third.state = Link(
        LinkState.ONLINE,
        fresh_at=40,
        skipped=2,
        clock_ahead=-5,
        budgets={"getChats": Budget("getChats", 100, 7, 0)},
    )
    link = MultiInbox(businesses(one, other, third), [("D", "no key")]).link()
    assert (link.state, link.problem, link.fresh_at, link.skipped) == (LinkState.REFUSED, refused, 40, 3)
    assert link.budgets["getChats"].remaining == 7
    assert link.clock_ahead == -5
    assert sorted(name for name, part in link.parts if part.state is LinkState.REFUSED) == ["B", "D"]
    assert [name for name, _part in link.parts][2:] == ["A", "C"]


def test_the_list_is_not_called_read_while_one_that_may_come_was_never_read() -> None:
    one, other = ListedInbox([], []), ListedInbox([], [])
    one.state = Link(LinkState.ONLINE, fresh_at=50)
    inbox = MultiInbox(businesses(one, other))
    assert inbox.link().fresh_at is None
    other.state = Link(LinkState.OFFLINE)
    assert inbox.link().fresh_at == 50
