"""What the card says of a file before it is sent."""

from typing import Final

from chat_tui.locale import _
from chat_tui.model.file import FileCard
from chat_tui.ui.view import glyphs
from chat_tui.ui.view.files import kind_words
from chat_tui.ui.view.line import cut, shown
from chat_tui.ui.view.sizes import size_words

HEAD_LINES: Final = 5
"""Lines of a text file on its card."""


def details_words(card: FileCard) -> str:
    """Size, kind and media type on one line."""
    kind = f"{kind_words(card.name)} ({shown(card.media_type, lines=False)})"
    return glyphs.JOIN.join((size_words(card.size), kind))


def head_words(card: FileCard, cells: int) -> str:
    """The first lines of a text file, each cut to `cells`; empty for anything else."""
    lines = [cut(shown(line, lines=True).replace("\n", "␊"), cells) for line in card.head[:HEAD_LINES]]
    if len(card.head) > HEAD_LINES:
        lines.append(glyphs.CUT)
    return "\n".join(lines)


def renamed_words(card: FileCard) -> str:
    """The name on this computer, when the buyer will see another; else empty."""
    here = card.path.rpartition("/")[2]
    if here == card.name:
        return ""
    return _("here: {name}").format(name=shown(here, lines=False))
