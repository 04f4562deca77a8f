"""Answers with a single result, and lists that are read completely."""

import httpx
import pytest

from chat_tui.model.chat import Chat, ContextKind, KeyRights, NewChat, Shop
from chat_tui.model.ids import CampaignId, ForeignChat, MessageId
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import Connect
from tests.market.examples import CHAT, GOOD, Json, answering, chat, message
from tests.support.refs import OTHER_BUSINESS, ref


async def test_one_chat_one_message(connect: Connect) -> None:
    found = await connect(answering({"status": "OK", "result": chat()})).get_chat(CHAT)
    assert isinstance(found, Chat)
    assert found.chat_ref == CHAT
    single = connect(answering({"status": "OK", "result": message(messageId=99)}))
    assert await single.get_chat_message(CHAT, MessageId(99)) == GOOD


@pytest.mark.parametrize("other", [CHAT.number + 1, 1, 2**62])
async def test_an_answer_about_something_else_than_was_asked_is_none(connect: Connect, other: int) -> None:
    """Case 032: an answer about another chat or message would show another buyer's."""
    one = await connect(answering({"status": "OK", "result": chat(chatId=other)})).get_chat(CHAT)
    client = connect(answering({"status": "OK", "result": message(messageId=other)}))
    for outcome in (one, await client.get_chat_message(CHAT, MessageId(99))):
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR)


@pytest.mark.parametrize("result", [chat(chatId=0), message(messageId=0), {}, {"chatId": "5"}])
async def test_single_things_that_cannot_be_used(connect: Connect, result: Json) -> None:
    client = connect(answering({"status": "OK", "result": result}))
    about = NewChat(ContextKind.ORDER, 1)
    for outcome in (
        await client.get_chat(CHAT),
        await client.get_chat_message(CHAT, MessageId(1)),
        await client.create_chat(about),
    ):
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR)


async def test_a_new_chat_needs_the_ok(connect: Connect) -> None:
    about = NewChat(ContextKind.RETURN, 8812045)
    good = connect(answering({"status": "OK", "result": {"chatId": 14820402}}))
    assert await good.create_chat(about) == ref(14820402)
    assert isinstance(await connect(answering({"result": {"chatId": 1}})).create_chat(about), Problem)


async def test_a_chat_of_another_business_is_never_asked_about_nor_written_in(connect: Connect) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing leaves")

    client, foreign = connect(answer), ref(CHAT.number, OTHER_BUSINESS)
    for asked in (
        client.get_chat(foreign),
        client.get_chat_history(foreign),
        client.send_message(foreign, "x"),
    ):
        with pytest.raises(ForeignChat):
            await asked


async def test_key_rights_in_either_spelling(connect: Connect) -> None:
    scopes = ["communication", "inventory-and-order-processing:read-only", "ALL_METHODS_READ_ONLY"]
    body = {"status": "OK", "result": {"apiKey": {"name": "терминал", "authScopes": scopes}}}
    assert await connect(answering(body)).get_key_rights() == KeyRights(
        "терминал", ("COMMUNICATION", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY", "ALL_METHODS_READ_ONLY")
    )


async def test_shops_of_all_pages(connect: Connect) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("pageToken")
        number = 1 if token is None else 2
        shop = {
            "id": number,
            "domain": "Уютная кухня",
            "business": {"id": 1185230, "name": "Кухни"},
            "placementType": "FBS",
            "apiAvailability": "AVAILABLE",
        }
        paging = {"nextPageToken": "второй"} if token is None else {}
        return httpx.Response(200, json={"campaigns": [{"id": 0}, shop], "paging": paging})

    assert await connect(answer).get_shops() == tuple(
        Shop(CampaignId(n), "Уютная кухня", 1185230, "Кухни", "FBS", "AVAILABLE") for n in (1, 2)
    )


async def test_shops_that_never_end_are_a_problem(connect: Connect) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"campaigns": [], "paging": {"nextPageToken": "same"}})

    assert isinstance(await connect(answer).get_shops(), Problem)
    assert len(asked) == 2
