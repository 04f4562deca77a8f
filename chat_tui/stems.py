"""Words of a text as a search compares them: folded, and cut to the stem of their Russian form.

Folded alike is what the eye cannot tell apart: letters with something invisible between them, wide and
ornamental forms, Latin letters in a Cyrillic word and the other way round. Whoever changes the folding
must have everything indexed again (a step in `store/migrations/cache`).

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

# Marks above, below and around letters.
_ACCENT: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
)
_WORD: Final = re.compile(rf"[^\W_]+(?:[{_ACCENT}{_UNSEEN}]+[^\W_]*)*")
_SHOWN_MARK: Final = r"<(?:00AD|034F|061C|180E|20[0-6][0-9A-F]|FEFF)>(?:×\d+)?"
"""What `safetext` shows in place of an unseen letter."""
_SHOWN_WORD: Final = re.compile(rf"[^\W_]+(?:(?:[{_ACCENT}{_UNSEEN}]|{_SHOWN_MARK})+[^\W_]*)*")
_SHOWN_MARKS: Final = re.compile(_SHOWN_MARK)
_ACCENTS: Final = re.compile(f"[{_ACCENT}]+")
_UNSEENS: Final = re.compile(f"[{_UNSEEN}]+")
_COMMON: Final = re.compile("[а-яё0-9]+|[a-z0-9]+")
"""Words, in lower case, in which nothing can be mistaken."""
_LATIN: Final = re.compile("[a-z]+")
_CYRILLIC: Final = re.compile("[а-я]+")
# Letters that look alike, as capitals at least.
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
    found = [Pattern(_stems_of(word)) for word in typed]
    if typed and not is_last_whole:
        beginnings = _readings(_fold(typed[-1]))
        if len(beginnings[0]) >= SHORTEST_BEGINNING:
            found[-1] = Pattern(found[-1].wholes, beginnings)
    return tuple(dict.fromkeys(found))


def marks(text: str, words: Sequence[str], *, is_last_whole: bool) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text: character positions, first and one behind the last."""
    wanted = patterns(words, is_last_whole=is_last_whole)
    if not wanted:
        return []
    return [
        found.span()
        for found in _SHOWN_WORD.finditer(text)
        if any(pattern.fits(_stem(_SHOWN_MARKS.sub("", found[0])[: 2 * LONGEST])) for pattern in wanted)
    ]


def _typed(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        for found in _WORD.finditer(word):
            yield found[0][: 2 * LONGEST]


def _fold(word: str) -> str:
    """In lower case, without accents and in letters of one kind, ё as е; й stays what it is."""
    folded = word.lower()
    if not _COMMON.fullmatch(folded):
        folded = unicodedata.normalize("NFKC", _UNSEENS.sub("", word)).lower()
        folded = _one_script(_ACCENTS.sub("", folded.translate(_PLAIN)))
    return folded.replace("ё", "е")[:LONGEST]


def _one_script(word: str) -> str:
    """A word of Cyrillic and Latin letters in those of one of them, if it looks the same then."""
    if _LATIN.search(word) and _CYRILLIC.search(word):
        for table, other in ((_TO_CYRILLIC, _LATIN), (_TO_LATIN, _CYRILLIC)):
            turned = word.translate(table)
            if not other.search(turned):
                return turned
    return word


def _readings(folded: str) -> tuple[str, ...]:
    """A word of a query, and the word of other letters that looks the same, if there is one."""
    latin = _CYRILLIC.search(folded) and folded.translate(_TO_LATIN)
    if latin and not _CYRILLIC.search(latin):
        return folded, latin
    cyrillic = _LATIN.search(folded) and folded.translate(_TO_CYRILLIC)
    if cyrillic and not _LATIN.search(cyrillic):
        return folded, cyrillic
    return (folded,)


def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(map(_stem, _readings(_fold(word))))


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
