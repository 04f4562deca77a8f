"""The search through all stored messages: one field, its hits while typing, and how much it covers."""

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
from chat_tui.model.link import LinkState, Work
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
"""Characters of a text in which matches are marked: as many as the Market allows in a message."""
_FILES_MOST: Final = 4
"""Files of a message that are named."""
_NAME_MOST: Final = 255
"""Characters of a file name that are looked at."""
_GAP: Final = Span("  ")
_JOIN: Final = Span(glyphs.JOIN, Role.MUTED)


def hit_lines(hit: SearchHit, query: SearchQuery, now: Millis, zone: tzinfo, cells: int) -> tuple[Line, Line]:
    """The two lines of a hit, with the matches marked."""
    moment = Span(f"{_when(hit.created_at, now, zone)} ", Role.MUTED)
    first = spread(_title(hit, query, cells), (moment,), cells)
    second = _chat_line(hit) if hit.message_id is None else _message_line(hit, query, cells)
    return first, fit(second, cells)


def marked(text: str, role: Role, query: SearchQuery) -> Line:
    """A text that is safe to show, as spans; the matches are `Role.FOUND`."""
    return _spans(text, role, _found(text, query))


def excerpt(text: str, role: Role, query: SearchQuery, cells: int) -> Line:
    """As much of a one-line text as fits into `cells`, around the first match."""
    found = _found(text, query)
    begin = _begin(text, found[0][0], cells) if found and cell_len(text) > cells else 0
    # Enough characters for all cells: a letter has at most three marks without width.
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
    """Where the wanted number, or a part of it, is in the subject; our own words in it are no match."""
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
        return (*before, *(files or (Span(_("(empty, perhaps a sticker)"), Role.MUTED),)))
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
    return marks(text, query.words, is_last_whole=query.is_last_whole)


def _spans(text: str, role: Role, found: Sequence[tuple[int, int]]) -> Line:
    spans: list[Span] = []
    done = 0
    for start, end in found:
        spans += [Span(text[done:start], role), Span(text[start:end], Role.FOUND)]
        done = end
    return tuple(span for span in (*spans, Span(text[done:], role)) if span.text)


def _begin(text: str, at: int, cells: int) -> int:
    """Where to begin a text that is too long, so that the match at `at` is shown with words before it."""
    room = max(cells // 3, cells - 1 - cell_len(text[at:]))
    begin = at
    while begin and room > 0:
        begin -= 1
        room -= get_character_cell_size(text[begin])
    blank = text.find(" ", begin, at)
    return begin if begin == 0 or blank < 0 else blank + 1


# -- the screen ------------------------------------------------------------------------------------------


PAGE: Final = 50
"""Hits per request to the inbox."""
MOST: Final = 1000
"""The most hits that are listed: more would not be read."""
NEAR: Final = 20
"""More hits are requested when at most this many rows are left below the highlight."""
NEWS_S: Final = 1.0
"""Seconds between two updates of the hits when something changed."""

_NOTHING: Final = SearchPage((), None)

Place = tuple[ChatRef, MessageId | None]
"""Identifies a hit; without a message, the hit is the chat itself."""


@dataclass(frozen=True, slots=True)
class LastSearch:
    """The text and the highlight of a search, to open it again in the same place."""

    text: str = ""
    place: Place | None = None
    """The highlighted hit; None = there was none."""
    count: int = 0
    """How many hits were listed."""


class SearchSession:
    """One query and its hits; every change of the text begins another session."""

    def __init__(self, inbox: InboxApi, text: str, now: Millis) -> None:
        self._inbox = inbox
        self._text = text
        self._now = now
        # `unknown` are filters that do not exist.
        self.query, self.unknown = read_query(text, now)
        self.meant = ""
        """The text on the other keyboard layout, if only that was found; else empty."""

    async def begin(self, count: int) -> SearchPage:
        """The first hits: at least `count`, if there are as many; else those on the other layout."""
        page = await self.repeat(count)
        if page.hits:
            return page
        for text in other_layouts(self._text):
            query, unknown = read_query(text, self._now)
            # A text with an unknown filter was not meant for this layout.
            other = _NOTHING if unknown else await self._inbox.search.find(query, limit=PAGE)
            if other.hits:
                self.query, self.meant = query, text
                return other
        return page

    async def repeat(self, count: int) -> SearchPage:
        """The first hits as they are now: at least `count`, if there are as many."""
        page = await self._inbox.search.find(self.query, limit=max(PAGE, count))
        # One answer may contain fewer hits than requested although there are more.
        while page.next_key is not None and len(page.hits) < count:
            page = await self.go_on(page)
        return page

    async def go_on(self, page: SearchPage) -> SearchPage:
        """The hits of `page` and the next ones."""
        more = await self._inbox.search.find(self.query, after=page.next_key, limit=PAGE)
        return SearchPage(page.hits + more.hits, more.next_key)


class CoverageLine(Static):
    """How much of the history is stored and searched; redrawn only when that changes."""

    class Changed(UiMessage):
        """The shown coverage, or the connection, has changed."""

    def __init__(self, inbox: InboxApi, *, now: Callable[[], Millis], zone: tzinfo) -> None:
        super().__init__(id="coverage", classes="muted")
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._is_online = True
        self._left_s: int | None = None
        self.coverage: SearchCoverage | None = None
        """The latest answer of the inbox; None = not asked yet."""

    @property
    def is_fetching(self) -> bool:
        """Whether the rest of the history is being fetched now."""
        return self.coverage is not None and self.coverage.is_fetching

    @work(group="coverage", exclusive=True)
    async def ask(self) -> None:
        """Ask the inbox for the coverage, and show it."""
        self._set(await self._inbox.search.coverage())

    def hear_link(self) -> None:
        """The state of the connection changed: show it."""
        if self.coverage is not None:
            self._set(self.coverage)

    def turn_fetching(self) -> None:
        """Start to fetch the rest of the history from the Market, or stop that."""
        coverage = self.coverage
        if coverage is not None and coverage.read < coverage.chats:
            # Shown at once; the engine reports the progress later.
            is_wanted = not coverage.is_fetching
            self._inbox.search.fetch_rest(is_wanted)
            self._set(replace(coverage, is_fetching=is_wanted))

    def _set(self, coverage: SearchCoverage) -> None:
        link = self._inbox.link()
        is_online = link.state is LinkState.ONLINE
        left_s = next((work.left_s for work in link.works if work.what is Work.HISTORY), None)
        if (coverage, is_online, left_s) == (self.coverage, self._is_online, self._left_s):
            return
        self.coverage, self._is_online, self._left_s = coverage, is_online, left_s
        parts = [plain(coverage_words(coverage, self._now(), self._zone))]
        if coverage.read < coverage.chats:
            if coverage.is_fetching:
                parts.append(plain(fetching_words(is_online=is_online, left_s=left_s)))
            parts.append(keys_line(("ctrl+r", _("stop") if coverage.is_fetching else _("load the rest"))))
        self.update(Content("  ").join(parts))
        self.post_message(self.Changed())


class SearchScreen(ListDialog[SearchHit, SearchHit]):
    """Returns the hit to open, or None; `last` is then the state in which the search was left."""

    # Not ctrl+f, which deletes a word in the field; ctrl+r has no meaning there.
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
        """Whether the listed hits belong to an earlier text."""
        self._is_asking = False
        """Whether an answer of the inbox is on its way."""
        self._is_chosen = False
        """Whether Enter was pressed before the answer came."""
        self._drawn: dict[tuple[Place, int], tuple[Line, Line]] = {}
        """The lines of the hits, by place and width."""

    def compose(self) -> ComposeResult:
        yield framed(
            _("Search"),
            text_field(placeholder=_("a word, a buyer, a number or a file"), value=self.last.text),
            ChoiceList[SearchHit](self._draw, instead="", row_height=2),
            Static(id="instead"),
            Static(id="status"),
            CoverageLine(self._inbox, now=self._now, zone=self._zone),
            keys=(("Enter", _("open")), ("↑↓ PgUp PgDn", _("move")), ("Esc", _("close"))),
            look="-tall",
        )

    def on_mount(self) -> None:
        """Repeat the last search; its text is selected, so that typing replaces it."""
        self._news.start()
        self.query_one(Input).action_select_all()
        self._look(self.last)
        self._coverage.ask()

    def on_unmount(self) -> None:
        """Stop listening for news."""
        self._news.stop()

    def action_fetch_rest(self) -> None:
        """Start to fetch the rest of the history from the Market, or stop that."""
        self._coverage.turn_fetching()
        self._look_soon()

    # -- searching -----------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        # The first value is set by the program, and `on_mount` searches for it already.
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
            # A late answer for the previous text would list hits below an empty field.
            self.workers.cancel_group(self, "search")
            self._is_asking = False
            self._show(_NOTHING)

    def _ask(self, question: Coroutine[Any, Any, None]) -> None:
        """Ask the inbox; the answer to an earlier question is dropped."""
        self._is_asking = True
        self.run_worker(question, group="search", exclusive=True)

    async def _begin(self, wanted: LastSearch) -> None:
        self._show(await self._session.begin(wanted.count), wanted.place)
        await self._go_on()

    async def _repeat(self) -> None:
        self._show(await self._session.repeat(len(self._page.hits)), self.last.place)
        await self._go_on()

    async def _go_on(self) -> None:
        """Ask for more hits until there are enough below the highlight, which may move meanwhile."""
        while self._wants_more():
            self._show(await self._session.go_on(self._page), self.last.place)
        self._is_asking = False
        if not self._page.hits:
            self._show_words()

    def _wants_more(self) -> bool:
        count, at = len(self._page.hits), self.rows.highlighted or 0
        return self._page.next_key is not None and count < MOST and at + NEAR >= count

    def _show(self, page: SearchPage, place: Place | None = None) -> None:
        """List the hits, with the highlight on `place`, or on the first one for None."""
        self._is_awaited = False
        before, self._page = self._page, page
        # After news that concern none of the hits, nothing is redrawn and nothing moves.
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
        """Open the highlighted hit; before the answer is there, open its first hit when it comes."""
        hit = None if self._is_awaited else self.rows.current
        self._is_chosen = hit is None and self._is_asking
        if hit is not None:
            self.finish(hit)

    # -- news ----------------------------------------------------------------------------------------

    @on(NewsCame)
    def _hear(self) -> None:
        """Something changed: update the hits soon, but not more often than one can read."""
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
        """Show the line below the hits and, if there are none, the text in their place."""
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
            return plain(_("Searching…") if self._is_asking else nothing_words(self._coverage.coverage))
        parts: list[Content] = [plain(help_words()), Content("")]
        rows = filter_rows()
        column = max(len(meaning) for meaning, _words in rows)
        parts += [plain(f"{pad(meaning, column)}  ").append(plain(words, "bold")) for meaning, words in rows]
        return Content("\n").join(parts)

    @property
    def _coverage(self) -> CoverageLine:
        return self.query_one(CoverageLine)

    def _draw(self, hit: SearchHit, cells: int) -> Sequence[Line]:
        """Draw a hit once per width, because finding the matches in a long text takes time."""
        key = (_place(hit), cells)
        if key not in self._drawn:
            self._drawn[key] = hit_lines(hit, self._session.query, self._now(), self._zone, cells)
        return self._drawn[key]


def _place(hit: SearchHit) -> Place:
    return hit.chat_ref, hit.message_id
