"""From a good answer to what an operation returns; raises `GarbledError` or `StatusError` for a bad one."""

from typing import TypeVar

from chat_tui.market import translate, wire
from chat_tui.market.answers import GarbledError, check_ok, clean, decode, items_of, next_token, result_of
from chat_tui.market.exchange import Answer
from chat_tui.market.times import read_rfc822
from chat_tui.model.chat import Chat, KeyRights, Shop
from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.message import Message
from chat_tui.model.outbox import Accepted
from chat_tui.model.paging import ChatsPage, MessagesPage

Noun = TypeVar("Noun")


def chats_page(answer: Answer) -> ChatsPage:
    """A page of getChats."""
    result = result_of(answer.body, wire.ChatsResult)
    chats, unreadable = items_of(result.chats, wire.ChatInfo, translate.chat)
    return ChatsPage(chats, next_token(result.paging), unreadable, _told_time(answer))


def messages_page(answer: Answer, chat_id: ChatId) -> MessagesPage:
    """A page of getChatHistory."""
    result = result_of(answer.body, wire.ChatMessagesResult)
    messages, unreadable = items_of(
        result.messages, wire.ChatMessage, lambda info: translate.message(info, chat_id)
    )
    return MessagesPage(messages, next_token(result.paging), unreadable, _told_time(answer))


def chat(answer: Answer, asked: ChatId) -> Chat:
    """The result of getChat; another chat than the one asked for is no answer."""
    found = _must(translate.chat(result_of(answer.body, wire.ChatInfo)))
    return _the_one(found, found.chat_id == asked)


def message(answer: Answer, chat_id: ChatId, asked: MessageId) -> Message:
    """The result of getChatMessage; another message than the one asked for is no answer."""
    found = _must(translate.message(result_of(answer.body, wire.ChatMessage), chat_id))
    return _the_one(found, found.message_id == asked)


def shops_page(answer: Answer) -> tuple[tuple[Shop, ...], str | None]:
    """A page of getCampaigns and the token of the next one."""
    page = decode(clean(answer.body), wire.GetCampaignsAnswer)
    shops, _unreadable = items_of(page.campaigns, wire.Campaign, translate.shop)
    return shops, next_token(page.paging)


def key_rights(answer: Answer) -> KeyRights:
    """The result of getAuthTokenInfo."""
    return translate.key_rights(result_of(answer.body, wire.TokenResult))


def new_chat_id(answer: Answer) -> ChatId:
    """The result of createChat."""
    check_ok(answer.body)
    return ChatId(_must(translate.number(result_of(answer.body, wire.CreateChatResult).chat_id)))


def accepted(answer: Answer) -> Accepted:
    """The OK of a send, whatever content type it claims to be."""
    check_ok(answer.body)
    return Accepted(_told_time(answer))


def _told_time(answer: Answer) -> Millis | None:
    return read_rfc822(answer.headers.get("date"))


def _the_one(noun: Noun, is_it: bool) -> Noun:
    if not is_it:
        raise GarbledError("it is about something else")
    return noun


def _must(noun: Noun | None) -> Noun:
    if noun is None:
        raise GarbledError
    return noun
