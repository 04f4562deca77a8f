"""The lines of a history: its entries in columns, the lines around them, and what can be copied of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from rich.cells import cell_len

from chat_tui.locale import _, ngettext
from chat_tui.model.chat import ChatContext, Sender
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.model.timeline import Coverage, Entry
from chat_tui.safetext import LIMIT, is_blank, one_line, safe
from chat_tui.words import glyphs
from chat_tui.words.chats import sender_mark, sender_name
from chat_tui.words.delivery import delivery_reason, entry_state
from chat_tui.words.files import file_line
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, fit, pad, rule, spread, width_of, wrap
from chat_tui.words.links import link_warnings, links
from chat_tui.words.times import clock_time, day_of, day_words

_BEFORE_SENDER: Final = glyphs.TIME + 3
"""Cells of time, mark and the blanks after both: no text of a message ever stands there."""
_BESIDE_SENDER: Final = _BEFORE_SENDER + 2
"""The same with the blanks after the sender."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The values that all entries of a history are drawn with."""

    width: int
    """Cells of a line."""
    zone: tzinfo
    """The operator's."""
    now: Millis
    context: ChatContext | None = None
    """What the chat is about; None = unknown."""
    longest_name: int = glyphs.SENDER_MAX
    """Cells of the longest name of a sender in this chat."""

    @property
    def is_stacked(self) -> bool:
        """Whether a sender has a line above the text, because a column of names would take its room."""
        return self.width < glyphs.STACKED

    @property
    def sender_width(self) -> int:
        """Cells of the sender column; 0 = there is none."""
        room = self.width - _BESIDE_SENDER - glyphs.TEXT_MIN
        return 0 if self.is_stacked else min(glyphs.SENDER_MAX, self.longest_name, room)

    @property
    def indent(self) -> int:
        """Cells before the text column: time, mark and, unless they are stacked, sender."""
        return _BEFORE_SENDER if self.is_stacked else _BESIDE_SENDER + self.sender_width

    @property
    def text_width(self) -> int:
        """Cells of the text column."""
        return max(1, min(glyphs.TEXT_MAX, self.width - self.indent))

    @property
    def used_width(self) -> int:
        """Cells of a line up to the end of its text column."""
        return min(self.width, self.indent + self.text_width)


@dataclass(frozen=True, slots=True)
class Lead:
    """Which lines stand above an entry."""

    day: bool = False
    """The date: the entry is the first of its day."""
    new: bool = False
    """The rule above the first entry that the operator has not seen."""


@dataclass(frozen=True, slots=True)
class EntryLines:
    """The lines of an entry."""

    lead: tuple[Line, ...]
    """The lines above it: its date, the rule of the unseen."""
    body: tuple[Line, ...]
    is_folded: bool = False
    """Whether the last line of its text stands for hidden ones."""


def entry_lines(
    entry: Entry, scene: Scene, lead: Lead = Lead(), *, unfolded: bool = False, is_marked: bool = False
) -> EntryLines:
    """The lines of an entry, none wider than the scene; the highlighted one has a bar before its sender."""
    content = _content(entry, scene.text_width)
    # One line more is shown in full: the line that replaces it would take as much room.
    is_folded = not unfolded and len(content) > glyphs.FOLD + 1
    if is_folded:
        hidden = len(content) - glyphs.FOLD
        words = ngettext("… {n} more line", "… {n} more lines", hidden).format(n=hidden)
        content = [*content[: glyphs.FOLD], (Span(words, Role.ACCENT),)]
    if scene.is_stacked:
        content.insert(0, (_sender(entry, scene, scene.text_width),))
    content = _with_state(entry, content, scene)
    first: Line = _columns(entry, scene)
    below: Line = (Span(" " * scene.indent),)
    if is_marked:
        first, below = _barred(first), _barred(below)
    body = [fit((*first, *content[0]), scene.width)]
    body += [fit((*below, *line), scene.width) for line in content[1:]]
    body += [fit(line, scene.width) for line in _warnings(entry, scene)]
    return EntryLines(tuple(_lead_lines(entry, scene, lead)), tuple(body), is_folded)


def counts_down(entry: Entry) -> bool:
    """Whether the entry may show seconds that count down: one of our messages that can still be undone."""
    return entry.item is not None and entry.item.state is OutboxState.QUEUED and entry.item.not_before > 0


def _lead_lines(entry: Entry, scene: Scene, lead: Lead) -> list[Line]:
    width = scene.used_width
    lines: list[Line] = []
    if lead.day:
        words = day_words(day_of(entry.created_at, scene.zone), day_of(scene.now, scene.zone))
        lines.append(rule(words, Role.MUTED, width))
    if lead.new:
        lines.append(rule(_("new messages"), Role.ACCENT, width))
    return lines


def _columns(entry: Entry, scene: Scene) -> Line:
    # In a column of its own, which no text of a message can reach or imitate.
    mark, role = sender_mark(entry.sender)
    time = (Span(f"{clock_time(entry.created_at, scene.zone)} ", Role.MUTED), Span(f"{mark} ", role))
    if scene.is_stacked:
        return time
    name, width = _sender(entry, scene, scene.sender_width), scene.sender_width
    return (*time, Span(pad(name.text, width), name.role), Span("  "))


def _sender(entry: Entry, scene: Scene, cells: int) -> Span:
    return Span(cut(sender_name(entry.sender, scene.context), cells), sender_mark(entry.sender)[1])


def _barred(columns: Line) -> Line:
    """The columns before a text, with a bar in the cell after the time."""
    (time, role), *others = columns
    before, after = time[: glyphs.TIME], time[glyphs.TIME + 1 :]
    return (Span(before, role), Span(glyphs.HIGHLIGHT, Role.ACCENT), Span(after, role), *others)


def _content(entry: Entry, cells: int) -> list[Line]:
    message, item = entry.message, entry.item
    if message is not None:
        role = Role.MUTED if message.sender == Sender.MARKET else Role.TEXT
        lines = _text_lines(message.text or "", role, cells)
        lines += [file_line(file.name, file.size, cells) for file in message.attachments]
    elif item is not None and item.kind is OutboxKind.FILE:
        lines = [file_line(item.file_name, item.file_size, cells)]
    else:
        lines = _text_lines(item.text if item is not None else "", Role.TEXT, cells)
    return lines or [(Span(cut(_("(empty, perhaps a sticker)"), cells), Role.MUTED),)]


def _text_lines(text: str, role: Role, cells: int) -> list[Line]:
    words = safe(text)
    return [] if is_blank(words) else [(Span(line, role),) for line in wrap(words, cells)]


def _warnings(entry: Entry, scene: Scene) -> list[Line]:
    """Where misleading links lead. The mark is left of the text column, where no message can fake it."""
    # No more of a text is searched than is shown: it may have a million letters.
    text = ((entry.message.text if entry.message is not None else None) or "")[:LIMIT]
    mark = Span(pad(f"{glyphs.WARNING} ", scene.indent, right=True), Role.WARN)
    found = [line for words in link_warnings(text) for line in wrap(words, scene.text_width)]
    return [(mark, Span(line, Role.WARN)) for line in found]


def _with_state(entry: Entry, content: Sequence[Line], scene: Scene) -> list[Line]:
    state, cells = entry_state(entry, scene.now), scene.text_width
    if entry.item is None or state is None:
        return list(content)
    lines = list(content)
    # Beside a stacked name, or the last line, if there is room, with two blanks between; else below.
    row = 0 if scene.is_stacked else -1
    if width_of(lines[row]) + 2 + cell_len(state.text) <= cells:
        lines[row] = spread(lines[row], (state,), cells)
    else:
        lines.append(spread((), (state,), cells))
    reason = delivery_reason(entry.item)
    if reason:
        lines += [(Span(line, Role.MUTED),) for line in wrap(reason, cells)]
    return lines


# -- above the oldest message, below the screen, and while it is empty -----------------------------------


def top_line(coverage: Coverage, *, has_older: bool, is_asked: bool, failure: str, width: int) -> Line:
    """The line above the oldest message held: loading, failed, the beginning, or there are older ones."""
    if not has_older and coverage is Coverage.DONE:
        words, role = _("the beginning of the conversation"), Role.MUTED
    elif failure:
        words, role = _("{why} Scroll up to try again.").format(why=failure), Role.WARN
    elif is_asked:
        words, role = _("loading older messages…"), Role.MUTED
    else:
        words, role = _("{arrow} older messages above").format(arrow=glyphs.UP), Role.MUTED
    return rule(words, role, width)


def empty_words(coverage: Coverage, failure: str) -> str:
    """The sentence in a history without messages; `failure` is why they could not be loaded."""
    if coverage is Coverage.DONE:
        return _("No messages yet. Write the first one.")
    if failure:
        return _("{why} Scroll up to try again.").format(why=failure)
    return _("Loading the conversation…")


def below_line(new: int) -> Line:
    """The line that says how many messages came in below the screen."""
    words = ngettext("{arrow} {n} new", "{arrow} {n} new", new).format(arrow=glyphs.DOWN, n=new)
    return (Span(f" {words} ", Role.ACTIVE),)


# -- what may be copied ----------------------------------------------------------------------------------


_WHAT_CELLS = 22


class Copy(NamedTuple):
    """One thing that can be copied."""

    what: str
    """Its name, in the operator's language."""
    text: str
    """Raw, so not safe to show."""


def copies_of(entry: Entry, context: ChatContext | None) -> list[Copy]:
    """The text of a message, the links in it and to its files, and the numbers of order and return."""
    message, item = entry.message, entry.item
    text = (message.text if message is not None else item.text if item is not None else "") or ""
    found = [] if is_blank(text) else [Copy(_("text of the message"), text)]
    found += [Copy(_("link"), written) for written in dict.fromkeys(link.written for link in links(text))]
    files = message.attachments if message is not None else ()
    found += [Copy(_("link to the file"), file.url) for file in files if file.url]
    if context is not None and context.order_id is not None:
        found.append(Copy(_("order number"), str(context.order_id)))
    if context is not None and context.return_id is not None:
        found.append(Copy(_("return number"), str(context.return_id)))
    return found


def copy_line(copy: Copy, cells: int) -> Line:
    """The name of a thing to copy and the beginning of its text, on one line."""
    what = cut(copy.what, _WHAT_CELLS)
    room = max(8, cells - _WHAT_CELLS - 2)
    words = cut_middle(one_line(copy.text), room)
    return (Span(what.ljust(_WHAT_CELLS), Role.MUTED), Span("  "), Span(words))
