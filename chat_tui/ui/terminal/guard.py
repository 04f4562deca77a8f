"""After a fault of our own: a clean terminal, one sentence, exit code 1, and nothing of anybody's text."""

import logging
import os
import sys
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text
from textual.app import App, ReturnType

from chat_tui.locale import _
from chat_tui.safetext import one_line

_log = logging.getLogger(__name__)


class CrashError(Exception):
    """Stands in the log for an error whose own words might be a buyer's."""


class Guard(App[ReturnType]):
    """Textual would print a traceback with the values of all variables, and end with code 0."""

    report: Path = Path()
    """Where the log is, for the sentence."""

    def run_to_code(self, *, mouse: bool = True) -> int:
        """Run, and return the exit code: 0, 1 after a crash, 128 + n after a signal."""
        try:
            self.run(mouse=mouse)
        except Exception as error:  # noqa: BLE001 - a fault while closing would print buyers' words
            self._close_after(error)
            self._print_error_renderables()
        _let_go_of_a_lost_terminal()
        return self.return_code or 0

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception
        self._close_after(error)

    def panic(self, *renderables: RenderableType) -> None:
        """Called for errors that describe themselves and for a dying input thread: not shown either."""
        error = next((one for one in renderables if isinstance(one, BaseException)), sys.exc_info()[1])
        self._close_after(error)

    def _close_after(self, error: BaseException | None) -> None:
        self._return_code = 1
        wordless = _wordless(error) if error is not None else None
        _log.critical("the interface failed", exc_info=wordless)
        if not self._exit_renderables:
            words = _("chat-tui had to stop because of an error in the program. Details: {path}")
            self._exit_renderables.append(Text(words.format(path=one_line(str(self.report)))))
        self._close_messages_no_wait()


def _let_go_of_a_lost_terminal() -> None:
    """Keep the interpreter from ending with 120 because its last words reach no terminal."""
    try:
        sys.stderr.flush()
    except OSError:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it stays open to the end


def _wordless(error: BaseException) -> CrashError:
    """The error's kind, place and causes, without its words."""
    named = CrashError(type(error).__qualname__)
    named.__traceback__ = error.__traceback__
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        named.__cause__ = _wordless(behind)
    return named
