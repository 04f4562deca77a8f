"""A text area for everything that keyboards send, in which a paste is always text."""

import unicodedata
from dataclasses import dataclass
from typing import Any, Final, cast

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual._time import get_time
from textual.document._document import DocumentBase, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import TextArea

from chat_tui.safetext import UNDRAWN, stripped, undressed
from chat_tui.terminal.keys import OrderedKeys

_JOINER: Final = "\u200d"
_TYPED_UNPRINTABLE: Final = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Joiners and variation selectors."""
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_BURST_OVER_S: Final = 0.15
"""Seconds without a key after which a burst is over."""


class _Undressed:
    """A document as it is drawn and measured: emoji as in the history, and every character at its index."""

    def __init__(self, document: DocumentBase) -> None:
        self._document = document

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)

    def __getitem__(self, index: int) -> str:
        return self.get_line(index)

    @property
    def lines(self) -> list[str]:
        """All lines."""
        return [undressed(line) for line in self._document.lines]

    def get_line(self, index: int) -> str:
        """One line."""
        return undressed(self._document.get_line(index))


class TextBox(TextArea):
    """The base of the compose box: Enter is left to a binding, and the caret moves by whole letters.

    Emoji are drawn in their simple form, as in the history, because terminals disagree about the width of
    others; the text keeps them as they came.
    """

    @dataclass
    class TypedAsPaste(Message):
        """Enters arrived together with text, in an unmarked paste, and became new lines: nothing was sent."""

        count: int
        """Enters in the whole burst, which is over."""

    @dataclass
    class Pasted(Message):
        """A text was pasted and stands in the box now."""

        text: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._burst_over: Timer | None = None

    @property
    def enter_is_pasted(self) -> bool:
        """Whether the Enter being handled now belongs to a paste and must not act."""
        return isinstance(self.app, OrderedKeys) and self.app.enter_is_pasted

    def take_enter_for_line(self) -> None:
        """Start a new line for a pasted Enter; post `TypedAsPaste` when the burst is over."""
        self.type_text("\n")
        if self._burst_over is not None:
            self._burst_over.stop()
        self._burst_over = self.set_timer(_BURST_OVER_S, self._report_burst)

    def _report_burst(self) -> None:
        app = self.app
        assert isinstance(app, OrderedKeys)
        if not app.is_between_keys or get_time() - app.keyed_at < _BURST_OVER_S:
            self._burst_over = self.set_timer(_BURST_OVER_S, self._report_burst)
        else:
            self.post_message(self.TypedAsPaste(app.burst.enters))

    @property
    def caret(self) -> int:
        """The number of characters before the caret."""
        row, column = self.cursor_location
        return sum(len(self.document.get_line(line)) + 1 for line in range(row)) + column

    def place_caret(self, caret: int) -> None:
        """Put the caret after that many characters; beyond the end means the end."""
        row = 0
        while row < self.document.line_count - 1 and caret > len(self.document.get_line(row)):
            caret -= len(self.document.get_line(row)) + 1
            row += 1
        self.move_cursor((row, min(max(caret, 0), len(self.document.get_line(row)))))

    def type_text(self, text: str) -> None:
        """Insert at the caret, in place of the selection, as one step that can be undone."""
        if result := self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(result.end_location)

    def retype(self, text: str) -> None:
        """Replace the whole text, as one step that can be undone."""
        if result := self._replace_via_keyboard(text, self.document.start, self.document.end):
            self.move_cursor(result.end_location)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Joiners and variation selectors are typed too, though Python calls them unprintable."""
        return character in _TYPED_UNPRINTABLE or super().check_consume_key(key, character)

    def get_cursor_left_location(self) -> Location:
        """One letter to the left, with its accents, joiners and skin tones."""
        return self._between_letters(super().get_cursor_left_location(), -1)

    def get_cursor_right_location(self) -> Location:
        """One letter to the right, with its accents, joiners and skin tones."""
        return self._between_letters(super().get_cursor_right_location(), 1)

    def _between_letters(self, place: Location, step: int) -> Location:
        row, column = place
        line = self.document.get_line(row)
        while 0 < column < len(line) and _belongs_to_left(line, column):
            column += step
        return row, column

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        # Textual has wrapped the text itself; the drawn form has other widths.
        drawn = cast("DocumentBase", _Undressed(self.document))
        self.wrapped_document = WrappedDocument(drawn, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._rewrap_and_refresh_virtual_size()

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn, still with the placeholders (`UNDRAWN`) that `_render_line` removes."""
        line = super().get_line(line_index)
        line.plain = undressed(line.plain)
        return line

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        if UNDRAWN not in strip.text:
            return strip
        segments = [Segment(one.text.replace(UNDRAWN, ""), one.style) for one in strip]
        return Strip(segments, strip.cell_length)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
        elif event.character in _TYPED_UNPRINTABLE:
            event.stop()
            event.prevent_default()
            self.type_text(event.character)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if not self.read_only:
            text = stripped(event.text)
            self.type_text(text)
            self.post_message(self.Pasted(text))


def _belongs_to_left(line: str, column: int) -> bool:
    character = line[column]
    return (
        character in _TYPED_UNPRINTABLE
        or line[column - 1] == _JOINER
        or ord(character) in _SKIN_TONES
        or unicodedata.category(character).startswith("M")
    )
