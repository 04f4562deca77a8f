"""Files in words: name, size and kind on one line, and the card of a file before it is sent."""

from typing import Final

from chat_tui.locale import N_, _
from chat_tui.model.file import FileCard
from chat_tui.safetext import one_line, safe
from chat_tui.words import glyphs
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, width_of


def size_words(size: int | None) -> str:
    """A number of bytes for people: "512 B", "1.2 MB"; "size unknown" for None and negative numbers."""
    if size is None or size < 0:
        return _("size unknown")
    if size < 1000:
        return _("{n} B").format(n=size)
    if size < 1_000_000:
        return _("{n} KB").format(n=_short(size / 1000))
    if size < 1_000_000_000:
        return _("{n} MB").format(n=_short(size / 1_000_000))
    return _("{n} GB").format(n=_short(size / 1_000_000_000))


def _short(number: float) -> str:
    # The decimal separator differs by language: 1.2 MB, 1,2 МБ.
    text = f"{number:.1f}" if number < 9.95 else f"{number:.0f}"
    return text.removesuffix(".0").replace(".", _("."))


# -- a file on one line ----------------------------------------------------------------------------------


_KINDS = {
    N_("picture"): "jpg jpeg png gif webp heic bmp",
    N_("document"): "pdf doc docx odt rtf txt",
    N_("table"): "xls xlsx ods csv",
    N_("video"): "mp4 mov avi mkv webm 3gp",
    N_("audio"): "mp3 ogg oga wav m4a aac flac",
    N_("archive"): "zip rar 7z gz tar",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def kind_words(name: str) -> str:
    """The kind of a file, by the end of its name."""
    ending = name.rpartition(".")[2].strip().lower() if "." in name else ""
    return _(_BY_ENDING.get(ending, N_("file")))


def file_line(name: str | None, size: int | None, cells: int) -> Line:
    """The line that stands for a file; if the name is too long, its middle is cut."""
    words = one_line(name or "")
    kind = Span(f"  {size_words(size)}{glyphs.JOIN}{kind_words(words)}", Role.MUTED)
    mark = Span(f"{glyphs.FILE} ", Role.ACCENT)
    room = max(cells // 2, cells - width_of((mark, kind)))
    title = Span(cut_middle(words or _("nameless file"), room), Role.TEXT)
    return (mark, title, kind)


# -- the card --------------------------------------------------------------------------------------------


HEAD_LINES: Final = 5
"""Lines of a text file on its card."""


def details_words(card: FileCard) -> str:
    """Size, kind and media type on one line."""
    kind = f"{kind_words(card.name)} ({one_line(card.media_type)})"
    return glyphs.JOIN.join((size_words(card.size), kind))


def head_words(card: FileCard, cells: int) -> str:
    """The first lines of a text file, each cut to `cells`; empty for anything else."""
    lines = [cut(safe(line).replace("\n", "␊"), cells) for line in card.head[:HEAD_LINES]]
    if len(card.head) > HEAD_LINES:
        lines.append(glyphs.CUT)
    return "\n".join(lines)


def renamed_words(card: FileCard) -> str:
    """The name on this computer, if the buyer will see another one; else empty."""
    here = card.path.rpartition("/")[2]
    if here == card.name:
        return ""
    return _("on this computer: {name}").format(name=one_line(here))
