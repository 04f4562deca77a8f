"""The line of the search that says how much of the history is here, and has the rest read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo

from textual import work
from textual.content import Content
from textual.message import Message as UiMessage
from textual.widgets import Static

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.link import LinkState
from chat_tui.model.search import SearchCoverage
from chat_tui.ui.screens.dialog import keys_line
from chat_tui.ui.text import plain
from chat_tui.words.search import coverage_words, fetching_words


class CoverageLine(Static):
    """Draws itself anew only when something changed."""

    class Changed(UiMessage):
        """More of the history is here, or less of it is unknown."""

    def __init__(self, inbox: Inbox, *, now: Callable[[], Millis], zone: tzinfo) -> None:
        super().__init__(id="coverage", classes="muted")
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._is_online = True
        self.coverage: SearchCoverage | None = None
        """As it was found last; None = not yet."""

    @property
    def is_fetching(self) -> bool:
        """Whether the rest is being read now."""
        return self.coverage is not None and self.coverage.is_fetching

    @work(group="coverage", exclusive=True)
    async def ask(self) -> None:
        """Look how much is here now."""
        self._set(await self._inbox.search_coverage())

    def hear_link(self) -> None:
        """The connection came or went."""
        if self.coverage is not None:
            self._set(self.coverage)

    def turn_fetching(self) -> None:
        """Have what is not here yet read from the Market, or stop that."""
        coverage = self.coverage
        if coverage is not None and coverage.read < coverage.chats:
            is_wanted = not coverage.is_fetching
            self._inbox.fetch_rest(is_wanted)
            self._set(replace(coverage, is_fetching=is_wanted))

    def _set(self, coverage: SearchCoverage) -> None:
        is_online = self._inbox.link().state is LinkState.ONLINE
        if (coverage, is_online) == (self.coverage, self._is_online):
            return
        self.coverage, self._is_online = coverage, is_online
        parts = [plain(coverage_words(coverage, self._now(), self._zone))]
        if coverage.read < coverage.chats:
            if coverage.is_fetching:
                parts.append(plain(fetching_words(is_online=is_online)))
            parts.append(keys_line(("ctrl+r", _("stop") if coverage.is_fetching else _("fetch the rest"))))
        self.update(Content("  ").join(parts))
        self.post_message(self.Changed())
