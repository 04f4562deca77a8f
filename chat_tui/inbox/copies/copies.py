"""What one running copy of the program shares with the other copies on this machine, put together.

Also which chats the copies have open: each copy writes its own into a row, and the others see that commit.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from chat_tui.clock import BootClock, boot_clock
from chat_tui.inbox.copies.leader import IDLE_MS, Leadership, Locks, Presence
from chat_tui.inbox.copies.rate_limit import ConcurrencyLimit, Quotas, RateLimitedClient
from chat_tui.inbox.events import LinkMonitor
from chat_tui.inbox.market import Unreachable
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Elsewhere, Stage
from chat_tui.model.quota import BootMillis
from chat_tui.store import copies
from chat_tui.store.copies import Opened
from chat_tui.store.database import Store
from chat_tui.store.errors import tolerated
from chat_tui.store.locks import CHATS, COPIES, ByteLock, NoLocks

_BUSY_MS: Final[Mapping[Stage, BootMillis]] = {Stage.CARET: IDLE_MS, Stage.TYPING: 5 * IDLE_MS}
"""How long after the last key somebody counts as about to answer."""

log = logging.getLogger(__name__)


class Company:
    """The chat that this copy has open, and those that the others have open."""

    def __init__(self, store: Store, locks: Locks, clock: BootClock, copy: str, operator: str) -> None:
        """`copy` is the name of this copy in `presence`, `operator` that of who uses it (empty = unknown)."""
        self._store = store
        self._clock = clock
        self._copy = copy
        self._locks = locks
        self._operator = operator
        # Only this copy ever takes this number.
        self._lock = uuid.uuid4().int >> 66
        self._is_held = False
        self._here: Opened | None = None
        self._stages: dict[ChatRef, Stage] = {}
        """How far the operator is in the chat on the screen, which may be told before it is open."""
        self._rows: tuple[Opened, ...] = ()
        """The open chats of the others."""
        self._gone: tuple[int, ...] = ()
        """The locks of copies that died and left a row."""
        self.elsewhere: Mapping[ChatRef, Elsewhere] = MappingProxyType({})
        """By chat: where else it is open. Replaced as a whole, so any thread may read it."""

    async def open(self, chat_ref: ChatRef | None) -> None:
        """This chat is open here from now on; None = no chat is."""
        if chat_ref == (self._here and self._here.chat_ref):
            return
        here = None
        if chat_ref is not None:
            stage = self._stages.get(chat_ref, Stage.OPEN)
            here = Opened(self._lock, self._copy, chat_ref, stage, self._operator)
        await self._put(here)

    async def attend(self, chat_ref: ChatRef, stage: Stage) -> None:
        """How far the operator is in this chat, the one on the screen."""
        self._stages = {chat_ref: stage}
        here = self._here
        if here is not None and here.chat_ref == chat_ref and here.stage != stage:
            await self._put(here._replace(stage=stage))

    def busy(self) -> frozenset[ChatRef]:
        """The chats in which somebody else is about to answer. Any thread may call it.

        Whoever has pressed no key for some time does not count: no buyer waits for a window left alone.
        """
        now = self._clock.now()
        return frozenset(
            row.chat_ref
            for row in self._rows
            if row.active_at is not None and now - row.active_at < _BUSY_MS.get(row.stage, 0)
        )

    async def leave(self) -> None:
        """This copy ends."""
        if self._here is not None:
            await self._put(None)
        if self._is_held:
            self._locks.release(self._lock)

    async def look(self) -> frozenset[ChatRef]:
        """Read what the others have open; returns the chats for which that changed."""
        before = self.elsewhere
        with tolerated(log, "open chats of other copies not seen"):
            rows = [
                row
                for row in await self._store.read(copies.opened, self._clock.boot)
                if row.lock != self._lock
            ]
            self._gone = tuple(row.lock for row in rows if self._is_dead(row.lock))
            found: dict[ChatRef, Elsewhere] = {}
            # Who types comes last and stays.
            rows = sorted((row for row in rows if row.lock not in self._gone), key=lambda row: row.stage)
            for row in rows:
                who = "" if row.operator == self._operator else row.operator
                found[row.chat_ref] = Elsewhere(who, row.stage is Stage.TYPING)
            self._rows = tuple(rows)
            self.elsewhere = MappingProxyType(found)
        return frozenset(chat_ref for chat_ref, _ in before.items() ^ self.elsewhere.items())

    async def _put(self, row: Opened | None) -> None:
        self._here = row
        with tolerated(log, "open chat not noted"):
            # First: without its lock the row would count as that of a dead copy.
            self._is_held = self._is_held or self._locks.try_hold(self._lock)
            await self._store.write_state(copies.put_opened, self._lock, row, self._gone)

    def _is_dead(self, lock: int) -> bool:
        """Whether no process holds this lock; then nobody ever will."""
        if not self._locks.try_hold(lock):
            return False
        self._locks.release(lock)
        return True


class Copies:
    """Kernel locks, quotas and signs of life of one store. StoreProblem if a lock file cannot be opened."""

    def __init__(
        self,
        store: Store,
        link: LinkMonitor,
        poll_s: float,
        wall_ms: Callable[[], Millis],
        operator: str = "",
    ) -> None:
        """`poll_s` is the pause in seconds between two looks at the list while an operator is at a screen.

        `operator` is the name of who uses this copy.
        """
        data_dir = store.paths.data_dir
        # If nothing can be written, nothing is read or sent either, so no other copy has to be kept out.
        locks = NoLocks if store.unwritable else ByteLock
        self.clock = boot_clock()
        self.quotas = Quotas(store, self.clock, wall_ms)
        # The engine replaces it by the real client when it opens.
        nobody = Unreachable(Problem(ProblemKind.OFFLINE))
        self.client = RateLimitedClient(
            nobody, ConcurrencyLimit(locks(data_dir / "slots.lock")), self.quotas, link
        )
        self.leadership = Leadership(store, locks(data_dir / "leader.lock"), self.clock)
        self.presence = Presence(store, self.clock, poll_s)
        self.company = Company(store, locks(data_dir / COPIES), self.clock, self.presence.copy, operator)
        self.chat_locks: Locks = locks(data_dir / CHATS)
        """By number of a chat: the copy that acts for its outbox."""
