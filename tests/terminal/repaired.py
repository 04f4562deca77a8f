"""A small real program with all terminal repairs: `python -m tests.terminal.repaired REPORT DRAFT`."""

import logging
import os
import sys
from pathlib import Path
from typing import ClassVar

from chat_tui.terminal.environment import prepare

if __name__ == "__main__":
    prepare(os.environ)

from textual import events, on, work
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.inbox.editing import edit, given_out
from chat_tui.ui.kit.text import farewell, plain

PAYLOADS = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31mX",
    "\x1b]0;PWN\x1b\\",
    "\u202egpj",
    "\x0e\x05\x7f",
    "\x1bc",
    "\x1b[6n",
)
SECRET = "buyer-sentinel-8812"


class Pane(Widget, can_focus=True):
    """A widget with keys that is not a text field."""

    DEFAULT_CSS = "Pane { height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.note('q')", "quit"),
        Binding("n", "app.note('n')", "next"),
        Binding("c", "app.write", "write"),
        Binding("left_square_bracket", "app.note('bracket')", "bracket"),
    ]
    broken = False

    def render(self) -> RenderResult:
        if self.broken:
            fail()
        return "pane"


class RepairedApp(TerminalApp[None]):
    """Shows the input that it received."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "app.fail('handler')", "fail"),
        Binding("f3", "app.fail('timer')", "fail"),
        Binding("f4", "app.fail('worker')", "fail"),
        Binding("f5", "app.fail('render')", "fail"),
        Binding("f6", "app.fail('rich')", "fail"),
        Binding("f7", "app.fail('unmount')", "fail"),
        Binding("ctrl+q", "app.note('ctrl+q')", "quit"),
        Binding("ctrl+w", "app.note('ctrl+w')", "w", priority=True),
        Binding("f8", "app.flood", "flood"),
        Binding("f9", "app.quit", "quit"),
        Binding("f10", "app.show_raw", "show"),
        Binding("f11", "app.be_late", "late"),
        Binding("f12", "app.begin_anew", "anew", priority=True),
    ]

    def __init__(self, report: Path, draft: Path) -> None:
        super().__init__(farewell=farewell(report))
        self._draft = draft
        self._noted: list[str] = []
        self._ticks = 0
        self._box = Compose()

    def compose(self) -> ComposeResult:
        yield Static(id="noted")
        yield Static(id="ticks")
        yield Pane()
        yield self._box

    def on_mount(self) -> None:
        self.query_one(Pane).focus()
        self.action_note("ready")

    def on_unmount(self) -> None:
        self._draft.write_text(self._box.text)
        if "unmount" in self._noted:
            fail()

    def action_begin_anew(self) -> None:
        """Reset to the state after the start, for the next test."""
        self._noted.clear()
        self._box.load("", 0)
        self.query_one(Pane).focus()
        self.query_one("#ticks", Static).update("")
        self.action_note("ready")

    def action_note(self, what: str) -> None:
        self._noted.append(what)
        self._draft.with_suffix(".notes").write_text(" ".join(self._noted))
        self.query_one("#noted", Static).update(plain("noted: " + " ".join(self._noted) + ";"))

    @on(Compose.SendWanted)
    def _send(self, message: Compose.SendWanted) -> None:
        self.action_note(f"sent:{message.text}")
        self._box.clear_after_send(message.text)
        self._box.answered()

    @on(Compose.Changed)
    def _count(self, message: Compose.Changed) -> None:
        self.query_one("#ticks", Static).update(plain(f"length {len(message.text_area.text)};"))

    @on(Compose.EditWanted)
    def _edit_wanted(self) -> None:
        self.run_worker(self._write_elsewhere())

    async def _write_elsewhere(self) -> None:
        text = given_out(self._draft.with_suffix(".outside"), "1", self._box.text)
        await edit(self, text, self._box.retype)
        text.remove()
        self.action_note("edited")

    @on(Compose.LeaveWanted)
    def _leave(self) -> None:
        self.query_one(Pane).focus()

    def action_write(self) -> None:
        self._box.focus()

    def action_show_raw(self) -> None:
        """Show a buyer's text as a careless widget would."""
        for payload in PAYLOADS:
            self.mount(Static(Content(f"{payload}|")), Static(payload.replace("[", "\\[") + "|"))
            self.notify(payload, markup=False)
            self._box.border_title = Content(payload)
            self._box.load_text(payload)
        self.action_note("shown")

    def action_be_late(self) -> None:
        """Give the screen an old size last, as it happens after many resizes at once."""
        size = Size(40, 12)
        self.screen.post_message(events.Resize(size, size))
        self.action_note("late")

    def action_flood(self) -> None:
        self.set_interval(0.02, self._tick)

    def _tick(self) -> None:
        self._ticks += 1
        self._draft.with_suffix(".ticks").write_text(str(self._ticks))
        self.bell()
        lines = f"tick {self._ticks} " + chr(ord("a") + self._ticks % 26) * 600
        self.query_one("#ticks", Static).update(plain(lines))

    async def action_fail(self, where: str) -> None:
        match where:
            case "handler":
                fail()
            case "timer":
                self.set_timer(0.01, fail)
            case "worker":
                self._fail_in_worker()
            case "render":
                self.query_one(Pane).broken = True
                self.query_one(Pane).refresh()
            case "unmount":
                self.action_note("unmount")
                self.exit()
            case "rich":
                raise DescribedError(SECRET)

    @work
    async def _fail_in_worker(self) -> None:
        fail()


class DescribedError(Exception):
    """An error that tells Rich how to show it."""

    def __rich__(self) -> str:
        return str(self)


def fail() -> None:
    """Fail with a buyer's words in a local variable."""
    words = SECRET
    try:
        int(words)
    except ValueError as error:
        raise RuntimeError(f"cannot read {words}") from error


if __name__ == "__main__":
    logging.basicConfig(filename=sys.argv[1], force=True)
    sys.exit(RepairedApp(Path(sys.argv[1]), Path(sys.argv[2])).run_to_code())
