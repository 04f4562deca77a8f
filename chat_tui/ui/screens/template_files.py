"""Reading the operator's templates: one plain text file each, away from the interface's own thread."""

import os
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.model.template import Template
from chat_tui.personal_files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.safetext import is_blank, stripped

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
