"""The dialogs that can be opened on every screen: key list, command palette and list of themes."""

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Final, Generic, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from chat_tui.locale import N_, _, in_all
from chat_tui.ui.keys import Command, HelpRow, Where, commands, help_rows
from chat_tui.ui.kit.choice_list import GUTTER, ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed, text_field
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.layouts import fits, spellings
from chat_tui.words.line import Line, Role, Span, fit, pad, spread, wrap

Row = TypeVar("Row")

_SIGNS_TITLE: Final = N_("Signs in the list")
_SIGN_CELLS = 6
"""Cells of the column of signs."""
_KEYS_MAX = 18
"""Cells of the column of keys; longer lists of keys are wrapped."""


HelpLine = tuple[Line, Command | None]
"""A line of the key list, and the command that Enter runs there; None = a heading or a continued line."""
WhyNot = Callable[[Command], str]
"""Why a command cannot run where the dialog was opened; "" = it can."""


def help_lines(rows: Iterable[HelpRow], query: str, cells: int) -> list[HelpLine]:
    """The rows that match the query in either language and layout, under the names of their places."""
    found = [row for row in rows if fits(query, row.keys, row.place, *in_all(row.command.words))]
    if not found:
        return []
    column = min(_KEYS_MAX, cells // 3, max(cell_len(row.keys) for row in found))
    lines: list[HelpLine] = []
    place = ""
    for row in found:
        if row.place != place:
            lines += [*([((), None)] if lines else []), ((Span(row.place, Role.STRONG),), None)]
            place = row.place
        both = zip_longest(wrap(row.keys, column), wrap(row.words, cells - column - 2), fillvalue="")
        for number, (keys, words) in enumerate(both):
            line = Span(f"{pad(keys, column)}  ", Role.ACCENT), Span(words)
            lines.append((line, None if number else row.command))
    return lines


_SIGNS: Final = (
    (f"{glyphs.WARNED}40", N_("a long wait, over `warn` minutes of settings.toml")),
    (f"{glyphs.LATE}3", N_("a wait that is too long, over `late` minutes")),
    (glyphs.DISPUTE, N_("before a name: a dispute")),
    (glyphs.UNSEEN, N_("a message that you have not seen")),
    (glyphs.PIN, N_("pinned to the top")),
    (glyphs.NOTE, N_("has a note")),
    (glyphs.FILE, N_("a file")),
)
"""The signs in a row of the list, and what they mean."""


def sign_lines(query: str, cells: int) -> list[HelpLine]:
    """What the signs in the list mean, as far as they match the query, under a heading."""
    found = [
        (sign, words) for sign, words in _SIGNS if fits(query, sign, *in_all(words), *in_all(_SIGNS_TITLE))
    ]
    if not found:
        return []
    lines: list[HelpLine] = [((), None), ((Span(_(_SIGNS_TITLE), Role.STRONG),), None)]
    for sign, words in found:
        shown = wrap(_(words), cells - _SIGN_CELLS)
        for number, part in enumerate(shown):
            head = Span(pad("" if number else sign, _SIGN_CELLS), Role.ACCENT)
            lines.append(((head, Span(part)), None))
    return lines


# -- the rows of the palette -----------------------------------------------------------------------------


def palette_commands(query: str = "") -> list[Command]:
    """The commands whose words match the query in either language and layout, best first.

    Those that begin with the query come first, then those with a word that does; otherwise the order of
    declaration stays.
    """
    found = [
        command
        for command in commands()
        if command.id != "palette" and fits(query, *in_all(command.words), command.id.replace("_", " "))
    ]
    return sorted(found, key=lambda command: _distance(command, query))


def palette_line(command: Command, why_not: str, cells: int) -> Line:
    """The words of a command and, at the end of the line, its keys if there is room; or why it cannot run."""
    if why_not:
        return fit((Span(command.title, Role.MUTED), Span(f"{glyphs.JOIN}{why_not}", Role.MUTED)), cells)
    keys = Span(command.label, Role.ACCENT)
    return spread((Span(command.title),), (keys,) if cell_len(command.label) < cells // 2 else (), cells)


def _distance(command: Command, query: str) -> int:
    """How far a command is from the query: 0 = it begins with it, 1 = a word of it does, 2 = neither."""
    titles, wanted = [title.casefold() for title in in_all(command.words)], spellings(query)
    if any(title.startswith(wanted) for title in titles):
        return 0
    return 1 if any(word.startswith(wanted) for title in titles for word in title.split()) else 2


# -- the dialogs -----------------------------------------------------------------------------------------


class CommandList(ListDialog[Command, Row], Generic[Row]):
    """Returns the chosen command, or None, and runs it where the focus was."""

    def __init__(self, why_not: WhyNot) -> None:
        super().__init__()
        self._why_not = why_not

    def run(self, command: Command | None) -> None:
        """Close and run the command, or stay and say why it cannot run."""
        if command is None or not self.is_active:
            return
        if why := self._why_not(command):
            self.say(why)
            return
        self.finish(command)
        # Later: the focus returns to its place only when the dialog has closed.
        self.app.call_later(self._act, command)

    async def _act(self, command: Command) -> None:
        """Run the action on the first node that has it, outwards from the focus."""
        screen = self.app.screen
        # In the order in which a key is handled: the focused pane, then the screen, then the app.
        for node in (screen.focused or screen).ancestors_with_self:
            if await self.app.run_action(command.action or command.id, node):
                return


class Help(CommandList[HelpLine]):
    """Lists every key by the place where it works; typing narrows the list, Enter runs a line."""

    def __init__(self, place: Where | None, why_not: WhyNot) -> None:
        """`place` is where the focus is; None = in a dialog."""
        super().__init__(why_not)
        self._place = place

    def compose(self) -> ComposeResult:
        yield framed(
            _("Keys"),
            text_field(placeholder=_("type to filter: a key or a word")),
            ChoiceList[HelpLine](
                lambda line, _cells: (line[0],),
                instead=_("No such key. Shorten what you typed."),
                is_choice=lambda line: line[1] is not None,
            ),
            Static(id="status", classes="warn"),
            Static(plain(_("The same keys work on the Russian layout: т is n, ф is a.")), classes="muted"),
            keys=(("Enter", _("run")), ("↑↓ PgUp PgDn", _("move")), ("Esc", _("close"))),
            look="-tall",
        )

    @on(events.Mount)
    @on(events.Resize)
    @on(Input.Changed)
    def _show(self) -> None:
        # Before the first layout the box has no width yet; the resize that follows cuts the words to it.
        cells = max(30, self.query_one("#box").content_size.width - GUTTER - 1)
        query = self.query_one(Input).value
        lines = help_lines(help_rows(self._place), query, cells)
        # Before the last place: the highlight passes there, so that they can be scrolled to.
        last = max((number for number, (line, _command) in enumerate(lines) if not line), default=0)
        signs = sign_lines(query, cells)
        if not last:
            # The blank line comes between them and the place, not before both.
            signs = [*signs[1:], *signs[:1]]
        self.rows.show([*lines[:last], *signs, *lines[last:]])
        self.say("")

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _run(self) -> None:
        self.run(self.rows.current[1] if self.rows.current else None)


class Palette(CommandList[Command]):
    """Finds a command by its words; one that cannot run here is grey and says why."""

    def compose(self) -> ComposeResult:
        yield framed(
            _("Commands"),
            text_field(placeholder=_("type part of the command")),
            ChoiceList[Command](
                lambda one, cells: (palette_line(one, self._why_not(one), cells),),
                instead=_("No such command. Shorten what you typed."),
            ),
            Static(id="status", classes="warn"),
            keys=(("Enter", _("run")), ("Esc", _("close"))),
            look="-tall",
        )

    @on(events.Mount)
    @on(Input.Changed)
    def _show(self) -> None:
        self.rows.show(palette_commands(self.query_one(Input).value))
        self.say("")

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _run(self) -> None:
        self.run(self.rows.current)


class ThemeList(ListDialog[str, str]):
    """Returns the name of the chosen theme, or None; the screen behind shows the highlighted one at once.

    With None, the caller must return to the theme in use before.
    """

    def __init__(
        self, names: Sequence[str], now: str, try_on: Callable[[str], None], *, keeps: bool = True
    ) -> None:
        """`now` is the theme in use; `try_on` shows another one; `keeps` = the choice outlives this run."""
        super().__init__()
        self._keeps = keeps
        self._names = names
        self._now = now
        self._try_on = try_on

    def compose(self) -> ComposeResult:
        yield framed(
            _("Theme"),
            text_field(placeholder=_("type a part of the name")),
            ChoiceList[str](
                lambda name, _cells: ((Span(name),),),
                instead=_("No such theme. Shorten what you typed."),
            ),
            keys=(("Enter", _("save") if self._keeps else _("use until exit")), ("Esc", _("cancel"))),
        )

    def on_mount(self) -> None:
        """Highlight the theme in use."""
        place = self._names.index(self._now) if self._now in self._names else 0
        self.rows.show(self._names, highlight=place)

    @on(Input.Changed)
    def _narrow(self) -> None:
        self.rows.show([name for name in self._names if fits(self.query_one(Input).value, name)])

    @on(ChoiceList.Highlighted)
    def _show(self) -> None:
        if self.rows.current is not None:
            self._try_on(self.rows.current)

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        if self.rows.current is not None:
            self.finish(self.rows.current)
