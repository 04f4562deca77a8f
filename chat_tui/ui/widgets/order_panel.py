"""The order panel: what the open chat is about, in lines that can be scrolled."""

from collections.abc import Callable, Sequence
from datetime import tzinfo

from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.order import ChatOrder
from chat_tui.ui.text import notify, plain
from chat_tui.ui.view.order_rows import Sight, order_rows
from chat_tui.ui.widgets.line_pane import FramedPane
from chat_tui.words import glyphs
from chat_tui.words.chats import buyer_name
from chat_tui.words.line import Line, Role, Span, wrap


class OrderPanel(FramedPane, can_focus=True):
    """Shows what is known of one chat's order; knows nothing of where that comes from."""

    DEFAULT_CSS = """
    OrderPanel {
        padding: 0 1;
    }
    """

    def __init__(
        self, clock: Callable[[], Millis], zone: tzinfo, *, refresh: str = "r", id: str | None = None
    ) -> None:
        """`clock` is the Market's, `zone` the operator's; `refresh` is the key that asks the Market anew."""
        super().__init__(id=id)
        self._clock = clock
        self._zone = zone
        self._refresh_key = refresh
        self._found: ChatOrder | None = None
        self._lines: Sequence[Line] = ()
        self._lines_width = -1
        self._top = 0

    def show(self, found: ChatOrder | None) -> None:
        """Show a chat's order, from its beginning if it is another chat; None = no chat is open."""
        if found == self._found:
            return
        shown = self._found.item.chat.chat_id if self._found is not None else None
        self._found = found
        title = _("Order")
        if found is not None:
            title = glyphs.JOIN.join((title, buyer_name(found.item.chat.context)))
        self.border_title = plain(title, lines=False)
        if found is None or found.item.chat.chat_id != shown:
            self._top = 0
        self.tick()

    def tick(self) -> None:
        """Draw anew what depends on the clock."""
        self._lines_width = -1
        self._look_at(self._top)

    def paint(self, size: Size) -> list[Strip]:
        """The lines from the first one on that is looked at."""
        seen = self._drawn()[self._top : self._top + size.height]
        return [self.strip(line, size.width) for line in seen]

    def on_resize(self) -> None:
        """Other lines fit."""
        self.tick()

    def action_move(self, step: int) -> None:
        """Look a line further down, or up (-1)."""
        self._look_at(self._top + step)

    def action_page(self, step: int) -> None:
        """Look a screen further down, or up (-1)."""
        self._look_at(self._top + step * self.content_size.height)

    def action_edge(self, end: bool) -> None:
        """Look at the end, or (False) at the beginning."""
        self._look_at(len(self._drawn()) if end else 0)

    def turn_wheel(self, step: int) -> None:
        """Look a little further down or up."""
        self._look_at(self._top + 2 * step)

    def action_copy_order(self) -> None:
        """Copy the number of the order."""
        number = self._found.item.chat.context.order_id if self._found is not None else None
        if number is None:
            notify(self, _("There is no order number here to copy."), severity="warning")
        else:
            self.app.copy_to_clipboard(str(number))

    def _drawn(self) -> Sequence[Line]:
        width = max(1, self.content_size.width)
        if width != self._lines_width:
            self._lines_width = width
            if self._found is None:
                self._lines = [(Span(line, Role.MUTED),) for line in wrap(_("No chat is open."), width)]
            else:
                sight = Sight(self._clock(), self._zone, width, self._refresh_key)
                self._lines = order_rows(self._found, sight)
        return self._lines

    def _look_at(self, top: int) -> None:
        hidden = len(self._drawn()) - self.content_size.height
        self._top = max(0, min(top, hidden))
        self.border_subtitle = Content(glyphs.DOWN) if self._top < hidden else None
        self.redraw()
