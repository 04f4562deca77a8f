"""The rows of the file picker: order and filter, typed paths, and how to fetch a file from elsewhere."""

import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from chat_tui.locale import N_, _
from chat_tui.model.ids import Millis
from chat_tui.safetext import one_line, safe
from chat_tui.words.files import kind_words, size_words
from chat_tui.words.line import Line, Role, Span, cut_middle, pad, width_of
from chat_tui.words.times import clock_time, day_of

SHOWN_ROWS: Final = 300
"""The most rows that are listed; to see another file, type more of its name."""

_SIZE: Final = 8
_TIME: Final = 10
_KIND: Final = 9
_PICTURES: Final = ("jpg", "jpeg", "png", "gif", "webp", "heic", "bmp")
"""How the names of pictures end, in small letters."""


class Unsendable(StrEnum):
    """Why an entry is listed but cannot be chosen."""

    UNREADABLE = N_("no permission")
    DANGLING = N_("broken link")
    NOT_A_FILE = N_("not a file")
    EMPTY = N_("empty")
    TOO_LARGE = N_("over 5 MB")


class PathRow(NamedTuple):
    """One entry of a folder."""

    name: str
    """As the system spells it: bytes that are not UTF-8 are lone surrogates."""
    key: str
    """`name_key` of the name."""
    is_folder: bool
    size: int = 0
    """In bytes."""
    modified: Millis = 0
    refusal: Unsendable | None = None
    """None = it can be chosen."""
    target: str = ""
    """Where a link leads, not yet made safe; empty for anything else."""


def name_key(name: str) -> str:
    """The form in which names are compared: case does not count, and ё is е."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", name).casefold().replace("ё", "е")


def in_order(rows: Iterable[PathRow]) -> list[PathRow]:
    """Folders first, then by name."""
    return sorted(rows, key=lambda row: (not row.is_folder, row.key, row.name))


def matching(rows: Sequence[PathRow], wanted: str, *, hidden: bool, pictures: bool) -> list[PathRow]:
    """The rows whose names contain every word of `wanted`, those that begin with it first.

    Hidden entries appear on request, or when `wanted` itself begins with a dot.
    """
    key = name_key(wanted.strip())
    words = key.split()
    hidden = hidden or key.startswith(".")
    found = [
        row
        for row in rows
        if (hidden or not row.name.startswith("."))
        and (not pictures or row.is_folder or row.name.lower().rpartition(".")[2] in _PICTURES)
        and all(word in row.key for word in words)
    ]
    return sorted(found, key=lambda row: not row.key.startswith(key)) if key else found


def typed_path(text: str) -> str | None:
    """The path that was typed, pasted or dropped; None if the text is only a part of a name.

    Quotes, backslashes before special characters and `file://` are removed.
    """
    text = text.strip()
    if text.startswith("file://"):
        return unquote(text.removeprefix("file://").removeprefix("localhost"))
    if text[:1] in {'"', "'"} and text[1:2] in {"/", "~"}:
        return text[1:].rstrip(text[0])
    if text.startswith(("/", "~")):
        return re.sub(r"\\(.)", r"\1", text)
    return None


def path_readings(text: str) -> Iterator[tuple[str, ...]]:
    """The ways to read a pasted or dropped text as paths, the most likely first; none if it is other text.

    Several files may come on a line each, or quoted on one line; a terminal may have broken a long path.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    readings = [lines, ["".join(lines)], [" ".join(lines)]]
    with suppress(ValueError):  # an apostrophe in a name is no quote
        readings.append(shlex.split(text))
    for reading in readings:
        paths = [one if is_windows_path(one) else typed_path(one) for one in reading]
        known = tuple(path for path in paths if path is not None and len(path) > 1)
        if known and len(known) == len(paths):
            yield known


def is_windows_path(text: str) -> bool:
    """Whether the text is a Windows path, so the file cannot be on this computer."""
    return re.match(r"""["']?([A-Za-z]:[\\/]|\\\\\w)""", text.strip()) is not None


def path_line(row: PathRow, now: Millis, zone: tzinfo, cells: int) -> Line:
    """Name, size, date and kind of one entry in `cells` cells; or its name and why it cannot be chosen."""
    muted = Role.MUTED
    if row.refusal:
        note = (Span(pad(_(row.refusal), _SIZE + _TIME + _KIND + 3), Role.WARN),)
    elif row.is_folder:
        details = " " * (_SIZE + 2) + pad(_date(row.modified, now, zone), _TIME)
        kind = _("folder")
        note = (Span(f"{details} {pad(kind, _KIND)}", muted),)
    else:
        size = pad(size_words(row.size), _SIZE, right=True)
        details = f"{size}  {pad(_date(row.modified, now, zone), _TIME)} {pad(kind_words(row.name), _KIND)}"
        note = (Span(details, muted),)
    room = max(8, cells - width_of(note) - 2)
    return (*_title(row, room), Span("  "), *note)


def refusal_words(row: PathRow) -> str:
    """A sentence that says why the entry cannot be chosen."""
    name = one_line(row.name)
    return {
        Unsendable.UNREADABLE: _("You have no permission to read “{name}”."),
        Unsendable.DANGLING: _("“{name}” is a broken link."),
        Unsendable.NOT_A_FILE: _("“{name}” is a pipe, a socket or a device: there is nothing to send."),
        Unsendable.EMPTY: _("“{name}” is empty: there is nothing to send."),
        Unsendable.TOO_LARGE: _("“{name}” is over 5 MB: the Market does not accept it."),
    }[row.refusal or Unsendable.NOT_A_FILE].format(name=cut_middle(name, 40))


def _title(row: PathRow, room: int) -> Line:
    role = Role.MUTED if row.refusal else Role.ACCENT if row.is_folder else Role.TEXT
    name = _visible(row.name) + ("/" if row.is_folder else "")
    if row.target:
        target = f" → {_visible(row.target)}"
        # The name gets at least half of the room.
        name = cut_middle(name, max(room // 2, room - len(target)))
        return (Span(name, role), Span(pad(target, room - width_of((Span(name),))), Role.MUTED))
    return (Span(pad(cut_middle(name, room), room), role),)


def _visible(name: str) -> str:
    # Blanks at the beginning and the end are part of the name, and would not be seen.
    text = safe(name).replace("\n", "␊")
    return re.sub("^ +| +$", lambda blanks: "␠" * len(blanks[0]), text)


def _date(modified: Millis, now: Millis, zone: tzinfo) -> str:
    day = day_of(modified, zone)
    if day is None:
        return ""
    if day == day_of(now, zone):
        return clock_time(modified, zone)
    return _("{y:04}-{m:02}-{d:02}").format(y=day.year, m=day.month, d=day.day)


# -- the line that brings a file from the operator's own computer to this one ----------------------------


class Login(NamedTuple):
    """How the operator's own computer reaches this one by SSH."""

    user: str
    host: str
    port: int = 22


def login_of(user: str, host: str, environment: Mapping[str, str]) -> Login:
    """The address and port to which the operator's SSH is connected, or `host` without SSH."""
    parts = environment.get("SSH_CONNECTION", "").split()
    if len(parts) == 4 and parts[3].isdigit():
        return Login(user, parts[2], int(parts[3]))
    return Login(user, host)


def bring_line(typed: str, login: Login, folder: Path, home: Path) -> str | None:
    """The scp command that copies the file at the path `typed` into `folder`; `home` is on this computer.

    None for a path or folder that a command line cannot name exactly.
    """
    source = _quoted(typed)
    try:
        inside = folder.relative_to(home)
        # For scp, a relative target begins at the home directory.
        target = "" if inside == Path() else f"{inside}/"
    except ValueError:
        target = f"{folder}/".replace("//", "/")
    if source is None or one_line(target) != target:
        return None
    host = f"[{login.host}]" if ":" in login.host else login.host
    port = "" if login.port == 22 else f"-P {login.port} "
    return f"scp {port}{source} {shlex.quote(f'{login.user}@{host}:{target}')}"


def _quoted(typed: str) -> str | None:
    if one_line(typed) != typed:
        return None
    if is_windows_path(typed):
        # The Windows command line knows double quotes only.
        bare = typed.strip("\"'")
        return None if '"' in bare else f'"{bare}"'
    if typed.startswith("~/"):
        # The tilde must not be quoted: it is the home directory of the other computer.
        return f"~/{shlex.quote(typed[2:])}" if typed[2:] else None
    return shlex.quote(typed)
