"""Put the sources together, the nearer one winning: flags > environment > settings.toml > defaults.

Several businesses are in one settings file, with a table for each:

    [profiles.kitchen]
    name = "Уютная кухня"
    business_id = 1185230
    api_key_file = "kitchen.key"

A key in `[market]` is one business more, the profile `default`.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chat_tui import locale
from chat_tui.addresses import read_address
from chat_tui.locale import _
from chat_tui.settings import file, secret
from chat_tui.settings.file import DEFAULT, PROFILES, Written
from chat_tui.settings.schema import (
    MARKET_URL,
    SCHEMA,
    TABLES,
    Flags,
    OwnKeys,
    Settings,
    SettingsProblem,
)

_KEYS: Final = ("api_key_file", "api_key_command")
_OF_THIS_RUN: Final = (*secret.ENVIRONMENT, "CHAT_TUI_BUSINESS_ID")
"""Whoever sets one of these means one business, which is in no table."""


def load(
    flags: Flags, environ: Mapping[str, str], path: Path, *, shop: bool = True, key: bool = True
) -> Settings:
    """The settings of this run; `shop=False` leaves out address, key and business. Raises SettingsProblem.

    `key=False` leaves out the key alone, so that one nobody can read any more is no hindrance.
    """
    written = file.read(path)
    tables = {table: _values(table, written) for table in TABLES if table != "market"}
    tables["ui"]["language"] = locale.choose(flags.language or tables["ui"].get("language"), environ)
    tables["keys"]["own"] = tuple(_own_keys(written))
    own, own_environ = of_profile(flags.profile, written, environ)
    tables["market"] = _market(own, own_environ, path) if shop else {}
    settings = Settings(
        **{table: TABLES[table](**values) for table, values in tables.items()},
        **(_access(own, own_environ, path) if shop and key else {}),
        read_only=flags.read_only,
    )
    if settings.queue.warn > settings.queue.late:
        line = written["queue.late" if "queue.late" in written else "queue.warn"].line
        raise file.wrong(path, line, _("“late” must not be less than “warn” (both are minutes)"))
    return settings


def profile_names(path: Path, environ: Mapping[str, str], asked: str | None = None) -> tuple[str, ...]:
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


def checked_url(url: str, origin: str) -> str:
    """The Market's address without a slash at its end; plain http is for this machine alone."""
    address = read_address(url)
    if address is None or address.has_user:
        raise SettingsProblem(_("{origin}: this is not the address of an API").format(origin=origin))
    if not address.is_safe_for_a_key:
        raise SettingsProblem(
            _("{origin}: over plain http the key could be read on its way; write https://{host}").format(
                origin=origin, host=address.written_host
            )
        )
    return url.rstrip("/")


def _values(table: str, written: Mapping[str, Written]) -> dict[str, Any]:
    """What the file says about the settings of one table."""
    places = {name: written.get(f"{table}.{name}") for name in SCHEMA[table]}
    return {name: found.value for name, found in places.items() if found is not None}


def _market(written: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Address and business, of which the environment may say something else."""
    values = _values("market", written)
    if url := environ.get("CHAT_TUI_API_URL"):
        values["api_url"] = checked_url(url, "CHAT_TUI_API_URL")
    elif "api_url" in values:
        values["api_url"] = checked_url(values["api_url"], f"{path}:{written['market.api_url'].line}")
    if number := environ.get("CHAT_TUI_BUSINESS_ID"):
        values["business_id"] = _business_id(number.strip())
    return values


def _access(written: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    """The secrets, and where they lie."""
    return {
        "oauth_token": secret.from_environment("CHAT_TUI_OAUTH_TOKEN", environ),
        "api_key": _api_key(written, environ, path),
        "key_file": _key_file(written, path) if "market.api_key_file" in written else None,
    }


def _own_keys(written: Mapping[str, Written]) -> Iterator[OwnKeys]:
    for place, found in written.items():
        table, _dot, name = place.partition(".")
        if table == "keys" and name not in SCHEMA[table]:
            keys = found.value if isinstance(found.value, list) else [found.value]
            yield OwnKeys(name, tuple(key for key in keys if key), found.line)


def _key_file(written: Mapping[str, Written], path: Path) -> Path:
    # Unlike Path.expanduser it leaves alone what it cannot expand: then there is no such file.
    named: str = written["market.api_key_file"].value
    return path.parent / os.path.expanduser(named)


def _business_id(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= 19 and 0 < int(number) < 2**63):
        raise SettingsProblem(
            _("CHAT_TUI_BUSINESS_ID: this is not the number of a business; leave it out to have it looked up")
        )
    return int(number)


def _api_key(written: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> str:
    if "CHAT_TUI_API_KEY" in environ:
        return secret.from_environment("CHAT_TUI_API_KEY", environ)
    if "market.api_key_file" in written:
        if "market.api_key_command" in written:
            line = written["market.api_key_command"].line
            raise file.wrong(path, line, _("give either “api_key_file” or “api_key_command”, not both"))
        return secret.from_file(_key_file(written, path))
    if "market.api_key_command" in written:
        return secret.from_command(written["market.api_key_command"].value, environ)
    return ""
