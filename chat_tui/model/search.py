"""A search in all stored messages: how it is typed, what it found, and how much of the history it covers.

The search box takes words and filters such as `kind:return` or `за:7д`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem


class About(StrEnum):
    """What a filter may ask a chat to be about: one of its contexts, or a dispute."""

    ORDER = "order"
    RETURN = "return"
    QUESTION = "question"
    DISPUTE = "dispute"


class Standing(StrEnum):
    """Whose turn a filter may ask for."""

    WAITING = "waiting"
    """The buyer waits for us."""
    ANSWERED = "answered"
    """It is not our turn, and the chat is not finished."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search for the store. A result matches every field that is set; an empty query finds nothing."""

    words: tuple[str, ...] = ()
    """As typed, in any case and form: words of a text, a buyer's or a file's name, or an order's number."""
    is_last_whole: bool = False
    """Whether a blank follows the last word; before that, the word matches as a prefix."""
    standings: frozenset[Standing] = frozenset()
    """Any of them; empty = all."""
    abouts: frozenset[About] = frozenset()
    """Any of them; empty = all."""
    labels: frozenset[str] = frozenset()
    """Prefixes of labels, in lower case, "ё" as "е"; any of them; empty = all chats."""
    since: Millis | None = None
    """Only what was written at or after this moment; None = no limit."""
    until: Millis | None = None
    """Only what was written before this moment; None = no limit."""

    @property
    def is_empty(self) -> bool:
        """Whether no field is set."""
        return not (self.words or self.standings or self.abouts or self.labels or self.since or self.until)


SearchPlace = tuple[bool, int | None]
"""The position of a search in one of several businesses: whether it has started, and the key after which its
store goes on; None = it has ended, or has not started."""
SearchKey = int | tuple[SearchPlace, ...]
"""Where a search goes on: a number of the store, or a place for each of several businesses. Only the room
that made it reads it."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing found: a message, or a chat by its buyer or number."""

    item: QueueItem
    """The chat as the list shows it (with its key in Tab.ALL)."""
    message_id: MessageId | None
    """The message at which to open the chat; None = the chat itself was found."""
    created_at: Millis
    """Time of the message, or of the latest message of a chat."""
    sender: str
    """A `Sender` or another word; empty for a chat."""
    text: str
    """Text of the message, raw; empty for a chat or a message without text."""
    file_names: tuple[str, ...] = ()
    """Names of the message's files, raw."""
    key: SearchKey = field(default=0, compare=False)
    """Where to go on after this hit."""

    @property
    def chat_ref(self) -> ChatRef:
        """The chat it is in."""
        return self.item.chat.chat_ref


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results: chats found by buyer or number, then messages, newest first."""

    hits: tuple[SearchHit, ...]
    next_key: SearchKey | None
    """Where the next page starts; None = this was the last page."""


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """How much of the shop's history a search covers."""

    chats: int
    """All chats in the store."""
    read: int
    """Chats whose history is stored from its first message on."""
    oldest_at: Millis | None
    """After this moment no message that the program knows of is missing; None = not known."""
    is_fetching: bool = False
    """Whether the rest is being fetched now because the operator asked for it."""

    @property
    def share(self) -> float:
        """0 … 1; 1 for a shop without chats."""
        return self.read / self.chats if self.chats else 1.0


_HOUR: Final = 3_600_000
_UNITS: Final = {"h": _HOUR, "ч": _HOUR, "d": 24 * _HOUR, "д": 24 * _HOUR, "w": 168 * _HOUR, "н": 168 * _HOUR}
_AGE: Final = re.compile("([0-9]{1,4})([hdwчдн])")
_BEGUN_AGE: Final = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class FilterWord:
    """A filter as it is typed: a name, a colon and a value, both in either language."""

    names: tuple[str, str]
    """English and Russian."""
    values: tuple[tuple[str, str], ...]
    """The possible values, English and Russian; for an age or a label, examples."""


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
"""In chats with a label that begins like this."""
FILTER_WORDS: Final = (STATUS, KIND, LABEL, AGE, OLDER)
"""All filters, in the order in which help lists them."""


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


_NAMES = {name: word for word in FILTER_WORDS for name in word.names}
_STANDINGS = {
    _plain(value): Standing(english) for english, russian in STATUS.values for value in (english, russian)
}
_ABOUTS = {_plain(value): About(english) for english, russian in KIND.values for value in (english, russian)}


def read_query(text: str, now: Millis) -> tuple[SearchQuery, tuple[str, ...]]:
    """The typed search, and the filters in it that are not valid, each as typed.

    A filter that is still being typed (`kind:`, `kind:ret`, `age:7`) is ignored.
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
            # Never 0, which `SearchQuery.is_empty` takes for no limit.
            (since if filter_word is AGE else until).append(max(now - age, 1))
        elif value and not (is_typed and _is_begun(filter_word, value)):
            unknown.append(word)
    query = SearchQuery(
        tuple(words),
        # A filter typed after the last word ends that word, too.
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
    """Whether typing on may still make this a valid value."""
    if filter_word in (AGE, OLDER):
        return _BEGUN_AGE.fullmatch(value) is not None
    known: Iterable[str] = _STANDINGS if filter_word is STATUS else _ABOUTS
    return any(one.startswith(value) for one in known)
