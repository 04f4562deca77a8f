"""A text edited in the operator's own editor, in the terminal of the app, while the engine works on."""

import asyncio
import os
import shlex
import shutil
import signal
import tempfile
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from textual.app import ReturnType

from chat_tui.locale import _
from chat_tui.safetext import stripped
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.ui.terminal.driver import TerminalDriver
from chat_tui.ui.terminal.signals import Leaving
from chat_tui.ui.terminal.suspend import Stopping

MOST_BYTES: Final = 1_000_000
_USUAL: Final = ("sensible-editor", "nano", "vi")


class EditorProblem(Exception):  # noqa: N818 - house word: a failure that was expected
    """The text was not edited; the words say why."""


class Lending(Leaving[ReturnType], Stopping[ReturnType]):
    """Lends the terminal to an editor.

    Textual's `suspend` leaves the terminal lost when its block raises; nothing raises inside this one
    but the end of the app, which needs no terminal any more.
    """

    _rescue: Callable[[], None] | None = None
    """Takes over what the editor has saved so far."""

    async def edit_outside(
        self, text: str, take: Callable[[str], None], environ: Mapping[str, str] = os.environ
    ) -> None:
        """Let the operator edit the text; `take` gets what became of it, if it is another.

        Raises EditorProblem, and then the text counts as it was. If the app is told to end meanwhile,
        `take` gets what the editor has saved by then.
        """
        if not isinstance(self._driver, TerminalDriver):
            raise EditorProblem(_("An editor needs a terminal of its own."))
        words = editor_words(environ)
        try:
            # Editors leave copies beside the file: a private directory takes them along when it goes.
            with tempfile.TemporaryDirectory(prefix="chat-tui-", dir=_private(environ)) as place:
                await self._edit(words, written(Path(place), text), text, take, without_secrets(environ))
        except OSError as error:
            why = _("The text cannot be given to an editor: {reason}").format(reason=error.strerror)
            raise EditorProblem(why) from None

    async def _edit(
        self, words: list[str], path: Path, text: str, take: Callable[[str], None], environ: dict[str, str]
    ) -> None:
        def rescue() -> None:
            edited = read_back(path, text)
            if edited != text:
                take(edited)

        self._rescue = rescue
        outcome = await self._lend([*words, str(path)], environ)
        if isinstance(outcome, OSError):
            why = _("{editor} cannot be started: {reason}")
            raise EditorProblem(why.format(editor=words[0], reason=outcome.strerror))
        if outcome:
            why = _("The editor ended with code {code}: the text is as it was.")
            raise EditorProblem(why.format(code=outcome))
        rescue()

    def leave(self, number: signal.Signals) -> None:
        """Ctrl-C in an editor is the editor's; everything else ends the app, with what is saved by then."""
        if self.is_lent:
            if number in {signal.SIGINT, signal.SIGQUIT}:
                return
            if self._rescue is not None:
                with suppress(EditorProblem, OSError):
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


def _private(environ: Mapping[str, str]) -> str | None:
    """The operator's own directory in memory, where there is one; None = the usual one."""
    place = environ.get("XDG_RUNTIME_DIR", "")
    return place if os.path.isdir(place) else None


def written(place: Path, text: str) -> Path:
    """A new file with the text, for its owner alone."""
    descriptor, name = tempfile.mkstemp(prefix="message-", suffix=".txt", dir=place)
    with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return Path(name)


def read_back(path: Path, before: str) -> str:
    """The edited text without controls; editors end the last line, which ends no message."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise EditorProblem(_("The edited text is far too long: the text is as it was."))
    text = stripped(raw.decode("utf-8", "replace"))
    return text if before.endswith("\n") else text.removesuffix("\n")


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
