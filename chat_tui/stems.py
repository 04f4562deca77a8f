"""The words of a text as search compares them: folded, and reduced to their Russian stem.

Words that look the same are folded to the same form: with or without invisible characters, wide and
ornamental letters, Latin letters in a Cyrillic word and the reverse. A change of the folding needs a step in
`store/migrations/cache` that has everything indexed again.

The index, queries and the highlights on screen all use these stems.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from snowballstemmer.russian_stemmer import RussianStemmer

LONGEST: Final = 64
"""Characters of a word that are compared; the rest is ignored."""
MOST_WORDS: Final = 32
"""Words of a query that are used; the rest is ignored."""
SHORTEST_BEGINNING: Final = 3
"""Letters of the shortest word beginning: with two, a search in a million messages may take 0.25 s."""
_CACHED_WORDS: Final = 16_384

# Marks above, below and around letters.
_ACCENT: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
)
_WORD: Final = re.compile(rf"[^\W_]+(?:[{_ACCENT}{_UNSEEN}]+[^\W_]*)*")
_SHOWN_MARK: Final = r"<(?:00AD|034F|061C|180E|20[0-6][0-9A-F]|FEFF)>(?:×\d+)?"
"""The mark that `safetext` shows in place of an invisible character."""
_SHOWN_WORD: Final = re.compile(rf"[^\W_]+(?:(?:[{_ACCENT}{_UNSEEN}]|{_SHOWN_MARK})+[^\W_]*)*")
_SHOWN_MARKS: Final = re.compile(_SHOWN_MARK)
_ACCENTS: Final = re.compile(f"[{_ACCENT}]+")
_UNSEENS: Final = re.compile(f"[{_UNSEEN}]+")
_COMMON: Final = re.compile("[а-яё0-9]+|[a-z0-9]+")
"""Words, in lower case, that need no folding but ё."""
_LATIN: Final = re.compile("[a-z]+")
_CYRILLIC: Final = re.compile("[а-я]+")
# Letters that look alike, at least as capitals.
_ALIKE: Final = ("авсенкмортух", "abcehkmoptyx")
_TO_LATIN: Final = str.maketrans(*_ALIKE)
_TO_CYRILLIC: Final = str.maketrans(*reversed(_ALIKE))
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
    """One word of a query: it matches a stem that is in `wholes` or starts with one of `beginnings`."""

    wholes: tuple[str, ...]
    beginnings: tuple[str, ...] = ()

    def fits(self, stem: str) -> bool:
        """Whether a stem of a text matches."""
        return stem in self.wholes or stem.startswith(self.beginnings)

    def is_in(self, stems: Iterable[str]) -> bool:
        """Whether any of these stems of a text matches."""
        return any(map(self.fits, stems))


def stems(text: str) -> list[str]:
    """The stem of every word, in the order of the text."""
    return [_stem(word[: 2 * LONGEST]) for word in _WORD.findall(text)]


def patterns(words: Sequence[str], *, is_last_whole: bool) -> tuple[Pattern, ...]:
    """The patterns that a text must match to be found by these words; empty if they have no letter or digit.

    The last word may be the beginning of a word unless `is_last_whole`.
    """
    every = (found[0][: 2 * LONGEST] for word in words for found in _WORD.finditer(word))
    typed = list(islice(every, MOST_WORDS))
    found = [Pattern(tuple(map(_stem, _readings(_fold(word))))) for word in typed]
    if typed and not is_last_whole:
        beginnings = _readings(_fold(typed[-1]))
        if len(beginnings[0]) >= SHORTEST_BEGINNING:
            found[-1] = Pattern(found[-1].wholes, beginnings)
    return tuple(dict.fromkeys(found))


def marks(text: str, words: Sequence[str], *, is_last_whole: bool) -> list[tuple[int, int]]:
    """The places of a query's words in a shown text: character positions, start and end (excluded)."""
    wanted = patterns(words, is_last_whole=is_last_whole)
    if not wanted:
        return []
    return [
        found.span()
        for found in _SHOWN_WORD.finditer(text)
        if any(pattern.fits(_stem(_SHOWN_MARKS.sub("", found[0])[: 2 * LONGEST])) for pattern in wanted)
    ]


def _fold(word: str) -> str:
    """The word in lower case, without accents, in letters of one script if possible, ё as е; й stays."""
    folded = word.lower()
    if not _COMMON.fullmatch(folded):
        folded = unicodedata.normalize("NFKC", _UNSEENS.sub("", word)).lower()
        folded = _one_script(_ACCENTS.sub("", folded.translate(_PLAIN)))
    return folded.replace("ё", "е")[:LONGEST]


def _one_script(word: str) -> str:
    """A word of mixed Cyrillic and Latin letters in one script, if it looks the same there."""
    if _LATIN.search(word) and _CYRILLIC.search(word):
        for table, other in ((_TO_CYRILLIC, _LATIN), (_TO_LATIN, _CYRILLIC)):
            turned = word.translate(table)
            if not other.search(turned):
                return turned
    return word


def _readings(folded: str) -> tuple[str, ...]:
    """A word of a query, and the word of the other script that looks the same, if there is one."""
    latin = _CYRILLIC.search(folded) and folded.translate(_TO_LATIN)
    if latin and not _CYRILLIC.search(latin):
        return folded, latin
    cyrillic = _LATIN.search(folded) and folded.translate(_TO_CYRILLIC)
    if cyrillic and not _LATIN.search(cyrillic):
        return folded, cyrillic
    return (folded,)


@lru_cache(_CACHED_WORDS)
def _stem(word: str) -> str:
    folded = _fold(word)
    # A stemmer object holds the word that it works on, and several threads use this one.
    with _lock:
        stem: str = _russian().stemWord(folded)
    return stem


@lru_cache(1)
def _russian() -> "RussianStemmer":
    # Importing it takes 14 ms: not before the first paint.
    from snowballstemmer.russian_stemmer import RussianStemmer  # noqa: PLC0415

    return RussianStemmer()
