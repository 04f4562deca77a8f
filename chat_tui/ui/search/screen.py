"""The search through everything ever read: one field, what it finds meanwhile, how much it covers."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, ClassVar, Final

from rich.cells import cell_len, get_character_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message as UiMessage
from textual.timer import Timer
from textual.widgets import Input, Static

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.link import LinkState
from chat_tui.model.search import SearchCoverage, SearchHit, SearchPage, SearchQuery, read_query
from chat_tui.safetext import one_line
from chat_tui.stems import marks
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed, keys_line, text_field
from chat_tui.ui.kit.news import News, NewsCame
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.chats import about, author, buyer_name, sender_mark, shop_title, state_words
from chat_tui.words.layouts import other_layouts
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, fit, pad, spread, width_of
from chat_tui.words.search import (
    coverage_words,
    fetching_words,
    filter_rows,
    found_words,
    help_words,
    nothing_words,
    unknown_words,
)
from chat_tui.words.times import clock_time, day_of, day_words

_TEXT_MOST: Final = 4096
"""Characters of a text that are looked through for the words: as many as the Market takes."""
_FILES_MOST: Final = 4
_NAME_MOST: Final = 255
_GAP: Final = Span("  ")
_JOIN: Final = Span(glyphs.JOIN, Role.MUTED)


def hit_lines(hit: SearchHit, query: SearchQuery, now: Millis, zone: tzinfo, cells: int) -> tuple[Line, Line]:
    """The two lines of a hit, with the words that were looked for marked."""
    moment = Span(f"{_when(hit.created_at, now, zone)} ", Role.MUTED)
    first = spread(_title(hit, query, cells), (moment,), cells)
    second = _chat_line(hit) if hit.message_id is None else _message_line(hit, query, cells)
    return first, fit(second, cells)


def marked(text: str, role: Role, query: SearchQuery) -> Line:
    """A shown text as spans: the words that were looked for in a role of their own."""
    return _spans(text, role, _found(text, query))


def excerpt(text: str, role: Role, query: SearchQuery, cells: int) -> Line:
    """As much of a text of one line as there is room for, around the first word that was looked for."""
    found = _found(text, query)
    begin = _begin(text, found[0][0], cells) if found and cell_len(text) > cells else 0
    # No letter is followed by more than three marks of no width.
    part = text[begin : begin + 4 * max(1, cells)]
    spans = _spans(part, role, [(start - begin, end - begin) for start, end in found if start >= begin])
    return fit((Span(glyphs.CUT, Role.MUTED), *spans) if begin else spans, max(0, cells))


def _title(hit: SearchHit, query: SearchQuery, cells: int) -> Line:
    context = hit.item.chat.context
    name = marked(cut(buyer_name(context), max(12, cells // 3)), Role.STRONG, query)
    subject = about(context)
    shop = shop_title(hit.item)
    line = (*name, _JOIN, *_spans(subject, Role.TEXT, _numbers(subject, query)))
    return (*line, _JOIN, Span(shop, Role.MUTED)) if shop else line


def _numbers(subject: str, query: SearchQuery) -> Sequence[tuple[int, int]]:
    """Where the number that was looked for stands, or its part; our own words are not what was found."""
    for word in query.words:
        digits = "".join(filter(str.isdigit, word))
        at = subject.find(digits) if digits else -1
        if at >= 0:
            return [(at, at + len(digits))]
    return ()


def _when(at: Millis, now: Millis, zone: tzinfo) -> str:
    day, today = day_of(at, zone), day_of(now, zone)
    return clock_time(at, zone) if day is not None and day == today else day_words(day, today)


def _chat_line(hit: SearchHit) -> Line:
    words, role = state_words(hit.item)
    line = (Span(_("chat"), Role.ACCENT), _JOIN, Span(words, role))
    snippet = one_line(hit.item.snippet)
    return (*line, _JOIN, author(hit.item.newest_sender), Span(snippet, Role.MUTED)) if snippet else line


def _message_line(hit: SearchHit, query: SearchQuery, cells: int) -> Line:
    mark, role = sender_mark(hit.sender)
    before = (Span(f"{mark} ", role), author(hit.sender))
    room = cells - width_of(before)
    text = one_line(hit.text[:_TEXT_MOST])
    files = _files(hit, query, room // 2 if text else room)
    if not text:
        return (*before, *(files or (Span(_("(empty: a sticker?)"), Role.MUTED),)))
    if not files:
        return (*before, *excerpt(text, Role.SOFT, query, room))
    words = excerpt(text, Role.SOFT, query, room - width_of(files) - width_of((_GAP,)))
    return (*before, *words, _GAP, *files) if _found(text, query) else (*before, *files, _GAP, *words)


def _files(hit: SearchHit, query: SearchQuery, cells: int) -> Line:
    spans: list[Span] = []
    for name in hit.file_names[:_FILES_MOST]:
        title = cut_middle(one_line(name[:_NAME_MOST]) or _("nameless file"), max(1, cells - 2))
        spans += [*([_GAP] if spans else []), Span(f"{glyphs.FILE} ", Role.ACCENT)]
        spans += marked(title, Role.TEXT, query)
    return fit(spans, max(0, cells))


def _found(text: str, query: SearchQuery) -> Sequence[tuple[int, int]]:
    return marks(text, query.words, is_last_whole=query.is_last_whole) if query.words else ()


def _spans(text: str, role: Role, found: Sequence[tuple[int, int]]) -> Line:
    spans: list[Span] = []
    done = 0
    for start, end in found:
        spans += [Span(text[done:start], role), Span(text[start:end], Role.FOUND)]
        done = end
    return tuple(span for span in (*spans, Span(text[done:], role)) if span.text)


def _begin(text: str, at: int, cells: int) -> int:
    """Where to begin a text that is too long, so that what stands at `at` is seen with words before it."""
    room = max(cells // 3, cells - 1 - cell_len(text[at:]))
    begin = at
    while begin and room > 0:
        begin -= 1
        room -= get_character_cell_size(text[begin])
    blank = text.find(" ", begin, at)
    return begin if begin == 0 or blank < 0 else blank + 1


# -- the screen ------------------------------------------------------------------------------------------


PAGE: Final = 50
"""Hits asked for at once."""
MOST: Final = 1000
"""Hits listed at most: nobody reads more."""
NEAR: Final = 20
"""Rows left below the highlight at which more are asked for."""
NEWS_S: Final = 1.0
"""Seconds between two looks at what changed."""

_NOTHING: Final = SearchPage((), None)

Place = tuple[ChatRef, MessageId | None]
"""What tells one hit from another."""


@dataclass(frozen=True, slots=True)
class LastSearch:
    """What was looked for and where the highlight stood, to open the search there again."""

    text: str = ""
    place: Place | None = None
    count: int = 0
    """Hits that were listed."""


class SearchSession:
    """What one text asks for and what came of it; every change of the text begins another one."""

    def __init__(self, inbox: InboxApi, text: str, now: Millis) -> None:
        self._inbox = inbox
        self._text = text
        self._now = now
        self.query, self.unknown = read_query(text, now)
        self.meant = ""
        """The text on the other layout, if that is what was found."""

    async def begin(self, count: int) -> SearchPage:
        """The first hits, `count` if there are so many."""
        # As typed first: the other layout only explains what would otherwise be nothing.
        page = await self.repeat(count)
        if page.hits:
            return page
        for text in other_layouts(self._text):
            query, unknown = read_query(text, self._now)
            # A filter nobody knows is no sign of the wrong layout.
            other = SearchPage((), None) if unknown else await self._inbox.search.find(query, limit=PAGE)
            if other.hits:
                self.query, self.meant = query, text
                return other
        return page

    async def repeat(self, count: int) -> SearchPage:
        """The first hits as they are now; one answer may hold fewer than asked for though there are more."""
        page = await self._inbox.search.find(self.query, limit=max(PAGE, count))
        while page.next_key is not None and len(page.hits) < count:
            page = await self.go_on(page)
        return page

    async def go_on(self, page: SearchPage) -> SearchPage:
        """The hits of `page` and those that follow."""
        more = await self._inbox.search.find(self.query, after=page.next_key, limit=PAGE)
        return SearchPage(page.hits + more.hits, more.next_key)


class CoverageLine(Static):
    """Draws itself anew only when something changed."""

    class Changed(UiMessage):
        """More of the history is here, or less of it is unknown."""

    def __init__(self, inbox: InboxApi, *, now: Callable[[], Millis], zone: tzinfo) -> None:
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
        self._set(await self._inbox.search.coverage())

    def hear_link(self) -> None:
        """The connection came or went."""
        if self.coverage is not None:
            self._set(self.coverage)

    def turn_fetching(self) -> None:
        """Have what is not here yet read from the Market, or stop that."""
        coverage = self.coverage
        if coverage is not None and coverage.read < coverage.chats:
            # Shown at once; the engine tells how it goes on.
            is_wanted = not coverage.is_fetching
            self._inbox.search.fetch_rest(is_wanted)
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


class SearchScreen(ListDialog[SearchHit, SearchHit]):
    """Gives the hit to open, or None; `last` tells afterwards where the search was left."""

    # ctrl+f is the field's own (it deletes a word); ctrl+r is free in it, and nothing else may take it.
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "fetch_rest", priority=True, show=False)]

    def __init__(
        self,
        inbox: InboxApi,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        last: LastSearch = LastSearch(),
    ) -> None:
        super().__init__()
        self.last = last
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._news = News(inbox, self)
        self._news_timer: Timer | None = None
        self._session = SearchSession(inbox, last.text, now())
        self._page = _NOTHING
        self._is_awaited = False
        """Whether the hits listed are those of an earlier text."""
        self._is_asking = False
        self._is_chosen = False
        """Whether Enter was pressed before the answer came."""
        self._drawn: dict[tuple[Place, int], tuple[Line, Line]] = {}

    def compose(self) -> ComposeResult:
        yield framed(
            _("Search"),
            text_field(placeholder=_("a word, a buyer, a number or a file"), value=self.last.text),
            ChoiceList[SearchHit](self._draw, row_height=2),
            Static(id="instead"),
            Static(id="status"),
            CoverageLine(self._inbox, now=self._now, zone=self._zone),
            keys=(("Enter", _("open")), ("↑↓ PgUp PgDn", _("move")), ("Esc", _("close"))),
            look="-tall",
        )

    def on_mount(self) -> None:
        """Look again for what was looked for last; what is typed now replaces it."""
        self._news.start()
        self.query_one(Input).action_select_all()
        self._look(self.last)
        self._coverage.ask()

    def on_unmount(self) -> None:
        """Hear no more."""
        self._news.stop()

    def action_fetch_rest(self) -> None:
        """Have what is not here yet read from the Market, or stop that."""
        self._coverage.turn_fetching()
        self._look_soon()

    # -- searching -----------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        # The first value is set by the program and is looked for by `on_mount` already.
        if event.value != self.last.text:
            self._is_chosen = False
            self._look(LastSearch(event.value))

    def _look(self, wanted: LastSearch) -> None:
        self.last = wanted
        self._session = SearchSession(self._inbox, wanted.text, self._now())
        self._is_awaited = not self._session.query.is_empty
        if self._is_awaited:
            self._ask(self._begin(wanted))
        else:
            # An answer to the text that was there would list hits for an empty field.
            self.workers.cancel_group(self, "search")
            self._is_asking = False
            self._show(_NOTHING)

    def _ask(self, question: Coroutine[Any, Any, None]) -> None:
        """Ask the inbox; an answer to what was asked before is not wanted any more."""
        self._is_asking = True
        self.run_worker(question, group="search", exclusive=True)

    async def _begin(self, wanted: LastSearch) -> None:
        self._show(await self._session.begin(wanted.count), wanted.place)
        await self._go_on()

    async def _repeat(self) -> None:
        self._show(await self._session.repeat(len(self._page.hits)), self.last.place)
        await self._go_on()

    async def _go_on(self) -> None:
        """Ask for more until enough of them follow the highlight."""
        # The highlight may have moved on while the page came.
        while self._wants_more():
            self._show(await self._session.go_on(self._page), self.last.place)
        self._is_asking = False
        if not self._page.hits:
            self._show_words()

    def _wants_more(self) -> bool:
        count, at = len(self._page.hits), self.rows.highlighted or 0
        return self._page.next_key is not None and count < MOST and at + NEAR >= count

    def _show(self, page: SearchPage, place: Place | None = None) -> None:
        """List what was found, with the highlight at `place`; without one at the top."""
        self._is_awaited = False
        before, self._page = self._page, page
        # The same hits again, after news that concern none of them: nothing is drawn, nothing moves.
        if place is None or page != before:
            self._drawn.clear()
            places = [_place(hit) for hit in page.hits]
            as_before = self.rows.highlighted if place is not None else None
            at = places.index(place) if place in places else as_before or 0
            self.rows.show(page.hits, highlight=at, is_still=place is not None)
            self._show_words()
        if self._is_chosen:
            self._choose()

    @on(ChoiceList.Highlighted)
    def _highlighted(self) -> None:
        hit = self.rows.current
        if hit is not None:
            self.last = replace(self.last, place=_place(hit), count=len(self._page.hits))
            if self._wants_more() and not self._is_asking:
                self._ask(self._go_on())

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        """Open the highlighted hit; while the answer is on its way, the first one once it is there."""
        hit = None if self._is_awaited else self.rows.current
        self._is_chosen = hit is None and self._is_asking
        if hit is not None:
            self.finish(hit)

    # -- news ----------------------------------------------------------------------------------------

    @on(NewsCame)
    def _hear(self) -> None:
        """Something changed: look at it soon, and not more often than one can read."""
        digest = self._news.read()
        if digest.link:
            self._coverage.hear_link()
        is_progress = digest.link and self._coverage.is_fetching
        if digest.chats or digest.timelines or is_progress:
            self._look_soon()

    def _look_soon(self) -> None:
        if self._news_timer is None:
            self._news_timer = self.set_timer(NEWS_S, self._look_again)

    def _look_again(self) -> None:
        self._news_timer = None
        self._coverage.ask()
        if not (self._is_asking or self._session.query.is_empty):
            self._ask(self._repeat())

    @on(CoverageLine.Changed)
    def _covered(self) -> None:
        if not self._page.hits:
            self._show_words()

    # -- words ---------------------------------------------------------------------------------------

    def _show_words(self) -> None:
        """What stands instead of the hits, and the line below them."""
        count = len(self._page.hits)
        instead, status = self.query_one("#instead", Static), self.query_one("#status", Static)
        self.rows.display, instead.display = count > 0, count == 0
        instead.update(self._instead())
        unknown, meant = self._session.unknown, self._session.meant
        status.set_class(bool(unknown), "warn")
        is_more, is_full = self._page.next_key is not None, count >= MOST
        words = found_words(count, meant, has_more=is_more, is_full=is_full) if count else ""
        status.update(plain(unknown_words(unknown) if unknown else words))

    def _instead(self) -> Content:
        if not self._session.query.is_empty:
            return plain(_("Looking…") if self._is_asking else nothing_words(self._coverage.coverage))
        parts: list[Content] = [plain(help_words()), Content("")]
        rows = filter_rows()
        column = max(len(meaning) for meaning, _words in rows)
        parts += [plain(f"{pad(meaning, column)}  ").append(plain(words, "bold")) for meaning, words in rows]
        return Content("\n").join(parts)

    @property
    def _coverage(self) -> CoverageLine:
        return self.query_one(CoverageLine)

    def _draw(self, hit: SearchHit, cells: int) -> Sequence[Line]:
        """A hit is drawn once: finding the words in a long text takes time."""
        key = (_place(hit), cells)
        if key not in self._drawn:
            self._drawn[key] = hit_lines(hit, self._session.query, self._now(), self._zone, cells)
        return self._drawn[key]


def _place(hit: SearchHit) -> Place:
    return hit.chat_ref, hit.message_id
