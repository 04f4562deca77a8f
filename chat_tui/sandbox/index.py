"""The order of the chat list: one number per chat, sorted, built without generating a single message."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from chat_tui.sandbox.draws import mix
from chat_tui.sandbox.heads import CONTEXTS, KINDS, STATUSES, Heads

_BITS = 20
_MASK = (1 << _BITS) - 1
"""Places: 2²⁰ chats fit beside a time in milliseconds."""


def code(status: str, kind: str, context: str) -> int:
    """Status, type and context of a chat in one byte."""
    return (STATUSES.index(status) * len(KINDS) + KINDS.index(kind)) * len(CONTEXTS) + CONTEXTS.index(context)


def codes(
    statuses: Iterable[str] | None, kinds: Iterable[str] | None, contexts: Iterable[str] | None
) -> frozenset[int] | None:
    """The bytes that pass these filters; None = all of them."""
    if statuses is None and kinds is None and contexts is None:
        return None
    return frozenset(
        code(status, kind, context)
        for status in (STATUSES if statuses is None else statuses)
        for kind in (KINDS if kinds is None else kinds)
        for context in (CONTEXTS if contexts is None else contexts)
    )


class Index:
    """Chats by (time of the latest message, place); places count up as chats are opened."""

    def __init__(self, heads: Heads) -> None:
        if heads.chats > _MASK // 2:
            raise ValueError(f"at most {_MASK // 2} chats fit into a world")
        kinds, contexts = len(KINDS), len(CONTEXTS)
        self._codes = bytearray(heads.chats)
        keys = []
        for place in range(heads.chats):
            head = heads.head(place)
            self._codes[place] = (head.status * kinds + head.kind) * contexts + head.context
            keys.append(head.updated << _BITS | place)
        keys.sort()
        self._keys = array("q", keys)

    def put(self, place: int, before: int | None, updated: int, words: tuple[str, str, str]) -> None:
        """Move a chat last written in at `before` (None = a new chat); `words` are those of `code`."""
        if before is None:
            self._codes.append(0)
        else:
            del self._keys[bisect_left(self._keys, before << _BITS | place)]
        self._codes[place] = code(*words)
        insort(self._keys, updated << _BITS | place)

    def places(self, order: str, only: frozenset[int] | None) -> Iterator[int]:
        """Places in `desc` (newest first), `asc` or `shuffled` order, filtered by `codes`."""
        keys: Iterable[int] = self._keys
        if order == "desc":
            keys = reversed(self._keys)
        elif order == "shuffled":
            keys = sorted(self._keys, key=lambda key: mix(key & _MASK))
        for key in keys:
            place = key & _MASK
            if only is None or self._codes[place] in only:
                yield place
