"""What is to be told of the files: sentences for the operator, at the start and while the program runs.

Of what was mended each sentence is said once; what keeps a file from being written stands for as long as it
does.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chat_tui.store.errors import StoreOutdated


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps the files from being written just now."""

    words: str = ""
    """Sentences with what helps; empty = nothing does."""
    is_final: bool = False
    """Whether this copy can never write again: a newer version has taken the files over."""


class Notices:
    """Collects the sentences of one store; any of its threads may add to them."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._hear: Callable[[str], None] | None = None
        self._hear_hindrance: Callable[[Hindrance], None] | None = None
        self._hindered: dict[str, str] = {}
        self._ended = ""
        self._guard = threading.Lock()

    @property
    def said(self) -> tuple[str, ...]:
        """Everything so far."""
        return tuple(self._said)

    def say(self, sentence: str) -> None:
        """Add a sentence and tell whoever listens."""
        self._said.append(sentence)
        if self._hear is not None:
            self._hear(sentence)

    def tell(self, hear: Callable[[str], None] | None) -> None:
        """Call `hear` with every later sentence, on the thread that says it; None = nobody listens."""
        self._hear = hear

    # -- for as long as it lasts -------------------------------------------------------------------

    @property
    def hindrance(self) -> Hindrance:
        """What keeps the files from being written now."""
        if self._ended:
            return Hindrance(self._ended, is_final=True)
        return Hindrance(" ".join(dict.fromkeys(self._hindered.values())))

    @property
    def hindered(self) -> frozenset[str]:
        """The kinds of the files that could not be written when last tried."""
        return frozenset(self._hindered)

    def hinder(self, kind: str, sentence: str) -> None:
        """A file could not be written."""
        self._change(lambda: self._hindered.update({kind: sentence}))

    def free(self, kind: str) -> None:
        """A file was written again."""
        self._change(lambda: self._hindered.pop(kind, None))

    @contextmanager
    def outdated(self) -> Iterator[None]:
        """Around any use of the files: StoreOutdated, for good, once a newer version has taken them over."""
        if self._ended:
            raise StoreOutdated(self._ended)
        try:
            yield
        except StoreOutdated as problem:
            ended = str(problem)
            self._change(lambda: setattr(self, "_ended", self._ended or ended))
            raise

    def tell_hindrance(self, hear: Callable[[Hindrance], None] | None) -> None:
        """Call `hear` with every change of `hindrance`, on the thread that meets it; None = nobody."""
        self._hear_hindrance = hear

    def _change(self, change: Callable[[], object]) -> None:
        with self._guard:
            before = self.hindrance
            change()
            after, hear = self.hindrance, self._hear_hindrance
            if after != before and hear is not None:
                # Under the guard, so that two threads cannot tell in the wrong order.
                hear(after)
