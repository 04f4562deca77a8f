"""One fault case: a pretend Market, copies of the program on it, and the operator's actions."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.inbox.service import Inbox
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.market.network import Deadlines
from chat_tui.model.file import FileCard
from chat_tui.model.ids import BusinessId, ChatRef, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem
from chat_tui.sandbox.ledger import RequestRecord
from chat_tui.store import outbox
from tests.faults.support.checks import (
    SAID,
    Typed,
    check_key,
    check_limits,
    check_modes,
    check_sending,
    ledger_marks,
    mark_of,
    read_rows,
)
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, item_of, open_store
from tests.support.stored import items_of
from tests.support.waiting import crowd, until


def short() -> Deadlines:
    """The program's deadlines, shortened; less so on a busy machine."""
    longer = crowd()
    return Deadlines(connect=0.8 * longer, idle=0.8 * longer, total=1.2 * longer, file_total=1.6 * longer)


SEND = "sendMessageToChat"
FILE = "sendFileToChat"


@dataclass
class Trial:
    """Copies of the program on one directory and one pretend Market; ends with `check`."""

    market: Sandbox
    root: Path
    log: pytest.LogCaptureFixture
    shops: list[Shop] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    discarded: set[OutboxId] = field(default_factory=set)
    false_words: list[str] = field(default_factory=list)
    """Items that were called sent while they were not in the ledger."""

    def client(self, url: str | None = None, key: str | None = None, **options: Any) -> MarketClient:
        """A client as the program creates it, with short deadlines."""
        access = Access(
            base_url=url or self.market.url,
            api_key=key or self.market.api_key,
            business_id=BusinessId(self.market.business_id),
        )
        return MarketClient(access, **{"deadlines": short(), **options})

    def open(
        self,
        *,
        settings: InboxSettings = QUICK,
        background: bool = True,
        wall_ms: Callable[[], Millis] = wall_clock_ms,
        connect: Callable[[], MarketClient] | None = None,
    ) -> Shop:
        """Start a copy of the program; without background tasks it has the program's own deadlines."""
        store = open_store(self.root)
        # A request that is made only once must not time out because the machine is busy.
        deadlines = short() if background else Deadlines()
        own = partial(self.client, wall_ms=wall_ms, deadlines=deadlines)
        inbox = Inbox(store, connect or own, settings=settings, wall_ms=wall_ms)
        inbox.subscribe(lambda event: self._watch(event, shop))
        shop = Shop(inbox, store)
        inbox.start(background=background)
        self.shops.append(shop)
        return shop

    @property
    def shop(self) -> Shop:
        """The copy started last."""
        return self.shops[-1]

    def script(self, *answers: Answer, operation: str = SEND) -> None:
        """Set the answers to the next sends."""
        self.market.script(operation, answers)

    def chats(self, count: int) -> list[ChatRef]:
        """Chats of the world that accept messages."""
        listed = self.market.world.listed("desc", None, 0, 60)
        found = [ref(chat.chat_id) for chat in listed if chat.status != "FINISHED"]
        assert len(found) >= count
        return found[:count]

    async def warm(self, count: int) -> list[ChatRef]:
        """Chats whose newest messages are cached, by a copy that is closed again."""
        shop = self.open(background=False)
        chosen = self.chats(count)
        for chat_ref in chosen:
            problem = await shop.inbox.fetch_chat(chat_ref)
            assert problem is None, problem
        await shop.close()
        return chosen

    # -- the operator ----------------------------------------------------------------------------------

    async def send(self, chat_ref: ChatRef, text: str) -> OutboxId:
        """Type a text and press Enter."""
        return self._note(await self.shop.inbox.outbox.send_text(chat_ref, text))

    async def send_file(self, chat_ref: ChatRef, path: Path) -> OutboxId:
        """Choose a file and confirm its card."""
        card = await self.shop.inbox.files.inspect(path)
        assert isinstance(card, FileCard)
        return self._note(await self.shop.inbox.outbox.send_file(chat_ref, card))

    def _note(self, item: OutboxItem | Problem) -> OutboxId:
        assert isinstance(item, OutboxItem), item
        self.typed.append(Typed(item.chat_ref, mark_of(item), item.outbox_id))
        return item.outbox_id

    async def discard(self, outbox_id: OutboxId) -> OutboxItem:
        """Take an item back."""
        taken = await self.shop.inbox.outbox.take_back(await item_of(self.shop.inbox, outbox_id))
        assert isinstance(taken, OutboxItem), taken
        self.discarded.add(outbox_id)
        return taken

    async def item(self, outbox_id: OutboxId) -> OutboxItem | None:
        """The current item."""
        return await self.shop.store.read(outbox.get, outbox_id)

    async def reaches(self, outbox_id: OutboxId, *states: OutboxState) -> OutboxItem:
        """The item, once it is in one of the states."""

        async def there() -> OutboxItem | None:
            item = await self.item(outbox_id)
            return item if item is not None and item.state in states else None

        return await until(there, f"{states} of {outbox_id}")

    async def confirmed(self, *outbox_ids: OutboxId) -> None:
        """Wait until all of these are found in the history."""
        for outbox_id in outbox_ids:
            await self.reaches(outbox_id, OutboxState.CONFIRMED)

    async def unconfirmed(self, outbox_id: OutboxId) -> OutboxItem:
        """Wait until the operator is asked, after at least three looks."""
        item = await self.reaches(outbox_id, OutboxState.UNCONFIRMED)
        assert item.looks >= 3
        return item

    # -- what the Market saw ----------------------------------------------------------------------------

    def posts(self, operation: str = SEND) -> list[RequestRecord]:
        """The requests of this operation."""
        return [request for request in self.market.requests if request.operation == operation]

    def texts(self, chat_ref: ChatRef) -> list[str]:
        """The texts and files that the Market accepted in a chat."""
        return ledger_marks(self.market.ledger, chat_ref)

    async def check(self, *, in_order: bool = True) -> tuple[OutboxItem, ...]:
        """End all copies; check A1–A6, A9 and A10; return the remaining rows."""
        await self.close()
        rows = read_rows(self.root)
        check_sending(
            self.market.ledger, self.typed, rows, discarded=frozenset(self.discarded), in_order=in_order
        )
        assert not self.false_words, f"A5: {self.false_words}"
        own = (self.root / "cache", self.root / "data")
        check_key(self.market.api_key, (self.root,), self.market, self.log.text)
        check_modes(own)
        check_limits(self.market)
        return rows

    async def close(self) -> None:
        """End all copies."""
        for shop in self.shops:
            await shop.close()

    def _watch(self, event: Event, shop: Shop) -> None:
        """A5 at every moment: whenever an item changes, it may be called sent only if it is in the ledger."""
        if isinstance(event, OutboxChanged) and not shop.is_closed:
            shop.store.read(items_of, event.chat_ref).add_done_callback(self._compare)

    def _compare(self, done: "Future[tuple[OutboxItem, ...]]") -> None:
        if done.exception() is None:
            said = [item for item in done.result() if item.state in SAID]
            self.false_words += [
                f"{item.state}: {item.outbox_id}"
                for item in said
                if mark_of(item) not in self.texts(item.chat_ref)
            ]
