"""Conversations with the operator that take several dialogs. Each runs in a worker of its own."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TypeVar

from textual.app import App
from textual.content import Content

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.chat import NewChat
from chat_tui.model.doubt import Doubt
from chat_tui.model.ids import ChatId, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.search import SearchHit
from chat_tui.ui.screens import evidence
from chat_tui.ui.screens.confirm import Confirm
from chat_tui.ui.screens.file_card import FileCardScreen
from chat_tui.ui.screens.file_picker import FilePicker
from chat_tui.ui.screens.jotting import Jotting
from chat_tui.ui.screens.new_chat import NewChatScreen
from chat_tui.ui.screens.outbox import OutboxAction, OutboxChoice, OutboxScreen
from chat_tui.ui.screens.search import LastSearch, SearchScreen
from chat_tui.ui.screens.snooze import SnoozeScreen
from chat_tui.ui.screens.templates import TemplateList
from chat_tui.ui.screens.welcome import Welcome
from chat_tui.ui.text import notify, plain
from chat_tui.ui.view.template_rows import values_of
from chat_tui.words.chats import chat_title, recipient
from chat_tui.words.doubts import doubt_words
from chat_tui.words.line import beginning, shown
from chat_tui.words.problems import problem_words
from chat_tui.words.times import Until

T = TypeVar("T")

RECENT = 5
"""Folders the picker remembers."""
_OFFERED_LINES, _OFFERED_CELLS = 8, 60
"""What is shown of a text that another copy holds."""


@dataclass(slots=True)
class Flows:
    """What the dialogs need, and what they remember from one time to the next."""

    app: App[None]
    inbox: Inbox
    now: Callable[[], Millis]
    zone: tzinfo
    directory: Path
    """Where the templates are."""
    operator: str = ""
    """What templates call whoever writes."""
    folders: list[Path] = field(default_factory=list)
    """Where files were chosen lately, newest first."""
    searched: LastSearch = field(default_factory=LastSearch)

    async def greet(self) -> bool | None:
        """Show how many wait in a shop that was just connected; True = open the one who waits longest."""
        return await self.app.push_screen_wait(Welcome(self.inbox, now=self.now, zone=self.zone))

    async def attach(self, to: QueueItem) -> OutboxItem | None:
        """Choose a file, see its card, send it to the chat that was open when the picker was called."""
        start = self.folders[0] if self.folders else Path.home()
        picker = FilePicker(start, tuple(self.folders), now=self.now(), zone=self.zone)
        chosen = await self.app.push_screen_wait(picker)
        if chosen is None:
            return None
        self._remember(chosen.parent)
        card = await self.inbox.inspect_file(chosen)
        if isinstance(card, Problem):
            notify(self.app, problem_words(card), severity="error")
            return None
        if not await self.app.push_screen_wait(FileCardScreen(card, recipient(to))):
            return None
        send = partial(self.inbox.send_file, to.chat.chat_id, card)
        outcome = await self._agreed(send, recipient(to), card.doubts)
        if isinstance(outcome, Problem):
            notify(self.app, problem_words(outcome), severity="error")
            return None
        return outcome

    async def _agreed(
        self, send: Callable[[Sequence[Doubt]], Awaitable[T]], to: str, agreed: Sequence[Doubt] = ()
    ) -> T | None:
        """Send, once the operator has agreed to what the door doubts; None when he does not."""
        outcome = await send(agreed)
        if not isinstance(outcome, Problem) or not outcome.doubts:
            return outcome
        question = f"{doubt_words(outcome.doubts)} {_('Really send it?')}"
        asked = Content("\n").join([plain(question, "bold"), plain(to, lines=False)])
        confirm = Confirm(asked, yes=_("Send anyway"), no=_("Do not send"))
        if not await self.app.push_screen_wait(confirm):
            return None
        return await send((*agreed, *outcome.doubts))

    async def choose_template(self, to: QueueItem) -> str | None:
        """Choose a prepared answer; its text with the values of the chat in it."""
        screen = TemplateList(self.directory, values_of(to, self.operator))
        return await self.app.push_screen_wait(screen)

    async def snooze(self, item: QueueItem) -> Until | None:
        """Ask until when a chat is put off."""
        screen = SnoozeScreen(chat_title(item), now=self.now, zone=self.zone)
        return await self.app.push_screen_wait(screen)

    async def jot(self, item: QueueItem, heading: str, *, value: str, hint: str, most: int) -> str | None:
        """Ask for a line of the operator's own words on a chat."""
        screen = Jotting(heading, chat_title(item), value=value, hint=hint, most=most)
        return await self.app.push_screen_wait(screen)

    async def start_chat(self) -> ChatId | None:
        """Ask for an order or a return until a chat is open or the operator gives up."""
        about: NewChat | None = None
        problem = ""
        while True:
            about = await self.app.push_screen_wait(
                NewChatScreen() if about is None else NewChatScreen(about.number, about.kind, problem)
            )
            if about is None:
                return None
            created = await self.inbox.create_chat(about)
            if not isinstance(created, Problem):
                return created
            problem = problem_words(created)

    async def search(self) -> SearchHit | None:
        """Find a message or a chat; the search begins where it was left."""
        screen = SearchScreen(self.inbox, now=self.now, zone=self.zone, last=self.searched)
        hit = await self.app.push_screen_wait(screen)
        self.searched = screen.last
        return hit

    async def keep_evidence(self, chat_id: ChatId) -> None:
        """Write a chat down for an arbiter."""
        await evidence.keep(self.app, self.inbox, chat_id, self.zone)

    async def show_outbox(self) -> OutboxChoice | None:
        """Show everything not confirmed and do what is asked, until it leads back to a chat."""
        highlight: OutboxId | None = None
        while True:
            items = await self.inbox.open_items()
            names = await self._names(items)
            screen = OutboxScreen(items, name_of=names.__getitem__, now=self.now, highlight=highlight)
            choice = await self.app.push_screen_wait(screen)
            if choice is None or choice.action in {OutboxAction.OPEN, OutboxAction.EDIT}:
                return choice
            highlight = choice.item.outbox_id
            problem = await self._carry_out(choice, names[choice.item.chat_id])
            if problem is not None:
                notify(self.app, problem_words(problem), severity="error")

    async def _carry_out(self, choice: OutboxChoice, to: str) -> Problem | None:
        outbox_id = choice.item.outbox_id
        if choice.action is OutboxAction.RESEND:
            return await self._agreed(partial(self.inbox.resend, outbox_id), to)
        if choice.action is OutboxAction.STOP:
            return await self.inbox.stop_sending(outbox_id)
        taken = await self.inbox.take_back(outbox_id)
        return taken if isinstance(taken, Problem) else None

    async def hear_outbox(self) -> None:
        """The outbox changed: show it anew if it is on the screen."""
        if isinstance(self.app.screen, OutboxScreen):
            self.app.screen.show(await self.inbox.open_items())

    async def offer(self, text: str) -> bool | None:
        """Ask whether a text that another copy holds for the open chat is wanted here."""
        return await self._offer(text, _("Another window of chat-tui holds a different text for this chat:"))

    async def offer_edited(self, text: str) -> bool | None:
        """Ask whether a text is wanted that an editor saved for the open chat and that never came back."""
        return await self._offer(text, _("An editor saved this text for this chat:"))

    async def _offer(self, text: str, why: str) -> bool | None:
        held = beginning(shown(text), _OFFERED_LINES, _OFFERED_CELLS)
        question = Content("\n").join([plain(why), plain(held, "bold")])
        return await self.app.push_screen_wait(
            Confirm(question, yes=_("Add it below"), no=_("Leave it there"))
        )

    async def _names(self, items: Sequence[OutboxItem]) -> defaultdict[ChatId, str]:
        names: defaultdict[ChatId, str] = defaultdict(str)
        for chat_id in {item.chat_id for item in items}:
            found = await self.inbox.queue_item(chat_id)
            if found is not None:
                names[chat_id] = chat_title(found)
        return names

    def _remember(self, folder: Path) -> None:
        self.folders[:] = [folder, *(f for f in self.folders if f != folder)][:RECENT]
