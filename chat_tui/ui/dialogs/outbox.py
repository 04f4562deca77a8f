"""The outbox: every message that the history has not confirmed yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _, ngettext
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import MAY_LEAVE, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem
from chat_tui.safetext import one_line
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed
from chat_tui.ui.kit.questions import Confirm, agreed
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words.chats import chat_title
from chat_tui.words.delivery import delivery_reason, delivery_state
from chat_tui.words.files import file_line
from chat_tui.words.line import Line, Role, Span, cut, spread
from chat_tui.words.problems import problem_words
from chat_tui.words.times import age


def outbox_lines(item: OutboxItem, name: str, now: Millis, cells: int) -> tuple[Line, Line]:
    """Two lines: recipient, state and age; then the beginning of the text, or the file."""
    since = Span(f"  {age(item.created_at, now)}", Role.MUTED)
    title = Span(one_line(name), Role.STRONG)
    first = spread((title,), (delivery_state(item, now), since), cells)
    if item.kind is OutboxKind.FILE:
        return first, file_line(item.file_name, item.file_size, cells)
    return first, (Span(cut(one_line(item.text[:400]), cells), Role.TEXT),)


def detail_words(item: OutboxItem) -> str:
    """Why the item is not confirmed, and what the operator can do about it."""
    reason = delivery_reason(item)
    return f"{reason} {_next_step(item)}".strip()


def _next_step(item: OutboxItem) -> str:
    if item.state is OutboxState.FAILED:
        return _("e: resend, t: edit, d: discard")
    if item.is_held_up:
        return _("t: edit, d: discard")
    if item.state in {OutboxState.QUEUED, OutboxState.WAITING}:
        return _("Sent automatically. t: edit, d: discard")
    if item.state is OutboxState.SENT:
        return _("The Market has accepted it, but it is not in the conversation yet.")
    return ""


# -- the screen ------------------------------------------------------------------------------------------


class OutboxAction(StrEnum):
    """What the operator wants to do with an item."""

    OPEN = "open"
    """Show its chat."""
    TAKE_BACK = "take_back"
    """Discard it."""
    STOP = "stop"
    """Cancel the request that is under way."""
    EDIT = "edit"
    """Take its text back into the compose box of its chat."""
    RESEND = "resend"
    """Send it again."""


@dataclass(frozen=True, slots=True)
class OutboxChoice:
    """One action on one item, already confirmed by the operator."""

    action: OutboxAction
    item: OutboxItem

    @property
    def is_to_edit(self) -> bool:
        """Whether the text goes back into the compose box."""
        return self.action is OutboxAction.EDIT


@dataclass(frozen=True)
class Outbox:
    """Shows everything not confirmed and carries out the actions chosen there."""

    app: App[None]
    inbox: InboxApi
    now: Callable[[], Millis]

    async def show(self) -> OutboxChoice | None:
        """Show the outbox until an action leads to a chat, and return that action; None = it was closed."""
        highlight: OutboxId | None = None
        while True:
            items = await self.inbox.outbox.open_items()
            screen = OutboxScreen(items, await self._names(items, {}), now=self.now, highlight=highlight)
            choice = await self.app.push_screen_wait(screen)
            # These two lead to a chat; after the others the operator wants to see the result.
            if choice is None or choice.action in {OutboxAction.OPEN, OutboxAction.EDIT}:
                return choice
            highlight = choice.item.outbox_id
            problem = await self._carry_out(choice, screen.name_of(choice.item))
            if problem is not None:
                notify(self.app, problem_words(problem), severity="error")

    async def hear(self) -> None:
        """The outbox changed: update it if it is on the screen."""
        screen = self.app.screen
        if isinstance(screen, OutboxScreen):
            items = await self.inbox.outbox.open_items()
            screen.show(items, await self._names(items, screen.names))

    async def _names(
        self, items: Sequence[OutboxItem], known: Mapping[ChatRef, str]
    ) -> Mapping[ChatRef, str]:
        """The recipients of the items by chat; a chat that is not in the cache has none."""
        names = dict(known)
        for chat_ref in {item.chat_ref for item in items} - names.keys():
            if (found := await self.inbox.chats.item(chat_ref)) is not None:
                names[chat_ref] = chat_title(found)
        return names

    async def _carry_out(self, choice: OutboxChoice, to: str) -> Problem | None:
        if choice.action is OutboxAction.RESEND:
            return await agreed(self.app, partial(self.inbox.outbox.resend, choice.item), to)
        if choice.action is OutboxAction.STOP:
            return await self.inbox.outbox.stop(choice.item)
        taken = await self.inbox.outbox.take_back(choice.item)
        return taken if isinstance(taken, Problem) else None


class OutboxScreen(ListDialog[OutboxChoice, OutboxItem]):
    """Returns an `OutboxChoice`, or None.

    `names` are the recipients by chat, for example "Olga K. · order 51230874561 · Cosy kitchen".
    `highlight` is the item to highlight, when the screen is opened again after an action.
    """

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("home,g", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
        Binding("enter", "open", show=False),
        Binding("d", "take_back", show=False),
        Binding("t", "edit", show=False),
        Binding("e", "resend", show=False),
    ]

    def __init__(
        self,
        items: Sequence[OutboxItem],
        names: Mapping[ChatRef, str],
        *,
        now: Callable[[], Millis],
        highlight: OutboxId | None = None,
    ) -> None:
        super().__init__()
        self._items = items
        self.names = names
        self._now = now
        self._highlight = highlight

    def compose(self) -> ComposeResult:
        yield framed(
            _("Outbox"),
            # Two lines and a blank one.
            ChoiceList[OutboxItem](
                self._draw,
                instead=_(
                    "Everything is confirmed: the buyers have all messages. What you send is "
                    "listed here until it is confirmed."
                ),
                row_height=3,
            ),
            Static(id="detail"),
            keys=(
                ("Enter", _("open the chat")),
                ("e", _("resend")),
                ("t", _("edit")),
                ("d", _("discard")),
                ("Esc", _("close")),
            ),
            look="-tall",
        )

    def on_mount(self) -> None:
        """List the items, and update their ages and countdowns once a second."""
        self.show(self._items, self.names)
        self.set_interval(1, self._tick)

    def name_of(self, item: OutboxItem) -> str:
        """The recipient of an item; empty if its chat is not in the cache."""
        return self.names.get(item.chat_ref, "")

    def show(self, items: Sequence[OutboxItem], names: Mapping[ChatRef, str]) -> None:
        """Update the items; the highlight stays on its item, or on its row if the item has left."""
        self._items, self.names = items, names
        if not self.query(ChoiceList):
            # News may come before the list is there, and after it was closed.
            return
        before = self.rows.highlighted or 0
        current = self.rows.current
        # By item, not by row: confirmed items leave, and the rows below them move up.
        wanted = current.outbox_id if current else self._highlight
        ids = [item.outbox_id for item in items]
        self.rows.show(items, highlight=ids.index(wanted) if wanted in ids else before)
        count = ngettext("{n} message not confirmed", "{n} messages not confirmed", len(items))
        self.query_one("#box").border_subtitle = Content(count.format(n=len(items))) if items else None
        self._show_detail()

    def action_end(self, direction: int) -> None:
        """Highlight the first or the last item."""
        self.rows.move_to(0 if direction < 0 else len(self._items) - 1)

    def action_open(self) -> None:
        """Show the chat of the item."""
        if item := self.rows.current:
            self.finish(OutboxChoice(OutboxAction.OPEN, item))

    def action_take_back(self) -> None:
        """Ask, and discard the item, or stop the request that is sending it."""
        item = self.rows.current
        # While its outcome is being checked, there is no request to stop.
        if item is not None and item.state is OutboxState.SENDING and not item.is_checking:
            words = _("Stop sending? If it has already arrived, the buyer keeps it.")
            self._ask(words, _("Stop"), _("Continue"), OutboxChoice(OutboxAction.STOP, item))
            return
        item = self._removable()
        if item is None:
            return
        words = _("Discard this message? It will not be sent.")
        if item.state is OutboxState.UNCONFIRMED or item.in_doubt:
            words = _("Discard this message? If it has arrived, the buyer keeps it.")
        self._ask(words, _("Discard"), _("Keep"), OutboxChoice(OutboxAction.TAKE_BACK, item))

    def action_edit(self) -> None:
        """Take the text back into the compose box; ask first if the message may have arrived."""
        item = self._removable()
        if item is None:
            return
        choice = OutboxChoice(OutboxAction.EDIT, item)
        # A file has no text that could go into the box.
        if item.kind is OutboxKind.FILE:
            self.say(_("A file cannot be edited. Press d to discard it, then choose another one."), "detail")
        elif item.state is OutboxState.UNCONFIRMED or item.in_doubt:
            words = _("It may have arrived: check the conversation first. Edit it anyway?")
            self._ask(words, _("Edit"), _("Keep"), choice)
        else:
            self.finish(choice)

    def _removable(self) -> OutboxItem | None:
        """The highlighted item if it may leave the outbox; if not, says why, and returns None."""
        item = self.rows.current
        if item is not None and item.state not in MAY_LEAVE:
            self.say(
                _(
                    "The message is being sent: it can be edited or discarded while it waits or "
                    "after it failed."
                ),
                "detail",
            )
            return None
        return item

    def action_resend(self) -> None:
        """Send the item again; ask first if it may have arrived already."""
        item = self.rows.current
        if item is None:
            return
        choice = OutboxChoice(OutboxAction.RESEND, item)
        if item.state is OutboxState.UNCONFIRMED or (item.state is OutboxState.FAILED and item.in_doubt):
            words = _("It may have arrived: check the conversation first. Send it again?")
            self._ask(words, _("Send again"), _("Do not send"), choice)
        elif item.state is OutboxState.FAILED:
            self.finish(choice)
        elif item.state is OutboxState.SENT:
            self.say(_("The Market has accepted it: no need to send it again."), "detail")
        else:
            self.say(_("The message is sent automatically: no need to send it again."), "detail")

    def _tick(self) -> None:
        if self._items:
            self.rows.refresh()

    def _ask(self, words: str, yes: str, no: str, choice: OutboxChoice) -> None:
        name = plain(self.name_of(choice.item), "bold", lines=False)
        question = Content("\n").join([plain(words), name])

        def answered(is_yes: bool | None) -> None:
            if is_yes:
                self.finish(choice)

        self.app.push_screen(Confirm(question, yes, no), answered)

    @on(ChoiceList.Highlighted)
    def _show_detail(self) -> None:
        item = self.rows.current
        self.say(detail_words(item) if item else "", "detail")

    def _draw(self, item: OutboxItem, cells: int) -> Sequence[Line]:
        return outbox_lines(item, self.name_of(item), self._now(), cells)
