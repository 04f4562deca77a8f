"""Paging that loops or never ends, and tokens with unexpected content."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chat_tui.inbox.events import HistoryFailed
from chat_tui.inbox.reading.scan import EMPTY_PAGES, MOST_PAGES, Pager
from chat_tui.model.chat import Message, Page, Unreadable
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Coverage
from chat_tui.store import messages
from tests.faults.support.pages import (
    HISTORY,
    LIST,
    history,
    listed,
    open_patiently,
    page,
    read_to_the_beginning,
    said,
    true_ids,
)
from tests.faults.support.trial import Trial
from tests.market.conftest import KEY, Connect, connect
from tests.support.raw_market import raw_market, reply
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

__all__ = ["connect"]


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """Two pages of chats, and one chat of several pages."""
    with Sandbox.start(chats=24, seed=3, long_chat=60) as sandbox:
        yield sandbox


def of(*ids: int, token: str | None) -> Page[Message]:
    """A page of history."""
    found = tuple(Message(ref(1), MessageId(n), 0, "CUSTOMER", "да") for n in ids)
    return Page(found, token)


# -- F-056 ---------------------------------------------------------------------------------------


async def test_f_056_a_token_loop_in_the_list(trial: Trial) -> None:
    trial.market.behaviour.paging = "loop"
    shop = open_patiently(trial)
    report = await shop.inbox.sync_once()
    assert len(await listed(shop)) >= 20
    assert report.oddities == ["The Market repeats the same page."]
    assert len(trial.posts(LIST)) < 20
    await trial.check()


async def test_f_056_a_token_loop_in_a_history(trial: Trial) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    trial.script(*[page("messages", said(101, 102), "t")] * 9, operation=HISTORY)
    problem = await shop.inbox.fetch_chat(one)
    assert problem is None
    assert len(trial.posts(HISTORY)) == 2, "the second equal token ends it"
    assert "getChatHistory: The Market repeats the same page." in trial.log.text
    assert [m.message_id for m in await history(shop, one)] == [101, 102]
    assert (await shop.inbox.chats.timeline(one)).coverage == Coverage.HAVE_MORE, (
        "a partial history must not pass for the whole"
    )
    await trial.check()


async def test_f_056_the_operator_who_scrolls_up_is_told(trial: Trial) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    failed: list[ChatRef] = []
    shop.inbox.subscribe(
        lambda event: failed.append(event.chat_ref) if isinstance(event, HistoryFailed) else None
    )
    trial.script(page("messages", said(104, 103), "t"), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    trial.script(*[page("messages", said(104, 103), "t")] * 9, operation=HISTORY)
    shop.inbox.chats.want_older(one)
    await until(lambda: holds(failed))
    problem = shop.inbox.link().problem
    assert problem is not None
    assert problem.message == "The Market repeats the same page."
    assert len(trial.posts(HISTORY)) == 2
    await trial.check()


async def holds(found: list[Any]) -> bool:
    return bool(found)


def test_f_056_a_ring_of_tokens_is_a_loop_too() -> None:
    walk = Pager(HISTORY)
    assert [walk.goes_on(of(1, token=token)) for token in "abca"] == [True, True, True, False]
    assert walk.trouble is not None
    assert not walk.is_whole


@pytest.mark.parametrize(("ids", "next_from"), [((104, 105), 105), ((105, 104), 103)])
async def test_f_056_what_is_read_next_leaves_no_gap(
    trial: Trial, ids: tuple[int, ...], next_from: int
) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    trial.script(page("messages", said(103)), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    trial.script(*[page("messages", said(*ids), "t")] * 2, operation=HISTORY)
    problem = await shop.inbox.fetch_chat(one)
    assert problem is not None
    assert [m.message_id for m in await history(shop, one)] == [103, 104, 105]
    cursor = await shop.store.read(messages.cursor, one)
    assert cursor.hi == next_from, "newest first: older messages may be missing"
    await trial.check()


# -- F-057 ---------------------------------------------------------------------------------------


async def test_f_057_endless_pages_of_the_list(trial: Trial) -> None:
    trial.market.behaviour.paging = "endless"
    shop = open_patiently(trial)
    report = await shop.inbox.sync_once()
    assert report.problem is None
    assert len(trial.posts(LIST)) < 30
    await trial.check()


async def test_f_057_endless_pages_of_a_history(trial: Trial) -> None:
    trial.market.behaviour.paging = "endless"
    open_patiently(trial)
    one = trial.chats(1)[0]
    found = await read_to_the_beginning(trial.shop, one)
    assert found == true_ids(trial, one)[-50:]
    assert len(trial.posts(HISTORY)) <= 1 + EMPTY_PAGES
    await trial.check()


def test_f_057_three_empty_pages_in_a_row_are_the_end() -> None:
    walk = Pager(HISTORY)
    steps = [of(1, token="a"), of(token="b"), of(2, token="c"), *(of(token=t) for t in "def")]
    assert [walk.goes_on(step) for step in steps] == [True] * 5 + [False]
    assert walk.is_whole


def test_f_057_a_page_of_unreadable_items_is_not_an_empty_one() -> None:
    walk = Pager(LIST)
    for number in range(9):
        bad = Page((), str(number), (Unreadable("x", b"5"),))
        assert walk.goes_on(bad)


def test_f_057_a_walk_has_at_most_two_thousand_pages() -> None:
    walk = Pager(LIST)
    pages = 0
    while walk.goes_on(of(1, token=str(pages))):
        pages += 1
    assert pages + 1 == MOST_PAGES == 2_000
    assert walk.trouble is not None
    assert walk.trouble.message == "The Market sends pages without end."


# -- F-058 ---------------------------------------------------------------------------------------


def a_page(token: str) -> bytes:
    """An empty page with this token, as JSON text, in it."""
    return reply(
        b'{"status":"OK","result":{"chats":[],"messages":[],"paging":{"nextPageToken":%s}}}' % token.encode()
    )


@pytest.mark.parametrize("token", ['""', "null"])
async def test_f_058_no_token_ends_the_paging(connect: Connect, token: str) -> None:
    async with raw_market(a_page(token)) as market:
        for outcome in (await connect(market).get_chats(), await connect(market).get_chat_history(ref(1))):
            assert isinstance(outcome, Page)
            assert outcome.next_token is None


async def test_f_058_a_token_of_a_megabyte_is_refused(connect: Connect) -> None:
    async with raw_market(a_page('"' + "t" * 1_000_000 + '"')) as market:
        outcome = await connect(market).get_chats()
        assert isinstance(outcome, Problem)
        assert outcome.kind == ProblemKind.UNEXPECTED_ANSWER


@pytest.mark.parametrize(
    "token",
    [
        "a&limit=1",
        "x\\r\\nY: 1",
        "x HTTP/1.1\\r\\nHost: evil.example\\r\\n\\r\\nGET /",
        "a#b?c=d",
        "../../v2/campaigns",
        "%26limit=1",
        "я\\u0000\\u2028",
        "a+b c",
    ],
)
async def test_f_058_odd_tokens_are_sent_back_encoded(connect: Connect, token: str) -> None:
    async with raw_market(a_page(f'"{token}"')) as market:
        client = connect(market)
        outcome = await client.get_chats()
        assert isinstance(outcome, Page)
        assert outcome.next_token is not None
        await client.get_chats(page_token=outcome.next_token)
        await client.get_chat_history(ref(7), page_token=outcome.next_token)
    first, *others = market.asked
    assert len(others) == 2
    for asked, usual in zip(others, ({"limit": "20"}, {"limit": "100", "chatId": "7"}), strict=True):
        place = urlsplit(asked.target)
        assert place.path.startswith("/v2/businesses/1185230/chats")
        assert (place.fragment, asked.target.isascii()) == ("", True)
        sent = parse_qsl(place.query, keep_blank_values=True, strict_parsing=True)
        assert dict(sent) == {**usual, "pageToken": outcome.next_token}
        assert len(sent) == len(usual) + 1, "no second `limit` parameter"
        assert set(asked.headers) == set(first.headers), "no additional header"
        assert (asked.headers["host"], asked.headers["api-key"]) == (first.headers["host"], KEY)
