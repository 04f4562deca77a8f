"""Waiting for what becomes of an outbox item, as a verb waits: it ends, whatever the Market does."""

import asyncio
import time
from typing import Final

from chat_tui.commands.speak import complain
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.inbox.service import Inbox
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.store.errors import StoreError
from chat_tui.words.delivery import delivery_reason

SPARE_S: Final = 4.0
"""Beyond the time for which an outcome is looked up: for the requests before it. With the end of requests and
of Python a verb lasts less than ten seconds longer than that."""
UPLOAD_S: Final = 120.0
"""More for a file: as long as its request may take on a slow line."""
LOOK_S: Final = 0.5
"""Between two looks at the item when no event tells that it changed."""


async def delivered(inbox: Inbox, item: OutboxItem, begun: float) -> OutboxItem | None:
    """The item once it is settled, or as it stands when its time is over; None if somebody took it back.

    `begun` is the moment, on the monotonic clock, from which that time counts. Why it takes long is said,
    each reason once.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    spare = SPARE_S + (UPLOAD_S if item.kind is OutboxKind.FILE else 0.0)
    until = begun + inbox.settle_s + spare

    def hear(event: Event) -> None:
        if isinstance(event, OutboxChanged):
            loop.call_soon_threadsafe(changed.set)

    leave = inbox.subscribe(hear)
    working = asyncio.ensure_future(inbox.deliver(item.outbox_id))
    told = ""
    try:
        while True:
            changed.clear()
            found = await _look(inbox, item)
            if found is None or found.is_settled:
                return found
            item, told = found, _explain(found, told)
            pause = min(LOOK_S, until - time.monotonic())
            if pause <= 0:
                return item
            # The row counts, not the event: one that never comes delays nothing.
            await _wait(changed, pause)
    finally:
        leave()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _look(inbox: Inbox, item: OutboxItem) -> OutboxItem | None:
    """The item as it stands; as it was when the store cannot be read for the moment."""
    try:
        return await inbox.outbox_item(item.outbox_id)
    except StoreError:
        return item


def _explain(item: OutboxItem, told: str) -> str:
    """Say why it is not settled yet; what was said last."""
    is_on_its_way = item.state in {OutboxState.WAITING, OutboxState.SENDING}
    reason = delivery_reason(item) if is_on_its_way else ""
    if reason and reason != told:
        complain(reason)
        return reason
    return told


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
