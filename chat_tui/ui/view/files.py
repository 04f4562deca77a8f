"""A file as one line: name, size and kind."""

from chat_tui.locale import N_, _
from chat_tui.ui.view import glyphs
from chat_tui.ui.view.line import Line, Role, Span, cut_middle, shown, width_of
from chat_tui.ui.view.sizes import size_words

_KINDS = {
    N_("picture"): "jpg jpeg png gif webp heic bmp",
    N_("document"): "pdf doc docx odt rtf txt",
    N_("table"): "xls xlsx ods csv",
    N_("video"): "mp4 mov avi mkv webm 3gp",
    N_("sound"): "mp3 ogg oga wav m4a aac flac",
    N_("archive"): "zip rar 7z gz tar",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def kind_words(name: str) -> str:
    """What a file seems to be, by the end of its name."""
    ending = name.rpartition(".")[2].strip().lower() if "." in name else ""
    return _(_BY_ENDING.get(ending, N_("file")))


def file_line(name: str | None, size: int | None, cells: int) -> Line:
    """The line that stands for a file; the name gives way in its middle."""
    words = shown(name or "", lines=False)
    kind = Span(f"  {size_words(size)}{glyphs.JOIN}{kind_words(words)}", Role.MUTED)
    mark = Span(f"{glyphs.FILE} ", Role.ACCENT)
    room = max(cells // 2, cells - width_of((mark, kind)))
    title = Span(cut_middle(words or _("nameless file"), room), Role.TEXT)
    return (mark, title, kind)
