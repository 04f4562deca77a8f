"""Everything once more: active chats every few minutes, all chats once a day, each where it was left."""

from typing import Final

from chat_tui.inbox.events import ChatsChanged
from chat_tui.inbox.ground import Ground
from chat_tui.inbox.walks import ACTIVE, Walks
from chat_tui.model.allowance import Urgency
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.report import SyncReport
from chat_tui.store import chats, cursors
from chat_tui.store.database import Connection

ACTIVE_EVERY_MS: Final[Millis] = 10 * 60_000
EVERYTHING_EVERY_MS: Final[Millis] = 24 * 3_600_000
STRETCH: Final = 5
"""Pages at a time, so that the list's top is never looked at late."""
MOST_ASKED: Final = 20
"""Chats that a walk did not meet and that are asked for one by one, at most."""
_TOKEN, _DONE_AT = "sweep.token", "sweep.done_at"


class Sweeps:
    """Finds what no newest-first list tells: a status that changed without a message, a missed chat."""

    def __init__(self, ground: Ground, walks: Walks) -> None:
        self._g = ground
        self._walks = walks
        self._active_at: float | None = None
        """Moment of the engine's loop at which the active chats were walked last."""
        self._at = ""
        """Where the walk through everything stands."""

    async def stretch(self, report: SyncReport, now: float) -> bool:
        """Do the next piece of what is due; False when nothing is, or its turn has not come.

        `now` is the moment by the engine's loop, in seconds.
        """
        if await self._is_first():
            return await self._everything(report, Urgency.FIRST)
        if self._active_at is None or now - self._active_at >= ACTIVE_EVERY_MS / 1000:
            self._active_at = now
            return await self.active(report)
        return await self.is_due() and await self._everything(report, Urgency.SWEEP)

    async def active(self, report: SyncReport) -> bool:
        """Walk the chats that may be waiting; those in the cache that were not met are asked for."""
        seen: set[ChatId] = set()
        before = await self._g.read(chats.active_ids)
        ended = await self._walks.through(report, Urgency.NEWS, statuses=ACTIVE, seen=seen)
        if isinstance(ended, Problem):
            return self._judge(ended, report)
        for chat_id in [chat_id for chat_id in before if chat_id not in seen][:MOST_ASKED]:
            chat = await self._g.market(Urgency.NEWS).get_chat(chat_id)
            report.requests += 1
            if isinstance(chat, Problem):
                if chat.kind is not ProblemKind.NOT_FOUND:
                    return self._judge(chat, report)
                continue
            changed = await self._g.write_cache(chats.save_page, (chat,), self._g.wall_ms())
            if changed:
                self._g.bulletin.publish(ChatsChanged(changed))
        return True

    async def everything(self, report: SyncReport) -> None:
        """Walk all chats to the end, or to where the quota allows."""
        while await self.is_due() and await self._everything(report, Urgency.FIRST):
            pass

    async def is_due(self) -> bool:
        """Whether the walk through everything is due or under way."""
        done_at = await self.done_at()
        return done_at is None or not 0 <= self._g.wall_ms() - done_at < EVERYTHING_EVERY_MS

    async def done_at(self) -> Millis | None:
        """When everything was walked last; None = never."""
        return await self._g.read(cursors.moment, _DONE_AT)

    async def begin_anew(self) -> None:
        """Walk through everything from the top, as if it never was: more is new than a look can bring."""
        await self._g.write_cache(cursors.set_, _DONE_AT, "")
        await self._g.write_cache(cursors.set_, _TOKEN, "")

    async def _is_first(self) -> bool:
        return await self.done_at() is None

    async def _everything(self, report: SyncReport, urgency: Urgency) -> bool:
        token = await self._g.read(cursors.get, _TOKEN) or None
        self._at = token or ""
        ended = await self._walks.through(report, urgency, token=token, most=STRETCH, step=self._keep)
        if isinstance(ended, Problem):
            return self._judge(ended, report)
        return True

    async def _keep(self, token: str | None) -> None:
        """The page is in the cache: a later start goes on behind it."""
        done_at = self._g.wall_ms() if token is None else None
        if await self._g.write_cache(_go_on, self._at, token or "", done_at):
            self._at = token or ""

    def _judge(self, problem: Problem, report: SyncReport) -> bool:
        """A sweep that may not go on now is no failure of the round."""
        if problem.kind is not ProblemKind.HOURLY_LIMIT:
            report.problem = problem
        return False


def _go_on(conn: Connection, before: str, token: str, done_at: Millis | None) -> bool:
    """Note how far the walk is; False, and nothing noted, if the cache was begun anew behind it."""
    if (cursors.get(conn, _TOKEN) or "") != before:
        return False
    cursors.set_(conn, _TOKEN, token)
    if done_at is not None:
        cursors.set_(conn, _DONE_AT, str(done_at))
    return True
