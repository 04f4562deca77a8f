"""Sentences of the search: how much it covers, what it found, which words it did not understand."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from chat_tui.locale import N_, _, language, ngettext
from chat_tui.model.ids import Millis
from chat_tui.model.search import FILTER_WORDS, SearchCoverage
from chat_tui.safetext import one_line
from chat_tui.words.status import timed_words
from chat_tui.words.times import day_of

_MONTHS: Final = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
_MEANINGS: Final = {
    "is": N_("whose turn"),
    "kind": N_("about"),
    "label": N_("labelled"),
    "age": N_("written within"),
    "older": N_("written before"),
}
_WORD_MOST: Final = 40
"""Characters of a typed word that are quoted."""


def coverage_words(coverage: SearchCoverage, now: Millis, zone: tzinfo) -> str:
    """How much of the history a search covers, for example "34 % of history loaded (since March)"."""
    if coverage.read >= coverage.chats:
        words = ngettext(
            "All history of {n} chat is loaded.",
            "All history of {n} chats is loaded.",
            coverage.chats,
        )
        return words.format(n=coverage.chats) if coverage.chats else _("There are no chats yet.")
    share = _share(coverage)
    day, today = (day_of(at, zone) if at is not None else None for at in (coverage.oldest_at, now))
    if day is None:
        return _("{share} of history loaded").format(share=share)
    month = _(_MONTHS[day.month - 1])
    if today is None or day.year != today.year:
        month = f"{month} {day.year}"
    return _("{share} of history loaded (since {month})").format(share=share, month=month)


def fetching_words(*, is_online: bool, left_s: int | None = None) -> str:
    """Whether the rest is being fetched from the Market, with the seconds it will take if that is known, or
    waits for a connection.
    """
    if not is_online:
        return _("· the rest is loaded once there is a connection")
    return _("· loading the rest…") if left_s is None else timed_words(_("· loading the rest"), left_s)


def found_words(count: int, meant: str = "", *, has_more: bool = False, is_full: bool = False) -> str:
    """How many hits are listed; `is_full` = no more will be, `meant` = the query in the other layout."""
    if is_full:
        words = _("the first {n}: add a word to find fewer").format(n=count)
    elif has_more:
        words = _("the first {n}, more below").format(n=count)
    else:
        words = ngettext("{n} found", "{n} found", count).format(n=count)
    return _("{words}, for “{text}”").format(words=words, text=one_line(meant)) if meant else words


def nothing_words(coverage: SearchCoverage | None) -> str:
    """What to do when nothing was found."""
    words = _("Nothing found. Try the beginning or another form of the word, or fewer words.")
    if coverage is None or coverage.read >= coverage.chats:
        return words
    rest = _("Only {share} of history is loaded so far. It may be in the rest.").format(
        share=_share(coverage)
    )
    return f"{words}\n{rest}"


def help_words() -> str:
    """What can be typed, in a sentence before `filter_rows`."""
    return _(
        "Type words of a message, the name of a buyer or of a file, the number of an order or a return. "
        "These words narrow the search:"
    )


def filter_rows() -> list[tuple[str, str]]:
    """The meaning of each filter, and its words in the operator's language."""
    return [
        (
            _(_MEANINGS[word.names[0]]),
            " ".join(f"{_spoken(word.names)}:{_spoken(value)}" for value in word.values),
        )
        for word in FILTER_WORDS
    ]


def unknown_words(words: Sequence[str]) -> str:
    """One sentence on the first of the filters that are not understood, with the values that are."""
    typed = words[0]
    name = typed.partition(":")[0].lower().replace("ё", "е")
    values = next((word.values for word in FILTER_WORDS if name in word.names), ())
    may = ", ".join(_spoken(value) for value in values)
    words_shown = one_line(typed[:_WORD_MOST])
    return _("“{word}” is not a filter. After {name}: use {values}.").format(
        word=words_shown, name=one_line(name), values=may
    )


def _spoken(words: tuple[str, str]) -> str:
    """The one of an English and a Russian word that is in the operator's language."""
    english, russian = words
    return russian if language() == "ru" else english


def _share(coverage: SearchCoverage) -> str:
    """The share in per cent, rounded down: 100 % only if it is complete."""
    percent = int(coverage.share * 100)
    return f"{percent} %" if percent or not coverage.read else _("less than 1 %")
