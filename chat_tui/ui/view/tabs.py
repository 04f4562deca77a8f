"""The tabs of the list as one line, with their names, numbers and counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chat_tui.locale import _
from chat_tui.model.queue import Tab
from chat_tui.words.line import Line, Role, Span, fit, width_of

_MOST = 999


@dataclass(frozen=True, slots=True)
class TabPlace:
    """Where a tab stands on its line: cells from `start` up to `end`."""

    tab: Tab
    start: int
    end: int


def tab_title(tab: Tab) -> str:
    """The name of a tab."""
    return {
        Tab.WAITING: _("Waiting"),
        Tab.DISPUTES: _("Disputes"),
        Tab.RETURNS: _("Returns"),
        Tab.QUESTIONS: _("Questions"),
        Tab.SNOOZED: _("Snoozed"),
        Tab.ALL: _("All"),
    }[tab]


def _short_title(tab: Tab) -> str:
    return {
        Tab.WAITING: _("Wait"),
        Tab.DISPUTES: _("Disp."),
        Tab.RETURNS: _("Ret."),
        Tab.QUESTIONS: _("Quest."),
        Tab.SNOOZED: _("Snooz."),
        Tab.ALL: _("All"),
    }[tab]


def tabs_line(active: Tab, counts: Mapping[Tab, int], width: int) -> tuple[Line, tuple[TabPlace, ...]]:
    """The fullest line that fits: long names, short names, in the end names of the active tab only."""
    lines = [_line(active, counts, form) for form in (_long, _short, _brief, _bare)]
    line, places = next((made for made in lines if width_of(made[0]) <= width), lines[-1])
    return fit(line, width), places


def _line(
    active: Tab, counts: Mapping[Tab, int], form: Callable[[Tab, bool], str]
) -> tuple[Line, tuple[TabPlace, ...]]:
    spans: list[Span] = []
    places: list[TabPlace] = []
    for number, tab in enumerate(Tab, start=1):
        start = width_of(spans)
        spans += _tab(number, form(tab, tab is active), counts.get(tab, 0), is_active=tab is active)
        places.append(TabPlace(tab, start, width_of(spans)))
    return tuple(spans), tuple(places)


def _tab(number: int, title: str, count: int, *, is_active: bool) -> Line:
    # Brackets take the place of blanks, so that nothing moves when another tab becomes active.
    opening, closing = "[]" if is_active else "  "
    named = Role.ACTIVE if is_active else Role.TEXT
    spans = [Span(f"{opening}{number}", Role.ACTIVE if is_active else Role.MUTED)]
    if title:
        spans.append(Span(f" {title}", named))
    if count > 0:
        amount = str(count) if count <= _MOST else f"{_MOST}+"
        spans.append(Span(f" {amount}" if title else f":{amount}", Role.ACTIVE if is_active else Role.ACCENT))
    return (*spans, Span(closing, named))


def _long(tab: Tab, is_active: bool) -> str:
    return tab_title(tab)


def _short(tab: Tab, is_active: bool) -> str:
    return tab_title(tab) if is_active else _short_title(tab)


def _brief(tab: Tab, is_active: bool) -> str:
    return _short_title(tab)


def _bare(tab: Tab, is_active: bool) -> str:
    return _short_title(tab) if is_active else ""
