"""Whole conversations, to be written down: gathered page by page, from the Market first if that is wanted."""

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatRef
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.record import Record
from chat_tui.model.timeline import Entry, TimelinePage

_PAGE = 500


async def whole_chat(inbox: Inbox, chat_id: ChatRef, *, ask: bool) -> Record | Problem | None:
    """All that is known of a chat; None if it is not in the cache.

    With `ask` everything missing is read from the Market before; a Problem says why that failed.
    """
    if ask and (problem := await inbox.fetch_whole(chat_id)) is not None:
        return problem
    item = await inbox.queue_item(chat_id)
    if item is None:
        return None
    page = await inbox.timeline(chat_id, limit=_PAGE)
    entries = await with_older(inbox, page)
    if trouble := inbox.link(chat_id).unread:
        # What could not be read is not to be missing without a word.
        return Problem(ProblemKind.STORAGE, message=trouble)
    return Record(item, tuple(entries), page.is_complete, ask, wall_clock_ms())


async def with_older(inbox: Inbox, page: TimelinePage) -> list[Entry]:
    """The entries of the newest page, and before them all older ones of the cache."""
    entries = list(page.entries)
    while page.has_older:
        oldest = next(entry.message for entry in page.entries if entry.message is not None)
        page = await inbox.timeline(page.chat_id, before=oldest.message_id, limit=_PAGE)
        entries[:0] = page.entries
    return entries
