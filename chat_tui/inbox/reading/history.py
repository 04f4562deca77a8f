"""Reads a chat's history from the Market (getChatHistory) into the cache: the newest, and older on demand."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from weakref import WeakValueDictionary

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.events import ChatsChanged, HistoryFailed, TimelineChanged
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.reading.scan import Pager
from chat_tui.model.chat import Message, Page, Sender
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, MessageId, Millis
from chat_tui.model.link import Work
from chat_tui.model.problem import Problem
from chat_tui.model.quota import Urgency
from chat_tui.model.timeline import Coverage, HistoryCursor
from chat_tui.store import messages
from chat_tui.store.database import Connection
from chat_tui.store.errors import StoreError, StoreOutdated

_MOST_CHATS = 200
"""The least recently used are dropped first; they are read again when needed."""
_MOST_MESSAGES = 1_000
"""Of one chat; the newest are kept."""


class Unstored:
    """Messages by chat that the cache could not take, until it can. Lives on the engine's thread."""

    def __init__(self) -> None:
        self._chats: OrderedDict[ChatRef, dict[MessageId, Message]] = OrderedDict()

    def add(self, chat_ref: ChatRef, found: Iterable[Message]) -> None:
        """Keep messages of a chat with those kept before; without any, the chat is known to be empty."""
        kept = self._chats.setdefault(chat_ref, {})
        kept.update((message.message_id, message) for message in found)
        for message_id in sorted(kept)[:-_MOST_MESSAGES]:
            del kept[message_id]
        self._chats.move_to_end(chat_ref)
        while len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)

    def forget(self, chat_ref: ChatRef) -> None:
        """The cache has taken the chat."""
        self._chats.pop(chat_ref, None)

    def newest(self, chat_ref: ChatRef) -> MessageId | None:
        """The newest message kept of a chat, 0 for a chat found empty; None if nothing was kept."""
        kept = self._chats.get(chat_ref)
        return None if kept is None else max(kept, default=MessageId(0))

    def own(self, chat_ref: ChatRef, after: MessageId, not_before: Millis) -> tuple[Message, ...]:
        """Our messages after `after`, not older than `not_before`, oldest first."""
        kept = self._chats.get(chat_ref, {})
        return tuple(
            kept[message_id]
            for message_id in sorted(kept)
            if message_id > after
            and kept[message_id].sender == Sender.PARTNER
            and kept[message_id].created_at >= not_before
        )


PAGE = 50
"""Messages per page when reading backwards; a page token is only good for the limit it was made with."""
NEWER_PAGE = 100
"""Messages per page when reading what is new."""

log = logging.getLogger(__name__)


class HistoryReader:
    """Reads one chat once at a time: a second reader of the same chat waits for its lock."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx
        self._locks: WeakValueDictionary[ChatRef, asyncio.Lock] = WeakValueDictionary()
        """By chat that is being read or waited for."""
        self.unstored = Unstored()
        """What was read for a send while the cache could not be written."""
        self._server_at: tuple[Millis, float] | None = None

    def server_now(self) -> Millis | None:
        """The Market's clock, extrapolated from its last answer; None before the first.

        The wall clock plays no part in it: it may be wrong, and it may jump.
        """
        if self._server_at is None:
            return None
        told, at = self._server_at
        return told + int((asyncio.get_running_loop().time() - at) * 1000)

    async def newer(self, chat_ref: ChatRef, urgency: Urgency = Urgency.OPEN) -> Problem | None:
        """Bring the newest messages of a chat into the cache; the first time, its newest page."""
        async with self._lock(chat_ref):
            cursor = await self._known(chat_ref, urgency)
            if isinstance(cursor, Problem):
                return cursor
            if cursor.hi is None:
                return await self._first(chat_ref, urgency)
            return await self._since(chat_ref, cursor.hi, urgency)

    async def since(self, chat_ref: ChatRef, base: MessageId) -> Problem | None:
        """Bring everything after `base` (0 = all messages) into the cache, whatever is there already."""
        async with self._lock(chat_ref):
            cursor = await self._known(chat_ref, Urgency.SEND)
            if isinstance(cursor, Problem):
                return cursor
            # A cache that could not be written for a while may end before the base: leave no gap in it.
            start = base if cursor.hi is None else min(base, cursor.hi)
            return await self._since(chat_ref, start, Urgency.SEND)

    async def newest_known(self, chat_ref: ChatRef) -> MessageId | Problem:
        """The message after which ours must come; reads the chat first if its end or the clock is unknown."""
        for first in (True, False):
            cursor = await self._ctx.store.read(messages.cursor, chat_ref)
            unstored = self.unstored.newest(chat_ref)
            known = cursor.hi is not None or cursor.coverage == Coverage.DONE or unstored is not None
            if known and self.server_now() is not None:
                break
            if first and (problem := await self.newer(chat_ref, Urgency.SEND)) is not None:
                return problem
        return max(cursor.hi or MessageId(0), unstored or MessageId(0))

    async def unclaimed_own(
        self, chat_ref: ChatRef, after: MessageId, not_before: Millis
    ) -> tuple[Message, ...]:
        """Our messages after `after`, not older than `not_before`, that no outbox item claims; oldest first.

        They include those that the cache could not take.
        """
        return await self._ctx.store.read(
            messages.unclaimed_own,
            chat_ref,
            after=after,
            not_before=not_before,
            unstored=self.unstored.own(chat_ref, after, not_before),
        )

    async def older(self, chat_ref: ChatRef, urgency: Urgency = Urgency.OPEN) -> Problem | None:
        """Bring one more page of older messages into the cache."""
        async with self._lock(chat_ref):
            cursor = await self._known(chat_ref, urgency)
            if isinstance(cursor, Problem):
                return cursor
            if cursor.coverage == Coverage.DONE:
                return None
            if cursor.hi is None:
                return await self._first(chat_ref, urgency)
            problem = await self._older(chat_ref, cursor, urgency)
        if problem is not None and not urgency.is_background:
            self._ctx.bus.publish(HistoryFailed(chat_ref))
        return problem

    async def rest(self, chat_ref: ChatRef) -> Problem | None:
        """Bring all messages older than those in the cache, page by page back to the first."""
        problem: Problem | None = None
        before: HistoryCursor | None = None
        works = self._ctx.link.works
        try:
            while problem is None:
                cursor = await self._ctx.store.read(messages.cursor, chat_ref)
                # A page that brings nothing new would be requested for ever.
                if cursor.coverage == Coverage.DONE or cursor == before:
                    return None
                before = cursor
                works.step(Work.CHAT, await self._ctx.store.read(messages.count, chat_ref), key=chat_ref)
                problem = await self.older(chat_ref)
        finally:
            works.end(Work.CHAT, chat_ref)
        return problem

    async def _older(self, chat_ref: ChatRef, cursor: HistoryCursor, urgency: Urgency) -> Problem | None:
        """The next page after the stored token, or from the top if the Market no longer knows the token."""
        pager = Pager("getChatHistory", cursor.older_token)
        while True:
            page = await self._page(pager, chat_ref, urgency)
            if isinstance(page, Problem):
                return page
            goes_on = pager.goes_on(page)
            brought = await self._save(
                chat_ref, page.items, newest=False, oldest=pager.is_whole, token=pager.token
            )
            reached = cursor.lo is None or any(m.message_id < cursor.lo for m in page.items)
            if pager.trouble is not None:
                self._ctx.failed(pager.trouble, urgency)
                return pager.trouble
            if not goes_on or (brought and reached):
                return None

    async def _first(self, chat_ref: ChatRef, urgency: Urgency) -> Problem | None:
        """Nothing is known yet. The order is not documented: only newest first allows stopping early."""
        pager = Pager("getChatHistory")
        collected: list[Message] = []
        is_enough, goes_on = False, True
        while goes_on and not is_enough:
            page = await self._page(pager, chat_ref, urgency)
            if isinstance(page, Problem):
                return page
            collected.extend(page.items)
            is_enough = pager.token is None and _is_newest_first(page.items)
            goes_on = pager.goes_on(page)
        await self._save_for(
            urgency, chat_ref, collected, newest=True, oldest=pager.is_whole, token=pager.token
        )
        return None

    async def _since(self, chat_ref: ChatRef, base: MessageId, urgency: Urgency) -> Problem | None:
        """All pages after `base`, saved in one transaction, so that a crash leaves no gap."""
        pager = Pager("getChatHistory")
        collected: list[Message] = []
        goes_on = True
        while goes_on:
            page = await self._page(pager, chat_ref, urgency, after=base or None, limit=NEWER_PAGE)
            if isinstance(page, Problem):
                return page
            collected.extend(page.items)
            goes_on = pager.goes_on(page)
        # Messages that came oldest first have no gap, even if the scan stopped early: the next begins there.
        newest = pager.is_whole or _is_oldest_first(collected)
        await self._save_for(urgency, chat_ref, collected, newest=newest, oldest=None)
        return pager.trouble

    async def _page(
        self,
        pager: Pager,
        chat_ref: ChatRef,
        urgency: Urgency,
        *,
        after: MessageId | None = None,
        limit: int = PAGE,
    ) -> Page[Message] | Problem:
        """One page of getChatHistory. If the page token is refused, tries once without it."""
        while True:
            page = await self._ctx.client.ask(
                urgency,
                MarketApi.get_chat_history,
                chat_ref,
                from_message_id=after,
                page_token=pager.token,
                limit=limit,
            )
            if isinstance(page, Problem):
                if pager.begins_anew(page):
                    continue
                self._ctx.failed(page, urgency)
                return page
            if page.server_time is not None:
                self._server_at = page.server_time, asyncio.get_running_loop().time()
            await self._ctx.page_came("getChatHistory", page)
            return page

    async def _save_for(
        self,
        urgency: Urgency,
        chat_ref: ChatRef,
        found: Sequence[Message],
        *,
        newest: bool,
        oldest: bool | None,
        token: str | None = None,
    ) -> None:
        """Merge into the cache. For a send, what the cache cannot take is kept in memory."""
        try:
            await self._save(chat_ref, found, newest=newest, oldest=oldest, token=token)
        except (StoreError, KeyError) as error:
            # KeyError: the chat itself could not be stored either.
            if urgency is not Urgency.SEND or isinstance(error, StoreOutdated):
                raise
            log.warning("history not kept: %s", type(error).__name__)
            self.unstored.add(chat_ref, found)
        else:
            self.unstored.forget(chat_ref)

    async def _save(
        self,
        chat_ref: ChatRef,
        found: Sequence[Message],
        *,
        newest: bool,
        oldest: bool | None,
        token: str | None = None,
    ) -> bool:
        """Merge into the cache; `oldest` None leaves the state of older messages as it is."""
        changed = await self._ctx.store.write_cache(
            _save_history,
            chat_ref,
            found,
            newest=newest,
            oldest=bool(oldest),
            token=token,
            resume=oldest is not None,
        )
        if changed:
            self._ctx.bus.publish(TimelineChanged(chat_ref))
            self._ctx.bus.publish(ChatsChanged(frozenset({chat_ref})))
        return changed

    async def _known(self, chat_ref: ChatRef, urgency: Urgency) -> HistoryCursor | Problem:
        """How far the chat was read; a chat missing from the cache is first read (getChat)."""
        cursor = await self._ctx.store.read(messages.cursor, chat_ref)
        if cursor.hi is None and cursor.updated_at == UNKNOWN_TIME:
            chat = await self._ctx.client.ask(urgency, MarketApi.get_chat, chat_ref)
            if isinstance(chat, Problem):
                return chat
            try:
                await self._ctx.save_chats((chat,))
            except StoreError as error:
                # A send needs only the messages it has read; see `Unstored`.
                if urgency is not Urgency.SEND or isinstance(error, StoreOutdated):
                    raise
                log.warning("chat not kept: %s", type(error).__name__)
        return cursor

    def _lock(self, chat_ref: ChatRef) -> asyncio.Lock:
        return self._locks.setdefault(chat_ref, asyncio.Lock())


def _save_history(
    conn: Connection,
    chat_ref: ChatRef,
    found: Sequence[Message],
    *,
    newest: bool,
    oldest: bool,
    resume: bool,
    token: str | None,
) -> bool:
    """One transaction: the messages, and the token for older ones."""
    changed = messages.save_page(conn, chat_ref, found, newest_reached=newest, oldest_reached=oldest)
    if resume:
        messages.save_older_token(conn, chat_ref, token)
    return changed


def _is_newest_first(found: Sequence[Message]) -> bool:
    """Whether a page of several messages came strictly newest first."""
    return len(found) > 1 and all(a.message_id > b.message_id for a, b in pairwise(found))


def _is_oldest_first(found: Sequence[Message]) -> bool:
    """Whether messages came oldest first, however often."""
    ids = list(dict.fromkeys(message.message_id for message in found))
    return ids == sorted(ids)
