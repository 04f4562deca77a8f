"""Which keys and tokens allow which operations: contract sections 2, 6 and 7."""

from collections.abc import Callable

import httpx
import pytest

from chat_tui.sandbox.access import (
    DISABLED_KEY,
    FOREIGN_KEY,
    LOGGED_OUT_TOKEN,
    OAUTH_TOKEN,
    SCOPELESS_KEY,
    SHOPS,
)
from chat_tui.sandbox.generator import SPECIALS
from tests.sandbox.conftest import Asking, said

_READS = ("getChats", "getChat", "getChatHistory", "getChatMessage")
_WRITES = ("createChat", "sendMessageToChat", "sendFileToChat")


def _call(ask: Asking, operation: str, key: str) -> int:
    ask.headers = {"Api-Key": key}
    world = ask.sandbox.world
    rank = next(rank for rank, special in SPECIALS.items() if special.context == "RETURN")
    chat_id = 14_800_000 + world.heads.chats - 1 - rank
    chat = world.chat(chat_id)
    assert chat is not None
    assert chat.order is not None
    order = chat.order
    of_shop = f"/v2/campaigns/{order.campaign_id}/orders/{order.order_id}"
    message_id = world.messages(chat)[0].message_id
    calls: dict[str, Callable[[], httpx.Response]] = {
        "getChats": ask.chats,
        "getChat": lambda: ask.request("GET", "/chat", params={"chatId": chat_id}),
        "getChatHistory": lambda: ask.history(chat_id),
        "getChatMessage": lambda: ask.request(
            "GET", "/chats/message", params={"chatId": chat_id, "messageId": message_id}
        ),
        "createChat": lambda: ask.create("ORDER", order.order_id),
        "sendMessageToChat": lambda: ask.send(chat_id, "x"),
        "sendFileToChat": lambda: ask.send_file(chat_id, "x", b"x"),
        "getCampaigns": lambda: ask.request("GET", "/v2/campaigns"),
        "getAuthTokenInfo": lambda: ask.request("POST", "/v2/auth/token"),
        "getBusinessOrders": lambda: ask.request(
            "POST", f"/v1/businesses/{ask.sandbox.business_id}/orders", json={"orderIds": [order.order_id]}
        ),
        "getOrder": lambda: ask.request("GET", of_shop),
        "getReturn": lambda: ask.request("GET", f"{of_shop}/returns/{order.return_id}"),
    }
    return calls[operation]().status_code


_EVERYTHING = (
    *_READS,
    *_WRITES,
    "getCampaigns",
    "getAuthTokenInfo",
    "getBusinessOrders",
    "getOrder",
    "getReturn",
)


@pytest.mark.parametrize("operation", _EVERYTHING)
def test_the_default_key_opens_everything(ask: Asking, operation: str) -> None:
    assert _call(ask, operation, ask.sandbox.api_key) == 200


@pytest.mark.parametrize("operation", _EVERYTHING)
def test_a_read_only_key_opens_no_write(ask: Asking, operation: str) -> None:
    # all-methods:read-only allows getOrder, too.
    expected = 403 if operation in _WRITES else 200
    assert _call(ask, operation, ask.sandbox.read_only_key) == expected


@pytest.mark.parametrize("operation", _EVERYTHING)
def test_a_key_without_orders_still_opens_the_retiring_call(ask: Asking, operation: str) -> None:
    expected = 403 if operation in ("getBusinessOrders", "getReturn") else 200
    assert _call(ask, operation, ask.sandbox.no_orders_key) == expected


def test_the_refusal_names_the_scopes_that_would_do(ask: Asking) -> None:
    ask.headers = {"Api-Key": ask.sandbox.read_only_key}
    answer = ask.send(14_800_000, "x")
    assert said(answer).startswith("Token does not have any of the scopes to access the API method")
    assert "communication" in said(answer)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({}, 401, "Credentials are not specified"),
        ({"Api-Key": "nonsense"}, 401, "Api-Key token prefix invalid"),
        ({"Api-Key": "ACMA:short"}, 401, "Api-Key token format invalid"),
        ({"Api-Key": "ACMA:un:known"}, 401, "Api-Key token is invalid"),
        ({"Authorization": "OAuth abc"}, 401, "Authorization header has invalid syntax"),
        ({"Authorization": "Bearer abc"}, 403, "OAuth token is invalid"),
    ],
)
def test_bad_credentials(ask: Asking, headers: dict[str, str], status: int, words: str) -> None:
    ask.headers = headers
    answer = ask.chats()
    assert (answer.status_code, said(answer)) == (status, words)


def test_a_revoked_key(ask: Asking) -> None:
    ask.headers = {"Api-Key": ask.sandbox.revoked_key}
    assert said(ask.chats()) == "Api-Key token is revoked"


def test_an_oauth_token_opens_chats_but_not_the_key_check(ask: Asking) -> None:
    ask.headers = {"Authorization": f"Bearer {OAUTH_TOKEN}"}
    assert ask.chats().status_code == 200
    assert ask.request("POST", "/v2/auth/token").status_code == 403


def test_another_business_is_denied_whether_it_exists_or_not(ask: Asking) -> None:
    for business_id in (ask.sandbox.business_id + 1, 5):
        answer = ask.request("POST", f"/v2/businesses/{business_id}/chats", json={})
        assert (answer.status_code, said(answer)) == (403, "Access denied")
    ask.headers = {"Api-Key": FOREIGN_KEY}
    assert said(ask.chats()) == "Access denied"


def test_a_business_header_that_contradicts_the_path(ask: Asking) -> None:
    answer = ask.request("POST", "/chats", json={}, headers={"X-Business-Id": "2"})
    assert answer.status_code == 400
    assert (
        said(answer) == "URL businessId ('1185230') does not match businessId in X-Business-Id header ('2')"
    )


def test_the_key_check_names_the_scopes(ask: Asking) -> None:
    key = ask.request("POST", "/v2/auth/token").json()["result"]["apiKey"]
    assert key["authScopes"] == ["COMMUNICATION", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY"]


def test_the_shops(ask: Asking) -> None:
    shops = ask.request("GET", "/v2/campaigns").json()["campaigns"]
    assert [shop["placementType"] for shop in shops] == ["FBS", "FBY", "DBS"]
    assert {shop["business"]["id"] for shop in shops} == {ask.sandbox.business_id}


def test_records_hide_credentials(ask: Asking) -> None:
    ask.chats()
    record = ask.sandbox.requests[-1]
    assert record.headers["api-key"] == "ACMA…"
    assert ask.sandbox.api_key not in repr(record)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Api-Key": SCOPELESS_KEY}, "Scope is invalid"),
        ({"Api-Key": DISABLED_KEY}, "User account is disabled"),
        (
            {"Authorization": f"Bearer {LOGGED_OUT_TOKEN}"},
            "OAuth token is invalid (account has been globally logged out)",
        ),
    ],
)
def test_who_is_known_and_shut_out_is_told_why(ask: Asking, headers: dict[str, str], words: str) -> None:
    ask.headers = headers
    answer = ask.chats()
    assert (answer.status_code, said(answer)) == (403, words)


def test_the_shop_of_another_business(ask: Asking) -> None:
    ask.headers = {"Api-Key": FOREIGN_KEY}
    answer = ask.request("GET", f"/v2/campaigns/{SHOPS[0].campaign_id}/orders/1")
    assert said(answer) == f"No access to campaigns: {SHOPS[0].campaign_id}"
