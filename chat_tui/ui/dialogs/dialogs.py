"""Opens the dialogs of the main screen, and remembers what they need the next time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from chat_tui.inbox.api import InboxApi
from chat_tui.model.chat import ChatContext, ContextKind
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.search import SearchHit
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.dialogs.chat_dialogs import LineDialog, NewChatScreen, SnoozeScreen
from chat_tui.ui.dialogs.message_dialogs import MessageDialogs
from chat_tui.ui.dialogs.outbox import Outbox
from chat_tui.ui.dialogs.welcome import Welcome
from chat_tui.ui.files.attach import Attaching
from chat_tui.ui.kit.questions import offer
from chat_tui.ui.search.screen import LastSearch, SearchScreen
from chat_tui.words.chats import chat_title
from chat_tui.words.problems import problem_words
from chat_tui.words.times import Until


@dataclass(eq=False)
class Dialogs:
    """Every method must be called from a worker, and returns None when the operator leaves the dialog."""

    app: TerminalApp[None]
    inbox: InboxApi
    now: Callable[[], Millis]
    zone: tzinfo
    _searched: LastSearch = field(default_factory=LastSearch, init=False)

    def __post_init__(self) -> None:
        self.attaching = Attaching(self.app, self.inbox, self.now, self.zone)
        self.message = MessageDialogs(self.app, self.inbox)
        self.outbox = Outbox(self.app, self.inbox, self.now)

    async def greet(self) -> bool | None:
        """Show how many wait in a newly connected shop; True = open the longest-waiting chat."""
        return await self.app.push_screen_wait(Welcome(self.inbox, now=self.now, zone=self.zone))

    async def snooze(self, item: QueueItem) -> Until | None:
        """Ask until when to snooze a chat."""
        return await self.app.push_screen_wait(SnoozeScreen(chat_title(item), now=self.now, zone=self.zone))

    async def line(self, item: QueueItem, heading: str, *, value: str, hint: str, most: int) -> str | None:
        """Ask for the note or the labels of a chat: a line of at most `most` characters, now `value`."""
        return await self.app.push_screen_wait(
            LineDialog(heading, chat_title(item), value=value, hint=hint, most=most)
        )

    async def start_chat(self, item: QueueItem | None) -> ChatRef | None:
        """Ask for an order or a return, offering those of `item`, until a chat is open or none is wanted."""
        screen = NewChatScreen(known={} if item is None else _numbers(item.chat.context))
        while (about := await self.app.push_screen_wait(screen)) is not None:
            created = await self.inbox.chats.create(about)
            if not isinstance(created, Problem):
                return created
            screen = NewChatScreen(about.number, about.kind, problem_words(created))
        return None

    async def search(self) -> SearchHit | None:
        """Find a message or a chat; the search opens as it was left."""
        # Esc and `f` again must not lose the place in a long list of hits.
        screen = SearchScreen(self.inbox, now=self.now, zone=self.zone, last=self._searched)
        hit = await self.app.push_screen_wait(screen)
        self._searched = screen.last
        return hit

    async def offer(self, text: str, *, why: str) -> bool | None:
        """Ask whether a text for the open chat that was kept elsewhere is wanted here; `why` says where."""
        return await self.app.push_screen_wait(offer(why, text))


def _numbers(context: ChatContext) -> dict[ContextKind, int]:
    """The order and the return that a chat is about, as far as they are known."""
    numbers = {ContextKind.ORDER: context.order_id, ContextKind.RETURN: context.return_id}
    return {kind: number for kind, number in numbers.items() if number is not None}
