"""The app while nothing is set up: the start box, and the steps that connect a shop."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from chat_tui.inbox.connect import Connector
from chat_tui.locale import _
from chat_tui.settings import Preferences
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys, themes
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.dialog import Answers, Dialog, LegibleApp, Question, framed
from chat_tui.ui.kit.text import NOTICE_S, notify, plain
from chat_tui.ui.start.connect import KeyScreen, RightsScreen, ShopsScreen
from chat_tui.words.line import Line, Role, Span


class Start(StrEnum):
    """The choices in the start box, in the order of the keys 1 to 3."""

    CONNECT = "connect"
    DEMO = "demo"
    HELP = "help"


class Way(NamedTuple):
    """One of the choices as the box shows it."""

    key: str
    words: str
    about: str


class StartBox(Question[Start, Way]):
    """Returns the choice, or None to quit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("q", "leave", show=False),
    ]

    def __init__(self, highlight: Start = Start.CONNECT) -> None:
        """`highlight` is the last choice: after a step back, the highlight is where it was."""
        super().__init__()
        self._highlight = tuple(Start).index(highlight)

    def compose(self) -> ComposeResult:
        yield framed(
            "chat-tui",
            Static(plain(_("The chats of your shop on Yandex Market. Nothing is set up yet."))),
            Answers(_draw, row_height=2),
            keys=(("1 2 3", _("or ↑↓ Enter")), ("Esc", _("quit"))),
        )

    def on_mount(self) -> None:
        """List the choices."""
        ways = (
            Way("1", _("Connect a shop"), _("you need an Api-Key from the seller's cabinet")),
            Way("2", _("Demo without a key"), _("a demo shop whose buyers answer")),
            Way("3", _("Help"), _("where to get the key, what rights it needs, where it is kept")),
        )
        self.rows.show(ways, highlight=self._highlight)

    def answer(self, index: int) -> None:
        """Return this choice."""
        self.finish(tuple(Start)[index])


def _draw(way: Way, _cells: int) -> Sequence[Line]:
    return (
        (Span(way.key, Role.ACCENT), Span(f"  {way.words}")),
        (Span(f"   {way.about}", Role.MUTED),),
    )


class StartHelp(Dialog[None]):
    """Everything a newcomer wants to know, on one page."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "leave", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        page: list[Static] = []
        for question, answer in _answers():
            page += Static(plain(question, "bold")), Static(plain(answer), classes="answer")
        keys = ("↑↓ PgUp PgDn", _("scroll")), ("Esc", _("back"))
        yield framed(_("Help"), VerticalScroll(*page), keys=keys, look="-tall")

    def action_scroll(self, step: int) -> None:
        """Scroll down by `step` lines; up if negative."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def _answers() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Where does the key come from?"),
            _(
                "The owner or a manager of the shop creates an Api-Key in the seller's cabinet: "
                "Settings → API and modules. A new key takes effect within 10 minutes."
            ),
        ),
        (
            _("Which rights does it need?"),
            _(
                "“Chats with buyers”, to read and answer. With a right to read orders, they are "
                "shown beside the chats. With a read-only key you can view everything, but not "
                "send."
            ),
        ),
        (
            _("Where is it kept?"),
            _(
                "In a file beside settings.toml that only you can read (chat-tui paths shows "
                "where). It is sent to the Market only and never written to a log. A password "
                "store works too: chat-tui settings --example explains api_key_command."
            ),
        ),
        (
            _("Without a screen, or for a script?"),
            _("chat-tui login asks for the key; chat-tui login --token-stdin reads it from a pipe."),
        ),
        (
            _("Which keys are there?"),
            _(
                "In the inbox, n opens the chat that has waited longest, Enter sends, ? shows "
                "every key. All keys work on the Russian layout, too."
            ),
        ),
    )


# -- the app ---------------------------------------------------------------------------------------------


class StartApp(LegibleApp[Start]):
    """Ends with CONNECT when a shop was connected, DEMO when the demo is wanted, or None to quit."""

    TITLE = "chat-tui"

    def __init__(self, connector: Connector, preferences: Preferences, *, report: Path) -> None:
        """`report` is the private file that gets the details of a crash."""
        super().__init__(report, jcuken=preferences.keys.is_jcuken)
        # Of the commands that work anywhere, only these exist here.
        bind(self, [one for one in keys.bindings(Where.ANYWHERE) if one.id in {"help", "quit"}])
        self._connector = connector
        self._theme = preferences.ui.theme
        self._notices = preferences.notices

    def on_mount(self) -> None:
        themes.choose(self, self._theme, os.environ)
        if self._notices:
            notify(self, " ".join(self._notices), severity="warning", timeout=NOTICE_S)
        self._walk()

    @work(exclusive=True)
    async def _walk(self) -> None:
        """Show the box until a shop is connected, the demo is chosen, or the operator quits."""
        way: Start | None = Start.CONNECT
        while way is not None:
            way = await self.push_screen_wait(StartBox(way))
            if way is Start.HELP:
                await self.push_screen_wait(StartHelp())
            elif way is not Start.CONNECT or await self._connect():
                break
        self.exit(way)

    async def _connect(self) -> bool:
        """Ask for key, rights and shop, each a step back with Escape; True = a shop was connected."""
        while True:
            checked = await self.push_screen_wait(KeyScreen(self._connector.look))
            if checked is None:
                return False
            key, opened = checked
            while await self.push_screen_wait(RightsScreen(opened)):
                keep = ShopsScreen(opened, lambda business: self._connector.keep(key, business))  # noqa: B023
                if await self.push_screen_wait(keep) is not None:
                    return True

    def action_help(self) -> None:
        """Show the help for newcomers; close it when it is open."""
        self.turn(StartHelp)


def run(connector: Connector, preferences: Preferences, *, report: Path) -> tuple[int, Start | None]:
    """Run the app; returns the exit code, and the choice with which it ended or None."""
    app = StartApp(connector, preferences, report=report)
    code = app.run_to_code(mouse=preferences.ui.mouse)
    return code, app.return_value
