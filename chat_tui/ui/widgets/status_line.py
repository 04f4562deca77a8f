"""The connection in a few words beside the tabs, and a sentence on its own line when something is wrong."""

from textual.geometry import Size
from textual.strip import Strip

from chat_tui.model.ids import Millis
from chat_tui.model.link import Link
from chat_tui.ui.widgets.line_pane import LinePane
from chat_tui.words.glyphs import WIDE
from chat_tui.words.line import Line, Role, Span, cut, width_of, wrap
from chat_tui.words.status import status_spans


class StatusLine(LinePane):
    """As wide as its words."""

    DEFAULT_CSS = """
    StatusLine { height: 1; width: auto; max-width: 50%; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with a connection that was not answered yet."""
        super().__init__(id=id)
        self._link = Link()
        self._now: Millis = 0
        self._is_brief = False

    def show(self, link: Link, now: Millis) -> None:
        """Draw the line again if its words changed."""
        old = self._line
        self._link, self._now = link, now
        if self._line != old:
            self.refresh(layout=width_of(self._line) != width_of(old))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The width of the words; beside the tabs of a narrow screen there is room for few."""
        self._is_brief = viewport.width < WIDE
        return width_of(self._line)

    def render_line(self, y: int) -> Strip:
        """The words."""
        return self.strip(self._line, self.content_size.width)

    @property
    def _line(self) -> Line:
        return status_spans(self._link, self._now, brief=self._is_brief)


class NoticeLine(LinePane):
    """A sentence over the whole width, gone while there is nothing to say."""

    DEFAULT_CSS = """
    NoticeLine { height: auto; width: 1fr; max-height: 3; padding: 0 1; display: none; }
    NoticeLine.-said { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with nothing to say."""
        super().__init__(id=id)
        self._words = ""

    @property
    def words(self) -> str:
        """The sentence; empty while there is none."""
        return self._words

    def say(self, words: str) -> None:
        """Show a sentence (safe text, as `view` makes it); an empty one hides the line."""
        if words != self._words:
            self._words = words
            self.set_class(bool(words), "-said")
            self.refresh(layout=True)

    def lines_in(self, width: int) -> int:
        """How many lines the sentence takes in so many cells."""
        return len(wrap(self._words, width)) if self._words else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the sentence takes."""
        return len(wrap(self._words, width))

    def render_line(self, y: int) -> Strip:
        """A line of the sentence; where there is no room for all of it the last one says so."""
        width, height = self.content_size
        lines = wrap(self._words, width)
        if y == height - 1 and len(lines) > height:
            return self.strip((Span(cut(f"{lines[y]} {lines[y + 1]}", width), Role.WARN),), width)
        return self.strip((Span(lines[y], Role.WARN),) if y < len(lines) else (), width)
