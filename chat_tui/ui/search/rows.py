"""What a search found, as two lines: which chat and when; the text around the words."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from rich.cells import cell_len, get_character_cell_size

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.search import SearchHit, SearchQuery
from chat_tui.stems import marks
from chat_tui.words import glyphs
from chat_tui.words.chats import about, author, buyer_name, sender_mark, shop_title, state_words
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, fit, shown, spread, width_of
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
    snippet = shown(hit.item.snippet, lines=False)
    return (*line, _JOIN, author(hit.item.newest_sender), Span(snippet, Role.MUTED)) if snippet else line


def _message_line(hit: SearchHit, query: SearchQuery, cells: int) -> Line:
    mark, role = sender_mark(hit.sender)
    before = (Span(f"{mark} ", role), author(hit.sender))
    room = cells - width_of(before)
    text = shown(hit.text[:_TEXT_MOST], lines=False)
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
        title = cut_middle(shown(name[:_NAME_MOST], lines=False) or _("nameless file"), max(1, cells - 2))
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
