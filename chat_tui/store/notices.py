"""What had to be mended: sentences for the operator, at the start and while the program runs."""

from collections.abc import Callable


class Notices:
    """Collects the sentences of one store; any of its threads may add to them."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._hear: Callable[[str], None] | None = None

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
