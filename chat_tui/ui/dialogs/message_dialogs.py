"""What the operator can do with a message: copy from it, view its files and save them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.files import saved_name
from chat_tui.locale import _, ngettext
from chat_tui.model.chat import ChatContext, Message
from chat_tui.model.file import AttachmentRef, Saved
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Entry
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.chat.rows import copies_of, copy_line
from chat_tui.ui.chat.viewer import Fetching, Viewer, looking_at
from chat_tui.ui.files.save import SaveCard
from chat_tui.ui.kit.questions import Choose, Draw
from chat_tui.ui.kit.text import notify
from chat_tui.words.files import file_line
from chat_tui.words.line import Line, Span, cut
from chat_tui.words.problems import problem_words

_OF_THE_PLACE = frozenset({ProblemKind.FOLDER_UNUSABLE, ProblemKind.DISK_FULL})
"""Problems that another folder may solve."""


@dataclass(slots=True)
class MessageDialogs:
    """Each method asks which thing is meant if there are several, and says what was done."""

    app: TerminalApp[None]
    inbox: InboxApi

    async def copy(self, entry: Entry, context: ChatContext | None) -> None:
        """Copy the only thing there is to copy, or the chosen one of several."""
        found = copies_of(entry, context)
        if not found:
            notify(self.app, _("There is nothing to copy in this message."))
            return
        index: int | None = 0
        if len(found) > 1:
            lines = [partial(copy_line, one) for one in found]
            index = await self.app.push_screen_wait(Choose(_("Copy what?"), lines))
        if index is not None:
            self.app.copy_to_clipboard(found[index].text, what=found[index].what)

    async def save(self, entry: Entry) -> None:
        """Save the only file of a message, or the chosen ones of several, into a folder."""
        message, wanted = await self._which(entry, _("Which file to save?"), [_all])
        if message is not None:
            await self._save_these(message, wanted)

    async def view(self, entry: Entry) -> None:
        """Show the only file of a message, or the chosen one of several; it can be saved from there."""
        message, wanted = await self._which(entry, _("Which file to view?"), [])
        if message is None or not wanted:
            return
        file = message.attachments[wanted[0]]
        outcome = await self.app.push_screen_wait(looking_at(self.inbox, message, wanted[0]))
        if isinstance(outcome, Problem):
            self._refused(outcome, file.url)
        elif outcome is not None:
            is_wanted = await self.app.push_screen_wait(Viewer(file, outcome))
            if is_wanted:
                await self._save_these(message, wanted)

    async def _save_these(self, message: Message, left: Sequence[int]) -> None:
        # Where files were saved last, else where browsers save, else the home directory.
        downloads = Path.home() / "Downloads"
        usual = downloads if downloads.is_dir() else Path.home()
        folder, problem = await self.inbox.files.last_folder() or usual, ""
        # If the folder is the problem, the same card asks again, with the reason, for the remaining files.
        while left:
            files = [message.attachments[index] for index in left]
            into = await self.app.push_screen_wait(SaveCard(files, folder, problem))
            if into is None:
                return
            folder = into
            left, problem = await self._save_all(message, left, into)

    async def _which(
        self, entry: Entry, question: str, more: Sequence[Draw]
    ) -> tuple[Message | None, list[int]]:
        """The message and the indexes of the wanted files: none, one, or all for an answer of `more`.

        Without a file in it, says so; then the message is None.
        """
        message = entry.message
        if message is None or not message.attachments:
            notify(self.app, _("There is no file in this message."))
            return None, []
        indexes = list(range(len(message.attachments)))
        if len(indexes) == 1:
            return message, indexes
        lines = [partial(file_line, file.name, file.size) for file in message.attachments]
        chosen = await self.app.push_screen_wait(Choose(question, [*lines, *more]))
        # The answer behind the files means all of them.
        if chosen == len(lines):
            return message, indexes
        return message, [] if chosen is None else [chosen]

    async def _save_all(self, message: Message, indexes: Sequence[int], into: Path) -> tuple[list[int], str]:
        """Save one file after another. If the folder is the problem, returns the remaining files and why."""
        kept: list[str] = []
        for place, index in enumerate(indexes):
            file = message.attachments[index]
            ref = AttachmentRef(message.chat_ref, message.message_id, index)
            save = partial(self.inbox.files.save, ref, into)
            fetching = Fetching[Saved | Problem](saved_name(file.name), file.size, save)
            outcome = await self.app.push_screen_wait(fetching)
            if isinstance(outcome, Saved):
                kept.append(outcome.path)
            elif outcome is None:
                # Esc stops all of them: cancelling ten files one by one would be tedious.
                notify(self.app, _("Cancelled, the file was not saved."))
                break
            # The rest would fail the same way.
            elif outcome.kind in _OF_THE_PLACE:
                self._tell(kept)
                return list(indexes[place:]), problem_words(outcome)
            else:
                self._refused(outcome, file.url)
        self._tell(kept)
        return [], ""

    def _refused(self, problem: Problem, url: str | None) -> None:
        """Say why, and copy the link of a refused file for a browser that is logged in."""
        notify(self.app, problem_words(problem), severity="warning")
        if problem.kind is ProblemKind.FILE_REFUSED and url:
            self.app.copy_to_clipboard(url, what=_("link to the file"))

    def _tell(self, kept: Sequence[str]) -> None:
        if len(kept) == 1:
            notify(self.app, _("Saved: {path}").format(path=kept[0]))
        elif kept:
            words = ngettext("{n} file saved into {folder}", "{n} files saved into {folder}", len(kept))
            notify(self.app, words.format(n=len(kept), folder=Path(kept[0]).parent))


def _all(cells: int) -> Line:
    return (Span(cut(_("all of them"), cells)),)
