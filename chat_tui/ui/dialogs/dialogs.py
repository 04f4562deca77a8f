"""The questions the main screen asks, and what they remember from one time to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.search import SearchHit
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.dialogs.chat_dialogs import LineDialog, SnoozeScreen, start_chat
from chat_tui.ui.dialogs.message_dialogs import MessageDialogs
from chat_tui.ui.dialogs.outbox import Outbox
from chat_tui.ui.dialogs.templates import TemplateList, values_of
from chat_tui.ui.dialogs.welcome import Welcome
from chat_tui.ui.files.attach import Attaching
from chat_tui.ui.kit.questions import offer
from chat_tui.ui.search.screen import LastSearch, SearchScreen
from chat_tui.words.chats import chat_title
from chat_tui.words.times import Until


@dataclass(eq=False)
class Dialogs:
    """Each runs in a worker of its own and gives None when the operator leaves it."""

    app: TerminalApp[None]
    inbox: InboxApi
    now: Callable[[], Millis]
    zone: tzinfo
    templates: Path
    """Their directory."""
    operator: str = ""
    """What templates call whoever writes."""
    _searched: LastSearch = field(default_factory=LastSearch, init=False)

    def __post_init__(self) -> None:
        self.attaching = Attaching(self.app, self.inbox, self.now, self.zone)
        self.message = MessageDialogs(self.app, self.inbox)
        self.outbox = Outbox(self.app, self.inbox, self.now)

    async def greet(self) -> bool | None:
        """Show how many wait in a shop that was just connected; True = open the one who waits longest."""
        return await self.app.push_screen_wait(Welcome(self.inbox, now=self.now, zone=self.zone))

    async def choose_template(self, to: QueueItem) -> str | None:
        """Choose a prepared answer; its text with the values of the chat in it."""
        return await self.app.push_screen_wait(TemplateList(self.templates, values_of(to, self.operator)))

    async def snooze(self, item: QueueItem) -> Until | None:
        """Ask until when a chat is put off."""
        return await self.app.push_screen_wait(SnoozeScreen(chat_title(item), now=self.now, zone=self.zone))

    async def line(self, item: QueueItem, heading: str, *, value: str, hint: str, most: int) -> str | None:
        """Ask for a line of the operator's own words on a chat."""
        return await self.app.push_screen_wait(
            LineDialog(heading, chat_title(item), value=value, hint=hint, most=most)
        )

    async def start_chat(self) -> ChatRef | None:
        """Ask for an order or a return until a chat is open or the operator gives up."""
        return await start_chat(self.app, self.inbox)

    async def search(self) -> SearchHit | None:
        """Find a message or a chat; the search begins where it was left."""
        # Esc and `f` again must not cost the place in a long list of hits.
        screen = SearchScreen(self.inbox, now=self.now, zone=self.zone, last=self._searched)
        hit = await self.app.push_screen_wait(screen)
        self._searched = screen.last
        return hit

    async def offer(self, text: str, *, why: str) -> bool | None:
        """Ask whether a text for the open chat that was kept elsewhere is wanted here; `why` says where."""
        return await self.app.push_screen_wait(offer(why, text))
