"""Any answer is read into a page or a problem, and the documented shapes are read."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.market import chats, orders, wire
from chat_tui.market.answers import LATEST, GarbledError, StatusError, clean, decode
from chat_tui.market.transport import Response
from chat_tui.model.ids import OrderId, ReturnId
from tests.support.refs import BUSINESS, ref

SCHEMAS = json.loads((Path(__file__).parents[1] / "support" / "openapi.json").read_text())["components"][
    "schemas"
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
NAMES = [
    *("chatId", "context", "type", "status", "createdAt", "updatedAt", "customer", "name", "publicId"),
    *("messageId", "sender", "message", "payload", "url", "size", "orderId", "returnId", "campaignId"),
]


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)


JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | _objects(inner), max_leaves=6)


def whole_message(junk: dict[str, Any]) -> dict[str, Any]:
    return {"messageId": 1, "createdAt": "", "sender": "X", **junk}


def whole_chat(junk: dict[str, Any]) -> dict[str, Any]:
    base = {"chatId": 1, "context": {"type": "X"}, "type": "X", "status": "X", "createdAt": 1, "updatedAt": 1}
    return {**base, **junk}


def answer(result: Any) -> Response:
    return Response(200, {}, json.dumps({"status": "OK", "result": result}).encode())


@given(st.lists(JUNK | _objects(JUNK).map(whole_message), max_size=4))
def test_every_message_is_read_or_counted(items: list[Any]) -> None:
    page = chats.messages_page(answer({"messages": items}), ref(5))
    assert len(page.items) + len(page.unreadable) == len(items)
    assert all(0 < m.message_id < 2**63 and 0 <= m.created_at <= LATEST for m in page.items)
    for message in page.items:
        assert all(file.size is None or 0 <= file.size < 2**31 for file in message.attachments)
        str(message).encode()  # nothing that the database could not store


@given(st.lists(JUNK | _objects(JUNK).map(whole_chat), max_size=4))
def test_every_chat_is_read_or_counted(items: list[Any]) -> None:
    page = chats.chats_page(answer({"chats": items}), BUSINESS)
    assert len(page.items) + len(page.unreadable) == len(items)
    assert all(0 < chat.chat_ref.number < 2**63 for chat in page.items)


@given(st.binary(max_size=60) | JUNK.map(lambda junk: json.dumps(junk).encode()))
def test_any_bytes_are_an_answer_or_garbled(body: bytes) -> None:
    for read in (
        partial(chats.chats_page, business=BUSINESS),
        chats.shops_page,
        partial(orders.orders, asked=()),
        chats.key_rights,
        partial(orders.returned, order_id=OrderId(1), return_id=ReturnId(1)),
        chats.accepted,
    ):
        try:
            read(Response(200, {}, body))
        except (GarbledError, StatusError):
            continue


@given(st.text(alphabet=st.characters(), max_size=20))
def test_mending_changes_nothing_but_lone_surrogates(text: str) -> None:
    mended = decode(clean(json.dumps(text).encode()), str)
    assert mended == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def test_wire_names_are_those_of_the_schema() -> None:
    pairs: dict[type[Any], str] = {
        wire.ChatInfo: "GetChatInfoDTO",
        wire.ChatFullContext: "ChatFullContextDTO",
        wire.ChatCustomer: "ChatCustomerDTO",
        wire.ChatMessage: "ChatMessageDTO",
        wire.ChatMessagePayload: "ChatMessagePayloadDTO",
        wire.ChatsResult: "GetChatsInfoDTO",
        wire.ChatMessagesResult: "ChatMessagesResultDTO",
        wire.CreateChatResult: "CreateChatResultDTO",
        wire.ChatContext: "ChatContextDTO",
        wire.GetChatsRequest: "GetChatsRequest",
        wire.GetChatHistoryRequest: "GetChatHistoryRequest",
        wire.CreateChatRequest: "CreateChatRequest",
        wire.SendMessageToChatRequest: "SendMessageToChatRequest",
        wire.GetBusinessOrdersRequest: "GetBusinessOrdersRequest",
        wire.Paging: "ForwardPager",
        wire.GetCampaignsAnswer: "GetCampaignsResponse",
        wire.GetBusinessOrdersAnswer: "GetBusinessOrdersResponse",
        wire.Campaign: "CampaignDTO",
        wire.Business: "BusinessDTO",
        wire.ApiKey: "ApiKeyDTO",
        wire.TokenResult: "TokenDTO",
        wire.BusinessOrder: "BusinessOrderDTO",
        wire.BusinessOrderItem: "BusinessOrderItemDTO",
        wire.BusinessOrderDelivery: "BusinessOrderDeliveryDTO",
        wire.BusinessOrderDeliveryDates: "BusinessOrderDeliveryDatesDTO",
        wire.ReturnInfo: "ReturnDTO",
        wire.CurrencyValue: "CurrencyValueDTO",
        wire.OrderPrice: "OrderPriceDTO",
        wire.OrderAddress: "OrderAddressDTO",
    }
    for struct, name in pairs.items():
        assert set(struct.__struct_encode_fields__) <= set(SCHEMAS[name]["properties"]), name
