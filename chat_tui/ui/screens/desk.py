"""The panes of the main screen, and how news reaches them."""

import gc
from collections.abc import Callable
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message as UiMessage
from textual.widget import Widget

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.queue import Tab
from chat_tui.settings import Preferences
from chat_tui.settings.hours import read_hours
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.screens.arrivals import Arrivals
from chat_tui.ui.screens.legible import Legible
from chat_tui.ui.screens.news import News
from chat_tui.ui.screens.queue_pane import QueuePane
from chat_tui.ui.screens.talk_pane import TalkPane
from chat_tui.ui.terminal.app_base import TerminalApp
from chat_tui.ui.terminal.bind import bind
from chat_tui.ui.text import notify, plain
from chat_tui.ui.widgets.compose import Compose
from chat_tui.ui.widgets.hint_line import HintLine
from chat_tui.ui.widgets.history import History
from chat_tui.ui.widgets.queue_list import QueueList
from chat_tui.ui.widgets.status_line import NoticeLine, StatusLine
from chat_tui.ui.widgets.tab_bar import TabBar
from chat_tui.words.problems import problem_words
from chat_tui.words.status import (
    PROGRAM,
    call_text,
    call_words,
    dispute_notice,
    dispute_words,
    notice,
    window_title,
)
from chat_tui.words.times import MINUTE
from chat_tui.words.turn import Patience

if TYPE_CHECKING:
    from chat_tui.ui.screens.flows import Flows
    from chat_tui.ui.screens.order_pane import OrderPane
    from chat_tui.ui.screens.received import Received


class Desk(Legible[None]):
    """Lays out the panes and brings the news of the inbox to them; what keys do is in `InboxScreen`."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (120, "-roomy")]  # noqa: RUF012 - as Textual declares it

    class NewsCame(UiMessage):
        """The engine has news."""

    def __init__(
        self,
        inbox: Inbox,
        preferences: Preferences,
        *,
        templates: Path,
        now: Callable[[], Millis],
        zone: tzinfo,
    ) -> None:
        """`templates` is the directory of the operator's templates; `zone` is that of every time shown."""
        super().__init__()
        self._inbox = inbox
        self._preferences = preferences
        self._templates = templates
        self._now = now
        self._zone = zone
        self._arrivals = Arrivals(inbox)
        self._news = News(lambda: self.post_message(self.NewsCame()))
        self._unsubscribe: Callable[[], None] | None = None
        self._minute = now() // 60_000
        self._wish = object()
        """Stands for the chat that was wanted last: what was wanted before opens no more."""
        self._order: OrderPane | None = None
        """Made when it is first wanted."""
        self._tabs = TabBar()
        self._status = StatusLine()
        self._notice = NoticeLine()
        self._hints = HintLine()
        waits = preferences.queue
        patience = Patience(waits.warn * MINUTE, waits.late * MINUTE, read_hours(waits.hours), zone)
        self._list = QueueList(self._market_now, patience=patience)
        self._history = History(now, zone)
        self._box = Compose()
        bind(self, keys.bindings(Where.OUTSIDE_TEXT), freed=keys.freed(Where.OUTSIDE_TEXT))
        bind(self._list, keys.bindings(Where.LIST), freed=keys.freed(Where.LIST))
        bind(self._history, keys.bindings(Where.HISTORY), freed=keys.freed(Where.HISTORY))
        self._queue = QueuePane(inbox, self._list, fresh=lambda: inbox.link().fresh_at is not None)
        self._talk = TalkPane(inbox, self._history, self._box, opened=self._chat_opened)

    def _market_now(self) -> Millis:
        """This moment by the Market's clock, which wrote the times of the chats; ours may be wrong."""
        return self._now() + self._inbox.link().clock_ahead

    @cached_property
    def _flows(self) -> "Flows":
        from chat_tui.ui.screens.flows import Flows  # noqa: PLC0415 - dialogs: not before the first paint

        return Flows(
            cast("App[None]", self.app),
            self._inbox,
            self._now,
            self._zone,
            self._templates,
            self._preferences.ui.operator,
        )

    @cached_property
    def _received(self) -> "Received":
        from chat_tui.ui.screens.received import Received  # noqa: PLC0415 - as above

        return Received(self._terminal, self._inbox)

    @property
    def _terminal(self) -> TerminalApp[None]:
        return cast("TerminalApp[None]", self.app)

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield self._tabs
            yield self._status
        yield self._notice
        with Horizontal(id="panes"):
            yield self._queue
            yield self._talk
        yield self._hints

    async def on_mount(self) -> None:
        self._box.disabled = True
        self._list.heading = plain(_("Chats"))
        words = _("No chat is open. {open} opens the highlighted one, {next} the longest waiting.")
        self._history.say(plain(words.format(open=keys.key_of("open"), next=keys.key_of("next_waiting"))))
        self._unsubscribe = self._inbox.subscribe(self._news.hear)
        await self._queue.show_tab(Tab.WAITING)
        self.set_focus(self._list)
        self._show_link()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._painted)

    async def _painted(self) -> None:
        """The list can be read: what is there now stays, and the rest may begin."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        self._inbox.awaken()
        await self._count()

    async def on_unmount(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._terminal.unkept = await self.keep_typed()

    async def keep_typed(self) -> tuple[tuple[str, str], ...]:
        """Keep everything typed; to whom and what, of that which nothing takes."""
        return await self._talk.keep_all()

    def _tick(self) -> None:
        """A second passed: a countdown moves every time, ages and dates once a minute."""
        if self._history.is_counting:
            self._history.tick()
        minute = self._now() // 60_000
        if minute != self._minute:
            self._minute = minute
            self._history.tick()
            self._list.tick()
            if self._order is not None:
                self._order.tick()
            self._show_link()

    def _chat_opened(self, chat_id: ChatId) -> None:
        """The box is another chat's, and with it whether anything can be sent from it."""
        self._list.follow(chat_id)
        self._tell_rights()

    def _show_link(self) -> None:
        link = self._inbox.link()
        self._status.show(link, self._now())
        self._notice.say(notice(link, self._now(), self._zone))
        self._tell_rights()

    def _tell_rights(self) -> None:
        """Say in the box when nothing can be sent to the business of the open chat."""
        why = self._inbox.link(self._talk.chat_id).view_only
        self._box.forbid(problem_words(why) if why is not None else "")

    # -- news ----------------------------------------------------------------------------------------

    async def on_desk_news_came(self) -> None:
        """Ask again for whatever changed and is on the screen."""
        digest = self._news.read()
        if digest.link:
            self._show_link()
        if self._talk.chat_id in digest.timelines:
            await self._talk.hear()
        elif self._talk.chat_id in digest.marks:
            await self._talk.hear_marks()
        if self._talk.chat_id in digest.failed:
            self._talk.hear_failure()
        if digest.chats:
            await self._queue.hear(digest.chats)
            await self._count()
        if self._order is not None:
            await self._order.hear(digest)
        await self._call(digest.chats)
        if digest.outbox:
            await self._flows.hear_outbox()
        for what in digest.faults:
            words = _("A part of the program failed ({what}). Restart it; the log has the details.")
            notify(self.app, words.format(what=what), severity="error")
        for sentence in digest.mended:
            notify(self.app, sentence, severity="warning")

    async def _count(self) -> None:
        counts = await self._inbox.tab_counts()
        self._tabs.show(self._queue.tab, counts)
        self._terminal.entitle(window_title(counts[Tab.WAITING]))

    async def _call(self, changed: set[ChatId]) -> None:
        arrived = await self._arrivals.among(changed)
        if not arrived:
            return
        disputes = [one for one in arrived if one.item.chat.is_dispute]
        words = call_words(len(arrived))
        if disputes:
            words = dispute_words(sum(one.has_begun for one in disputes), len(disputes))
            notify(self.app, dispute_notice(words, disputes[0].item, keys.key_of("tab_2")), severity="error")
        if self._preferences.ui.notify_text and len(arrived) == 1:
            words = call_text(arrived[0].item, arrived[0].words or words)
        self._terminal.call_operator(PROGRAM, words, is_alarm=bool(disputes))

    # -- which chat ----------------------------------------------------------------------------------

    def _meant_id(self) -> ChatId | None:
        """The chat that a key means: the highlighted one where the list has the keys, else the open one."""
        chat_id = self._list.highlighted if self.focused is self._list else self._talk.chat_id
        if chat_id is None:
            words = _("Open a chat first: {open} on a row, or {next} for the longest waiting.")
            notify(self.app, words.format(open=keys.key_of("open"), next=keys.key_of("next_waiting")))
        return chat_id

    async def _bring(self, chat_id: ChatId, at: MessageId | None = None) -> bool:
        """Show a chat at the right side; False if it cannot be, or if another one was wanted meanwhile."""
        self._wish = wish = object()
        is_there = await self._talk.open(chat_id, at=at, only_if=lambda: self._wish is wish)
        if self._wish is not wish:
            return False
        if not is_there:
            self._say_unknown()
        return is_there

    def _say_unknown(self) -> None:
        words = _("This chat is not in the cache yet. {refresh} asks the Market again.")
        notify(self.app, words.format(refresh=keys.key_of("refresh")))

    # -- focus ---------------------------------------------------------------------------------------

    def watch_focused(self, focused: Widget | None) -> None:
        """What has the focus decides, and nothing else, which pane a narrow screen shows.

        So the box is on the screen whenever it has the keys; and it is the box of the highlighted chat,
        for outside the list the highlight is on the open one.
        """
        if focused is None:
            return
        place = self._place_of(focused)
        self.set_class(place is Where.ORDER, "-at-order")
        self._hints.show(keys.hints(place))
        if place is Where.LIST:
            self.remove_class("-at-talk")
            self._list.take_highlight()
            return
        if place in {Where.HISTORY, Where.COMPOSE}:
            self.add_class("-at-talk")
        self._list.follow(self._talk.chat_id)
        self._let_order_in()

    def _place_of(self, widget: Widget) -> Where:
        places: dict[Widget, Where] = {
            self._list: Where.LIST,
            self._history: Where.HISTORY,
            self._box: Where.COMPOSE,
        }
        if self._order is not None:
            places[self._order.panel] = Where.ORDER
        return places.get(widget, Where.OUTSIDE_TEXT)

    @work(group="order", exclusive=True, exit_on_error=True)
    async def _let_order_in(self) -> None:
        """Leaving the list lets the new order in."""
        await self._queue.apply_order()
