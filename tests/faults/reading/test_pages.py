"""Reading pages that are cut, garbled, compressed or not the Market's at all: the cache does not change."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest

from chat_tui.model.link import LinkState
from chat_tui.model.problem import ProblemKind
from chat_tui.words.problems import problem_words
from chat_tui.words.status import notice
from tests.faults.sending.test_refusals import scans_of
from tests.faults.support.pages import (
    HISTORY,
    LIST,
    as_json,
    heal,
    history,
    listed,
    long_chat,
    open_patiently,
    ready,
    spoil,
)
from tests.faults.support.trial import Trial
from tests.support.faults import PORTAL, Answer, portal
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

GOOD = b'{"status":"OK","result":{"chats":[]}}'
BAD = (ProblemKind.UNEXPECTED_ANSWER, ProblemKind.CUT, ProblemKind.TOO_LARGE)


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small Market, because some tests read everything twice."""
    with Sandbox.start(chats=8, seed=3, long_chat=20) as sandbox:
        yield sandbox


async def costs_nothing(trial: Trial, shop: Shop) -> None:
    """The next round fails, the cache does not change, and the round after it reads the new messages."""
    before = await listed(shop)
    report = await shop.inbox.sync_once()
    assert report.problem is not None
    assert report.problem.kind in BAD
    assert await listed(shop) == before
    heal(trial)
    asked = trial.chats(1)[0]
    trial.market.say(asked.number, "Ау?")
    assert (await shop.inbox.sync_once()).problem is None
    assert [item.snippet for item in await listed(shop) if item.chat.chat_ref == asked] == ["Ау?"]
    await trial.check()


@pytest.mark.parametrize("announced", ["right", "wrong"])
async def test_f_043_a_list_cut_in_half(trial: Trial, announced: str) -> None:
    shop = await ready(trial)
    if announced == "right":
        spoil(trial, LIST, lambda result: as_json(result)[: len(as_json(result)) // 2])
    else:
        trial.script(Answer(cut="close", cut_after=1_000), operation=LIST)
    await costs_nothing(trial, shop)


async def test_f_043_a_history_cut_in_half(trial: Trial) -> None:
    shop = await ready(trial)
    chat = long_chat(trial)
    before = await history(shop, chat)
    trial.script(Answer(cut="close", cut_after=300), operation=HISTORY)
    problem = await shop.inbox.fetch_chat(chat)
    assert problem is not None
    assert problem.kind == ProblemKind.CUT
    assert await history(shop, chat) == before
    trial.market.say(chat.number, "Ау?")
    assert await shop.inbox.fetch_chat(chat) is None
    assert (await history(shop, chat))[-1].text == "Ау?"
    await trial.check()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(status=200, body=GOOD, headers={"content-encoding": "gzip"}), id="plain as gzip"),
        pytest.param(
            Answer(status=200, body=gzip.compress(GOOD)[:-9], headers={"content-encoding": "gzip"}),
            id="cut gzip",
        ),
        pytest.param(Answer(status=200, body=GOOD, headers={"content-encoding": "br"}), id="br"),
    ],
)
async def test_f_045_bad_encodings(trial: Trial, answer: Answer) -> None:
    shop = await ready(trial)
    trial.script(answer, operation=LIST)
    await costs_nothing(trial, shop)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":"\xff"}', id="no UTF-8"),
        pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
    ],
)
async def test_f_046_bad_characters(trial: Trial, body: bytes) -> None:
    shop = await ready(trial)
    trial.script(Answer(status=200, body=body), operation=LIST)
    await costs_nothing(trial, shop)


async def test_f_046_a_byte_order_mark_is_accepted(trial: Trial) -> None:
    shop = open_patiently(trial)
    spoil(trial, LIST, lambda result: b"\xef\xbb\xbf" + as_json(result))
    assert (await shop.inbox.sync_once()).problem is None
    assert len(await listed(shop)) == 8
    await trial.check()


async def test_f_022_a_login_page_instead_of_the_list(trial: Trial) -> None:
    shop = await ready(trial)
    before = await listed(shop)
    trial.script(portal(), operation=LIST)
    report = await shop.inbox.sync_once()
    link = shop.inbox.link()
    assert (link.state, link.problem) == (LinkState.OFFLINE, report.problem)
    assert link.fresh_at is not None
    words = notice(link, link.fresh_at, UTC)
    assert words.startswith("This was not an answer from the Market.")
    assert words.count("\n") == 0
    assert PORTAL not in words
    await costs_nothing_more(trial, shop, before)


async def costs_nothing_more(trial: Trial, shop: Shop, before: Any) -> None:
    """The cache has not changed, and the next round succeeds."""
    assert await listed(shop) == before
    assert (await shop.inbox.sync_once()).problem is None
    assert shop.inbox.link().state == LinkState.ONLINE
    await trial.check()


async def test_f_022_a_login_page_instead_of_a_history(trial: Trial) -> None:
    shop = await ready(trial)
    chat = long_chat(trial)
    before = await history(shop, chat)
    trial.script(portal(), operation=HISTORY)
    problem = await shop.inbox.fetch_chat(chat)
    assert problem is not None
    assert problem.kind == ProblemKind.UNEXPECTED_ANSWER
    assert await history(shop, chat) == before
    await trial.check()


async def test_f_024_reading_stops_at_a_401_in_the_middle_and_the_cache_stays(trial: Trial) -> None:
    chats = [item.chat.chat_ref for item in await listed(await ready(trial))]
    await trial.close()
    shop = open_patiently(trial, background=True)
    await until(lambda: stands(shop, LinkState.ONLINE))
    trial.market.behaviour.unauthorized = "Api-Key token is revoked"
    await until(lambda: stands(shop, LinkState.REFUSED))
    scans = scans_of(shop)
    await until(lambda: reached(scans, 2))
    asked = len(trial.market.requests)
    # Includes the chats that were read between the start and the 401.
    before = await listed(shop)
    assert [item.chat.chat_ref for item in before] == chats
    await until(lambda: reached(scans, 12))
    assert len(trial.market.requests) == asked, "no more requests are sent with that key"
    assert await listed(shop) == before
    assert (await shop.inbox.chats.timeline(trial.chats(1)[0])).entries
    link = shop.inbox.link()
    assert link.problem is not None
    assert "revoked" in problem_words(link.problem)
    await trial.check()


async def stands(shop: Shop, state: LinkState) -> bool:
    return shop.inbox.link().state == state


async def reached(count: Callable[[], int], least: int) -> bool:
    return count() >= least


async def test_f_066_nothing_there(trial: Trial) -> None:
    spoil(trial, LIST, lambda _: {"chats": [], "paging": {}})
    shop = open_patiently(trial)
    report = await shop.inbox.sync_once()
    assert (report.problem, await listed(shop)) == (None, ())
    assert shop.inbox.link().state == LinkState.ONLINE
    await trial.check()


async def test_f_066_a_business_nobody_knows(trial: Trial) -> None:
    answer = Answer(status=404, accept=False)
    trial.script(*[answer] * 3, operation=LIST)
    shop = open_patiently(trial)
    report = await shop.inbox.sync_once()
    assert report.problem is not None
    link = shop.inbox.link()
    assert (link.state, link.problem) == (LinkState.REFUSED, report.problem)
    assert "Business not found" in notice(link, 0, UTC)
    assert len(trial.posts(LIST)) == 1
    await trial.check()


async def test_a_chat_nobody_can_read_does_not_keep_the_others_waiting(trial: Trial) -> None:
    wanted = trial.chats(6)
    shop = open_patiently(trial)
    await shop.inbox.sync_once()
    for chat in wanted:
        trial.market.say(chat.number, "Есть новости?")
    trial.market.script("getChatHistory", [Answer(status=200, body="not what was agreed")])
    report = await shop.inbox.sync_once()
    assert report.problem is None
    found = [await shop.inbox.chats.item(chat) for chat in wanted]
    assert all(item is not None and item.snippet == "Есть новости?" for item in found)
