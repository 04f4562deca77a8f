"""Write a connected shop down: its key into a file of its own, then where that is into settings.toml.

The settings file is the switch: until it is replaced, in one step, everything is as it was. Whatever the
operator wrote there, comments too, stays.
"""

import os
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.paths import make_private
from chat_tui.settings import file
from chat_tui.settings.value import SettingsProblem

KEY_FILE: Final = "api-key-{business_id}"
"""Beside settings.toml, one for each business: no key takes another one's place."""


class KeyInTheWay(Exception):  # noqa: N818 - house word: a refusal that was expected
    """The settings lead to another key; the text is one sentence with the fix."""


def check_place(path: Path, business_id: int) -> None:
    """Raises KeyInTheWay when settings.toml leads to a key that is not known to be of this business."""
    written = file.read(path)
    if "market.api_key_command" in written:
        raise KeyInTheWay(
            _(
                "{path} gets its key from a command. To keep this key in a file instead, add --replace."
            ).format(path=path)
        )
    if "market.api_key_file" not in written:
        return
    known = written["market.business_id"].value if "market.business_id" in written else None
    if known != business_id:
        raise KeyInTheWay(
            _(
                "{path} has the key of business {known} already. To use {business} instead, add --replace."
            ).format(path=path, known=known or "?", business=business_id)
        )


def keep_shop(path: Path, key: str, business_id: int) -> Path:
    """Store the key (0600) and have settings.toml at `path` lead to it; the key's file.

    Raises SettingsProblem, ForeignDirectory or OSError; then the settings are as before.
    """
    directory = make_private(path.parent)
    # Written through a link, so that a file kept elsewhere with others of its kind stays there.
    place = path.resolve()
    text = _with_shop(path, business_id)
    key_file = directory / KEY_FILE.format(business_id=business_id)
    _put(key_file, f"{key}\n".encode("ascii"))
    _put(place, text.encode())
    return key_file


def _with_shop(path: Path, business_id: int) -> str:
    """What the settings file will hold."""
    import tomlkit  # noqa: PLC0415 - only for writing
    from tomlkit.items import Table  # noqa: PLC0415

    file.read(path)  # refused before it is touched, if it is not ours or not as it should be
    document = tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
    if "market" not in document:
        document["market"] = tomlkit.table()
    market = document["market"]
    if not isinstance(market, Table):
        raise SettingsProblem(
            _("{path}: write [market] on a line of its own, so that this can be added to it").format(
                path=path
            )
        )
    market.pop("api_key_command", None)
    market["business_id"] = business_id
    market["api_key_file"] = KEY_FILE.format(business_id=business_id)
    return tomlkit.dumps(document)


def _put(path: Path, data: bytes) -> None:
    """The whole file or the old one, 0600, also after a power cut."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(beside, flags, 0o600)
        with open(descriptor, "wb") as written:
            os.fchmod(descriptor, 0o600)
            written.write(data)
            written.flush()
            os.fsync(descriptor)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
