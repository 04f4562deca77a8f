"""Words of a text as a search compares them: folded, and cut to the stem of their Russian form.

The index is made of these stems, the query is turned into them, and so is what a screen highlights.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from snowballstemmer.russian_stemmer import RussianStemmer

LONGEST: Final = 64
"""Characters of a word that count."""
MOST_WORDS: Final = 32
"""Words of a query that count, from the first."""
SHORTEST_BEGINNING: Final = 3
"""Letters of an unfinished word: with two, a million messages may take a quarter of a second."""
_CACHED_WORDS: Final = 16_384

_ACCENT: Final = "\u0300-\u036f"
_WORD: Final = re.compile(rf"[^\W_]+(?:[{_ACCENT}]+[^\W_]*)*")
_ACCENTS: Final = re.compile(f"[{_ACCENT}]+")
_PLAIN: Final = {
    ord("ё"): "е",
    # Latin letters without their marks: José is found by jose.
    **{
        code: unicodedata.normalize("NFD", chr(code))[0]
        for code in range(0xDF, 0x250)
        if unicodedata.decomposition(chr(code)) and unicodedata.category(chr(code)) == "Ll"
    },
}

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word of a query: the stems it is found by, and beginnings of stems that are enough."""

    wholes: tuple[str, ...]
    beginnings: tuple[str, ...] = ()

    def fits(self, stem: str) -> bool:
        """Whether a stem of a text is what is looked for."""
        return stem in self.wholes or stem.startswith(self.beginnings)

    def is_in(self, stems: Iterable[str]) -> bool:
        """Whether any stem of a text is what is looked for."""
        return any(map(self.fits, stems))


def stems(text: str) -> list[str]:
    """The stem of every word, in their order."""
    return [_stem(word[: 2 * LONGEST]) for word in _WORD.findall(text)]


def patterns(words: Sequence[str], *, is_last_whole: bool) -> tuple[Pattern, ...]:
    """What a text must hold to be found by these words; empty if there is no letter or digit in them.

    Of the last word its beginning is enough unless it `is_last_whole`.
    """
    typed = list(islice(_typed(words), MOST_WORDS))
    found = [Pattern((_stem(word),)) for word in typed]
    if typed and not is_last_whole:
        beginning = _fold(typed[-1])
        if len(beginning) >= SHORTEST_BEGINNING:
            found[-1] = Pattern(found[-1].wholes, (beginning,))
    return tuple(dict.fromkeys(found))


def marks(text: str, words: Sequence[str], *, is_last_whole: bool) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text: character positions, first and one behind the last."""
    wanted = patterns(words, is_last_whole=is_last_whole)
    if not wanted:
        return []
    return [
        found.span()
        for found in _WORD.finditer(text)
        if any(pattern.fits(_stem(found[0][: 2 * LONGEST])) for pattern in wanted)
    ]


def _typed(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        for found in _WORD.finditer(word):
            yield found[0][: 2 * LONGEST]


def _fold(word: str) -> str:
    """In lower case and without accents, ё as е; й stays what it is."""
    return _ACCENTS.sub("", unicodedata.normalize("NFC", word).lower().translate(_PLAIN))[:LONGEST]


@lru_cache(_CACHED_WORDS)
def _stem(word: str) -> str:
    folded = _fold(word)
    # A stemmer keeps the word it works on, and texts are read on several threads.
    with _lock:
        stem: str = _russian().stemWord(folded)
    return stem


@lru_cache(1)
def _russian() -> "RussianStemmer":
    # 14 ms that the first paint does without.
    from snowballstemmer.russian_stemmer import RussianStemmer  # noqa: PLC0415

    return RussianStemmer()
