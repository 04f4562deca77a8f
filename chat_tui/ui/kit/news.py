"""Events of the engine, collected for the screen so that many of them cause one redraw."""

import threading
from collections.abc import Callable

from textual.message import Message as UiMessage
from textual.message_pump import MessagePump

from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.events import (
    ChatsChanged,
    EngineFailed,
    Event,
    HistoryFailed,
    LinkChanged,
    MarksChanged,
    OrdersChanged,
    OutboxChanged,
    StoreMended,
    TimelineChanged,
)
from chat_tui.model.ids import ChatRef


class NewsCame(UiMessage):
    """The engine has news for the screen that gets this message, to be read with `News.read`."""


class News:
    """Collects the events since the last `read`, and posts a `NewsCame` to its screen when there are any."""

    def __init__(self, inbox: InboxApi, screen: MessagePump) -> None:
        self._inbox = inbox
        self._screen = screen
        self._lock = threading.Lock()
        self._told = False
        self._events: list[Event] = []
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Collect events from now on."""
        self._unsubscribe = self._inbox.subscribe(self._hear)

    def stop(self) -> None:
        """Collect no more events."""
        self._unsubscribe()

    def _hear(self, event: Event) -> None:
        """Collect an event, on the engine's thread, and post `NewsCame` unless one is on its way."""
        with self._lock:
            self._events.append(event)
            first, self._told = not self._told, True
        # One message for any number of events: the screen then reads all that have come.
        if first:
            self._screen.post_message(NewsCame())

    def read(self) -> "Digest":
        """Everything collected since the last call."""
        with self._lock:
            # Under the lock: an event between reading and clearing would be lost.
            events, self._events, self._told = self._events, [], False
        return Digest(events)


class Digest:
    """Events, sorted by what a screen must read again."""

    def __init__(self, events: list[Event]) -> None:
        self.chats: set[ChatRef] = set()
        """Chats whose row in the list may look different."""
        self.timelines: set[ChatRef] = set()
        """Chats whose history on the screen may look different."""
        self.marks: set[ChatRef] = set()
        """Chats whose marks, shown in row and header, may have changed."""
        self.failed: set[ChatRef] = set()
        """Chats whose history was wanted and could not be read."""
        self.link = False
        """Whether the connection, the quotas or the age of the list changed."""
        self.orders = False
        """Whether an order or a return was read, or could not be."""
        self.outbox = False
        """Whether an outbox item was added, changed or removed."""
        self.faults: list[str] = []
        """Class names of errors that ended a part of the engine."""
        self.mended: list[str] = []
        """Sentences about files that were lost or damaged."""
        for event in events:
            match event:
                case ChatsChanged(chat_refs):
                    self.chats |= chat_refs
                case TimelineChanged(chat_ref):
                    self.timelines.add(chat_ref)
                case OutboxChanged(chat_ref):
                    self.timelines.add(chat_ref)
                    self.chats.add(chat_ref)
                    self.outbox = True
                case MarksChanged(chat_ref):
                    self.marks.add(chat_ref)
                    self.chats.add(chat_ref)
                case HistoryFailed(chat_ref):
                    self.failed.add(chat_ref)
                case OrdersChanged():
                    self.orders = True
                case LinkChanged():
                    self.link = True
                case EngineFailed(what):
                    self.faults.append(what)
                case StoreMended(words):
                    self.mended.append(words)
