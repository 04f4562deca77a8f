"""Templates, one plain text file each: a few letters, Enter, and the filled-in text is in the box.

They are read each time one is wanted, on a thread of their own. The first time there are three to begin with.
"""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rich.cells import cell_len

from chat_tui.files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, read_file, write_new
from chat_tui.locale import N_, _, language, ngettext
from chat_tui.model.queue import QueueItem
from chat_tui.model.template import Field, Template, fill, marker, unfilled, unknown
from chat_tui.paths import ForeignDirectory, make_private
from chat_tui.safetext import is_blank, one_line, safe, stripped
from chat_tui.ui.kit.bars import LIST_ROWS
from chat_tui.words import glyphs
from chat_tui.words.layouts import spellings
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, pad, wrap
from chat_tui.words.problems import missing_words

_LONGEST_NAME = 200
"""Characters of a name, or of the beginning of a text, that are looked at."""
_SKIPPED = 3
"""How many unusable files are named; the others are counted."""
_STEPS: Final = {"up": -1, "down": 1, "pageup": -LIST_ROWS, "pagedown": LIST_ROWS}
_ERASED: Final = {"backspace": -1, "ctrl+w": 0, "ctrl+u": 0}
"""Keys that erase letters of the query, and up to where it stays."""


def values_of(item: QueueItem, operator: str) -> dict[Field, str]:
    """The values of the markers for a chat, each on one line; unknown values are left out."""
    context = item.chat.context
    known = {
        Field.NAME: _one_line(context.customer_name or "").split(" ", 1)[0],
        Field.ORDER: str(context.order_id or ""),
        Field.RETURN: str(context.return_id or ""),
        Field.SHOP: _one_line(item.shop_name),
        Field.OPERATOR: _one_line(operator),
    }
    return {field: value for field, value in known.items() if value}


def found_templates(
    templates: Sequence[Template], query: str, values: Mapping[Field, str] = MappingProxyType({})
) -> list[Template]:
    """The templates that match the query on either layout, best first; equals keep their order.

    Best is a name that begins with the query, then a word of the name that does, a name that contains it,
    a name that contains its letters in this order, and last a text that contains it. Of equals, those come
    first that `values` fill in.
    """
    ranked = [(min(_rank(template, one) for one in spellings(query)), template) for template in templates]
    found = [pair for pair in ranked if pair[0] < _NOT]
    found.sort(key=lambda pair: (pair[0], bool(values and unfilled(fill(pair[1].text, values)))))
    return [template for _place, template in found]


def template_line(template: Template, values: Mapping[Field, str], cells: int) -> Line:
    """The name of a template, and the beginning of its text if there is room."""
    name = one_line(template.name)
    start = one_line(fill(template.text, values)[:_LONGEST_NAME])
    room = cells - cell_len(name) - 2
    if room < 10:
        return (Span(pad(name, cells)),)
    return (Span(name), Span("  "), Span(pad(start, room), Role.MUTED))


def preview(template: Template, values: Mapping[Field, str]) -> list[Span]:
    """The text as it will be in the box; markers that could not be filled in are `Role.BAD`."""
    text = fill(template.text, values)
    bad = {*unfilled(text), *unknown(text)}
    parts = re.split(f"({'|'.join(map(re.escape, sorted(bad)))})", text) if bad else [text]
    return [Span(safe(part), Role.BAD if part in bad else Role.TEXT) for part in parts if part]


def skipped_words(skipped: Sequence[tuple[str, str]]) -> str:
    """A sentence that says which files could not be used, and why; empty if there are none."""
    if not skipped:
        return ""
    named = [
        _("{name}: {reason}").format(name=cut_middle(one_line(name), 40), reason=reason)
        for name, reason in skipped[:_SKIPPED]
    ]
    if (more := len(skipped) - _SKIPPED) > 0:
        named.append(ngettext("{n} more", "{n} more", more).format(n=more))
    return _("Left out: {what}").format(what="; ".join(named))


def how_to_words(directory: Path) -> str:
    """Where to put templates, with an example in the operator's language."""
    names = {field.value: marker(field, language()) for field in Field}
    example = _("Hello {name}! Your order {order} is on its way. {operator}, {shop}").format(**names)
    words = _(
        "No templates yet. Each is a text file (UTF-8) in {directory}, "
        "for example “on its way.txt”: {example}"
    )
    return words.format(directory=one_line(str(directory)), example=example)


def starters() -> tuple[Template, ...]:
    """Three templates to begin with, in the operator's language."""
    names = {field.value: marker(field, language()) for field in Field}
    return tuple(Template(_(name), _(text).format(**names)) for name, text in _STARTERS)


_STARTERS: Final = (
    (N_("on its way"), N_("Hello {name}! Your order {order} is on its way. {shop}")),
    (N_("thank you"), N_("{name}, thank you for writing! We will be glad to help again. {shop}")),
    (N_("we will check"), N_("Hello {name}! We will check this and answer here today. {shop}")),
)
"""The name and the text of each."""
_NOT = 5
"""The rank of a template that does not match."""


def _rank(template: Template, query: str) -> int:
    query, name = _plain(query), _plain(template.name)
    if name.startswith(query):
        return 0
    if any(word.startswith(query) for word in name.replace("-", " ").replace("_", " ").split()):
        return 1
    if query in name:
        return 2
    letters = iter(name)
    if all(letter in letters for letter in query.replace(" ", "")):
        return 3
    return 4 if query in _plain(template.text) else _NOT


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _one_line(text: str) -> str:
    return " ".join(stripped(text[:_LONGEST_NAME]).split())


# -- the list --------------------------------------------------------------------------------------------


ENDING: Final = ".txt"
MOST_BYTES: Final = 20_000
"""Size of the largest file; a message has at most 4096 characters."""
MOST_FILES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """The contents of the directory of templates."""

    templates: tuple[Template, ...] = ()
    """Sorted by name."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Name of a file, not yet made safe, and why the file could not be used."""


class _Unusable(Exception):  # noqa: N818 - house word: a failure that was expected
    """A file that is not a template; the message says why."""


def begun_shelf(directory: Path) -> Shelf:
    """As `read_shelf`; if there is no such directory yet, it is made, with three templates to begin with.

    On a disk that cannot be written they can be used all the same.
    """
    if not os.path.lexists(directory):
        begun = starters()
        try:
            make_private(directory)
            for template in begun:
                write_new(directory / f"{template.name}{ENDING}", f"{template.text}\n".encode())
        except (OSError, ForeignDirectory):
            return Shelf(begun)
    return read_shelf(directory)


def read_shelf(directory: Path) -> Shelf:
    """All templates of a directory; none if it does not exist. All other failures are in `skipped`."""
    try:
        # Sorted before the limit, so that the same files are left out in every run.
        names = sorted(name for name in os.listdir(directory) if _is_template(name))
    except FileNotFoundError:
        return Shelf()
    except OSError as error:
        return Shelf(skipped=((directory.name, error.strerror or str(error)),))
    templates: list[Template] = []
    skipped = [(name, _("there are too many files")) for name in names[MOST_FILES:]]
    for name in names[:MOST_FILES]:
        try:
            templates.append(Template(_title(name), _text(directory / name)))
        except _Unusable as problem:
            skipped.append((name, str(problem)))
        except OSError as error:
            skipped.append((name, error.strerror or str(error)))
    return Shelf(tuple(sorted(templates, key=lambda one: one.name.casefold())), tuple(skipped))


def _is_template(name: str) -> bool:
    return name.lower().endswith(ENDING) and not name.startswith(".") and len(name) > len(ENDING)


def _title(name: str) -> str:
    # macOS stores й and ё in file names as two characters each.
    return unicodedata.normalize("NFC", " ".join(stripped(name[: -len(ENDING)]).split()))


def _text(path: Path) -> str:
    try:
        text = stripped(decoded(read_file(path, MOST_BYTES))).strip("\n")
    except LeadsNowhere:
        raise _Unusable(_("it is a broken link")) from None
    except NotAFile:
        raise _Unusable(_("it is not a file")) from None
    except TooLarge:
        raise _Unusable(_("it is larger than {n} bytes").format(n=MOST_BYTES)) from None
    except NotUtf8 as found:
        words = _("it is UTF-16; save it as UTF-8") if found.is_utf16 else _("it is not UTF-8")
        raise _Unusable(words) from None
    if is_blank(text):
        raise _Unusable(_("it is empty"))
    return text


# -- choosing one ----------------------------------------------------------------------------------------


class Choice:
    """A template being chosen for one chat: the letters typed for it, and the row they lead to.

    The keys come from the compose box, which shows the row and takes over what was chosen.
    """

    def __init__(self, sign: str = "") -> None:
        """`sign` is the `/` or `.` that asked for it; typed twice it is text. "" = a command asked."""
        self._sign = sign
        self.query = ""
        """The letters typed after the `/`."""
        self.is_over = False
        """Whether nothing is to be chosen any more."""
        self.chosen: str | None = None
        """The chosen template, filled in, and what was typed behind it; None = none yet."""
        self._shelf: Shelf | None = None
        self._values: Mapping[Field, str] = {}
        self._how_to = ""
        self._found: list[Template] = []
        self._place = 0
        self._is_hasty = False
        """Whether Enter came before the directory was read: it takes effect when it is."""
        self._behind = ""
        """What was typed after that Enter."""
        self._is_vain = False
        """Whether Enter was pressed last, and there was no template to take."""

    def begin(self, values: Mapping[Field, str], directory: Path) -> None:
        """`values` are those of the chat; `directory`, the one of the templates, is being read."""
        self._values, self._how_to = values, how_to_words(directory)

    def go_on(self, shelf: Shelf) -> None:
        """The directory was read."""
        self._shelf = shelf
        self._find()
        if self._is_hasty:
            self._take()

    @property
    def is_read(self) -> bool:
        """Whether the templates are known."""
        return self._shelf is not None

    @property
    def is_late(self) -> bool:
        """Whether a template is chosen already, but not known yet."""
        return self._is_hasty and self._shelf is None

    @property
    def caption(self) -> str:
        """The letters typed, and what Enter and Esc do."""
        if self._shelf is None:
            return _("Loading the templates…")
        words = _("/{query}  Enter: into the box · Esc: leave").format(query=one_line(self.query))
        if self.query or not self._sign:
            return words
        return glyphs.JOIN.join((words, _("{sign} again: as text").format(sign=self._sign)))

    @property
    def current(self) -> Template | None:
        """The highlighted template; None if there is none."""
        return self._found[self._place] if self._found else None

    @property
    def preview(self) -> list[Span]:
        """The text as it will be in the box."""
        return preview(self.current, self._values) if self.current is not None else []

    @property
    def missing(self) -> str:
        """A sentence about what is missing: fields of the highlighted template, or any; "" = nothing."""
        if self.current is None:
            return _("There is no template to insert. Esc closes the list.") if self._is_vain else ""
        text = fill(self.current.text, self._values)
        return missing_words((*unfilled(text), *unknown(text)))

    def press(self, key: str, character: str | None) -> bool:
        """Handle a key, and the character that it types; False if the key does not concern the choice."""
        if self.is_late:
            if character is not None:
                self._behind += character
            else:
                self.is_over = key == "escape"
            return character is not None or self.is_over
        if key in _STEPS:
            self._place = max(0, min(self._place + _STEPS[key], len(self._found) - 1))
        elif key == "enter":
            self._take()
        elif key == "escape" or (key == "backspace" and not self.query):
            self.is_over = True
        elif character and character == self._sign and not self.query:
            self.chosen = self._sign + character
        elif key in _ERASED or character is not None:
            self.query = self.query[: _ERASED[key]] if key in _ERASED else f"{self.query}{character}"
            self._find()
        else:
            return False
        return True

    def click(self, line: int, rows: int) -> None:
        """Take the template on a line of the list, which shows so many rows."""
        place = self._top(rows - len(self._skipped(1))) + line
        if place < len(self._found):
            self._place = place
            self._take()

    def lines(self, cells: int, rows: int) -> list[Line]:
        """The lines of the list, at most `rows`."""
        if self._shelf is None:
            return []
        skipped = self._skipped(cells)
        room = max(1, rows - len(skipped))
        top = self._top(room)
        shown = [
            self._row(template, cells, is_marked=place == self._place)
            for place, template in enumerate(self._found[top : top + room], top)
        ]
        if not self._shelf.templates:
            shown = [(Span(line),) for line in wrap(self._how_to, cells)[:room]]
        elif not shown:
            shown = [(Span(cut(_("No such template. Shorten what you typed."), cells), Role.WARN),)]
        return [*shown, *skipped]

    def _skipped(self, cells: int) -> list[Line]:
        """The line about files that could not be used, if there are any."""
        words = skipped_words(self._shelf.skipped) if self._shelf is not None else ""
        return [(Span(cut(words, cells), Role.MUTED),)] if words else []

    def _row(self, template: Template, cells: int, *, is_marked: bool) -> Line:
        line = template_line(template, self._values, cells - 2)
        if not is_marked:
            return (Span("  "), *line)
        (name, _role), *others = line
        return (Span(f"{glyphs.HIGHLIGHT} ", Role.ACCENT), Span(name, Role.ACTIVE), *others)

    def _top(self, rows: int) -> int:
        return max(0, min(self._place - rows // 2, len(self._found) - rows))

    def _find(self) -> None:
        self._place, self._is_vain = 0, False
        self._found = (
            [] if self._shelf is None else found_templates(self._shelf.templates, self.query, self._values)
        )

    def _take(self) -> None:
        self._is_hasty, self._is_vain = self._shelf is None, self._shelf is not None
        if self.current is not None:
            self.chosen = fill(self.current.text, self._values) + self._behind
        elif self._shelf is not None and self._behind:
            # There is no such template: nothing that was typed is lost.
            self.query, self._behind = self.query + self._behind, ""
            self._find()
