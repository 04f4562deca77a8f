"""What may be done with a message that was read: conversations of one or more dialogs."""

from dataclasses import dataclass
from functools import partial

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.chat import ChatContext
from chat_tui.model.timeline import Entry
from chat_tui.ui.screens.choose import Choose
from chat_tui.ui.terminal.clipboard import Copying
from chat_tui.ui.text import notify
from chat_tui.ui.view.copies import copies_of, copy_line


@dataclass(slots=True)
class Received:
    """What the dialogs need, and what they remember from one time to the next."""

    app: Copying[None]
    inbox: Inbox

    async def copy(self, entry: Entry, context: ChatContext | None) -> None:
        """Copy the one thing there is, or what is chosen of several."""
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
