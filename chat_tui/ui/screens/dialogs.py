"""The questions the main screen asks, and what they remember from one time to the next."""

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.search import SearchHit
from chat_tui.ui.screens.attach import Attaching
from chat_tui.ui.screens.mark_dialogs import LineDialog, SnoozeScreen
from chat_tui.ui.screens.message_dialogs import MessageDialogs
from chat_tui.ui.screens.new_chat import start_chat
from chat_tui.ui.screens.outbox import Outbox
from chat_tui.ui.screens.questions import offer
from chat_tui.ui.screens.search import LastSearch, SearchScreen
from chat_tui.ui.screens.templates import TemplateList
from chat_tui.ui.screens.welcome import Welcome
from chat_tui.ui.terminal.clipboard import Copying
from chat_tui.ui.view.template_rows import values_of
from chat_tui.words.chats import chat_title
from chat_tui.words.times import Until


class Dialogs:
    """Each runs in a worker of its own and gives None when the operator leaves it."""

    def __init__(
        self,
        app: Copying[None],
        inbox: Inbox,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        templates: Path,
        operator: str = "",
    ) -> None:
        """`templates` is their directory, `operator` what they call whoever writes."""
        self._app = app
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self.templates = templates
        self.operator = operator
        self._searched = LastSearch()
        self.attaching = Attaching(app, inbox, now, zone)
        self.message = MessageDialogs(app, inbox)
        self.outbox = Outbox(app, inbox, now)

    async def greet(self) -> bool | None:
        """Show how many wait in a shop that was just connected; True = open the one who waits longest."""
        return await self._app.push_screen_wait(Welcome(self._inbox, now=self._now, zone=self._zone))

    async def choose_template(self, to: QueueItem) -> str | None:
        """Choose a prepared answer; its text with the values of the chat in it."""
        return await self._app.push_screen_wait(TemplateList(self.templates, values_of(to, self.operator)))

    async def snooze(self, item: QueueItem) -> Until | None:
        """Ask until when a chat is put off."""
        return await self._app.push_screen_wait(
            SnoozeScreen(chat_title(item), now=self._now, zone=self._zone)
        )

    async def line(self, item: QueueItem, heading: str, *, value: str, hint: str, most: int) -> str | None:
        """Ask for a line of the operator's own words on a chat."""
        return await self._app.push_screen_wait(
            LineDialog(heading, chat_title(item), value=value, hint=hint, most=most)
        )

    async def start_chat(self) -> ChatId | None:
        """Ask for an order or a return until a chat is open or the operator gives up."""
        return await start_chat(self._app, self._inbox)

    async def search(self) -> SearchHit | None:
        """Find a message or a chat; the search begins where it was left."""
        screen = SearchScreen(self._inbox, now=self._now, zone=self._zone, last=self._searched)
        hit = await self._app.push_screen_wait(screen)
        self._searched = screen.last
        return hit

    async def offer(self, text: str) -> bool | None:
        """Ask whether a text that another copy holds for the open chat is wanted here."""
        why = _("Another window of chat-tui holds a different text for this chat:")
        return await self._app.push_screen_wait(offer(why, text))

    async def offer_edited(self, text: str) -> bool | None:
        """Ask whether a text is wanted that an editor saved for the open chat and that never came back."""
        return await self._app.push_screen_wait(offer(_("An editor saved this text for this chat:"), text))
