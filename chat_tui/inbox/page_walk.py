"""Walking through the pages of one list: where it goes on, and where a Market that never ends is left."""

import logging
from typing import Final

from chat_tui.locale import _
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.safetext import one_line

MOST_PAGES: Final = 2_000
"""Pages of one walk."""
EMPTY_PAGES: Final = 3
"""So many pages in a row with nothing in them are the end, whatever their tokens promise."""

log = logging.getLogger(__name__)


class PageWalk:
    """One walk from page to page: ask for `token`, tell it what came, go on while it says so."""

    def __init__(self, operation: str, token: str | None = None) -> None:
        """Begin at the first page, or where an earlier walk stopped."""
        self._operation = operation
        self._left = MOST_PAGES
        self._met = {token}
        self._empty = 0
        self._began_anew = False
        self.token = token
        """Of the page to ask for next; None = the first one."""
        self.is_whole = False
        """Whether the end was reached, and not merely left."""
        self.trouble: Problem | None = None
        """Why the walk was left before its end; the log says it too."""

    def goes_on(self, page: ChatsPage | MessagesPage) -> bool:
        """Step behind a page; False at the end, after a token met before, and after too many pages."""
        items = page.chats if isinstance(page, ChatsPage) else page.messages
        self._empty = 0 if items or page.unreadable else self._empty + 1
        self._left -= 1
        if page.next_token is None or self._empty >= EMPTY_PAGES:
            self.token, self.is_whole = None, True
        elif page.next_token in self._met:
            self._leave(_("The Market repeats the same page."))
        elif self._left <= 0:
            self._leave(_("The Market's pages do not end."))
        else:
            self.token = page.next_token
            self._met.add(self.token)
            return True
        return False

    def begins_anew(self, problem: Problem) -> bool:
        """Whether the page token was refused and the walk may begin at the first page again: once."""
        if problem.kind != ProblemKind.BAD_REQUEST or self.token is None or self._began_anew:
            return False
        self.token, self._met, self._empty = None, {None}, 0
        self._began_anew = True
        return True

    def _leave(self, words: str) -> None:
        self.token = None
        self.trouble = Problem(
            ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, self._operation, message=words
        )
        log.warning("%s: %s", one_line(self._operation), one_line(words))
