"""The one place that writes rows of the outbox, and publishes an event for every commit.

No other module calls the writing functions of `store.outbox`. The event belongs to the commit, not to the
caller: it is published even if the caller is cancelled meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Concatenate, ParamSpec

from chat_tui.clock import BootClock, boot_clock
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.model.ids import OutboxId
from chat_tui.model.mark import Told
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxState
from chat_tui.store import outbox
from chat_tui.store.database import Connection, Store

P = ParamSpec("P")
Also = Callable[[Connection, OutboxItem], None]
"""Something to do in the same transaction, with the item as written."""


class OutboxWrites:
    """Writes to the outbox; each call is one durable transaction and one event."""

    def __init__(self, store: Store, tell: Callable[[Event], None], clock: BootClock | None = None) -> None:
        """`tell` is called with the event of every change, on the thread that committed it."""
        self._store = store
        self._tell = tell
        self._clock = clock or boot_clock()

    async def move(
        self, item: OutboxItem, state: OutboxState, **columns: int | str | None
    ) -> OutboxItem | None:
        """Move an item; None if it has changed meanwhile. Raises what `store.outbox.move` raises."""
        return await self._written(outbox.move, item.outbox_id, item.state, state, **columns)

    async def update(self, item: OutboxItem, **columns: int | str | None) -> OutboxItem | None:
        """Set columns of an item in its present state; None if it is in another state by now."""
        return await self._written(outbox.update, item.outbox_id, item.state, **columns)

    async def count_on(self, item: OutboxItem, told: Told) -> OutboxItem | None:
        """Save how long an item still waits; None if it waits for something else by now."""
        return await self._written(outbox.count_on, item, told)

    async def enqueue(self, new: NewItem, also: Also | None = None) -> OutboxItem:
        """Append an item to those of its chat; its hold is counted from now on."""
        uptime = self._clock.now()

        def enqueue(conn: Connection) -> OutboxItem:
            item = outbox.enqueue(conn, new, self._clock.boot, uptime)
            if also is not None:
                also(conn, item)
            return item

        queued = await self._written(enqueue)
        assert queued is not None, "what was put there is there"
        return queued

    async def take_back(self, outbox_id: OutboxId, also: Also | None = None) -> OutboxItem | None:
        """Delete an item if its state still allows that; None if it has moved on."""

        def take_back(conn: Connection) -> OutboxItem | None:
            item = outbox.take_back(conn, outbox_id)
            if item is not None and also is not None:
                also(conn, item)
            return item

        return await self._written(take_back)

    async def _written(
        self,
        write: Callable[Concatenate[Connection, P], OutboxItem | None],
        *given: P.args,
        **words: P.kwargs,
    ) -> OutboxItem | None:
        written = self._store.write_state(write, *given, **words)
        written.add_done_callback(self._publish)
        return await written

    def _publish(self, written: Future[OutboxItem | None]) -> None:
        if written.cancelled() or written.exception() is not None:
            return
        item = written.result()
        if item is not None:
            # At shutdown the event loop of the subscribers may be gone.
            with suppress(RuntimeError):
                self._tell(OutboxChanged(item.chat_ref))
