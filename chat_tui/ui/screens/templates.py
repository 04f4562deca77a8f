"""Templates, one plain text file each: a few letters, Enter, and the filled text is in the box.

They are read anew each time the list is shown, away from the interface's own thread.
"""

import os
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.model.template import Field, Template, fill, unfilled
from chat_tui.personal_files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.safetext import is_blank, stripped
from chat_tui.ui.screens.dialog import ListDialog, framed, text_field
from chat_tui.ui.text import plain
from chat_tui.ui.view.template_rows import (
    found_templates,
    how_to_words,
    missing_words,
    preview,
    skipped_words,
    template_line,
)
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role

ENDING: Final = ".txt"
MOST_BYTES: Final = 20_000
"""Of one file; a message has 4096 characters."""
MOST_FILES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was found in the directory of the templates."""

    templates: tuple[Template, ...] = ()
    """By name."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Name of a file, raw, and why it could not be used."""


class _Unusable(Exception):  # noqa: N818 - house word: a failure that was expected
    """A file that is no template; the text says why."""


def read_shelf(directory: Path) -> Shelf:
    """All templates of a directory; none if it does not exist. Every other failure is in `skipped`."""
    try:
        # Sorted before the limit: which files are left out does not change from run to run.
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


def read_in_background(directory: Path, tell: Callable[[Shelf], object]) -> None:
    """Read on a thread of its own and call `tell` there."""
    # A daemon, so that a stalled disk does not hold up quitting.
    threading.Thread(target=lambda: tell(read_shelf(directory)), name="templates", daemon=True).start()


def _is_template(name: str) -> bool:
    return name.lower().endswith(ENDING) and not name.startswith(".") and len(name) > len(ENDING)


def _title(name: str) -> str:
    # macOS keeps й and ё as two characters.
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
    """Gives the text of the chosen template with the values of the open chat in it."""

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
        """Enter was pressed before the directory was read."""

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
        """Begin to read; the list is there at once."""
        self._say("instead", _("Reading the templates…"))
        read_in_background(self._directory, lambda shelf: self.post_message(self.Read(shelf)))

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
            # An empty shelf is no failed search: say how to fill it.
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
        # Fast hands press Enter before the disk has answered: it counts once it has.
        self._enter_came = self._shelf is None
        if template is not None:
            self.finish(fill(template.text, self._values))

    def _draw(self, template: Template, cells: int) -> Sequence[Line]:
        return (template_line(template, self._values, cells),)

    def _say(self, where: str, words: str) -> None:
        """Nothing to say takes no room."""
        self.say(words, where)
        self.query_one(f"#{where}").display = bool(words)
