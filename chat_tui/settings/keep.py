"""Write settings.toml: a connected shop, whose key is stored before in a file of its own, or one setting.

The settings file is replaced in one step, and until then nothing has changed for the program. Everything that
the operator wrote there stays, comments included.
"""

import os
import stat
import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

from chat_tui.files import decoded, has_mark, whole_file
from chat_tui.locale import ExpectedFailure, _
from chat_tui.paths import existing, make_private
from chat_tui.settings import file
from chat_tui.settings.file import DEFAULT, PROFILES
from chat_tui.settings.load import has_key
from chat_tui.settings.schema import SettingsProblem

KEY_FILE: Final = "api-key-{business_id}"
"""Beside settings.toml, one file per business: no key overwrites the key of another business."""


class KeyInTheWay(ExpectedFailure):
    """The settings already lead to another key; the text is one sentence with the fix."""


def table_of(profile: str | None) -> str:
    """The table of settings.toml for the shop of this profile; None = no profile was named."""
    return "market" if profile in {None, DEFAULT} else f"{PROFILES}.{profile}"


def check_place(path: Path, business_id: int, table: str, *, replace: bool) -> None:
    """Check that `table` has no key of another or an unknown business; with `replace` it may have one.

    Raises KeyInTheWay, also if another table has this business, and SettingsProblem.
    """
    written = file.read(path)
    for other, shop in written.items():
        number = shop.get("business_id")
        if other != table and number is not None and number.value == business_id and has_key(shop):
            words = _("{path} already has the business {business}, in [{table}].")
            raise KeyInTheWay(words, path=path, business=business_id, table=other)
    own = written.get(table, file.Table(1))
    if replace or not has_key(own):
        return
    if "api_key_command" in own:
        words = _("{path} gets its key from a command. To store this key in a file instead, add --replace.")
        raise KeyInTheWay(words, path=path)
    known = own["business_id"].value if "business_id" in own else None
    if known != business_id:
        words = _("{path} already has the key of business {known}. To use {business} instead, add --replace.")
        raise KeyInTheWay(words, path=path, known=known or "?", business=business_id)


def keep_shop(path: Path, key: str, business_id: int, table: str = "market") -> Path:
    """Store the key (0600), make `table` of settings.toml at `path` lead to it, and return the key's file.

    Raises SettingsProblem, ForeignDirectory or OSError; the settings are then as before.
    """
    directory = make_private(path.parent)
    # If settings.toml is a link, its target is replaced: operators keep such files together elsewhere.
    place = path.resolve()
    text = _with_shop(path, business_id, table)
    key_file = directory / KEY_FILE.format(business_id=business_id)
    # In this order: after a crash in between, the settings do not lead to a file that is missing.
    _put(key_file, f"{key}\n".encode("ascii"))
    _put(place, text.encode())
    return key_file


def keep_setting(path: Path, table: str, key: str, value: str) -> None:
    """Write one setting into settings.toml at `path`. Other running copies do not notice.

    Raises SettingsProblem, also for what `unkeepable` finds, ForeignDirectory or OSError; the settings are
    then as before.
    """
    if why := unkeepable(path):
        raise SettingsProblem(why)
    make_private(path.parent)
    _put(path, _changed(path, table, lambda found: found.__setitem__(key, value)).encode())


def unkeepable(path: Path) -> str:
    """Why `keep_setting` would write nothing; "" = no reason is known."""
    try:
        file.read(path)
    except SettingsProblem as problem:
        return str(problem)
    if path.is_symlink():
        # It may belong to a collection of such files, which has its own way to change them.
        return _("{path} is a link to {target}").format(path=path, target=path.resolve())
    place = existing(path)
    # The mode counts for root as well: it is set on purpose.
    if not (os.access(place, os.W_OK) and place.stat().st_mode & stat.S_IWUSR):
        return _("{path} is read-only").format(path=place)
    folder = existing(path.parent)
    if not os.access(folder, os.W_OK | os.X_OK):
        return _("{path} is read-only").format(path=folder)
    return ""


def _with_shop(path: Path, business_id: int, table: str) -> str:
    """The new text of the settings file. Raises SettingsProblem."""

    def connect(shop: MutableMapping[str, Any]) -> None:
        # A file with two ways to a key is refused when it is read.
        shop.pop("api_key_command", None)
        shop["business_id"] = business_id
        shop["api_key_file"] = KEY_FILE.format(business_id=business_id)

    return _changed(path, table, connect)


def _changed(path: Path, table: str, change: Callable[[MutableMapping[str, Any]], None]) -> str:
    """The text of the settings file with one table changed. Raises SettingsProblem."""
    import tomlkit  # noqa: PLC0415 - only for writing

    file.read(path)  # raises, before anything is changed, if the file has mistakes or is not ours
    data = file.raw(path)
    document, wanted = tomlkit.parse(decoded(data)), tomllib.loads(decoded(data))
    for tables in (document, wanted):
        change(_table_in(tables, table, path))
    text = tomlkit.dumps(document)
    # tomlkit may put a new table before dotted keys, which then become keys of this table.
    if not _means(text, wanted):
        raise _within_a_line(path, table.partition(".")[0])
    return ("\ufeff" if has_mark(data) else "") + text


def _table_in(tables: MutableMapping[str, Any], table: str, path: Path) -> MutableMapping[str, Any]:
    """The table of this full name, empty if it was missing. Raises SettingsProblem."""
    import tomlkit  # noqa: PLC0415 - only for writing
    from tomlkit.items import InlineTable  # noqa: PLC0415 - only for writing

    found, whole = tables, ""
    for name in table.split("."):
        whole = f"{whole}.{name}".lstrip(".")
        found = found.setdefault(name, tomlkit.table(is_super_table=whole != table))
        if isinstance(found, InlineTable):
            raise _within_a_line(path, whole)
    return found


def _means(text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a TOML file of this text has the wanted values."""
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _within_a_line(path: Path, table: str) -> SettingsProblem:
    words = _("{path}: write [{table}] on a line of its own, so that this can be added to it")
    return SettingsProblem(words, path=path, table=table)


def _put(path: Path, data: bytes) -> None:
    """Replace the file, mode 0600; after a power cut it is either the old one or complete."""
    with whole_file(path) as file:
        file.write(data)
