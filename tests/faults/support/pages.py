"""Pages of the Market with the contents that a test needs, and the cached results of reading them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from chat_tui.market.network import Deadlines
from chat_tui.model.chat import Message
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.model.timeline import Coverage
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.shop import Shop
from tests.support.waiting import until

LIST, HISTORY = "getChats", "getChatHistory"
Json = dict[str, Any]


def spoil(trial: Trial, operation: str, change: Callable[[Any], Any]) -> None:
    """From now on `change` turns the `result` of such an answer into another, or into the body's bytes."""

    def edit(name: str, answer: Any) -> Any:
        if name != operation:
            return answer
        changed = change(answer["result"])
        return changed if isinstance(changed, bytes) else {**answer, "result": changed}

    trial.market.behaviour.edit = edit


def heal(trial: Trial) -> None:
    """From now on every answer is a good one."""
    trial.market.behaviour.edit = None


def page(key: str, items: Sequence[Any], token: str | None = None) -> Answer:
    """A page of exactly these items."""
    paging = {} if token is None else {"nextPageToken": token}
    return Answer(status=200, body={"status": "OK", "result": {key: list(items), "paging": paging}})


def said(*numbers: int, text: str = "да", **changes: Any) -> list[Json]:
    """Messages with these ids."""
    usual = {"createdAt": "2026-11-22T09:14:55.070+03:00", "sender": "CUSTOMER"}
    return [{"messageId": n, "message": f"{text} {n}", **usual, **changes} for n in numbers]


def as_json(answer: Any) -> bytes:
    """JSON as Python writes it, which may contain a lone surrogate."""
    return json.dumps({"status": "OK", "result": answer}).encode()


def open_patiently(trial: Trial, *, background: bool = False) -> Shop:
    """Open a copy with the program's own deadlines, because these tests are not about silence."""
    return trial.open(background=background, connect=lambda: trial.client(deadlines=Deadlines()))


async def ready(trial: Trial) -> Shop:
    """A copy that has read everything once and has no background tasks."""
    shop = open_patiently(trial)
    assert (await shop.inbox.sync_once()).problem is None
    return shop


async def listed(shop: Shop) -> tuple[QueueItem, ...]:
    """Every chat of the cache, as the list shows it."""
    found = await shop.inbox.chats.page(Tab.ALL, limit=1000)
    return found.items


async def history(shop: Shop, chat_ref: ChatRef) -> list[Message]:
    """Every message of a chat in the cache, oldest first."""
    found: list[Message] = []
    before: MessageId | None = None
    while True:
        part = await shop.inbox.chats.timeline(chat_ref, before=before, limit=50)
        found[:0] = [entry.message for entry in part.entries if entry.message is not None]
        if not part.has_older:
            return found
        before = found[0].message_id


async def read_to_the_beginning(shop: Shop, chat_ref: ChatRef) -> list[int]:
    """Read a whole chat as an operator does who scrolls up; return the ids in the order of the screen."""
    assert await shop.inbox.fetch_chat(chat_ref) is None

    async def reached() -> bool:
        shop.inbox.chats.want_older(chat_ref)
        return (await shop.inbox.chats.timeline(chat_ref)).coverage == Coverage.DONE

    await until(reached, f"the beginning of {chat_ref}")
    return [message.message_id for message in await history(shop, chat_ref)]


def true_ids(trial: Trial, chat_ref: ChatRef) -> list[int]:
    """The ids of the messages that the Market has, oldest first."""
    world = trial.market.world
    there = world.chat(chat_ref.number)
    assert there is not None
    return [message.message_id for message in world.messages(there)]


def long_chat(trial: Trial) -> ChatRef:
    """The chat with the longest history."""
    world = trial.market.world
    chats = world.listed("desc", None, 0, 1000)
    return ref(max(chats, key=lambda chat: len(world.messages(chat))).chat_id)
