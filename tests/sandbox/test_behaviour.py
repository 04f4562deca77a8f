"""Every switch of `Behaviour`, one by one: contract section 11."""

import re
from dataclasses import fields
from typing import Any

import pytest

from chat_tui.sandbox.access import SHOPS
from tests.sandbox.conftest import Asking, said
from tests.support.sandbox import Behaviour

_CHAT = 14_800_100


def _chats(ask: Asking, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask.chats(**{"limit": 20, **query}).json()["result"]["chats"]
    return found


def _messages(ask: Asking, chat_id: int = _CHAT, body: Any = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask.history(chat_id, body).json()["result"]["messages"]
    return found


def test_the_order_of_messages(ask: Asking) -> None:
    for number in range(6):
        ask.sandbox.say(_CHAT, str(number))
    newest_first = [message["messageId"] for message in _messages(ask)]
    ask.sandbox.behaviour.message_order = "asc"
    assert [message["messageId"] for message in _messages(ask)] == newest_first[::-1]
    ask.sandbox.behaviour.message_order = "shuffled"
    shuffled = [message["messageId"] for message in _messages(ask)]
    assert sorted(shuffled, reverse=True) == newest_first
    assert shuffled not in (newest_first, newest_first[::-1])


def test_the_order_of_chats(ask: Asking) -> None:
    newest = _chats(ask)[0]["chatId"]
    ask.sandbox.behaviour.chat_order = "asc"
    times = [chat["updatedAt"] for chat in _chats(ask)]
    assert times == sorted(times)
    ask.sandbox.behaviour.chat_order = "shuffled"
    shuffled = _chats(ask)
    assert [chat["updatedAt"] for chat in shuffled] not in (times, sorted(times, reverse=True))
    assert shuffled == _chats(ask)
    assert newest != shuffled[0]["chatId"]


def test_the_message_asked_from_is_there_or_not(ask: Asking) -> None:
    since = ask.sandbox.say(_CHAT, "раз")
    later = ask.sandbox.say(_CHAT, "два")
    body = {"messageIdFrom": since}
    assert [message["messageId"] for message in _messages(ask, body=body)] == [later, since]
    ask.sandbox.behaviour.from_inclusive = False
    assert [message["messageId"] for message in _messages(ask, body=body)] == [later]


def test_no_files_may_be_absent_or_null(ask: Asking) -> None:
    ask.sandbox.say(_CHAT, "текст")
    assert "payload" not in _messages(ask)[0]
    ask.sandbox.behaviour.payload = "null"
    assert _messages(ask)[0]["payload"] is None


def test_a_sticker_has_neither_text_nor_files(ask: Asking) -> None:
    ask.sandbox.say(_CHAT, None)
    assert set(_messages(ask)[0]) == {"messageId", "createdAt", "sender"}


def test_unknown_words(ask: Asking) -> None:
    ask.sandbox.behaviour.words = {
        "WAITING_FOR_PARTNER": "WAITING_FOR_ROBOT",
        "CUSTOMER": "BOT",
        "DIRECT": "SUBSCRIPTION",
        "CHAT": "GROUP",
    }
    ask.sandbox.say(_CHAT, "x")
    ask.sandbox.open_direct("y")
    chats = _chats(ask)
    assert chats[1]["status"] == "WAITING_FOR_ROBOT"
    assert chats[0]["context"]["type"] == "SUBSCRIPTION"
    assert chats[0]["type"] == "GROUP"
    assert _messages(ask)[0]["sender"] == "BOT"


def test_unknown_fields_at_every_level(ask: Asking) -> None:
    ask.sandbox.behaviour.extra_fields = True
    body = ask.chats().json()
    chat = body["result"]["chats"][0]
    for level in (body, body["result"], body["result"]["paging"], chat, chat["context"]):
        assert level["futureFlag"] is True


def test_a_missing_customer(ask: Asking) -> None:
    chat_id = ask.sandbox.open_direct("вопрос", name="Ольга К.")
    assert _chats(ask)[0]["context"]["customer"]["name"] == "Ольга К."
    ask.sandbox.behaviour.customer = "nameless"
    assert set(_chats(ask)[0]["context"]["customer"]) == {"publicId"}
    ask.sandbox.behaviour.customer = "missing"
    assert ask.request("GET", "/chat", params={"chatId": chat_id}).json()["result"]["context"] == {
        "type": "DIRECT"
    }


def test_a_question_may_name_the_shop(ask: Asking) -> None:
    ask.sandbox.open_direct("вопрос")
    assert "campaignId" not in _chats(ask)[0]["context"]
    ask.sandbox.behaviour.direct_ids = True
    assert "campaignId" in _chats(ask)[0]["context"]


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("offset_ms", r"....-..-..T..:..:..\.\d{3}\+03:00"),
        ("offset", r"....-..-..T..:..:..\+03:00"),
        ("z_ms", r"....-..-..T..:..:..\.\d{3}Z"),
        ("z", r"....-..-..T..:..:..Z"),
    ],
)
def test_the_forms_of_times(ask: Asking, form: Any, pattern: str) -> None:
    ask.sandbox.behaviour.time_format = form
    written = [_chats(ask)[0]["updatedAt"], _messages(ask)[0]["createdAt"]]
    assert all(re.fullmatch(pattern, time) for time in written)


@pytest.mark.parametrize(("overlap", "expected"), [(0, [0, 1, 2, 3, 4, 5]), (1, [0, 1, 1, 2, 2, 3])])
def test_pages_that_reach_back(ask: Asking, overlap: int, expected: list[int]) -> None:
    order = [chat["chatId"] for chat in _chats(ask)]
    ask.sandbox.behaviour.page_overlap = overlap
    assert [order.index(chat_id) for chat_id in _paged(ask, pages=3)] == expected


def test_pages_that_lose_items(ask: Asking) -> None:
    order = [chat["chatId"] for chat in _chats(ask)]
    ask.sandbox.behaviour.page_overlap = -1
    assert [order.index(chat_id) for chat_id in _paged(ask, pages=3)] == [0, 1, 3, 4, 6, 7]


def _paged(ask: Asking, pages: int) -> list[int]:
    found, query = [], {"limit": 2}
    for _ in range(pages):
        result = ask.chats(**query).json()["result"]
        found += [chat["chatId"] for chat in result["chats"]]
        query["pageToken"] = result["paging"]["nextPageToken"]
    return found


def test_a_list_shifts_while_it_is_paged(ask: Asking) -> None:
    first = ask.chats(limit=2).json()["result"]
    ask.sandbox.say(14_800_000, "поднимаюсь наверх")
    second = ask.chats(limit=2, pageToken=first["paging"]["nextPageToken"]).json()["result"]
    assert second["chats"][0]["chatId"] == first["chats"][1]["chatId"]


def test_the_same_token_for_ever(ask: Asking) -> None:
    ask.sandbox.behaviour.paging = "loop"
    tokens, query = set(), {"limit": 20}
    for _ in range(9):
        query["pageToken"] = ask.chats(**query).json()["result"]["paging"]["nextPageToken"]
        tokens.add(query["pageToken"])
    assert len(tokens) == 1


def test_empty_pages_for_ever(ask: Asking) -> None:
    ask.sandbox.behaviour.paging = "endless"
    tokens, query = set(), {"limit": 20}
    for page in range(9):
        result = ask.chats(**query).json()["result"]
        query["pageToken"] = result["paging"]["nextPageToken"]
        tokens.add(query["pageToken"])
        assert (result["chats"] == []) == (page > 0)
    assert len(tokens) == 9


def test_the_removed_order_fields_may_still_work(ask: Asking) -> None:
    ask.sandbox.behaviour.legacy_order_ids = True
    order_id = ask.sandbox.unopened()
    opened = ask.request("POST", "/chats/new", json={"orderId": order_id})
    assert opened.status_code == 200
    found = ask.chats({"orderIds": [order_id]}).json()["result"]["chats"]
    assert [chat["orderId"] for chat in found] == [order_id]
    assert ask.history(found[0]["chatId"]).json()["result"]["orderId"] == order_id


@pytest.mark.parametrize("refused", [False, True])
def test_sending_into_a_finished_chat(ask: Asking, refused: bool) -> None:
    ask.sandbox.behaviour.finished_refused = refused
    ask.sandbox.finish(_CHAT)
    status = 400 if refused else 200
    assert ask.send(_CHAT, "x").status_code == status
    ask.sandbox.finish(_CHAT)
    assert ask.send_file(_CHAT, "x", b"x").status_code == status
    assert len(ask.sandbox.ledger) == (0 if refused else 2)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_dispute_in_the_same_chat_or_in_a_new_one(ask: Asking, elsewhere: bool) -> None:
    ask.sandbox.behaviour.dispute_in_new_chat = elsewhere
    before = ask.request("GET", "/chat", params={"chatId": _CHAT}).json()["result"]
    disputed = ask.sandbox.start_dispute(_CHAT)
    assert (disputed != _CHAT) == elsewhere
    shown = _chats(ask)[0]
    assert shown["chatId"] == disputed
    assert (shown["type"], shown["status"]) == ("ARBITRAGE", "WAITING_FOR_ARBITER")
    assert _messages(ask, disputed)[0]["sender"] == "SUPPORT"
    if elsewhere:
        assert ask.request("GET", "/chat", params={"chatId": _CHAT}).json()["result"] == before
    ask.sandbox.finish(disputed)
    assert _chats(ask)[0]["status"] == "FINISHED"


def test_blanks_may_be_cut(ask: Asking) -> None:
    ask.send(_CHAT, "  x \n")
    ask.sandbox.behaviour.trim = True
    ask.send(_CHAT, "  x \n")
    assert [sent.text for sent in ask.sandbox.ledger] == ["  x \n", "x"]


def test_a_key_may_die_in_mid_session(ask: Asking) -> None:
    assert ask.chats().status_code == 200
    ask.sandbox.behaviour.unauthorized = "Api-Key token is revoked"
    answer = ask.chats()
    assert (answer.status_code, said(answer)) == (401, "Api-Key token is revoked")
    ask.sandbox.behaviour.unauthorized = ""
    assert ask.chats().status_code == 200


def _attachment(ask: Asking) -> str:
    ask.sandbox.say(_CHAT, None, files=[("фото.png", b"png")])
    return str(_messages(ask)[0]["payload"][0]["url"])


def test_the_attachment_host_is_another_origin_and_refuses_the_key(ask: Asking) -> None:
    url = _attachment(ask)
    assert not url.startswith(ask.sandbox.url)
    key = {"Api-Key": ask.sandbox.api_key}
    assert ask.client.get(url).content == b"png"
    assert ask.client.get(url, headers=key).status_code == 403
    assert [("api-key" in record.headers) for record in list(ask.sandbox.requests)[-2:]] == [False, True]
    ask.sandbox.behaviour.files_refuse_key = False
    assert ask.client.get(url, headers=key).status_code == 200


def test_the_attachment_host_may_want_oauth(ask: Asking) -> None:
    url = _attachment(ask)
    ask.sandbox.behaviour.files_need_oauth = True
    assert ask.client.get(url).status_code == 401
    assert ask.client.get(url, headers={"Authorization": "OAuth y0_x"}).status_code == 200


def test_links_may_be_expired_or_wrong(ask: Asking) -> None:
    url = _attachment(ask)
    ask.sandbox.behaviour.files_status = 404
    assert ask.client.get(url).status_code == 404
    ask.sandbox.behaviour.files_status = 200
    for wrong in ("u1-0", "g1-900", "gx-1", "g100-0x", "../etc/passwd"):
        assert ask.client.get(f"{ask.sandbox.files_url}/file/{wrong}").status_code == 404


def test_an_answer_may_be_edited(ask: Asking) -> None:
    def edit(operation: str, body: Any) -> Any:
        if operation == "getChats":
            body["result"]["chats"][0]["chatId"] = "12"
        return body

    ask.sandbox.behaviour.edit = edit
    assert _chats(ask)[0]["chatId"] == "12"
    assert ask.send(_CHAT, "x").json() == {"status": "OK"}


def test_every_answer_may_be_late(ask: Asking) -> None:
    ask.sandbox.behaviour.latency_s = 0.03
    assert ask.chats().elapsed.total_seconds() >= 0.03


@pytest.mark.parametrize(
    "path", ["/businesses/{}/chat", "/businesses/{}/chat.json", "/v2/businesses/{}/chat.json"]
)
def test_old_addresses_answer_until_they_are_switched_off(ask: Asking, path: str) -> None:
    url = ask.sandbox.url + path.format(ask.sandbox.business_id)
    asked = {"params": {"chatId": _CHAT}, "headers": ask.headers}
    answer = ask.client.get(url, **asked)  # type: ignore[arg-type]
    assert answer.json() == ask.request("GET", "/chat", params={"chatId": _CHAT}).json()
    assert ask.sandbox.requests[-2].operation == "getChat"
    assert answer.headers["x-ratelimit-resource-remaining"] == "999"
    ask.sandbox.behaviour.unversioned = False
    status = ask.client.get(url, **asked).status_code  # type: ignore[arg-type]
    assert status == (200 if path.startswith("/v2") else 404)


def test_an_old_address_counts_for_its_business(ask: Asking) -> None:
    other = f"{ask.sandbox.url}/businesses/{ask.sandbox.business_id + 1}/chat"
    ask.sandbox.behaviour.parallel_limit = 0
    assert said(ask.client.get(other, headers=ask.headers)) == (
        f"Hit rate limit of 0 parallel requests for businessId {ask.sandbox.business_id}"
    )
    assert ask.sandbox.quotas.remaining("getChat", ask.sandbox.business_id + 1) == 999


@pytest.mark.parametrize(
    ("query", "pages", "first", "last"),
    [("page=1&pageSize=1", 3, 1, 1), ("pageSize=2", 2, 1, 2), ("page=9", 1, 4, 3)],
)
def test_shops_by_page_tell_their_place(ask: Asking, query: str, pages: int, first: int, last: int) -> None:
    body = ask.request("GET", f"/v2/campaigns?{query}").json()
    assert (body["pager"]["total"], body["pager"]["pagesCount"]) == (len(SHOPS), pages)
    assert (body["pager"]["from"], body["pager"]["to"]) == (first, last)
    assert len(body["campaigns"]) == max(0, last - first + 1)
    assert "paging" not in body
    ask.sandbox.behaviour.campaigns_pager = False
    body = ask.request("GET", f"/v2/campaigns?{query}").json()
    assert ("pager" in body, len(body["campaigns"])) == (False, len(SHOPS))


def test_an_empty_limit_is_none(ask: Asking) -> None:
    assert len(ask.request("POST", "/chats?limit=", json={}).json()["result"]["chats"]) == 10


def test_the_number_of_a_client_was_told_once(ask: Asking) -> None:
    assert "clientId" not in ask.request("GET", "/v2/campaigns").json()["campaigns"][0]
    ask.sandbox.behaviour.legacy_client_id = True
    assert ask.request("GET", "/v2/campaigns").json()["campaigns"][0]["clientId"] > 0


def test_waits_may_vary(ask: Asking) -> None:
    ask.sandbox.behaviour.latency_s, ask.sandbox.behaviour.latency_spread = 0.03, 0.5
    assert ask.chats().elapsed.total_seconds() >= 0.015


def test_no_switch_is_forgotten_here(request: pytest.FixtureRequest) -> None:
    tested = "".join(path.read_text() for path in request.path.parent.glob("test_*.py"))
    assert [field.name for field in fields(Behaviour) if f"behaviour.{field.name}" not in tested] == []
