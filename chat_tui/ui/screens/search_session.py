"""One text that is looked for: asked as typed, else as the same keys read on the other layout."""

from typing import Final

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import Millis
from chat_tui.model.search import SearchPage, read_query
from chat_tui.words.layouts import other_layouts

PAGE: Final = 50
"""Hits asked for at once."""


class SearchSession:
    """What one text asks for and what came of it; every change of the text begins another one."""

    def __init__(self, inbox: Inbox, text: str, now: Millis) -> None:
        self._inbox = inbox
        self._text = text
        self._now = now
        self.query, self.unknown = read_query(text, now)
        self.meant = ""
        """The text on the other layout, if that is what was found."""

    async def begin(self, count: int) -> SearchPage:
        """The first hits, `count` if there are so many."""
        page = await self.repeat(count)
        if page.hits:
            return page
        for text in other_layouts(self._text):
            query, unknown = read_query(text, self._now)
            other = SearchPage((), None) if unknown else await self._inbox.search(query, limit=PAGE)
            if other.hits:
                self.query, self.meant = query, text
                return other
        return page

    async def repeat(self, count: int) -> SearchPage:
        """The first hits as they are now; one answer may hold fewer than asked for though there are more."""
        page = await self._inbox.search(self.query, limit=max(PAGE, count))
        while page.next_key is not None and len(page.hits) < count:
            page = await self.go_on(page)
        return page

    async def go_on(self, page: SearchPage) -> SearchPage:
        """The hits of `page` and those that follow."""
        more = await self._inbox.search(self.query, after=page.next_key, limit=PAGE)
        return SearchPage(page.hits + more.hits, more.next_key)
