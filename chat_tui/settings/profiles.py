"""Several businesses in one settings file, with a table for each.

    [profiles.kitchen]
    name = "Уютная кухня"
    business_id = 1185230
    api_key_file = "kitchen.key"

A key in `[market]` is one business more, the profile `default`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.settings import file
from chat_tui.settings.file import DEFAULT, PROFILES, Written
from chat_tui.settings.secret import ENVIRONMENT
from chat_tui.settings.value import MARKET_URL, SettingsProblem

_KEYS: Final = ("api_key_file", "api_key_command")
_OF_THIS_RUN: Final = (*ENVIRONMENT, "CHAT_TUI_BUSINESS_ID")
"""Whoever sets one of these means one business, which is in no table."""


def names(path: Path, environ: Mapping[str, str], asked: str | None = None) -> tuple[str, ...]:
    """The profiles to open: the one asked for, else all; several are one queue. Raises SettingsProblem."""
    written = file.read(path)
    found = _checked(written, path)
    if asked is not None:
        if found and asked not in {*found, DEFAULT}:
            raise SettingsProblem(
                _("{path} has no profile “{name}”; there are: {names}").format(
                    path=path, name=asked, names=", ".join(found)
                )
            )
        return (asked,)
    if any(name in environ for name in _OF_THIS_RUN):
        return (DEFAULT,)
    if has_key("market", written):
        found = (DEFAULT, *found)
    return found or (DEFAULT,)


def of_profile(
    profile: str, written: Mapping[str, Written], environ: Mapping[str, str]
) -> tuple[dict[str, Written], dict[str, str]]:
    """File and environment as they are for one profile: its table stands in the place of `[market]`.

    Key and business of the environment are not of a profile that is in the file.
    """
    table = f"{PROFILES}.{profile}"
    if table not in written:
        return dict(written), dict(environ)
    own = {place: value for place, value in written.items() if not place.startswith("market.")}
    if "market.api_url" in written:
        own["market.api_url"] = written["market.api_url"]
    for place, value in written.items():
        if place.startswith(f"{table}."):
            own[f"market.{place.removeprefix(f'{table}.')}"] = value
    return own, {name: value for name, value in environ.items() if name not in _OF_THIS_RUN}


def _checked(written: Mapping[str, Written], path: Path) -> tuple[str, ...]:
    """The names of the profiles, in the order of the file; each is one business, with a key."""
    tables = [place for place in written if place.count(".") == 1 and place.startswith(f"{PROFILES}.")]
    met: dict[tuple[str, int], str] = {}
    for table in (*(["market"] if tables and has_key("market", written) else []), *tables):
        if f"{table}.business_id" not in written or not has_key(table, written):
            line = min(value.line for place, value in written.items() if f"{place}.".startswith(f"{table}."))
            what = _("[{table}] needs business_id, and api_key_file or api_key_command").format(table=table)
            raise file.wrong(path, line, what)
        number = written[f"{table}.business_id"]
        url = written.get(f"{table}.api_url") or written.get("market.api_url")
        business = (MARKET_URL if url is None else url.value.rstrip("/"), number.value)
        if business in met:
            what = _("the business {number} is in [{table}] already")
            raise file.wrong(path, number.line, what.format(number=number.value, table=met[business]))
        met[business] = table
    return tuple(table.removeprefix(f"{PROFILES}.") for table in tables)


def has_key(table: str, written: Mapping[str, Written]) -> bool:
    """Whether a table of the file leads to a key."""
    return any(f"{table}.{key}" in written for key in _KEYS)
