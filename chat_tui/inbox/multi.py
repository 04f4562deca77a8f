"""Several businesses, each with a key of its own, as one inbox.

Each has its own engine, store and client; none knows of another. A call about a chat goes to the business
that its `ChatRef` names, so there is no look-up that could go wrong. A call about all goes to all at once,
and the pure functions below merge the answers; a business whose read fails answers as if it had little, and
is named in `link`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, product
from pathlib import Path
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

from chat_tui.inbox.attachments import Files
from chat_tui.inbox.chats import Chats, Marks, Orders, Search
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.events import EngineFailed, Event, StoreMended
from chat_tui.inbox.outgoing import Outbox
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import NewChat
from chat_tui.model.file import AttachmentRef, FileCard
from chat_tui.model.ids import BusinessId, ChatRef, Millis
from chat_tui.model.link import Budget, Link, LinkState, together
from chat_tui.model.mark import Marked
from chat_tui.model.order import ChatOrder
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.search import SearchCoverage, SearchHit, SearchKey, SearchPage, SearchPlace, SearchQuery
from chat_tui.model.timeline import Draft

_GRAVITY: Final = {LinkState.REFUSED: 0, LinkState.OFFLINE: 1, LinkState.CONNECTING: 3, LinkState.ONLINE: 4}
_SENDS_PAUSED: Final = 2


def merged_page(tab: Tab, parts: Sequence[QueuePage], *, backwards: bool, limit: int) -> QueuePage:
    """A page of the common list, from `parts` that were read with the same limit and the same key."""
    items = sorted(chain.from_iterable(part.items for part in parts), key=lambda item: item.key)
    is_cut = len(items) > limit
    has_before = any(part.has_before for part in parts) or (is_cut and backwards)
    has_after = any(part.has_after for part in parts) or (is_cut and not backwards)
    kept = items[len(items) - limit :] if is_cut and backwards else items[:limit]
    return QueuePage(tab, tuple(kept), has_before=has_before, has_after=has_after)


def counts(parts: Iterable[dict[Tab, int]]) -> dict[Tab, int]:
    """How many chats each tab holds over all businesses."""
    found = dict.fromkeys(Tab, 0)
    for part in parts:
        for tab, count in part.items():
            found[tab] += count
    return found


# -- search ----------------------------------------------------------------------------------------------


def search_places(key: SearchKey | None, count: int) -> tuple[SearchPlace, ...]:
    """Where a common key continues in each business; None = at the beginning."""
    if key is None:
        return ((False, None),) * count
    assert isinstance(key, tuple), "a key of the common search"
    return key


def hits(parts: Sequence[SearchPage], places: Sequence[SearchPlace], limit: int) -> SearchPage:
    """The next hits of all: chats first, then messages, newest first. `parts` begin at `places`."""
    taken = [0] * len(parts)
    found: list[SearchHit] = []
    while len(found) < limit:
        rest = [n for n, part in enumerate(parts) if taken[n] < len(part.hits)]
        # The next hit of an exhausted page is unknown, and might come before all others.
        unsure = [
            n for n, part in enumerate(parts) if taken[n] == len(part.hits) and part.next_key is not None
        ]
        if not rest or unsure:
            break
        first = min(rest, key=lambda n: _newest_first(parts[n].hits[taken[n]]))
        found.append(parts[first].hits[taken[first]])
        taken[first] += 1
    ends = tuple(
        place if not count and part.hits else (True, _after(part, count))
        for part, place, count in zip(parts, places, taken, strict=True)
    )
    return SearchPage(tuple(found), None if all(end == (True, None) for end in ends) else ends)


def _newest_first(hit: SearchHit) -> tuple[bool, Millis]:
    return hit.message_id is not None, -hit.created_at


def _after(part: SearchPage, count: int) -> int | None:
    """The key of one store after the first `count` hits of a page."""
    key = part.hits[count - 1].key if count < len(part.hits) else part.next_key
    assert not isinstance(key, tuple), "a key of one store"
    return key


def coverage(parts: Sequence[SearchCoverage]) -> SearchCoverage:
    """How much of all histories can be searched: as far back as the least known business."""
    known = [part.oldest_at for part in parts if part.chats]
    back_to = [at for at in known if at is not None]
    return SearchCoverage(
        chats=sum(part.chats for part in parts),
        read=sum(part.read for part in parts),
        oldest_at=max(back_to) if back_to and len(back_to) == len(known) else None,
        is_fetching=any(part.is_fetching for part in parts),
    )


# -- link ------------------------------------------------------------------------------------------------


def link(parts: Iterable[tuple[str, Link]]) -> Link:
    """The state of all connections: that of the worst one, and each by its name in `parts`."""
    ordered = sorted(parts, key=lambda part: _gravity(part[1]))
    links = [part for _name, part in ordered]
    worst = links[0]
    budgets: dict[str, Budget] = {}
    waits: dict[str, Millis] = {}
    for one in links:
        for name, budget in one.budgets.items():
            if name not in budgets or budget.share_left < budgets[name].share_left:
                budgets[name] = budget
        waits |= {name: max(until, waits.get(name, until)) for name, until in one.waits.items()}
    return replace(
        worst,
        fresh_at=_fresh_at(links),
        skipped=sum(one.skipped for one in links),
        sends_paused=next((one.sends_paused for one in links if one.sends_paused), None),
        view_only=worst.view_only if all(one.view_only for one in links) else None,
        budgets=budgets,
        clock_ahead=max((one.clock_ahead for one in links), key=abs),
        waits=waits,
        proxy=next((one.proxy for one in links if one.proxy), ""),
        works=together(work for one in links for work in one.works),
        parts=tuple(ordered),
    )


def _gravity(one: Link) -> int:
    if one.unread:
        return _GRAVITY[LinkState.REFUSED]
    if one.sends_paused is not None:
        return min(_SENDS_PAUSED, _GRAVITY[one.state])
    return _GRAVITY[one.state]


def _fresh_at(links: Sequence[Link]) -> Millis | None:
    """When the stalest list was read; None while one that is still connecting was never read."""
    if any(one.fresh_at is None and one.state is LinkState.CONNECTING for one in links):
        return None
    return min((one.fresh_at for one in links if one.fresh_at is not None), default=None)


# -- several as one --------------------------------------------------------------------------------------


P = ParamSpec("P")
T = TypeVar("T")
Noun = TypeVar("Noun")
Ref = TypeVar("Ref", ChatRef, AttachmentRef, OutboxItem, Draft, Marked)
"""Anything that names a chat or belongs to one."""


@dataclass(frozen=True, slots=True)
class NamedInbox:
    """One of several businesses: its profile name, and its inbox."""

    name: str
    inbox: Inbox

    def named(self, item: QueueItem) -> QueueItem:
        """A row of the common queue, with the name of its business."""
        return replace(item, business=self.name)


class _Router(Generic[Noun]):
    """A noun over all businesses: a call about one chat goes to the business the chat belongs to."""

    def __init__(self, businesses: Mapping[BusinessId, NamedInbox], noun: Callable[[Inbox], Noun]) -> None:
        self._businesses = businesses
        self._nouns = {business: noun(one.inbox) for business, one in businesses.items()}

    async def _each(self, ask: Callable[[Noun], Awaitable[T]]) -> list[T]:
        return await asyncio.gather(*map(ask, self._nouns.values()))


def _routed(
    method: Callable[Concatenate[Noun, Ref, P], T],
) -> Callable[Concatenate[_Router[Noun], Ref, P], T]:
    """A method of a noun that is called on the business its first argument belongs to."""

    def route(self: _Router[Noun], ref: Ref, /, *args: P.args, **kwargs: P.kwargs) -> T:
        chat = ref if isinstance(ref, ChatRef) else ref.chat_ref
        asked: Callable[Concatenate[Ref, P], T] = getattr(self._nouns[chat.business], method.__name__)
        return asked(ref, *args, **kwargs)

    return route


class _Chats(_Router[Chats]):
    timeline = _routed(Chats.timeline)
    want_older = _routed(Chats.want_older)
    attend = _routed(Chats.attend)

    async def page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        pages = await self._each(
            lambda chats: chats.page(tab, after=after, before=before, from_end=from_end, limit=limit)
        )
        named = [
            replace(page, items=tuple(map(one.named, page.items)))
            for one, page in zip(self._businesses.values(), pages, strict=True)
        ]
        return merged_page(tab, named, backwards=from_end or before is not None, limit=limit)

    async def item(self, chat_ref: ChatRef, /, tab: Tab = Tab.ALL) -> QueueItem | None:
        item = await self._nouns[chat_ref.business].item(chat_ref, tab)
        return item and self._businesses[chat_ref.business].named(item)

    async def counts(self) -> dict[Tab, int]:
        return counts(await self._each(lambda chats: chats.counts()))

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        known = None if beyond is None else await self.item(beyond, Tab.WAITING)
        starts = (known.key, None) if known else (None,)
        for is_free, start in product((True, False), starts):
            found = await self._waiting_beyond(start, backwards=backwards, is_free=is_free)
            if found is not None and found.chat.chat_ref != beyond:
                return found.chat.chat_ref
        return None

    async def _waiting_beyond(
        self, start: QueueKey | None, *, backwards: bool, is_free: bool
    ) -> QueueItem | None:
        found = await self._each(
            lambda chats: chats.waiting_beyond(start, backwards=backwards, is_free=is_free)
        )
        items = sorted(filter(None, found), key=lambda item: item.key)
        return items[-1 if backwards else 0] if items else None

    def open(self, chat_ref: ChatRef | None) -> None:
        for business, chats in self._nouns.items():
            chats.open(chat_ref if chat_ref and chat_ref.business == business else None)

    async def create(self, about: NewChat) -> ChatRef | Problem:
        """In the business whose order it is: the others answer NOT_FOUND.

        If none knows it, any other Problem is returned before NOT_FOUND.
        """
        refusals: list[Problem] = []
        for chats in self._nouns.values():
            created = await chats.create(about)
            if not isinstance(created, Problem):
                return created
            refusals.append(created)
        return min(refusals, key=lambda refusal: refusal.kind is ProblemKind.NOT_FOUND)


class _Marks(_Router[Marks]):
    done = _routed(Marks.done)
    snooze = _routed(Marks.snooze)
    put = _routed(Marks.put)
    take_back = _routed(Marks.take_back)
    see = _routed(Marks.see)


class _Drafts(_Router[Drafts]):
    get = _routed(Drafts.get)
    save = _routed(Drafts.save)
    forget = _routed(Drafts.forget)

    def keep_aside(self, drafts: Sequence[Draft], /) -> tuple[Draft, ...]:
        left: list[Draft] = []
        for business, one in self._nouns.items():
            left += one.keep_aside([draft for draft in drafts if draft.chat_ref.business == business])
        return tuple(left)


class _Outbox(_Router[Outbox]):
    send_text = _routed(Outbox.send_text)
    send_file = _routed(Outbox.send_file)
    resend = _routed(Outbox.resend)
    take_back = _routed(Outbox.take_back)
    stop = _routed(Outbox.stop)

    async def open_items(self) -> tuple[OutboxItem, ...]:
        found = await self._each(lambda outbox: outbox.open_items())
        return tuple(sorted((item for part in found for item in part), key=lambda item: item.created_at))


class _Files(_Router[Files]):
    save = _routed(Files.save)
    read = _routed(Files.read)

    async def inspect(self, path: Path) -> FileCard | Problem:
        """A file that is private to one business is refused for all."""
        cards = await self._each(lambda files: files.inspect(path))
        return next((card for card in cards if isinstance(card, Problem)), cards[0])

    async def last_folder(self) -> Path | None:
        """That of the first business that has saved anything."""
        return next(filter(None, await self._each(lambda files: files.last_folder())), None)


class _Orders(_Router[Orders]):
    want = _routed(Orders.want)

    async def of_chat(self, chat_ref: ChatRef, /) -> ChatOrder | None:
        found = await self._nouns[chat_ref.business].of_chat(chat_ref)
        if found is None:
            return None
        named = self._businesses[chat_ref.business].named
        return replace(found, item=named(found.item), others=tuple(map(named, found.others)))


class _Search(_Router[Search]):
    async def find(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        places = search_places(after, len(self._nouns))

        async def ask(one: NamedInbox, place: SearchPlace) -> SearchPage:
            is_begun, key = place
            if is_begun and key is None:
                return SearchPage((), None)
            page = await one.inbox.search.find(query, key, limit)
            hits = tuple(replace(hit, item=one.named(hit.item)) for hit in page.hits)
            return SearchPage(hits, page.next_key)

        pages = await asyncio.gather(*map(ask, self._businesses.values(), places))
        return hits(pages, places, limit)

    async def coverage(self) -> SearchCoverage:
        return coverage(await self._each(lambda search: search.coverage()))

    def fetch_rest(self, wanted: bool) -> None:
        for search in self._nouns.values():
            search.fetch_rest(wanted)


class MultiInbox:
    """An `api.InboxApi` over several businesses. A verb works on one of them, found by `own`."""

    def __init__(self, businesses: Sequence[NamedInbox], left_out: Sequence[tuple[str, str]] = ()) -> None:
        """`businesses` has at least one, and each business once.

        `left_out` has the name of each profile that could not be opened, and a sentence that says why.
        """
        self._inboxes = [one.inbox for one in businesses]
        self._by_id = by_id = {one.inbox.business: one for one in businesses}
        assert len(by_id) == len(businesses), "no business is open twice"
        self._left_out = tuple((name, _refused(reason)) for name, reason in left_out)
        self.chats = _Chats(by_id, lambda inbox: inbox.chats)
        self.marks = _Marks(by_id, lambda inbox: inbox.marks)
        self.drafts = _Drafts(by_id, lambda inbox: inbox.drafts)
        self.outbox = _Outbox(by_id, lambda inbox: inbox.outbox)
        self.files = _Files(by_id, lambda inbox: inbox.files)
        self.orders = _Orders(by_id, lambda inbox: inbox.orders)
        self.search = _Search(by_id, lambda inbox: inbox.search)

    def own(self, chat: ChatRef, /) -> Inbox:
        """The inbox of a chat's business."""
        return self._by_id[chat.business].inbox

    def start(self, *, background: bool = True, asleep: bool = False) -> None:
        """Start all engines."""
        for inbox in self._inboxes:
            inbox.start(background=background, asleep=asleep)

    def awaken(self) -> None:
        """Let engines that were started `asleep` begin."""
        for inbox in self._inboxes:
            inbox.awaken()

    async def close(self) -> None:
        """Stop all engines; an exception from one does not keep the others from closing."""
        ends = await asyncio.gather(*(inbox.close() for inbox in self._inboxes), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def link(self, chat: ChatRef | None = None, /) -> Link:
        """The state of the connection: of the business of a chat, or of all, the worst first."""
        if chat is not None:
            return self.own(chat).link()
        open_ = [(one.name, one.inbox.link()) for one in self._by_id.values()]
        return link((*open_, *self._left_out))

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent to any business; one that alone may not refuses for itself."""
        return self.link().view_only

    def refresh(self) -> None:
        """Look for news in all businesses."""
        for inbox in self._inboxes:
            inbox.refresh()

    def active(self, *, is_here: bool = True) -> None:
        """The operator is at the screen, or not."""
        for inbox in self._inboxes:
            inbox.active(is_here=is_here)

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with all events, on the engines' threads; call the result to unsubscribe."""
        leaves = [one.inbox.subscribe(partial(_pass_on, hear, one.name)) for one in self._by_id.values()]

        def leave() -> None:
            for one in leaves:
                one()

        return leave


def _pass_on(hear: Callable[[Event], None], name: str, event: Event) -> None:
    """Pass on an event of one business; one that carries words is prefixed with its name."""
    match event:
        case EngineFailed(what):
            event = EngineFailed(f"{name}: {what}")
        case StoreMended(words):
            event = StoreMended(f"{name}: {words}")
    hear(event)


def _refused(reason: str) -> Link:
    return replace(Link(), state=LinkState.REFUSED, problem=Problem(ProblemKind.LEFT_OUT, message=reason))
