"""Write a connected shop down: its key into a file of its own, then where that is into settings.toml.

The settings file is the switch: until it is replaced, in one step, everything is as it was. Whatever the
operator wrote there, comments too, stays.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.files import decoded, has_mark, whole_file
from chat_tui.locale import ExpectedFailure, _
from chat_tui.paths import make_private
from chat_tui.settings import file
from chat_tui.settings.file import DEFAULT, PROFILES
from chat_tui.settings.load import has_key
from chat_tui.settings.schema import SettingsProblem

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

KEY_FILE: Final = "api-key-{business_id}"
"""Beside settings.toml, one for each business: no key takes another one's place."""


class KeyInTheWay(ExpectedFailure):
    """The settings lead to another key; the text is one sentence with the fix."""


def table_of(profile: str | None) -> str:
    """The table of settings.toml that a shop is kept in: of the profile that was named, or of none."""
    return "market" if profile in {None, DEFAULT} else f"{PROFILES}.{profile}"


def check_place(path: Path, business_id: int, table: str, *, replace: bool) -> None:
    """Raises KeyInTheWay when `table` leads to a key that is not known to be of this business.

    With `replace` that key may go, but a business has one table and no more.
    """
    written = file.read(path)
    for other, shop in written.items():
        number = shop.get("business_id")
        if other != table and number is not None and number.value == business_id and has_key(shop):
            words = _("{path} has the business {business} already, in [{table}].")
            raise KeyInTheWay(words, path=path, business=business_id, table=other)
    own = written.get(table, file.Table(1, {}))
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
    """Store the key (0600) and have `table` of settings.toml at `path` lead to it; the key's file.

    Raises SettingsProblem, ForeignDirectory or OSError; then the settings are as before.
    """
    directory = make_private(path.parent)
    # Written through a link, so that a file kept elsewhere with others of its kind stays there.
    place = path.resolve()
    text = _with_shop(path, business_id, table)
    key_file = directory / KEY_FILE.format(business_id=business_id)
    # In this order: cut off in between, the settings lead to no file that is not there.
    _put(key_file, f"{key}\n".encode("ascii"))
    _put(place, text.encode())
    return key_file


def _with_shop(path: Path, business_id: int, table: str) -> str:
    """What the settings file will hold."""
    import tomlkit  # noqa: PLC0415 - only for writing

    file.read(path)  # refused before it is touched, if it is not ours or not as it should be
    data = file.raw(path)
    document = tomlkit.parse(decoded(data))
    above: TOMLDocument | Table = document
    outer, _dot, name = table.rpartition(".")
    if outer:
        above = _table_in(above, outer, outer, path, tomlkit.table(is_super_table=True))
    shop = _table_in(above, name, table, path, tomlkit.table())
    # Two ways to a key are refused when the file is read.
    shop.pop("api_key_command", None)
    shop["business_id"] = business_id
    shop["api_key_file"] = KEY_FILE.format(business_id=business_id)
    return ("\ufeff" if has_mark(data) else "") + tomlkit.dumps(document)


def _table_in(above: "TOMLDocument | Table", name: str, whole: str, path: Path, new: "Table") -> "Table":
    """The table of this name, headed `whole`; `new` if there is none yet. Raises SettingsProblem."""
    from tomlkit.items import Table  # noqa: PLC0415 - only for writing

    if name not in above:
        above[name] = new
    found = above[name]
    if not isinstance(found, Table):
        words = _("{path}: write [{table}] on a line of its own, so that this can be added to it")
        raise SettingsProblem(words, path=path, table=whole)
    return found


def _put(path: Path, data: bytes) -> None:
    """The whole file or the old one, 0600, also after a power cut."""
    with whole_file(path) as file:
        file.write(data)
