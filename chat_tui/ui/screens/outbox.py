"""The outbox: everything sent that the history has not confirmed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _, ngettext
from chat_tui.model.ids import ChatId, Millis, OutboxId
from chat_tui.model.outbox import MAY_LEAVE, OutboxItem, OutboxKind, OutboxState
from chat_tui.ui.screens.confirm import Confirm
from chat_tui.ui.screens.dialog import Dialog, keys_line
from chat_tui.ui.text import plain
from chat_tui.ui.view.outbox_rows import detail_words, outbox_lines, resend_words
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line

_ROW_HEIGHT = 3


class OutboxAction(StrEnum):
    """What the operator wants done with an item."""

    OPEN = "open"
    """Show its chat."""
    TAKE_BACK = "take_back"
    """Discard it."""
    STOP = "stop"
    """Break off the request that is under way."""
    EDIT = "edit"
    """Take its text back into the compose box of its chat."""
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class OutboxChoice:
    """One action on one item, already confirmed by the operator."""

    action: OutboxAction
    item: OutboxItem

    @property
    def is_to_edit(self) -> bool:
        """Whether the text goes back into its box."""
        return self.action is OutboxAction.EDIT


class OutboxScreen(Dialog[OutboxChoice]):
    """Gives an `OutboxChoice`, or None.

    `name_of` gives the recipient of a chat, for example "Olga K. · order 51230874561 · Cosy kitchen".
    `highlight` is the item to stand on: to open the screen again after an action.
    """

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
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
        *,
        name_of: Callable[[ChatId], str],
        now: Callable[[], Millis],
        highlight: OutboxId | None = None,
    ) -> None:
        super().__init__()
        self._items = items
        self._name_of = name_of
        self._now = now
        self._highlight = highlight

    def compose(self) -> ComposeResult:
        """The items, what is known of the highlighted one, keys."""
        with Vertical(id="box", classes="-tall") as box:
            box.border_title = Content(_("Outbox"))
            yield ChoiceList[OutboxItem](self._draw, row_height=_ROW_HEIGHT)
            yield Static(id="detail")
            keys = keys_line(
                ("Enter", _("open the chat")),
                ("e", _("resend")),
                ("t", _("edit")),
                ("d", _("discard")),
                ("Esc", _("close")),
            )
            yield Static(keys, id="keys")

    def on_mount(self) -> None:
        """List the items; their ages and countdowns move on once a second."""
        self.show(self._items)
        self.set_interval(1, self._tick)

    def show(self, items: Sequence[OutboxItem]) -> None:
        """The items as they are now; the highlight stays on its item, or in its place if that has left."""
        self._items = items
        if not self.query(ChoiceList):
            # News may come before anything is drawn here, and after it was closed.
            return
        before = self._list.highlighted or 0
        current = self._list.current
        wanted = current.outbox_id if current else self._highlight
        ids = [item.outbox_id for item in items]
        self._list.show(items, highlight=ids.index(wanted) if wanted in ids else before)
        count = ngettext("{n} message not confirmed", "{n} messages not confirmed", len(items))
        self.query_one("#box").border_subtitle = Content(count.format(n=len(items))) if items else None
        self._show_detail()

    def action_move(self, step: int) -> None:
        """Highlight another item."""
        self._list.move(step)

    def action_page(self, direction: int) -> None:
        """Highlight an item one page away."""
        self._list.move_page(direction)

    def action_end(self, direction: int) -> None:
        """Highlight the first or the last item."""
        self._list.move_to(0 if direction < 0 else len(self._items) - 1)

    def action_open(self) -> None:
        """Show the chat of the item."""
        if item := self._list.current:
            self.finish(OutboxChoice(OutboxAction.OPEN, item))

    def action_take_back(self) -> None:
        """Discard the item, after a question."""
        item = self._list.current
        if item is not None and item.state is OutboxState.SENDING and not item.is_checking:
            words = _("Stop sending? It may have arrived already: then the buyer keeps it.")
            self._ask(words, _("Stop"), _("Go on"), OutboxChoice(OutboxAction.STOP, item))
            return
        item = self._removable()
        if item is None:
            return
        words = _("Discard this message? It will not be sent.")
        if item.state is OutboxState.UNCONFIRMED or item.in_doubt:
            words = _("Discard this message? If it has arrived, the buyer keeps it.")
        self._ask(words, _("Discard"), _("Keep"), OutboxChoice(OutboxAction.TAKE_BACK, item))

    def action_edit(self) -> None:
        """Take the text back into its box, after a question when it may have arrived."""
        item = self._removable()
        if item is None:
            return
        choice = OutboxChoice(OutboxAction.EDIT, item)
        if item.kind is OutboxKind.FILE:
            self._say(_("A file cannot be edited: d discards it, then choose another one."))
        elif item.state is OutboxState.UNCONFIRMED or item.in_doubt:
            words = _("It may be there already: look at the history first. Take it back to change it?")
            self._ask(words, _("Take back"), _("Keep"), choice)
        else:
            self.finish(choice)

    def _removable(self) -> OutboxItem | None:
        """The highlighted item if it may leave the outbox; else the reason is said."""
        item = self._list.current
        if item is not None and item.state not in MAY_LEAVE:
            self._say(_("It is on its way: it can only be taken back while it waits or after it failed."))
            return None
        return item

    def action_resend(self) -> None:
        """Send the item again, after a question when it may be there already."""
        item = self._list.current
        if item is None:
            return
        choice = OutboxChoice(OutboxAction.RESEND, item)
        if item.state is OutboxState.UNCONFIRMED or (item.state is OutboxState.FAILED and item.in_doubt):
            words = _("It may be there already: look at the history first. Send it a second time?")
            self._ask(words, _("Send again"), _("Do not send"), choice)
        elif item.state is OutboxState.FAILED:
            self.finish(choice)
        else:
            self._say(resend_words(item))

    @on(ChoiceList.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @property
    def _list(self) -> ChoiceList[OutboxItem]:
        return self.query_one(ChoiceList)

    def _tick(self) -> None:
        if self._items:
            self._list.refresh()

    def _ask(self, words: str, yes: str, no: str, choice: OutboxChoice) -> None:
        name = plain(self._name_of(choice.item.chat_id), "bold", lines=False)
        question = Content("\n").join([plain(words), name])

        def answered(is_yes: bool | None) -> None:
            if is_yes:
                self.finish(choice)

        self.app.push_screen(Confirm(question, yes, no), answered)

    def _show_detail(self) -> None:
        item = self._list.current
        self._say(detail_words(item) if item else _("Everything is confirmed: the buyers have it."))

    def _say(self, words: str) -> None:
        self.query_one("#detail", Static).update(plain(words))

    def _draw(self, item: OutboxItem, cells: int) -> Sequence[Line]:
        return outbox_lines(item, self._name_of(item.chat_id), self._now(), cells)
