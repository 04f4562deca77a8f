"""What the keys of the main screen do: combines the objects that open, mark, write and ask."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.screen import Screen
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry
from chat_tui.ui import keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import Wish
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.advancing import Advancing
from chat_tui.ui.inbox.editing import Editing
from chat_tui.ui.inbox.marking import Marking
from chat_tui.ui.inbox.opening import Following, Opening
from chat_tui.ui.kit.dialog import LegibleApp
from chat_tui.ui.order.pane import OrderPane
from chat_tui.ui.queue.pane import QueuePane

if TYPE_CHECKING:
    from chat_tui.ui.chat.templates import Choice
    from chat_tui.ui.dialogs.dialogs import Dialogs


_PATH: Final = re.compile(r"""\s*["']?(/|~|file://|[A-Za-z]:[\\/]|\\\\)""")
"""How a path begins, also one of another system, quoted or not."""


class Offer(NamedTuple):
    """Files to attach, because their path was pasted."""

    chat_ref: ChatRef | None = None
    text: str = ""
    """The text of the box with the path in it: any other text ends the offer."""
    pasted: str = ""
    files: tuple[Path, ...] = ()
    far: str = ""
    """The path of a file that is not on this computer; "" = none."""


@dataclass(eq=False)
class Commands:
    """Not a node of Textual: the main screen decides which of these run as workers, and in which group."""

    screen: Screen[None]
    terminal: LegibleApp[None]
    inbox: InboxApi
    queue: QueuePane
    talk: TalkPane
    order: OrderPane
    now: Callable[[], Millis]
    zone: tzinfo
    templates: Path
    """The directory of the operator's templates."""
    operator: str
    """The name of the operator in them."""

    def __post_init__(self) -> None:
        self._offer = Offer()
        screen, terminal, inbox, queue = self.screen, self.terminal, self.inbox, self.queue
        talk, order, now, zone, dialogs = self.talk, self.order, self.now, self.zone, lambda: self.dialogs
        self.editing = Editing(screen, terminal, inbox, talk, dialogs)
        self.following = following = Following(screen, queue, talk, order)
        self.opening = Opening(
            screen, terminal, inbox, queue, talk, following, self.editing, dialogs, now, zone
        )
        self.advancing = Advancing(screen, terminal, inbox, talk, self.opening)
        self.marking = Marking(screen, inbox, queue, talk, self.opening, dialogs, now, zone)

    @cached_property
    def dialogs(self) -> "Dialogs":
        """All dialogs; they are loaded when the first one is wanted."""
        from chat_tui.ui.dialogs.dialogs import Dialogs  # noqa: PLC0415 - not before the first paint

        return Dialogs(self.terminal, self.inbox, self.now, self.zone)

    # -- opening -------------------------------------------------------------------------------------

    async def step_pane(self, step: int) -> None:
        """Focus the next pane, or (-1) the previous one; all but the list show the highlighted chat."""
        panes: list[Widget] = [self.queue.list, self.talk.history, self.talk.box]
        if self.order.panel is not None and self.order.is_wanted:
            panes.append(self.order.panel)
        focused = self.screen.focused
        place = panes.index(focused) if focused in panes else 0
        target = panes[(place + step) % len(panes)]
        if target is self.queue.list or await self.opening.meant_id() is not None:
            self.screen.set_focus(target)

    async def write(self) -> None:
        """Put the caret into the box of the highlighted chat."""
        if (chat_ref := await self.opening.meant_id()) is not None:
            await self.opening.open(chat_ref, write=True)

    async def toggle_order(self) -> None:
        """Show the order of the highlighted chat, or hide it."""
        if self.order.is_visible:
            self.order.hide()
        elif await self.opening.meant_id() is not None:
            await self.order.show()

    async def greet(self) -> None:
        """Greet the operator of a newly connected shop; open the longest-waiting chat if wanted."""
        if await self.dialogs.greet():
            await self.opening.open_waiting()
        else:
            self.opening.hint()

    async def new_chat(self) -> None:
        """Start a chat about an order or a return; those of the highlighted chat are offered."""
        highlighted = self.queue.list.highlighted
        item = None if highlighted is None else await self.inbox.chats.item(highlighted)
        chat_ref = await self.dialogs.start_chat(item)
        if chat_ref is not None:
            await self.opening.open(chat_ref, write=True)

    async def search(self) -> None:
        """Find a message or a chat and open it there."""
        hit = await self.dialogs.search()
        if hit is not None:
            await self.opening.open(hit.chat_ref, at=hit.message_id)

    async def outbox(self) -> None:
        """Show everything not yet confirmed, and go to the chat that the operator chooses there."""
        choice = await self.dialogs.outbox.show()
        if choice is None:
            return
        if choice.is_to_edit:
            await self.marking.take_back(choice.item)
        else:
            await self.opening.open(choice.item.chat_ref)

    async def evidence(self, item: QueueItem) -> None:
        """Save the chat as evidence for an arbiter."""
        from chat_tui.ui.dialogs import chat_dialogs  # noqa: PLC0415 - not before the first paint

        await chat_dialogs.keep(self.terminal, self.inbox, item.chat.chat_ref, self.zone)

    def evidence_stopped(self) -> None:
        """Say that the evidence was stopped, and what stays."""
        from chat_tui.ui.dialogs import chat_dialogs  # noqa: PLC0415 - not before the first paint

        chat_dialogs.keeping_stopped(self.terminal)

    # -- the chat that is shown ----------------------------------------------------------------------

    async def recognise(self, pasted: str) -> None:
        """If a pasted text is the path of a file, say at the caret how the file gets into the chat."""
        chat_ref, text = self.talk.chat_ref, self.talk.box.text
        if not _PATH.match(pasted):
            return
        found = await self.dialogs.attaching.recognise(pasted, keys.key_of("attach"))
        if found is not None and (chat_ref, text) == (self.talk.chat_ref, self.talk.box.text):
            self._offer = Offer(chat_ref, text, pasted, found.files, found.far)
            self.talk.box.say(found.words)

    async def attach(self) -> None:
        """Send a file to the chat that is shown: the ones whose path was just pasted, or one to be chosen."""
        item, box, offer = self.talk.item, self.talk.box, self._offer
        if item is None:
            return
        if (offer.chat_ref, offer.text) != (item.chat.chat_ref, box.text):
            offer = Offer()
        attaching = self.dialogs.attaching
        sent = [await attaching.attach_this(item, file) for file in offer.files]
        if not sent:
            sent = [await attaching.attach(item, offer.far)]
        for one in sent:
            if one is not None:
                self.marking.remember(one)
                self.talk.held.hold(one, item)
        # The path has served; it stays if one of its files was not sent.
        if offer.files and None not in sent and box.text == offer.text:
            box.retype(offer.text.replace(offer.pasted, "", 1))

    def read_templates(self, choice: "Choice") -> None:
        """Read the templates for a choice in the box, filled in for its chat."""
        from chat_tui.ui.chat.templates import begun_shelf, values_of  # noqa: PLC0415 - not before the first paint

        box, item, directory = self.talk.box, self.talk.item, self.templates
        choice.begin({} if item is None else values_of(item, self.operator), directory)

        def read() -> None:
            box.post_message(Compose.TemplatesRead(choice, begun_shelf(directory)))

        # A daemon thread, so that a stalled disk does not hold up quitting.
        threading.Thread(target=read, name="templates", daemon=True).start()

    async def deal_with(self, entry: Entry, wish: Wish) -> None:
        """Copy something from the picked message, or save or view its file."""
        if wish is Wish.SAVE:
            await self.dialogs.message.save(entry)
        elif wish is Wish.VIEW:
            await self.dialogs.message.view(entry)
        else:
            context = self.talk.item.chat.context if self.talk.item is not None else None
            await self.dialogs.message.copy(entry, context)
