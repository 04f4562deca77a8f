"""One request on its way through an operation: what it asks, and the paging every list shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chat_tui.sandbox import params
from chat_tui.sandbox.access import Key
from chat_tui.sandbox.faults import Behaviour
from chat_tui.sandbox.ledger import Accepted
from chat_tui.sandbox.refusal import Refusal
from chat_tui.sandbox.tokens import Tokens
from chat_tui.sandbox.world import Chat, World

_T = TypeVar("_T")


@dataclass(slots=True)
class Market:
    """Everything the operations work on."""

    world: World
    behaviour: Behaviour
    tokens: Tokens
    ledger: list[Accepted]
    created: list[int]
    """Ids of chats that createChat opened."""
    files_url: str
    heard: Callable[[Chat], None]
    """Told of every chat the shop wrote in."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    market: Market
    operation: str
    key: Key
    ids: Mapping[str, int]
    """From the path."""
    query: Mapping[str, str]
    content_type: str
    body: bytes
    size: int
    """Bytes of the body as it came; more than `body` holds where it was far too large."""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return params.json_object(self.content_type, self.body, self.size)

    def chat(self) -> Chat:
        """The chat that `chatId` of the query names."""
        chat_id = params.required(self.query, "chatId")
        chat = self.market.world.chat(chat_id)
        if chat is None:
            raise Refusal(404, f"Can't find chat by id: '{chat_id}'")
        return chat

    def page(
        self, asked: Any, size: int, read: Callable[[int, int], Sequence[_T]]
    ) -> tuple[list[_T], dict[str, str]]:
        """The page the token asks for, and its `paging`; `read(first, count)` gives a run of all items."""
        behaviour = self.market.behaviour
        bound = (self.operation, sorted(self.ids.items()), asked)
        token = self.query.get("pageToken") or self.query.get("page_token") or ""
        first = self.market.tokens.read(bound, token) if token else 0
        if behaviour.paging == "endless" and token:
            return [], {"nextPageToken": self.market.tokens.make(bound, first + 1)}
        found = list(read(first, size + 1))
        following = first + size - behaviour.page_overlap if size > behaviour.page_overlap else first + 1
        if behaviour.paging == "loop":
            following = size
        elif len(found) <= size and behaviour.paging != "endless":
            return found, {}
        return found[:size], {"nextPageToken": self.market.tokens.make(bound, following)}


def ok(result: Any) -> dict[str, Any]:
    """The envelope of the chat calls."""
    return {"status": "OK", "result": result}
