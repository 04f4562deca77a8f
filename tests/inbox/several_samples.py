"""Businesses without a store or a network, whose lists and search hits are given by a test."""

from typing import Any

from chat_tui.inbox.multi import NamedInbox
from chat_tui.model.chat import Chat, ChatContext
from chat_tui.model.ids import BusinessId, ChatRef, MessageId
from chat_tui.model.link import Link
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.search import SearchHit, SearchKey, SearchPage, SearchQuery
from tests.support.refs import ref


def chat_item(key: QueueKey) -> QueueItem:
    """A row at this position of its tab."""
    chat = Chat(key.chat, ChatContext("DIRECT"), "CHAT", "NEW", 0, 0)
    return QueueItem(
        chat, key, None, "", "", newest_has_file=False, is_unseen=False, has_draft=False, trouble=None
    )


def found(number: int, at: int, place: int = 0) -> SearchHit:
    """A search hit: row `number` in the store of the business with the index `place`."""
    item = chat_item(QueueKey(0, -at, of_place(place, number)))
    return SearchHit(item, MessageId(number), at, "CUSTOMER", f"{number}", key=number)


def of_place(place: int, number: int) -> ChatRef:
    """A chat of the first, second … business of `businesses`."""
    return ref(number, BusinessId(place + 1))


class ListedInbox:
    """An inbox whose nouns answer from lists, by the rules of the store."""

    def __init__(self, keys: list[QueueKey], finds: list[SearchHit], *, most: int = 1000) -> None:
        """A search returns at most `most` hits at once, even if more are requested."""
        self.rows = [chat_item(key) for key in sorted(keys)]
        self.finds = finds
        self.most = most
        self.state = Link()
        self.chats = self.search = self
        self.marks = self.drafts = self.outbox = self.files = self.orders = None

    async def page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        if from_end or before is not None:
            kept = [row for row in self.rows if before is None or row.key < before]
            items = kept[-limit:]
            behind = before and [row for row in self.rows if row.key >= before]
            return QueuePage(tab, tuple(items), has_before=len(kept) > limit, has_after=bool(behind))
        kept = [row for row in self.rows if after is None or row.key > after]
        behind = after and [row for row in self.rows if row.key <= after]
        return QueuePage(tab, tuple(kept[:limit]), has_before=bool(behind), has_after=len(kept) > limit)

    async def item(self, chat_ref: ChatRef, tab: Tab = Tab.ALL) -> QueueItem | None:
        return next((row for row in self.rows if row.chat.chat_ref == chat_ref), None)

    async def waiting_beyond(
        self, start: QueueKey | None, *, backwards: bool = False, is_free: bool = False
    ) -> QueueItem | None:
        while True:
            if backwards:
                page = await self.page(Tab.WAITING, before=start, from_end=True, limit=1)
            else:
                page = await self.page(Tab.WAITING, after=start, limit=1)
            if not page.items or not (is_free and page.items[0].elsewhere):
                return page.items[0] if page.items else None
            start = page.items[0].key

    async def counts(self) -> dict[Tab, int]:
        return dict.fromkeys(Tab, len(self.rows))

    async def find(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        begin = 0 if after is None else next(n for n, hit in enumerate(self.finds, 1) if hit.key == after)
        hits = tuple(self.finds[begin : begin + min(limit, self.most)])
        is_last = begin + len(hits) >= len(self.finds)
        return SearchPage(hits, None if is_last or not hits else hits[-1].key)

    def link(self, chat_ref: ChatRef | None = None) -> Link:
        return self.state


def businesses(*inboxes: Any) -> list[NamedInbox]:
    """The inboxes with the names A, B, C, … and the numbers 1, 2, 3, …"""
    for n, inbox in enumerate(inboxes, 1):
        inbox.business = BusinessId(n)
    return [NamedInbox(chr(ord("A") + n), inbox) for n, inbox in enumerate(inboxes)]
