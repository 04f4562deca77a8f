"""Received files: the dialog that fetches one, and the one that shows it as a picture or a text."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.files import saved_name
from chat_tui.locale import N_, _
from chat_tui.model.chat import Attachment, Message
from chat_tui.model.file import AttachmentRef
from chat_tui.model.problem import Problem
from chat_tui.pictures.kinds import HEAD, picture_kind
from chat_tui.pictures.kinds import text_of as text_in
from chat_tui.pictures.preview import NoPicture, Picture, decode
from chat_tui.safetext import safe
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import Dialog, ListDialog, framed
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.files import file_line, kind_words, size_words
from chat_tui.words.line import Span, text_of, wrap

UPPER: Final = "▀"
"""U+2580 shows two pixels in one cell: the upper as the character's colour, the lower as its background."""
WEIGHTS: Final = " .:-=+*#%@"
"""Characters for brightness where colours are too few, from dark to bright on a dark screen."""


class PicturePane(Widget):
    """Draws a picture with characters; needs no graphics protocol of the terminal."""

    DEFAULT_CSS = """
    PicturePane { width: auto; height: auto; }
    """

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    @property
    def is_plain(self) -> bool:
        """Whether the terminal has too few colours to show pixels as colours."""
        return self.app.no_color or self.app.console.color_system in {None, "standard", "windows"}

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """One cell per column of pixels."""
        return self._picture.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One cell per two rows of pixels."""
        return (self._picture.height + 1) // 2

    def render_line(self, y: int) -> Strip:
        """A row of cells: two rows of pixels."""
        if 2 * y >= self._picture.height:
            return Strip.blank(self.size.width, self.rich_style)
        line = self._weights(y) if self.is_plain else self._blocks(y)
        return Strip(line).adjust_cell_length(self.size.width, self.rich_style).simplify()

    def _blocks(self, y: int) -> list[Segment]:
        styles: dict[tuple[tuple[int, int, int], tuple[int, int, int] | None], Style] = {}
        line = []
        for x in range(self._picture.width):
            pair = self._pair(x, y)
            # Neighbouring pixels are often alike, and making a style is slow.
            if pair not in styles:
                upper, lower = (f"rgb{color}".replace(" ", "") if color else None for color in pair)
                styles[pair] = Style(color=upper, bgcolor=lower)
            line.append(Segment(UPPER, styles[pair]))
        return line

    def _weights(self, y: int) -> list[Segment]:
        # On a light screen the fullest character is the darkest one.
        weights = WEIGHTS if self.app.current_theme.dark else WEIGHTS[::-1]
        signs = []
        for x in range(self._picture.width):
            upper, lower = self._pair(x, y)
            light = (_light(upper) + _light(lower or upper)) / 2
            signs.append(weights[min(len(weights) - 1, int(light * len(weights) / 256))])
        return [Segment("".join(signs), self.rich_style)]

    def _pair(self, x: int, y: int) -> tuple[tuple[int, int, int], tuple[int, int, int] | None]:
        below = 2 * y + 1 < self._picture.height
        return self._picture.at(x, 2 * y), self._picture.at(x, 2 * y + 1) if below else None


def _light(color: tuple[int, int, int]) -> float:
    """Brightness from 0 to 255, weighted as in ITU-R BT.601: the eye sees green brightest."""
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue


# -- the screen ------------------------------------------------------------------------------------------


Outcome = TypeVar("Outcome")

_SHOWN_S = 0.2
"""Seconds between two updates of the progress."""
_NAME_CELLS = 60
AROUND = (6, 7)
"""Columns and rows of the screen that frame, name and keys take."""
BOX = 100
"""The greatest width of a dialog, in columns."""
_TEXT_CELLS = 92
_WHY = {
    NoPicture.TOO_LARGE: N_("This picture is too large to show here."),
    NoPicture.BROKEN: N_("This picture cannot be shown: the file is damaged or its format is not supported."),
    NoPicture.TOO_SLOW: N_("Opening this picture takes too long."),
    NoPicture.NO_CHILD: N_(
        "This picture cannot be shown now: its decoder could not be started. Close other "
        "programs, or save the file and open it in another program."
    ),
}


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file."""

    text: str
    """Raw, so not safe to show."""
    guessed: str = ""
    """The encoding, if it had to be guessed; else ""."""


Shown = Picture | NoPicture | FileText
"""What can be shown of a file, or why nothing can."""


class Fetching(Dialog[Outcome], Generic[Outcome]):
    """Shows progress while `work` runs; returns its result, or None if the operator cancelled it."""

    AUTO_FOCUS = None

    def __init__(
        self, name: str, size: int | None, work: Callable[[Callable[[int], None]], Awaitable[Outcome]]
    ) -> None:
        """`work` gets a function to call with the number of bytes so far, from any thread."""
        super().__init__()
        self._name_words = text_of(file_line(name, size, _NAME_CELLS))
        self._work = work
        self._came = 0

    def compose(self) -> ComposeResult:
        yield framed(
            _("Downloading the file"),
            Static(plain(self._name_words), id="name"),
            Static(id="progress", classes="muted"),
            keys=(("Esc", _("cancel")),),
        )

    def on_mount(self) -> None:
        """Start the work."""
        self._working = self.run_worker(self._run(), exit_on_error=True)
        self.set_interval(_SHOWN_S, self._show)
        self._show()

    def action_leave(self) -> None:
        """Cancel the work; nothing of it is kept."""
        self._working.cancel()
        self.finish(None)

    async def _run(self) -> None:
        self.finish(await self._work(self._hear))

    def _hear(self, came: int) -> None:
        self._came = came

    def _show(self) -> None:
        self.say(_("{size} downloaded").format(size=size_words(self._came)), "progress")


def looking_at(inbox: InboxApi, message: Message, index: int) -> Fetching[Shown | Problem]:
    """The dialog that fetches a file of a message; returns what the screen can show, judged by its content.

    `index` counts the message's attachments from 0.
    """
    file = message.attachments[index]

    async def look(progress: Callable[[int], None]) -> Shown | Problem:
        ref = AttachmentRef(message.chat_ref, message.message_id, index)
        content = await inbox.files.read(ref, progress)
        if isinstance(content, Problem):
            return content
        # By its first bytes: the name of a received file may say anything.
        if picture_kind(content[:HEAD]) is None:
            text = text_in(content)
            return NoPicture.OTHER if text is None else FileText(*text)
        size = fetching.app.size
        # Decoded at the size it is shown: more pixels than cells would only cost time.
        return await decode(content, min(size.width, BOX) - AROUND[0], size.height - AROUND[1])

    fetching = Fetching[Shown | Problem](saved_name(file.name), file.size, look)
    return fetching


class Viewer(ListDialog[bool, str]):
    """Shows a file; returns True if the operator wants to save it."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
    ]

    def __init__(self, file: Attachment, content: Shown) -> None:
        super().__init__()
        self._file = file
        self._content = content

    def compose(self) -> ComposeResult:
        name = text_of(file_line(saved_name(self._file.name), self._file.size, _TEXT_CELLS))
        pane: Widget
        if isinstance(self._content, Picture):
            pane = PicturePane(self._content)
        elif isinstance(self._content, FileText):
            pane = ChoiceList[str](lambda line, _cells: ((Span(line),),), instead="", marks=False)
            if self._content.guessed:
                read_as = _("encoding: {encoding}").format(encoding=self._content.guessed)
                name = f"{name}{glyphs.JOIN}{read_as}"
        else:
            pane = Static(plain(self._why()), id="why")
        yield framed(
            "",
            Static(plain(name, lines=False), id="name"),
            pane,
            keys=(("s", _("save")), ("Esc", _("close"))),
            look="-tall" if isinstance(self._content, FileText) else "-view",
        )

    def on_mount(self) -> None:
        """Fill in the lines of a text."""
        if isinstance(self._content, FileText):
            self.rows.show(wrap(safe(self._content.text), _TEXT_CELLS))

    def action_save(self) -> None:
        """Close and have the file saved."""
        self.finish(True)

    def action_move(self, step: int) -> None:
        """Scroll a text by a line; a picture does not scroll."""
        if isinstance(self._content, FileText):
            super().action_move(step)

    def action_page(self, direction: int) -> None:
        """Scroll a text by a page."""
        if isinstance(self._content, FileText):
            super().action_page(direction)

    def _why(self) -> str:
        if isinstance(self._content, NoPicture) and self._content in _WHY:
            return _(_WHY[self._content])
        words = _("Files of this kind ({kind}) do not open here. Save it and open it in another program.")
        return words.format(kind=kind_words(saved_name(self._file.name)))
