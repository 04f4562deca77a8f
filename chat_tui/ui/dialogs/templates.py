"""Templates, one plain text file each: a few letters, Enter, and the filled-in text is in the box.

They are read each time the list is shown, on a thread of their own.
"""

import os
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from chat_tui.files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.locale import _, language, ngettext
from chat_tui.model.queue import QueueItem
from chat_tui.model.template import Field, Template, fill, marker, pieces, unfilled
from chat_tui.safetext import is_blank, one_line, safe, stripped
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed, text_field
from chat_tui.ui.kit.text import plain
from chat_tui.words.layouts import spellings
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, spread

_LONGEST_NAME = 200
"""Characters of a name, or of the beginning of a text, that are looked at."""
_SKIPPED = 3
"""How many unusable files are named; the others are counted."""


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


def found_templates(templates: Sequence[Template], query: str) -> list[Template]:
    """The templates that match the query on either layout, best first; equals keep their order.

    Best is a name that begins with the query, then a word of the name that does, a name that contains it,
    a name that contains its letters in this order, and last a text that contains it.
    """
    ranked = [(min(_rank(template, one) for one in spellings(query)), template) for template in templates]
    return [template for rank, template in sorted(ranked, key=lambda pair: pair[0]) if rank < _NOT]


def template_line(template: Template, values: Mapping[Field, str], cells: int) -> Line:
    """The name of a template, and the beginning of its text if there is room."""
    name = one_line(template.name)
    start = one_line(fill(template.text, values)[:_LONGEST_NAME])
    room = cells - cell_len(name) - 2
    rest = (Span(cut(start, room), Role.MUTED),) if room >= 10 else ()
    return spread((Span(name),), rest, cells)


def preview(template: Template, values: Mapping[Field, str]) -> list[Span]:
    """The text as it will be in the box; markers that could not be filled in are `Role.BAD`."""
    return [
        Span(safe(piece), Role.BAD)
        if field is not None and field not in values
        else Span(safe(values[field] if field is not None else piece), Role.TEXT)
        for piece, field in pieces(template.text)
    ]


def missing_words(markers: Sequence[str]) -> str:
    """A sentence that names the markers which could not be filled in; empty if there are none."""
    if not markers:
        return ""
    return _("Not known here: {markers}. Replace it before sending.").format(markers=" ".join(markers))


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
    return "\n\n".join(
        (
            _("There are no templates yet. A template is a plain text file (UTF-8) in this directory:"),
            one_line(str(directory)),
            _("For example, “on its way.txt”:"),
            _("Good day, {name}! Your order {order} is on its way. {operator}, {shop}").format(**names),
            _("The words in braces are filled in from the chat; for a return there is {return}.").format(
                **names
            ),
        )
    )


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
        raise _Unusable(_("it is a link that leads nowhere")) from None
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


class TemplateList(ListDialog[str, Template]):
    """Returns the text of the chosen template, filled in for the open chat, or None."""

    class Read(Message):
        """The directory was read."""

        def __init__(self, shelf: Shelf) -> None:
            super().__init__()
            self.shelf = shelf

    def __init__(self, directory: Path, values: Mapping[Field, str]) -> None:
        super().__init__()
        self._directory = directory
        self._values = values
        self._shelf: Shelf | None = None
        self._enter_came = False
        """Whether Enter was pressed before the directory was read."""

    def compose(self) -> ComposeResult:
        yield framed(
            _("Templates"),
            text_field(placeholder=_("type a part of the name")),
            ChoiceList[Template](self._draw),
            Static(id="instead"),
            Static(id="preview"),
            Static(id="missing", classes="warn"),
            Static(id="skipped", classes="muted"),
            keys=(("Enter", _("into the box")), ("Esc", _("close"))),
            look="-tall",
        )

    def on_mount(self) -> None:
        """Start reading; the dialog is there at once."""
        self._say("instead", _("Reading the templates…"))
        # A daemon thread, so that a stalled disk does not hold up quitting.
        threading.Thread(target=self._read, name="templates", daemon=True).start()

    def _read(self) -> None:
        self.post_message(self.Read(read_shelf(self._directory)))

    @on(Read)
    def _came(self, message: Read) -> None:
        message.stop()
        self._shelf = message.shelf
        self._say("skipped", skipped_words(message.shelf.skipped))
        self._show()
        if self._enter_came:
            self._choose()

    @on(Input.Changed)
    def _show(self) -> None:
        if self._shelf is None:
            return
        found = found_templates(self._shelf.templates, self.query_one(Input).value)
        self.rows.show(found)
        self.rows.display = bool(found)
        if not self._shelf.templates:
            # Without any template the search did not fail: say how to add one.
            self._say("instead", how_to_words(self._directory))
        else:
            self._say("instead", "" if found else _("No such template. Shorten what you typed."))
        self._preview()

    @on(ChoiceList.Highlighted)
    def _preview(self) -> None:
        template = self.rows.current
        spans = preview(template, self._values) if template is not None else []
        bad = [plain(text, "bold reverse") if role is Role.BAD else plain(text) for text, role in spans]
        drawn = self.query_one("#preview", Static)
        drawn.update(Content("").join(bad))
        drawn.display = bool(bad)
        self._say("missing", missing_words(unfilled(fill(template.text, self._values)) if template else ()))

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        template = self.rows.current
        # Enter may be pressed before the disk has answered; it takes effect when it has.
        self._enter_came = self._shelf is None
        if template is not None:
            self.finish(fill(template.text, self._values))

    def _draw(self, template: Template, cells: int) -> Sequence[Line]:
        return (template_line(template, self._values, cells),)

    def _say(self, where: str, words: str) -> None:
        """Show a sentence in the line `where`; an empty one takes no room."""
        self.say(words, where)
        self.query_one(f"#{where}").display = bool(words)
