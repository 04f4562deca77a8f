"""The moving half of the history: screens and the highlight, which goes from message to message."""

from itertools import islice
from typing import Final

from textual import events

from chat_tui.model.timeline import Entry
from chat_tui.ui.widgets.history_canvas import TOP, HistoryCanvas

_WHEEL: Final = 3
"""Lines that one notch of the mouse wheel passes."""


class HistoryMoves(HistoryCanvas):
    """A highlight that has left the screen is none: what is acted on can be seen."""

    @property
    def highlighted(self) -> Entry | None:
        """The entry under the highlight, if it is on the screen."""
        place = self._marked_place()
        return None if place is None or self._window is None else self._window.entries[place]

    @property
    def on_screen(self) -> list[Entry]:
        """The entries of which any line is on the screen, oldest first."""
        places = dict.fromkeys(place for place, line in self._frame if line >= 0 <= place)
        return [self._window.entries[place] for place in places] if self._window is not None else []

    def highlight(self, entry: Entry) -> None:
        """Put the highlight on an entry, without moving the screen."""
        self._marked = entry.key
        self._update()

    def action_move_down(self) -> None:
        """Highlight the next message; a long one first passes to its end."""
        self._step(1)

    def action_move_up(self) -> None:
        """Highlight the message before; a long one first passes to its beginning."""
        self._step(-1)

    def action_page_down(self) -> None:
        """Scroll down by a screen; one line stays for orientation."""
        self._scroll(max(1, self.content_size.height - 1))

    def action_page_up(self) -> None:
        """Scroll up by a screen; one line stays for orientation."""
        self._scroll(-max(1, self.content_size.height - 1))

    def action_fold(self) -> None:
        """Unfold (or fold) the first long message on the screen."""
        for place in dict.fromkeys(spot[0] for spot in self._frame):
            if self._turn_fold(place):
                return

    def on_click(self, event: events.Click) -> None:
        """Highlight the message under the mouse; unfold (or fold) a long one."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None or self._window is None or not offset.y < len(self._frame):
            return
        place = self._frame[offset.y][0]
        if place >= 0:
            self.highlight(self._window.entries[place])
            self._turn_fold(place)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self._scroll(-_WHEEL)

    def _moved(self) -> None:
        """After anything moved: draw."""
        self._update()

    def _turn_fold(self, place: int) -> bool:
        if place < 0 or self._window is None:
            return False
        key = self._window.entries[place].key
        is_long = self._lines(place).is_folded or key in self._unfolded
        if is_long:
            self._unfolded ^= {key}
            self._moved()
        return is_long

    def _marked_place(self) -> int | None:
        """Where the highlighted entry stands, while any line of it is on the screen."""
        if self._marked is None or self._window is None:
            return None
        place = self._window.place_of(self._marked)
        return place if any(spot[0] == place for spot in self._frame) else None

    def _step(self, step: int) -> None:
        """Move the highlight by one entry; it begins at the edge of the screen it comes from."""
        if self._window is None or not self._window.entries or not self._frame:
            return
        place = self._marked_place()
        if place is None:
            places = [place for place, _line in self._frame if place >= 0]
            target = places[0 if step > 0 else -1]
        elif self._hidden(place, step):
            self._scroll(step)
            return
        else:
            target = place + step
        if step < 0 and self._frame[0][0] == TOP:
            self._try_again()
        if not 0 <= target < len(self._window.entries):
            self._scroll(step)
            return
        self._marked = self._window.entries[target].key
        hidden = 0 if place is None else self._hidden(target, step, lead=True)
        # Of what is higher than the screen, only the beginning comes at once.
        self._scroll(step * (hidden if hidden < self.content_size.height else 1))

    def _hidden(self, place: int, step: int, *, lead: bool = False) -> int:
        """Lines of an entry beyond the lower (upper) edge of the screen; with `lead` its date counts too."""
        lines = self._lines(place)
        above = len(lines.lead) if lead else 0
        if step > 0:
            # The last row may be covered by the line that tells of news.
            edge = self._frame[-2 if self._new_below and len(self._frame) > 1 else -1]
            seen = edge[1] + 1 if edge[0] == place else -above
            return 0 if edge[0] > place else len(lines.body) - seen
        edge = self._frame[0]
        first = edge[1] if edge[0] == place else len(lines.body)
        return 0 if edge[0] < place else max(0, first + above)

    def _scroll(self, lines: int) -> None:
        if self._window is None or not self._frame:
            return
        first = self._frame[0]
        walk = self._downwards(first) if lines > 0 else self._upwards(first)
        spot = list(islice(walk, abs(lines) + 1))[-1]
        if lines < 0 and spot[0] == TOP:
            self._try_again()
        if spot != first:
            self._anchor = self._anchor_at(spot)
        self._moved()

    def _try_again(self) -> None:
        """Older messages that could not be read are asked for anew."""
        if self._failure:
            self._failure, self._is_asked = "", False
