"""With a key that may only read nothing is queued, and the next start knows it at once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.inbox.reading.reading import RIGHTS
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import cursors, outbox
from tests.support.faults import Answer, burst
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop
from tests.support.waiting import until

ASKING = replace(QUICK, asks_rights=True)
OpenShop = Callable[..., Shop]
JOHN = ref(14_800_017)


def view_only(inbox: Inbox) -> ProblemKind | None:
    """Why nothing may be sent; None = sending is allowed."""
    problem = inbox.link().view_only
    return problem.kind if problem else None


async def until_it_is(inbox: Inbox, kind: ProblemKind | None) -> None:
    async def holds() -> bool:
        return view_only(inbox) == kind

    await until(holds, f"view only: {kind}")


async def until_asked(market: Sandbox, count: int = 1) -> None:
    async def holds() -> bool:
        return sum(one.operation == "getAuthTokenInfo" for one in market.requests) >= count and market.idle

    await until(holds, "the rights asked for")


async def everything_that_sends(shop: Shop, tmp_path: Path, about: NewChat) -> list[object]:
    """The outcomes of sending, sending again and creating a chat."""
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"not empty")
    card = await shop.inbox.files.inspect(file)
    assert not isinstance(card, Problem)
    new = NewItem(
        outbox_id=OutboxId("o1"), chat_ref=JOHN, kind=OutboxKind.TEXT, text="Добрый день", created_at=1
    )
    await shop.store.write_state(outbox.enqueue, new)
    failed = await shop.store.write_state(outbox.move, new.outbox_id, OutboxState.QUEUED, OutboxState.FAILED)
    assert failed is not None
    return [
        await shop.inbox.outbox.send_text(JOHN, "Добрый день"),
        await shop.inbox.outbox.send_file(JOHN, card),
        await shop.inbox.outbox.resend(failed),
        await shop.inbox.chats.create(about),
    ]


@pytest.mark.parametrize("why", [ProblemKind.KEY_READ_ONLY, ProblemKind.READ_ONLY])
async def test_what_may_only_read_refuses_before_anything_is_queued(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path, why: ProblemKind
) -> None:
    is_flag = why is ProblemKind.READ_ONLY
    settings = replace(ASKING, read_only=is_flag)
    shop = open_shop(settings=settings, **({} if is_flag else {"key": market.read_only_key}))
    await until_it_is(shop.inbox, why)
    about = NewChat(ContextKind.ORDER, market.unopened())
    for refused in await everything_that_sends(shop, tmp_path, about):
        assert isinstance(refused, Problem)
        assert refused.kind is why
    assert [item.state for item in await shop.inbox.outbox.open_items()] == [OutboxState.FAILED]
    assert not {one.operation for one in market.requests} & {
        "sendMessageToChat",
        "sendFileToChat",
        "createChat",
    }


async def test_it_is_known_at_the_next_start_before_the_market_answers(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(settings=ASKING, key=market.read_only_key)
    await until_it_is(shop.inbox, ProblemKind.KEY_READ_ONLY)
    await until_asked(market)

    async def is_kept() -> bool:
        return await shop.store.read(cursors.get, RIGHTS) is not None

    await until(is_kept, "the rights in the cache")
    await shop.close()
    again = open_shop(settings=ASKING, url="http://127.0.0.1:9")
    await until_it_is(again.inbox, ProblemKind.KEY_READ_ONLY)


async def test_a_key_that_was_given_the_right_may_send_after_r(market: Sandbox, open_shop: OpenShop) -> None:
    rights = {"status": "OK", "result": {"apiKey": {"name": "k", "authScopes": ["ALL_METHODS_READ_ONLY"]}}}
    market.script("getAuthTokenInfo", [Answer(status=200, body=rights)])
    shop = open_shop(settings=ASKING)
    await until_it_is(shop.inbox, ProblemKind.KEY_READ_ONLY)
    shop.inbox.refresh()
    await until_it_is(shop.inbox, None)
    assert isinstance(await shop.inbox.outbox.send_text(JOHN, "Добрый день"), OutboxItem)


async def test_an_answer_that_says_nothing_changes_nothing(market: Sandbox, open_shop: OpenShop) -> None:
    market.script("getAuthTokenInfo", burst(503, 1))
    shop = open_shop(settings=ASKING)
    await until_asked(market)
    assert view_only(shop.inbox) is None
    assert isinstance(await shop.inbox.outbox.send_text(JOHN, "Добрый день"), OutboxItem)


async def test_the_flag_says_so_too_and_asks_for_no_rights(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(settings=replace(ASKING, read_only=True))
    assert view_only(shop.inbox) is ProblemKind.READ_ONLY
    shop.inbox.refresh()

    async def listed() -> bool:
        return shop.inbox.link().fresh_at is not None

    await until(listed)
    assert "getAuthTokenInfo" not in {one.operation for one in market.requests}
