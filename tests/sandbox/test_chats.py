"""What the chat operations do: contract sections 2 to 5."""

from typing import Any

import pytest

from tests.sandbox.conftest import Asking, said


def _listed(ask: Asking, body: Any = None, limit: int = 20) -> list[dict[str, Any]]:
    """All chats, page by page."""
    chats: list[dict[str, Any]] = []
    token = None
    while True:
        query = {"limit": limit, **({"pageToken": token} if token else {})}
        result = ask.chats(body, **query).json()["result"]
        chats += result["chats"]
        token = result["paging"].get("nextPageToken")
        if token is None:
            return chats


def _one(ask: Asking, chat_id: int) -> dict[str, Any]:
    found: dict[str, Any] = ask.request("GET", "/chat", params={"chatId": chat_id}).json()["result"]
    return found


def test_every_chat_is_listed_once_newest_first(ask: Asking) -> None:
    chats = _listed(ask, limit=7)
    assert sorted(chat["chatId"] for chat in chats) == [14_800_000 + place for place in range(130)]
    times = [chat["updatedAt"] for chat in chats]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"statuses": ["NEW", "WAITING_FOR_PARTNER"]}, "status", {"NEW", "WAITING_FOR_PARTNER"}),
        ({"types": ["ARBITRAGE"]}, "type", {"ARBITRAGE"}),
        ({"statuses": None, "types": ["CHAT"]}, "type", {"CHAT"}),
    ],
)
def test_filters(ask: Asking, body: Any, field: str, words: set[str]) -> None:
    everything = [chat["chatId"] for chat in _listed(ask) if chat[field] in words]
    assert [chat["chatId"] for chat in _listed(ask, body)] == everything
    assert everything


def test_context_filters(ask: Asking) -> None:
    chats = _listed(ask)
    returns = [chat["chatId"] for chat in chats if chat["context"]["type"] == "RETURN"]
    assert [chat["chatId"] for chat in _listed(ask, {"contextTypes": ["RETURN"]})] == returns
    context = next(chat for chat in chats if chat["chatId"] == returns[0])["context"]
    named = {"contexts": [{"type": "RETURN", "id": context["returnId"]}, {"type": "ORDER", "id": 1}]}
    assert [chat["chatId"] for chat in _listed(ask, named)] == returns[:1]
    assert _listed(ask, {**named, "statuses": ["NEW"]}) == []


def test_the_context_says_what_the_chat_is_about(ask: Asking) -> None:
    for chat in _listed(ask):
        context = chat["context"]
        about = {name for name in ("campaignId", "orderId", "returnId") if name in context}
        expected = {"DIRECT": set(), "ORDER": {"campaignId", "orderId"}}
        assert about == expected.get(context["type"], {"campaignId", "orderId", "returnId"})


def test_a_send_says_ok_and_nothing_else(ask: Asking) -> None:
    assert ask.send(14_800_100, "x").json() == {"status": "OK"}
    assert ask.send_file(14_800_100, "x", b"x").json() == {"status": "OK"}


def test_statuses_follow_the_sandbox_rule(ask: Asking) -> None:
    chat_id = 14_800_100
    ask.sandbox.say(chat_id, "вопрос")
    assert _one(ask, chat_id)["status"] == "WAITING_FOR_PARTNER"
    ask.send(chat_id, "ответ")
    assert _one(ask, chat_id)["status"] == "WAITING_FOR_CUSTOMER"
    for sender in ("MARKET", "SUPPORT"):
        ask.sandbox.say(chat_id, "к сведению", sender=sender)
        assert _one(ask, chat_id)["status"] == "WAITING_FOR_CUSTOMER"


def test_only_messages_move_the_time_of_a_chat(ask: Asking) -> None:
    chat_id = 14_800_060
    before = _one(ask, chat_id)
    ask.sandbox.finish(chat_id)
    assert _one(ask, chat_id) == {**before, "status": "FINISHED"}
    ask.sandbox.say(chat_id, "ещё вопрос")
    after = _one(ask, chat_id)
    assert after["updatedAt"] > before["updatedAt"]
    assert after["createdAt"] == before["createdAt"]
    newest = ask.history(chat_id, limit=1).json()["result"]["messages"][0]
    assert newest["createdAt"] == after["updatedAt"]
    assert _listed(ask)[0]["chatId"] == chat_id


def test_new_messages_have_larger_ids_than_all_before(ask: Asking) -> None:
    largest = max(
        message["messageId"]
        for chat in _listed(ask)[:5]
        for message in ask.history(chat["chatId"]).json()["result"]["messages"]
    )
    ids = [ask.sandbox.say(14_800_000 + place, "x") for place in range(5)]
    assert ids == sorted(set(ids))
    assert ids[0] > largest


def test_creating_a_chat_twice_gives_the_same_one(ask: Asking) -> None:
    order_id = ask.sandbox.unopened()
    first, second = ask.create("ORDER", order_id), ask.create("ORDER", order_id)
    assert first.json() == second.json()
    chat_id = first.json()["result"]["chatId"]
    assert ask.sandbox.created == [chat_id]
    chat = _one(ask, chat_id)
    assert (chat["status"], chat["type"]) == ("NEW", "CHAT")
    assert chat["context"]["orderId"] == order_id
    assert ask.history(chat_id).json()["result"]["messages"] == []
    assert _listed(ask)[0]["chatId"] == chat_id


def test_creating_a_chat_that_the_buyer_opened_finds_it(ask: Asking) -> None:
    chat = next(chat for chat in _listed(ask) if chat["context"]["type"] == "RETURN")
    answer = ask.create("RETURN", chat["context"]["returnId"])
    assert answer.json()["result"]["chatId"] == chat["chatId"]
    assert ask.sandbox.created == []


def test_chats_about_returns_of_the_shops_that_have_them(ask: Asking) -> None:
    assert ask.create("RETURN", ask.sandbox.unopened("RETURN")).status_code == 200
    refused = ask.create("RETURN", ask.sandbox.unopened("RETURN", dbs=True))
    assert refused.status_code == 400
    assert ask.create("ORDER", ask.sandbox.unopened(dbs=True)).status_code == 200
    unknown = ask.create("RETURN", 1)
    assert (unknown.status_code, said(unknown)) == (404, "Order not found: '1'")


def test_history_pages_cover_every_message_once(ask: Asking) -> None:
    chat_id = next(
        14_800_000 + place
        for place in range(130)
        if len(ask.sandbox.world.messages(ask.sandbox.world.chat(14_800_000 + place))) > 400  # type: ignore[arg-type]
    )
    found: list[int] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        result = ask.history(chat_id, **query).json()["result"]
        found += [message["messageId"] for message in result["messages"]]
        if not result["paging"]:
            break
        query["pageToken"] = result["paging"]["nextPageToken"]
    assert found == sorted(set(found), reverse=True)
    assert len(found) >= 420


def test_one_message(ask: Asking) -> None:
    shown = ask.history(14_800_100).json()["result"]["messages"][0]
    query = {"chatId": 14_800_100, "messageId": shown["messageId"]}
    assert ask.request("GET", "/chats/message", params=query).json()["result"] == shown


def test_orders_of_chats(ask: Asking) -> None:
    path = f"/v1/businesses/{ask.sandbox.business_id}/orders"
    ids = [chat["context"]["orderId"] for chat in _listed(ask) if "orderId" in chat["context"]][:50]
    found = ask.request("POST", path, json={"orderIds": [*ids[:49], 7]}).json()["orders"]
    assert [order["orderId"] for order in found] == [
        order_id for order_id in ids[:49] if order_id in {order["orderId"] for order in found}
    ]
    assert len(found) >= 48
    assert all(order["items"] and order["delivery"]["dates"]["fromDate"] for order in found)


def test_test_orders_appear_only_when_asked_for(ask: Asking) -> None:
    path = f"/v1/businesses/{ask.sandbox.business_id}/orders"
    order_id = ask.sandbox.unopened(fake=True)
    assert ask.request("POST", path, json={"orderIds": [order_id]}).json()["orders"] == []
    found = ask.request("POST", path, json={"orderIds": [order_id], "fake": True}).json()["orders"]
    assert [order["fake"] for order in found] == [True]


def test_without_ids_only_orders_of_thirty_days_are_listed(ask: Asking) -> None:
    path = f"/v1/businesses/{ask.sandbox.business_id}/orders"
    page = ask.request("POST", path, params={"limit": 99}, json={}).json()
    assert len(page["orders"]) == 50
    token = page["paging"]["nextPageToken"]
    following = ask.request("POST", path, params={"limit": 99, "pageToken": token}, json={}).json()
    assert not {o["orderId"] for o in page["orders"]} & {o["orderId"] for o in following["orders"]}
    old = next(chat for chat in reversed(_listed(ask)) if "orderId" in chat["context"])["context"]["orderId"]
    asked = {"orderIds": [old]}
    assert len(ask.request("POST", path, json=asked).json()["orders"]) == 1
    ask.sandbox.behaviour.old_orders = False
    assert ask.request("POST", path, json=asked).json()["orders"] == []


def test_a_return(ask: Asking) -> None:
    context = next(chat for chat in _listed(ask) if chat["context"]["type"] == "RETURN")["context"]
    path = f"/v2/campaigns/{context['campaignId']}/orders/{context['orderId']}/returns/"
    found = ask.request("GET", path + str(context["returnId"])).json()["result"]
    assert (found["id"], found["orderId"]) == (context["returnId"], context["orderId"])
    missing = ask.request("GET", path + "5")
    assert said(missing) == f"Return '5' for order '{context['orderId']}' is not found"


def test_the_retiring_order_call(ask: Asking) -> None:
    context = next(chat for chat in _listed(ask) if chat["context"]["type"] == "ORDER")["context"]
    path = f"/v2/campaigns/{context['campaignId']}/orders/{context['orderId']}"
    assert ask.request("GET", path).json()["order"]["id"] == context["orderId"]
    ask.sandbox.behaviour.order_retired = True
    answer = ask.request("GET", path)
    assert answer.status_code == 403
    assert said(answer).startswith("The method is deprecated")
