"""After a crash: a clean terminal, one sentence, exit code 1, and no message text on screen or in the log."""

import logging
import os
import sys
from contextlib import suppress
from typing import Final

from rich.console import RenderableType
from rich.text import Text
from textual.app import App, ReturnType

from chat_tui.safetext import one_line

_log = logging.getLogger(__name__)

_MOST_CAUSES: Final = 20
"""Causes of an error that are logged; an error may be its own cause."""
_CAUSE: Final = BaseException.__dict__["__cause__"]
_CONTEXT: Final = BaseException.__dict__["__context__"]
_TRACEBACK: Final = BaseException.__dict__["__traceback__"]
_HIDES_CONTEXT: Final = BaseException.__dict__["__suppress_context__"]
_NAME: Final = type.__dict__["__qualname__"]
"""Descriptors of the base classes: the class of an error may override these names with code that raises."""


class CrashError(Exception):
    """Replaces an error in the log, because the error's own message may quote a buyer."""


class Guard(App[ReturnType]):
    """Ends a crashed app: Textual would print a traceback with all local variables, and exit with 0."""

    farewell: str = ""
    """The sentence printed after a crash: that it happened, and where the details are."""

    def run_to_code(self, *, mouse: bool = True) -> int:
        """Run, and return the exit code: 0, 1 after a crash, 128 + n after a signal."""
        try:
            self.run(mouse=mouse)
        except Exception as error:  # noqa: BLE001 - a fault while closing would print buyers' words
            self._close_after(error)
            with suppress(OSError):  # the terminal may be gone
                self._print_error_renderables()
        _let_go_of_a_lost_terminal()
        return self.return_code or 0

    def _fatal_error(self) -> None:
        raised = sys.exc_info()[1]
        self._close_after(raised if raised is not None else self._exception)

    def panic(self, *renderables: RenderableType) -> None:
        """End, but show none of `renderables`: errors with `__rich__` and of the input thread come here."""
        error = next((one for one in renderables if isinstance(one, BaseException)), sys.exc_info()[1])
        self._close_after(error)

    def _close_after(self, error: BaseException | None) -> None:
        self._return_code = 1
        if not self._exit_renderables:
            self._exit_renderables.append(Text(one_line(self.farewell)))
        self._close_messages_no_wait()
        # Last, and with all errors suppressed: the log may be what fails.
        with suppress(Exception):
            _log.critical("the interface failed", exc_info=None if error is None else _wordless(error))


def _let_go_of_a_lost_terminal() -> None:
    """Keep the interpreter from exiting with 120 because its last flush fails."""
    try:
        sys.stderr.flush()
    except OSError:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it stays open to the end


def _wordless(error: BaseException) -> CrashError:
    """The error's class, traceback and causes without its message; ends even if the causes form a ring."""
    first = named = _named(error)
    seen = {id(error)}
    while (behind := _behind(error)) is not None and id(behind) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(behind))
        named.__cause__ = _named(behind)
        named, error = named.__cause__, behind
    return first


def _named(error: BaseException) -> CrashError:
    named = CrashError(_NAME.__get__(type(error)))
    named.__traceback__ = _TRACEBACK.__get__(error)
    return named


def _behind(error: BaseException) -> BaseException | None:
    cause: BaseException | None = _CAUSE.__get__(error)
    if cause is None and not _HIDES_CONTEXT.__get__(error):
        cause = _CONTEXT.__get__(error)
    return cause
