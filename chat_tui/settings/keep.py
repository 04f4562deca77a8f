"""Store a connected shop: first its key in a file of its own, then the name of that file in settings.toml.

The settings file is replaced in one step, and until then nothing has changed for the program. Everything that
the operator wrote there stays, comments included.
"""

import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

from chat_tui.files import decoded, has_mark, whole_file
from chat_tui.locale import ExpectedFailure, _
from chat_tui.paths import make_private
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
            words = _("{path} has the business {business} already, in [{table}].")
            raise KeyInTheWay(words, path=path, business=business_id, table=other)
    own = written.get(table, file.Table(1))
    if replace or not has_key(own):
        return
    if "api_key_command" in own:
        words = _("{path} gets its key from a command. To keep this key in a file instead, add --replace.")
        raise KeyInTheWay(words, path=path)
    known = own["business_id"].value if "business_id" in own else None
    if known != business_id:
        words = _("{path} has the key of business {known} already. To use {business} instead, add --replace.")
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


def _with_shop(path: Path, business_id: int, table: str) -> str:
    """The new text of the settings file. Raises SettingsProblem."""
    import tomlkit  # noqa: PLC0415 - only for writing

    file.read(path)  # raises, before anything is changed, if the file has mistakes or is not ours
    data = file.raw(path)
    document, wanted = tomlkit.parse(decoded(data)), tomllib.loads(decoded(data))
    for tables in (document, wanted):
        shop = _table_in(tables, table, path)
        # A file with two ways to a key is refused when it is read.
        shop.pop("api_key_command", None)
        shop["business_id"] = business_id
        shop["api_key_file"] = KEY_FILE.format(business_id=business_id)
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
