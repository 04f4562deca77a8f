"""Read settings.toml: check its tables and keys, and name the line of a mistake."""

import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chat_tui.files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.locale import _
from chat_tui.safetext import one_line
from chat_tui.settings.schema import OPEN, SCHEMA, Setting, SettingsProblem

MOST_BYTES: Final = 1_000_000
_SHOWN: Final = 40
"""Characters of a wrong value that a sentence shows."""
PROFILES: Final = "profiles"
DEFAULT: Final = "default"
"""The profile of `[market]`, which no table `[profiles.NAME]` may have."""


@dataclass(frozen=True, slots=True)
class Written:
    """A value and the line of the file on which it stands."""

    value: Any
    line: int


class Table(dict[str, Written]):
    """The values of one table of the file, by key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        """The line that mentions the table first."""
        self.notices: list[str] = []
        """Sentences about values that were left out, because a default can take their place."""


Tables = Mapping[str, Mapping[str, Written]]
"""Tables by name: `market`, `profiles.NAME`."""


def read(path: Path) -> dict[str, Table]:
    """The checked tables of the file; none if there is no file. Raises SettingsProblem."""
    text = _decoded(path, raw(path))
    try:
        tables = tomllib.loads(text)
    except RecursionError:  # tomllib parses nested brackets recursively
        raise wrong(path, _deepest(text), _("the brackets here are nested too deeply")) from None
    except ValueError as error:  # also raised for a number with more digits than Python converts
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise wrong(path, line, _("this is not valid TOML ({reason})"), reason=error) from None
    return _checked(path, text, tables)


def raw(path: Path) -> bytes:
    """The bytes of the file, b"" if there is none. Raises SettingsProblem if it is unsafe or unreadable."""
    try:
        return read_file(path, MOST_BYTES, check=lambda about: _refuse_foreign(path, about))
    except FileNotFoundError:
        return b""
    except LeadsNowhere:
        raise SettingsProblem(_("{path} is a broken link"), path=path) from None
    except NotAFile:
        raise SettingsProblem(_("{path} is not a file"), path=path) from None
    except TooLarge:
        raise SettingsProblem(_("{path} is too large for a settings file"), path=path) from None
    except OSError as error:
        words = _("{path} cannot be read: {reason}")
        raise SettingsProblem(words, path=path, reason=error.strerror) from None


def wrong(path: Path, line: int, words: str, **values: object) -> SettingsProblem:
    """The error about one line of the file; `values` replace the braces in `words`."""
    what = words.format(**values) if values else words
    return SettingsProblem(_("{path}, line {line}: {what}"), path=path, line=line, what=what)


def _refuse_foreign(path: Path, about: os.stat_result) -> None:
    # Anyone who can write this file can run commands as the operator and have the key sent elsewhere.
    # A file of root is allowed: an administrator may have installed it.
    if about.st_uid not in {os.geteuid(), 0}:
        raise SettingsProblem(_("{path} belongs to another user and is not used."), path=path)
    if about.st_mode & 0o022:
        words = _("Others can write to {path}. Check what is in it, then run: chmod 600 {quoted}")
        raise SettingsProblem(words, path=path, quoted=shlex.quote(str(path)))


def _decoded(path: Path, data: bytes) -> str:
    try:
        return decoded(data)
    except NotUtf8 as found:
        what = _("this is UTF-16; save the file as UTF-8")
        if not found.is_utf16:
            what = _("this is not UTF-8; save the file as UTF-8")
        raise wrong(path, found.line, what) from None


def _deepest(text: str) -> int:
    """The line with the most opening brackets."""
    opened = [line.count("[") + line.count("{") for line in text.split("\n")]
    return opened.index(max(opened)) + 1


def _checked(path: Path, text: str, tables: Mapping[str, Any]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for table, content in _by_name(tables):
        line = _line_of(text, table)
        # A profile may have the same keys as `[market]`.
        kind = "market" if table.startswith(f"{PROFILES}.") else table
        if kind not in SCHEMA:
            known = ", ".join(f"[{name}]" for name in (*SCHEMA, f"{PROFILES}.NAME"))
            words = _("unknown table “{name}”; known are {known}")
            raise wrong(path, line, words, name=table, known=known)
        if not isinstance(content, dict):
            raise wrong(path, line, _("“{name}” is a table: write [{name}] on its own line"), name=table)
        if table.startswith(f"{PROFILES}."):
            _refuse_profile_name(path, line, table.removeprefix(f"{PROFILES}."))
        found[table] = Table(line)
        for key, value in content.items():
            line = _line_of(text, table, key)
            wanted = SCHEMA[kind][key].kind if key in SCHEMA[kind] else OPEN.get(kind)
            if wanted is None:
                words = _("unknown setting “{name}”; [{table}] has {known}")
                raise wrong(path, line, words, name=key, table=table, known=", ".join(SCHEMA[kind]))
            row = SCHEMA[kind].get(key)
            if wanted.fits(value):
                found[table][key] = Written(value, line)
            elif row is not None and row.instead:
                found[table].notices.append(str(_without(path, line, row, value)))
            else:
                raise wrong(path, line, _("“{name}” must be {wanted}"), name=key, wanted=wanted.words)
    return found


def _without(path: Path, line: int, row: Setting, value: object) -> SettingsProblem:
    """Says that the default is used in place of this value."""
    shown = one_line(str(value), limit=_SHOWN)
    words = _(row.instead).format(value=shown, default=row.default, **row.kind.values)
    return wrong(path, line, words)


def _by_name(tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every table with its name; those of profiles are named `profiles.NAME`."""
    for table, content in tables.items():
        if table == PROFILES and isinstance(content, dict):
            yield from ((f"{PROFILES}.{name}", inner) for name, inner in content.items())
        else:
            yield table, content


def _refuse_profile_name(path: Path, line: int, name: str) -> None:
    # The name becomes a directory and a command-line argument.
    if name == DEFAULT:
        raise wrong(path, line, _("“default” is the profile of [market]; choose another name"))
    if not re.fullmatch("[A-Za-z0-9_-]{1,40}", name):
        raise wrong(path, line, _("the name of a profile has only letters, digits, - and _"))


def _line_of(text: str, table: str, key: str | None = None) -> int:
    """The line that mentions a table first, or that of a key in it; the table's if the key is not found."""
    # tomllib reports no positions, and has already refused a key that is written twice.
    quoted = [rf"""["']?{re.escape(name)}["']?""" for name in (table, key or "")]
    is_table = re.compile(rf"\s*(\[+\s*{quoted[0]}\s*[\].]|{quoted[0]}\s*[.=])")
    is_key = re.compile(rf"\s*({quoted[0]}\s*\.\s*)?{quoted[1]}\s*[.=]")
    table_line, inside = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if is_table.match(line):
            table_line, inside = table_line or number, True
        elif line.lstrip().startswith("["):
            inside = False
        if key is not None and inside and is_key.match(line):
            return number
    if not table_line and "." in table:
        return _line_of(text, *table.split(".", 1))
    return table_line or 1
