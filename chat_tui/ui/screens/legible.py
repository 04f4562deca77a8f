"""Nothing is typed and nothing is pressed blindly: below a least size every screen shows one line, and no
key acts until what it would act upon can be seen again.
"""

from typing import ClassVar, Final, Generic

from textual import events, on
from textual.app import ReturnType
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Static

from chat_tui.locale import _
from chat_tui.ui import keys
from chat_tui.ui.terminal.app_base import TerminalApp
from chat_tui.ui.terminal.layout import latin
from chat_tui.ui.text import plain

LEAST: Final = (40, 12)
"""Columns and rows below which only one line is shown."""


class Legible(Screen[ScreenResultType], Generic[ScreenResultType]):
    """Any screen: it hides itself where it could not be read, and keeps its focus meanwhile."""

    DEFAULT_CSS = """
    Legible > #too-small {
        display: none;
        width: 100%;
        height: 100%;
        background: $background;
        content-align: center middle;
    }
    Legible.-too-small > * {
        display: none !important;
    }
    Legible.-too-small > #too-small {
        display: block !important;
    }
    """
    TOO_SMALL: ClassVar[str] = "-too-small"

    @property
    def is_too_small(self) -> bool:
        """Whether nothing of this screen can be seen for want of room."""
        return self.has_class(self.TOO_SMALL)

    @on(events.Resize)
    def _fit(self, event: events.Resize) -> None:
        """Show the one line, or the screen again."""
        is_small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        if is_small and not self.query_children("#too-small"):
            words = _("The window is too small: at least 40 × 12 is needed.")
            self.mount(Static(plain(words), id="too-small"))
        if is_small:
            self.add_class(self.TOO_SMALL)
        elif self.is_too_small:
            self.remove_class(self.TOO_SMALL)

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Give the focus to a widget; what is hidden for want of room does not lose it by that."""
        if widget is None and self.is_too_small:
            return
        super().set_focus(widget, scroll_visible, from_app_focus)


class LegibleApp(TerminalApp[ReturnType], Generic[ReturnType]):
    """The one gate that every key and paste passes before anything hears of it."""

    async def on_event(self, event: events.Event) -> None:
        """Let nothing but the key that ends the program through while nobody can see what it does."""
        is_input = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if is_input and self._is_blind and not _ends(event):
            return
        await super().on_event(event)

    @property
    def _is_blind(self) -> bool:
        """Whether the window is too small, or was until this moment and is not drawn again yet."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        columns, rows = self.size
        return (columns < LEAST[0] or rows < LEAST[1]) or (
            isinstance(screen, Legible) and screen.is_too_small
        )


def _ends(event: events.Event) -> bool:
    quit_keys = {key for one in keys.commands() if one.id == "quit" for key in one.keys}
    return isinstance(event, events.Key) and latin(event.key) in {
        key for key in quit_keys if not keys.typed_by(key)
    }
