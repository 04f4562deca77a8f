"""What is shown while nothing is set up: three ways to go on, and what a newcomer wants to know."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line
from chat_tui.ui.text import plain
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role, Span


class Start(StrEnum):
    """The ways to go on, in the order of the keys 1 to 3."""

    CONNECT = "connect"
    DEMO = "demo"
    HELP = "help"


class Way(NamedTuple):
    """One of them as the box shows it."""

    key: str
    words: str
    about: str


class Ways(ChoiceList[Way], can_focus=True):
    """The three of them, two lines each."""


class StartBox(Dialog[Start]):
    """Gives the way chosen, or None to leave the program."""

    AUTO_FOCUS = "Ways"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("enter", "choose", show=False),
        *(Binding(str(number), f"take({number - 1})", show=False) for number in (1, 2, 3)),
        Binding("q", "leave", show=False),
    ]

    def __init__(self, highlight: Start = Start.CONNECT) -> None:
        """`highlight` is the way chosen the last time."""
        super().__init__()
        self._highlight = tuple(Start).index(highlight)
        self._pause = EnterPause()

    def compose(self) -> ComposeResult:
        """A greeting, the three ways, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content("chat-tui")
            yield Static(plain(_("The chats of your shop on Yandex Market. Nothing is set up yet.")))
            yield Ways(_draw, row_height=2)
            yield Static(keys_line(("1 2 3", _("or ↑↓ Enter")), ("Esc", _("quit"))), id="keys")

    def on_mount(self) -> None:
        """List the ways."""
        ways = (
            Way("1", _("Connect a shop"), _("an Api-Key from the seller's cabinet is needed")),
            Way("2", _("Look around without a key"), _("a demo shop whose buyers answer")),
            Way("3", _("Help"), _("where the key comes from, what it may do, where it is kept")),
        )
        self.query_one(Ways).show(ways, highlight=self._highlight)

    def action_move(self, step: int) -> None:
        """Highlight the next way, or the one before."""
        ways = self.query_one(Ways)
        ways.move_to(((ways.highlighted or 0) + step) % len(ways.rows))

    def action_choose(self) -> None:
        """Go the highlighted way."""
        if self._pause.is_over():
            self.action_take(self.query_one(Ways).highlighted or 0)

    def action_take(self, index: int) -> None:
        """Go this way."""
        self.finish(tuple(Start)[index])

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self.action_take(event.index)


def _draw(way: Way, _cells: int) -> Sequence[Line]:
    return (
        (Span(way.key, Role.ACCENT), Span(f"  {way.words}")),
        (Span(f"   {way.about}", Role.MUTED),),
    )


class StartHelp(Dialog[None]):
    """What a newcomer wants to know, on one page."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "leave", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Questions and answers."""
        with Vertical(id="box", classes="-tall") as box:
            box.border_title = Content(_("Help"))
            with VerticalScroll():
                for question, answer in _answers():
                    yield Static(plain(question, "bold"))
                    yield Static(plain(answer), classes="answer")
            yield Static(keys_line(("↑↓ PgUp PgDn", _("scroll")), ("Esc", _("back"))), id="keys")

    def action_scroll(self, step: int) -> None:
        """Go down, or up if negative, by a line."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def _answers() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Where does the key come from?"),
            _(
                "The owner or a manager of the shop makes an Api-Key in the seller's cabinet: "
                "Settings → API and modules. A new key may need up to 10 minutes to work."
            ),
        ),
        (
            _("Which rights does it need?"),
            _(
                "“Chats with buyers” to read and answer; a right to read orders shows them beside the chats. "
                "A key that may only read opens the program for viewing: nothing can be sent then."
            ),
        ),
        (
            _("Where is it kept?"),
            _(
                "In a file beside settings.toml that only you can read (chat-tui paths says where). It goes "
                "to the Market and nowhere else, and stands in no log. A password store works too: see "
                "api_key_command in the README."
            ),
        ),
        (
            _("Without a screen, or for a script?"),
            _("chat-tui login asks for the key; chat-tui login --token-stdin reads it from a pipe."),
        ),
        (
            _("Which keys are there?"),
            _(
                "In the inbox, n opens who has waited longest, Enter sends, ? shows every key. All of them "
                "work on the Russian layout as well."
            ),
        ),
    )
