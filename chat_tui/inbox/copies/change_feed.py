"""Sees within a tenth of a second what other copies committed, and publishes it as if we had done it."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.copies.copies import Company
from chat_tui.inbox.copies.rate_limit import Quotas
from chat_tui.inbox.events import LIST, ChatsChanged, MarksChanged, OutboxChanged, TimelineChanged
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import chats, copies, cursors, marks
from chat_tui.store.errors import StoreError, tolerated

LOOK_S: Final = 0.1
"""Between two looks at what other copies committed."""
SURE_S: Final = 5.0
"""The database itself is asked this often, whatever the files look like; that also finds a removed file."""
SETTLE_S: Final = 1.0
"""A commit is in the log before it is visible: keep looking for so long, which allows for a slow disk."""
MOST_CHATS: Final = 2_000
"""Per look; a copy that changes more at once is reading everything for the first time."""

LATEST: Final = 200
"""The latest changes, published when other copies committed while this one was starting."""

SNOOZES_EVERY_S: Final = 1.0
"""Between two looks; a wall clock that was set is noticed as soon."""
FRESH_AT: Final = "list.fresh_at"
"""In the cache: when the leading copy last brought the list up to date."""
TROUBLE: Final = "list.trouble"
"""In the cache: why the leading copy cannot read the list, a kind of Problem, or nothing."""

log = logging.getLogger(__name__)


class ChangeFeed:
    """Checks whether another process has committed, and publishes what that changed."""

    def __init__(
        self,
        ctx: EngineContext,
        budgets: Quotas,
        hurry: Callable[[], Awaitable[None]],
        is_leading: Callable[[], bool],
        company: Company,
    ) -> None:
        """`hurry` is called when an operator may have become active at another copy."""
        self._ctx = ctx
        self._budgets = budgets
        self._hurry = hurry
        self._is_leading = is_leading
        self._company = company
        self._logs = [Path(f"{file.path}-wal") for file in (ctx.store.paths.cache, ctx.store.paths.state)]
        self._stamps: tuple[object, ...] = ()
        self._versions = ctx.store.opened_versions
        self._revision = 0
        self._notes: copies.Notes = {}
        self._trouble: str | None = None

    async def run(self) -> None:
        """Watch for as long as the engine lives."""
        loop = asyncio.get_running_loop()
        sure_at = settled_at = 0.0
        is_begun = False
        while True:
            try:
                if not is_begun:
                    await self._begin()
                    is_begun = True
                # Every commit changes the log of its file; a look at that costs a hundredth of a query.
                stamps = tuple(_stamp(path) for path in self._logs)
                is_time = loop.time() >= sure_at
                if stamps != self._stamps:
                    self._stamps = stamps
                    settled_at = loop.time() + SETTLE_S
                if is_time or loop.time() < settled_at:
                    await self._look(surely=is_time)
                    sure_at = loop.time() + SURE_S if is_time else sure_at
            except StoreError as error:
                log.warning("other copies not seen: %s", type(error).__name__)
                await asyncio.sleep(SURE_S)
            await asyncio.sleep(LOOK_S)

    async def _begin(self) -> None:
        """If others committed since the store was opened, publish the latest changes of all copies."""
        # Before the versions are read: a commit in between must be visible to the first look.
        known = await self._ctx.store.read(copies.of_the_operator)
        self._revision, _latest = await self._ctx.store.read(chats.changed_since, 0, 1)
        await self._tell_company()
        if await self._versions_now() == self._versions:
            self._notes = known
        else:
            self._revision = max(0, self._revision - LATEST)

    async def _versions_now(self) -> tuple[int, int]:
        return await self._ctx.store.data_version()

    async def _look(self, *, surely: bool) -> None:
        before, self._versions = self._versions, await self._versions_now()
        is_cache, is_state = (a != b for a, b in zip(before, self._versions, strict=True))
        if surely and self._ctx.link.now.storage:
            self._ctx.store.try_again()
        if is_cache:
            await self._tell_chats()
        if is_cache or surely:
            await self._tell_link()
        # A copy that was killed commits nothing.
        if is_state or (surely and self._company.elsewhere):
            await self._tell_company()
        if is_state:
            await self._tell_notes()

    async def _tell_chats(self) -> None:
        self._revision, changed = await self._ctx.store.read(chats.changed_since, self._revision, MOST_CHATS)
        if changed:
            self._ctx.bus.publish(ChatsChanged(frozenset(changed)))
        for chat_ref in changed:
            self._ctx.bus.publish(TimelineChanged(chat_ref))

    async def _tell_link(self) -> None:
        """Unless this copy leads, take the state of the list from the copy that does."""
        if self._is_leading():
            return
        fresh_at = await self._ctx.store.read(cursors.moment, FRESH_AT)
        if fresh_at is not None and fresh_at > (self._ctx.link.now.fresh_at or 0):
            self._ctx.link.caught_up(fresh_at)
        trouble = await self._ctx.store.read(cursors.get, TROUBLE)
        # A kind of problem that only another version knows cannot be shown.
        if trouble in set(ProblemKind) and trouble != self._trouble:
            self._ctx.link.failed(Problem(ProblemKind(trouble), operation=LIST))
        self._trouble = trouble

    async def _tell_company(self) -> None:
        for chat_ref in sorted(await self._company.look()):
            self._ctx.bus.publish(MarksChanged(chat_ref))

    async def _tell_notes(self) -> None:
        before, self._notes = self._notes, await self._ctx.store.read(copies.of_the_operator)
        touched = {chat_ref for chat_ref, _ in before.items() ^ self._notes.items()}
        for chat_ref in sorted(touched):
            self._ctx.bus.publish(OutboxChanged(chat_ref))
        await self._budgets.reload()
        self._ctx.link.count(self._budgets.known)
        await self._hurry()


def _stamp(path: Path) -> tuple[int, int] | None:
    """Size and modification time of a file; None if there is no such file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


class SnoozeTimer:
    """Publishes chats whose snooze has ended."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx

    async def run(self) -> None:
        """Watch for as long as the engine lives."""
        looked_at = self._ctx.wall_ms()
        while True:
            await asyncio.sleep(SNOOZES_EVERY_S)
            now = self._ctx.wall_ms()
            with tolerated(log, "snoozed chats not looked at"):
                found = await self._ctx.store.read(marks.come_back, looked_at, now)
                looked_at = now
                if found:
                    self._ctx.bus.publish(ChatsChanged(frozenset(found)))
