"""Lists that change while they are read, and page tokens that the Market no longer accepts."""

from collections.abc import Iterator
from typing import Any

import pytest

from chat_tui.inbox.reading.scan import Pager
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.faults.reading.test_tokens import of
from tests.faults.support.pages import (
    HISTORY,
    LIST,
    history,
    listed,
    open_patiently,
    page,
    ready,
    said,
    spoil,
    true_ids,
)
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox

REFUSED = Answer(
    status=400,
    body={"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": "Bad page token"}]},
    accept=False,
)
BAD_TOKEN = Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, HISTORY)


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """Two pages of chats, and one chat of several pages."""
    with Sandbox.start(chats=24, seed=3, long_chat=60) as sandbox:
        yield sandbox


async def test_f_061_the_list_moves_while_it_is_read(trial: Trial) -> None:
    shop = await ready(trial)
    last = ref(trial.market.world.listed("desc", None, 0, 24)[-1].chat_id)
    moved = False

    def move(result: Any) -> Any:
        nonlocal moved
        if not moved:
            moved = True
            trial.market.say(last.number, "Ау?")
        return result

    trial.market.say(trial.chats(1)[0].number, "первое")
    spoil(trial, LIST, move)
    await shop.inbox.sync_once()
    assert moved
    await shop.inbox.sync_once()
    found = await listed(shop)
    assert len({item.chat.chat_ref for item in found}) == len(found) == 24
    assert [item.snippet for item in found if item.chat.chat_ref == last] == ["Ау?"]
    await trial.check()


async def test_f_062_a_refused_token_begins_anew_once(trial: Trial) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    first, second = page("messages", said(101, 102), "a"), page("messages", said(103, 104), "b")
    last = page("messages", said(105))
    trial.script(first, second, REFUSED, first, second, last, operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    assert [m.message_id for m in await history(shop, one)] == [101, 102, 103, 104, 105]
    assert ["pageToken" in post.query for post in trial.posts(HISTORY)] == [False, True, True] * 2
    await trial.check()


async def test_f_062_a_refused_token_of_the_list_begins_anew_once(trial: Trial) -> None:
    shop = await ready(trial)
    before = len(trial.posts(LIST))
    for one in trial.market.world.listed("asc", None, 0, 24):
        trial.market.say(one.chat_id, "новое")
    trial.script(Answer(), REFUSED, operation=LIST)
    assert (await shop.inbox.sync_once()).problem is None
    queries = ["pageToken" in post.query for post in trial.posts(LIST)[before:]]
    assert queries[:4] == [False, True, False, True]
    assert {item.snippet for item in await listed(shop)} == {"новое"}
    await trial.check()


async def test_f_062_refused_again_it_waits(trial: Trial) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    first, second = page("messages", said(101, 102), "a"), page("messages", said(103, 104), "b")
    trial.script(first, second, REFUSED, first, second, REFUSED, operation=HISTORY)
    problem = await shop.inbox.fetch_chat(one)
    assert problem is not None
    assert (problem.kind, problem.message) == (ProblemKind.BAD_REQUEST, "Bad page token")
    assert len(trial.posts(HISTORY)) == 6
    assert await shop.inbox.fetch_chat(one) is None, "later, from the first page"
    assert [m.message_id for m in await history(shop, one)] == true_ids(trial, one)[-50:]
    await trial.check()


def test_f_062_a_first_page_that_is_refused_is_not_asked_again() -> None:
    walk = Pager(HISTORY)
    assert not walk.begins_anew(BAD_TOKEN)
    assert walk.goes_on(of(1, token="a"))
    assert not walk.begins_anew(Problem(ProblemKind.CUT))
    assert walk.begins_anew(BAD_TOKEN)
    assert walk.token is None
    assert walk.goes_on(of(1, token="a"))
    assert not walk.begins_anew(BAD_TOKEN)
