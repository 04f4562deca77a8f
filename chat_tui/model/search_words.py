"""What the operator types into the search box: words, and filter words such as `kind:return` or `за:7д`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chat_tui.model.ids import Millis
from chat_tui.model.search import About, SearchQuery, Standing

_HOUR: Final = 3_600_000
_UNITS: Final = {"h": _HOUR, "ч": _HOUR, "d": 24 * _HOUR, "д": 24 * _HOUR, "w": 168 * _HOUR, "н": 168 * _HOUR}
_AGE: Final = re.compile("([0-9]{1,4})([hdwчдн])")
_BEGUN_AGE: Final = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class FilterWord:
    """A filter as it is typed: a name, a colon, a value; both in either language."""

    names: tuple[str, str]
    """English and Russian."""
    values: tuple[tuple[str, str], ...]
    """What may follow, English and Russian; of an age these are examples."""


STATUS: Final = FilterWord(
    ("is", "статус"), (("waiting", "ждёт"), ("answered", "отвечено"), ("finished", "закрыт"))
)
KIND: Final = FilterWord(
    ("kind", "тип"), (("order", "заказ"), ("return", "возврат"), ("question", "вопрос"), ("dispute", "спор"))
)
AGE: Final = FilterWord(("age", "за"), (("24h", "24ч"), ("7d", "7д"), ("2w", "2н")))
"""Written within this time."""
OLDER: Final = FilterWord(("older", "старше"), (("30d", "30д"),))
"""Written before this time."""
LABEL: Final = FilterWord(("label", "метка"), (("urgent", "срочно"),))
"""Of chats with a label that begins so."""
FILTER_WORDS: Final = (STATUS, KIND, LABEL, AGE, OLDER)
"""All there are, in the order in which help lists them."""


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


_NAMES = {name: word for word in FILTER_WORDS for name in word.names}
_STANDINGS = {
    _plain(value): Standing(english) for english, russian in STATUS.values for value in (english, russian)
}
_ABOUTS = {_plain(value): About(english) for english, russian in KIND.values for value in (english, russian)}


def read_query(text: str, now: Millis) -> tuple[SearchQuery, tuple[str, ...]]:
    """The search that is typed, and the filter words in it that were not understood, each as typed.

    A filter that is still being typed (`kind:`, `kind:ret`, `age:7`) counts as nothing yet.
    """
    typed = text.split()
    is_last_whole = text[-1:].isspace()
    words: list[str] = []
    standings: set[Standing] = set()
    abouts: set[About] = set()
    labels: set[str] = set()
    since: list[Millis] = []
    until: list[Millis] = []
    unknown: list[str] = []
    for n, word in enumerate(typed):
        is_typed = n == len(typed) - 1 and not is_last_whole
        name, colon, value = _plain(word).partition(":")
        filter_word = _NAMES.get(name) if colon else None
        if filter_word is None:
            words.append(word)
        elif value in _STANDINGS and filter_word is STATUS:
            standings.add(_STANDINGS[value])
        elif value in _ABOUTS and filter_word is KIND:
            abouts.add(_ABOUTS[value])
        elif value and filter_word is LABEL:
            labels.add(value)
        elif (age := _age(value)) is not None and filter_word in (AGE, OLDER):
            (since if filter_word is AGE else until).append(max(now - age, 1))
        elif value and not (is_typed and _is_begun(filter_word, value)):
            unknown.append(word)
    query = SearchQuery(
        tuple(words),
        bool(words) and (is_last_whole or words[-1] is not typed[-1]),
        frozenset(standings),
        frozenset(abouts),
        frozenset(labels),
        max(since, default=None),
        min(until, default=None),
    )
    return query, tuple(unknown)


def _age(value: str) -> Millis | None:
    found = _AGE.fullmatch(value)
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def _is_begun(filter_word: FilterWord, value: str) -> bool:
    """Whether a value may still become one that is known."""
    if filter_word in (AGE, OLDER):
        return _BEGUN_AGE.fullmatch(value) is not None
    known: Iterable[str] = _STANDINGS if filter_word is STATUS else _ABOUTS
    return any(one.startswith(value) for one in known)
