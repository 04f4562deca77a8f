"""A text edited in the operator's own editor, in the terminal of the app, while the engine works on."""

import asyncio
import os
import shlex
import shutil
import signal
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from textual.app import ReturnType

from chat_tui.locale import _
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.ui.edited import EditedText, Unusable
from chat_tui.ui.terminal.driver import TerminalDriver
from chat_tui.ui.terminal.signals import Leaving
from chat_tui.ui.terminal.suspend import Stopping

AT_ONCE_S: Final = 1.0
"""Seconds within which nobody edits anything: the editor is open in a window of its own, or none is."""
_USUAL: Final = ("sensible-editor", "nano", "vi")


class EditorProblem(Exception):  # noqa: N818 - house word: a failure that was expected
    """The text was not edited; the words say why."""


class Lending(Leaving[ReturnType], Stopping[ReturnType]):
    """Lends the terminal to an editor.

    Textual's `suspend` leaves the terminal lost when its block raises; nothing raises inside this one
    but the end of the app, which needs no terminal any more.
    """

    _rescue: Callable[[], object] | None = None
    """Takes over what the editor has saved so far."""

    async def edit_outside(
        self, text: EditedText, take: Callable[[str], None], environ: Mapping[str, str] = os.environ
    ) -> tuple[str, bool]:
        """Let the operator edit a text; `take` gets what was saved, however the editor ended.

        Gives a sentence about it, or none, and whether its file has served. Raises EditorProblem when no
        editor was started, and Unusable for a file that is no text. If the app is told to end meanwhile,
        `take` gets what the editor has saved by then.
        """
        if not isinstance(self._driver, TerminalDriver):
            raise EditorProblem(_("An editor needs a terminal of its own."))
        words = editor_words(environ)
        at_once = _(
            "The editor returned at once. If it opened a window, EDITOR needs its waiting option, "
            "for example code --wait."
        )

        def rescue() -> str | None:
            saved = text.saved()
            if saved is not None:
                take(saved)
            return saved

        self._rescue = rescue
        began = time.monotonic()
        outcome = await self._lend([*words, str(text.path)], without_secrets(environ))
        if isinstance(outcome, OSError):
            why = _("{editor} cannot be started: {reason}")
            raise EditorProblem(why.format(editor=words[0], reason=outcome.strerror))
        if outcome == 0:
            if rescue() is None and time.monotonic() - began < AT_ONCE_S:
                return at_once, False
            return "", True
        saved = text.saved()
        if saved is not None and not saved.strip():
            saved = None  # a disk that is full leaves an empty file
        if saved is not None:
            take(saved)
        return _about(outcome, text, saved is not None), not text.others()

    def leave(self, number: signal.Signals) -> None:
        """Ctrl-C in an editor is the editor's; everything else ends the app, with what is saved by then."""
        if self.is_lent:
            if number in {signal.SIGINT, signal.SIGQUIT}:
                return
            if self._rescue is not None:
                with suppress(Unusable):
                    self._rescue()
        super().leave(number)

    async def _lend(self, words: list[str], environ: Mapping[str, str]) -> int | OSError:
        assert isinstance(self._driver, TerminalDriver)
        settings = self._driver.attrs_before
        with self.suspend():
            self.is_lent = True
            try:
                return await _run(words, environ)
            finally:
                self.is_lent = False
                self._driver.disbelieve()
                _restore(self._driver.fileno, settings)


def editor_words(environ: Mapping[str, str]) -> list[str]:
    """The command of the operator's editor, or of one that is usually there."""
    chosen = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        words = shlex.split(chosen)
    except ValueError:
        words = []
    if not words:
        words = [name for name in _USUAL if shutil.which(name, path=environ.get("PATH"))][:1]
    if not words or not shutil.which(words[0], path=environ.get("PATH")):
        raise EditorProblem(_("No editor was found. Set EDITOR, for example to nano."))
    return words


def _about(outcome: int, text: EditedText, is_taken: bool) -> str:
    """How an editor ended that did not end well, and where the text is."""
    if outcome < 0:
        words = _("A signal ended the editor ({code})")
        words = words.format(code=-outcome)
    else:
        words = _("The editor ended with code {code}").format(code=outcome)
    if is_taken:
        told = _("{end}: what was saved is in the box, Ctrl+Z brings back the text from before.")
    else:
        told = _("{end}: the text is as it was.")
    told = told.format(end=words)
    if text.others():
        told += " " + _("What the editor left is in {place}.").format(place=text.place)
    return told


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the Market's key."""
    return {name: value for name, value in environ.items() if name not in ENVIRONMENT}


async def _run(words: list[str], environ: Mapping[str, str]) -> int | OSError:
    try:
        child = await asyncio.create_subprocess_exec(*words, env=dict(environ))
    except OSError as error:
        return error
    try:
        return await child.wait()
    finally:
        if child.returncode is None:
            # The app ends while the editor is open.
            child.terminate()


def _restore(terminal: int, settings: list[Any] | None) -> None:
    if settings is not None:
        # A terminal that is gone needs nothing; whoever reads its input notices.
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
