"""The pretend Market for tests: with scripted and odd answers, and buyers who write on demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from chat_tui.sandbox import access, faults, serve
from chat_tui.sandbox.ledger import Accepted
from chat_tui.sandbox.world import Chat
from tests.support.faults import Answer, Script

_OF_CHATS = frozenset({"getChats", "getChat", "getChatHistory", "getChatMessage"})
_EXTRA = {
    "futureFlag": True,
    "futureCount": 7,
    "futureWord": "SOMETHING",
    "futureNothing": None,
    "futureList": [{"a": 1}],
}


@dataclass(slots=True)
class Behaviour(faults.Behaviour):
    """More behaviours, each of which changes the JSON of answers."""

    payload: Literal["absent", "null"] = "absent"
    """The `payload` of a message without files."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Enum words to replace in answers, e.g. {"FINISHED": "WAITING_FOR_ROBOT", "SUPPORT": "BOT"}."""
    extra_fields: bool = False
    """Unknown fields at every level of every answer."""
    customer: Literal["full", "missing", "nameless"] = "full"
    direct_ids: bool = False
    """Whether a question to the shop (DIRECT) names the shop; the documentation says it does not."""
    time_format: Literal["offset_ms", "offset", "z_ms", "z"] = "offset_ms"
    """Moscow offset or Z, with or without milliseconds."""
    legacy_client_id: bool = False
    """Whether getCampaigns still returns a `clientId`; it does not since 2026-10-05."""
    dispute_in_new_chat: bool = False
    """Whether `Sandbox.start_dispute` opens a new chat."""
    edit: Callable[[str, Any], Any] | None = None
    """Called with the operation and the JSON body of a 200 answer; what it returns is sent instead."""

    def shown(self, operation: str, body: Any) -> Any:
        usual: tuple[object, ...] = ("absent", {}, "full", False, "offset_ms")
        switched = (self.payload, self.words, self.customer, self.direct_ids, self.time_format) != usual
        # A scripted answer may have no `result` to change.
        if switched and operation in _OF_CHATS and "result" in body:
            body = {**body, "result": self._reworded(body["result"])}
        if operation == "getCampaigns" and self.legacy_client_id:
            shops = [{**shop, "clientId": shop["id"] + 1} for shop in body["campaigns"]]
            body = {**body, "campaigns": shops}
        if self.extra_fields:
            body = _with_extras(body)
        return self.edit(operation, body) if self.edit else body

    def _reworded(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._reworded(item) for item in value]
        if not isinstance(value, dict):
            return value
        is_about_nothing = value.get("type") == "DIRECT" and "chatId" not in value
        shown = {name: self._reworded(item) for name, item in value.items()}
        for name in {"type", "status", "sender"} & shown.keys():
            shown[name] = self.words.get(shown[name], shown[name])
        for name in {"createdAt", "updatedAt"} & shown.keys():
            shown[name] = self._time(shown[name])
        if self.customer == "missing" or not self._named(shown.get("customer", {})):
            shown.pop("customer", None)
        elif "customer" in shown:
            shown["customer"] = self._named(shown["customer"])
        if is_about_nothing and self.direct_ids:
            shown["campaignId"] = access.SHOPS[0].campaign_id
        if "messageId" in shown and self.payload == "null":
            shown.setdefault("payload", None)
        return shown

    def _named(self, customer: dict[str, Any]) -> dict[str, Any]:
        return {name: told for name, told in customer.items() if name != "name" or self.customer == "full"}

    def _time(self, written: str) -> str:
        moment = datetime.fromisoformat(written)
        moment = moment.astimezone(UTC) if self.time_format.startswith("z") else moment
        text = moment.isoformat(timespec="milliseconds" if self.time_format.endswith("ms") else "seconds")
        return text.replace("+00:00", "Z")


def _with_extras(body: Any) -> Any:
    """The same JSON with unknown fields in every object."""
    if isinstance(body, dict):
        return {**{name: _with_extras(value) for name, value in body.items()}, **_EXTRA}
    if isinstance(body, list):
        return [_with_extras(item) for item in body]
    return body


class Sandbox(serve.Sandbox):
    """A running pretend Market. Every method is safe to call from any thread."""

    read_only_key = access.READ_ONLY_KEY
    no_orders_key = access.NO_ORDERS_KEY
    revoked_key = access.REVOKED_KEY
    oauth_token = access.OAUTH_TOKEN

    def __init__(self, *of_world: Any, **more: Any) -> None:
        self._script = Script()
        super().__init__(*of_world, **more)

    def new_behaviour(self) -> Behaviour:
        return Behaviour()

    def fault_of(self, operation: str) -> faults.Fault:
        return self._script.take(operation)

    @property
    def behaviour(self) -> Behaviour:
        behaviour = self.market.behaviour
        assert isinstance(behaviour, Behaviour)
        return behaviour

    @property
    def ledger(self) -> list[Accepted]:
        """Every send that took effect, in order."""
        return self.market.ledger

    @property
    def created(self) -> list[int]:
        """Ids of the chats that createChat created."""
        return self.market.created

    def script(self, operation: str, answers: Sequence[Answer]) -> None:
        """Add answers for the next requests of this operation ("*" = any operation), one each."""
        self._script.add(operation, answers)

    @property
    def idle(self) -> bool:
        """Whether no request is in flight."""
        return self.quotas.in_flight == 0

    def asked(self, *operations: str) -> int:
        """How many requests of these operations came."""
        return sum(request.operation in operations for request in self.requests)

    def unused(self, operation: str) -> int:
        """The number of scripted answers left."""
        return self._script.left(operation)

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chat(chat_id)
        if chat is None:
            raise ValueError(f"no chat {chat_id} in this world")
        return chat

    def say(
        self,
        chat_id: int,
        text: str | None,
        sender: str = "CUSTOMER",
        files: Sequence[tuple[str, bytes]] = (),
        status: str = "",
    ) -> int:
        """Add a message at once and return its id; neither text nor files = a sticker."""
        return self.world.say(self._chat(chat_id), sender, text, files, status).message_id

    def open_direct(self, text: str, name: str | None = "Ольга К.") -> int:
        """Let a buyer ask the shop a question; return the id of the new chat, which is NEW."""
        chat = self.world.open("DIRECT", None, name=name)
        self.world.say(chat, "CUSTOMER", text, status="NEW")
        return chat.chat_id

    def start_dispute(self, chat_id: int) -> int:
        """Let an arbiter join, here or in a new chat; return the id of the chat in dispute."""
        chat = self._chat(chat_id)
        if self.behaviour.dispute_in_new_chat:
            chat = self.world.open(chat.context, chat.order, name=chat.name, kind="ARBITRAGE")
        self.world.move(chat, status="WAITING_FOR_ARBITER", kind="ARBITRAGE")
        self.world.say(self._chat(chat.chat_id), "SUPPORT", "Здравствуйте! Я арбитр, изучаю материалы.")
        return chat.chat_id

    def unopened(self, context: str = "ORDER", *, dbs: bool = False, fake: bool = False) -> int:
        """The id of an order (or a return) without a chat; `dbs` = of a DBS shop, `fake` = a test order."""
        known = self.world.orders
        for number in range(known.first_free, known.end):
            order = known.of_number(number)
            assert order is not None
            of_dbs = access.SHOPS[order.shop].placement == "DBS"
            found = order.return_id if context == "RETURN" else order.order_id
            if found and of_dbs == dbs and order.fake == fake and not self.world.about(context, found):
                return found
        raise LookupError(f"every {context.lower()} of that kind has its chat")

    def finish(self, chat_id: int) -> None:
        """End the chat or its dispute without a message, so that `updatedAt` does not change."""
        self.world.move(self._chat(chat_id), status="FINISHED", kind=self._chat(chat_id).kind)
