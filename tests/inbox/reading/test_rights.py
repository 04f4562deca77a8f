"""A key that may only read: nothing is queued with it, and that is known at once at the next start."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chat_tui.inbox.reading.reading import RIGHTS
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import cursors
from tests.support.faults import Answer, burst
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop
from tests.support.waiting import until

ASKING = replace(QUICK, asks_rights=True)
OpenShop = Callable[..., Shop]
JOHN = ref(14_800_017)


def view_only(inbox: Inbox) -> ProblemKind | None:
    """Why nothing may be sent."""
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


async def test_a_reading_key_refuses_before_anything_is_queued(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop(settings=ASKING, key=market.read_only_key)
    await until_it_is(shop.inbox, ProblemKind.KEY_READ_ONLY)
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"not empty")
    card = await shop.inbox.files.inspect(file)
    assert not isinstance(card, Problem)
    for refused in (
        await shop.inbox.outbox.send_text(JOHN, "Добрый день"),
        await shop.inbox.outbox.send_file(JOHN, card),
        await shop.inbox.chats.create(NewChat(ContextKind.ORDER, market.unopened())),
    ):
        assert isinstance(refused, Problem)
        assert refused.kind is ProblemKind.KEY_READ_ONLY
    assert await shop.inbox.outbox.open_items() == ()
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
    refused = await shop.inbox.outbox.send_text(JOHN, "Добрый день")
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.READ_ONLY
