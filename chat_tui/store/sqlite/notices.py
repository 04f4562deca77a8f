"""Sentences for the operator about the files, at the start and while the program runs.

A repair is reported once; a reason why a file cannot be written stays for as long as it applies.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chat_tui.store.errors import StoreOutdated


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why the files cannot be written at the moment."""

    words: str = ""
    """Sentences that say why and what helps; empty = the files can be written."""
    is_final: bool = False
    """Whether this copy can never write again, because a newer version has upgraded the files."""


class Notices:
    """Collects the sentences of one store; any of its threads may add one."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._hear: Callable[[str], None] | None = None
        self._hear_hindrance: Callable[[Hindrance], None] | None = None
        self._hindered: dict[str, str] = {}
        self._ended = ""
        self._guard = threading.Lock()

    @property
    def said(self) -> tuple[str, ...]:
        """All sentences about repairs so far."""
        return tuple(self._said)

    def say(self, sentence: str) -> None:
        """Add a sentence and report it to the listener."""
        self._said.append(sentence)
        if self._hear is not None:
            self._hear(sentence)

    def tell(self, hear: Callable[[str], None] | None) -> None:
        """Call `hear` with every later sentence, on the thread that adds it; None = stop."""
        self._hear = hear

    # -- for as long as it lasts -------------------------------------------------------------------

    @property
    def hindrance(self) -> Hindrance:
        """Why the files cannot be written now."""
        if self._ended:
            return Hindrance(self._ended, is_final=True)
        return Hindrance(" ".join(dict.fromkeys(self._hindered.values())))

    @property
    def hindered(self) -> frozenset[str]:
        """The kinds of the files whose last write failed."""
        return frozenset(self._hindered)

    def hinder(self, kind: str, sentence: str) -> None:
        """Report that a file could not be written, and why."""
        self._change(lambda: self._hindered.update({kind: sentence}))

    def free(self, kind: str) -> None:
        """Report that a file could be written again."""
        self._change(lambda: self._hindered.pop(kind, None))

    @contextmanager
    def outdated(self) -> Iterator[None]:
        """Around any use of the files: after the first StoreOutdated, every later use raises it at once."""
        if self._ended:
            raise StoreOutdated(self._ended)
        try:
            yield
        except StoreOutdated as problem:
            ended = str(problem)
            self._change(lambda: setattr(self, "_ended", self._ended or ended))
            raise

    def tell_hindrance(self, hear: Callable[[Hindrance], None] | None) -> None:
        """Call `hear` with every change of `hindrance`, on the thread that causes it; None = stop."""
        self._hear_hindrance = hear

    def _change(self, change: Callable[[], object]) -> None:
        with self._guard:
            before = self.hindrance
            change()
            after, hear = self.hindrance, self._hear_hindrance
            if after != before and hear is not None:
                # Under the guard, so that two threads cannot report in the wrong order.
                hear(after)
