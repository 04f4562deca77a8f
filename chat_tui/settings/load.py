"""Combine the sources; an earlier one overrides a later one: flags > environment > settings.toml > defaults.

Several businesses are in one settings file, with a table for each:

    [profiles.kitchen]
    name = "Уютная кухня"
    business_id = 1185230
    api_key_file = "kitchen.key"

If `[market]` has a key, it is another business, the profile `default`.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chat_tui import locale
from chat_tui.addresses import read_address
from chat_tui.locale import _
from chat_tui.settings import file, secret
from chat_tui.settings.file import DEFAULT, PROFILES, Table, Tables, Written
from chat_tui.settings.schema import (
    MARKET_URL,
    SCHEMA,
    TABLES,
    Flags,
    OwnKeys,
    Settings,
    SettingsProblem,
)

KEYS: Final = ("api_key_file", "api_key_command")
"""The settings that lead to a key."""
_OF_THIS_RUN: Final = (*secret.ENVIRONMENT, "CHAT_TUI_BUSINESS_ID")
"""Any of these means one business, which is in no table of the file."""


def load(
    flags: Flags, environ: Mapping[str, str], path: Path, *, shop: bool = True, key: bool = True
) -> Settings:
    """The settings of this run. Raises SettingsProblem.

    `shop=False` leaves out address, key and business; `key=False` leaves out only the key, so that a key file
    that cannot be read does no harm.
    """
    written = file.read(path)
    tables = {table: _values(table, written) for table in TABLES}
    tables["ui"]["language"] = locale.choose(flags.language or tables["ui"].get("language"), environ)
    tables["keys"]["own"] = tuple(_own_keys(written.get("keys", {})))
    # A profile is only a shop: all other tables of the file apply to every profile.
    own, own_environ = of_profile(flags.profile, written, environ)
    tables["market"] = _market(own, own_environ, path) if shop else {}
    settings = Settings(
        **{table: TABLES[table](**values) for table, values in tables.items()},
        **(_access(own["market"], own_environ, path) if shop and key else {}),
        read_only=flags.read_only,
        notices=tuple(notice for table in written.values() for notice in table.notices),
    )
    if settings.queue.warn > settings.queue.late:
        found = written["queue"].get("late") or written["queue"]["warn"]
        raise file.wrong(path, found.line, _("“late” must not be less than “warn” (both are minutes)"))
    return settings


def profile_names(path: Path, environ: Mapping[str, str], asked: str | None = None) -> tuple[str, ...]:
    """The profiles to open, at least one: the one asked for, else all. Raises SettingsProblem."""
    written = file.read(path)
    found = _checked(written, path)
    if asked is not None:
        if found and asked not in {*found, DEFAULT}:
            words = _("{path} has no profile “{name}”; there are: {names}")
            raise SettingsProblem(words, path=path, name=asked, names=", ".join(found))
        return (asked,)
    # Even an empty variable means one shop, however many the file has.
    if any(name in environ for name in _OF_THIS_RUN):
        return (DEFAULT,)
    if has_key(written.get("market", {})):
        found = (DEFAULT, *found)
    return found or (DEFAULT,)


def of_profile(
    profile: str, written: Tables, environ: Mapping[str, str]
) -> tuple[dict[str, Mapping[str, Written]], dict[str, str]]:
    """The file and the environment for one profile: its table takes the place of `[market]`.

    A profile that is in the file ignores the key and the business of the environment.
    """
    common = written.get("market", {})
    own = written.get(f"{PROFILES}.{profile}")
    if own is None:
        return {**written, "market": common}, dict(environ)
    address = {"api_url": common["api_url"]} if "api_url" in common else {}
    foreign = {name: value for name, value in environ.items() if name not in _OF_THIS_RUN}
    return {**written, "market": address | dict(own)}, foreign


def _checked(written: Mapping[str, Table], path: Path) -> tuple[str, ...]:
    """The profiles in the order of the file; each needs a key and a business. Raises SettingsProblem."""
    common = written.get("market", Table(1))
    profiles = {table: found for table, found in written.items() if table.startswith(f"{PROFILES}.")}
    # Alone, [market] may leave its business to the Market; beside profiles, duplicates must be found here.
    shops = {"market": common, **profiles} if profiles and has_key(common) else profiles
    met: dict[tuple[str, int], str] = {}
    for table, found in shops.items():
        number = found.get("business_id")
        if number is None or not has_key(found):
            line = min(each.line for each in found.values()) if found is common else found.line
            what = _("[{table}] needs business_id, and api_key_file or api_key_command").format(table=table)
            raise file.wrong(path, line, what)
        url = found.get("api_url") or common.get("api_url")
        business = (MARKET_URL if url is None else url.value.rstrip("/"), number.value)
        if business in met:
            what = _("the business {number} is in [{table}] already")
            raise file.wrong(path, number.line, what, number=number.value, table=met[business])
        met[business] = table
    return tuple(table.removeprefix(f"{PROFILES}.") for table in profiles)


def has_key(shop: Mapping[str, Written]) -> bool:
    """Whether a table of the file leads to a key."""
    return not shop.keys().isdisjoint(KEYS)


def checked_url(url: str, origin: str) -> str:
    """The Market's address without a slash at its end. Raises SettingsProblem if it is invalid or not safe.

    Plain http is allowed for loopback addresses only.
    """
    address = read_address(url)
    if address is None or address.has_user:
        raise SettingsProblem(_("{origin}: this is not the address of an API"), origin=origin)
    if not address.is_safe_for_a_key:
        words = _("{origin}: over plain http the key could be read on its way; write https://{host}")
        raise SettingsProblem(words, origin=origin, host=address.written_host)
    return url.rstrip("/")


def _values(table: str, written: Tables) -> dict[str, Any]:
    """The values that the file sets in one table."""
    found = written.get(table, {})
    return {name: found[name].value for name in SCHEMA[table] if name in found}


def _market(written: Tables, environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    """The values of `[market]`; the environment overrides address and business."""
    values = _values("market", written)
    if url := environ.get("CHAT_TUI_API_URL"):
        values["api_url"] = checked_url(url, "CHAT_TUI_API_URL")
    elif "api_url" in values:
        values["api_url"] = checked_url(values["api_url"], f"{path}:{written['market']['api_url'].line}")
    if number := environ.get("CHAT_TUI_BUSINESS_ID"):
        values["business_id"] = _business_id(number.strip())
    return values


def _own_keys(written: Mapping[str, Written]) -> Iterator[OwnKeys]:
    for name, found in written.items():
        if name not in SCHEMA["keys"]:
            keys = found.value if isinstance(found.value, list) else [found.value]
            yield OwnKeys(name, tuple(key for key in keys if key), found.line)


def _business_id(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= 19 and 0 < int(number) < 2**63):
        raise SettingsProblem(
            _(
                "CHAT_TUI_BUSINESS_ID: this is not the number of a business; unset it to find "
                "the business automatically"
            )
        )
    return int(number)


def _access(shop: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    """The secrets and the key's file. Raises SettingsProblem."""
    named, command = shop.get("api_key_file"), shop.get("api_key_command")
    # Path.expanduser would raise where this leaves `~name` as it is, and then the file is not found.
    key_file = None if named is None else path.parent / os.path.expanduser(named.value)
    token = secret.from_environment("CHAT_TUI_OAUTH_TOKEN", environ)
    # A variable that is set but empty is an error: the file must not silently take its place.
    if "CHAT_TUI_API_KEY" in environ:
        key = secret.from_environment("CHAT_TUI_API_KEY", environ)
    elif key_file is not None and command is not None:
        raise file.wrong(path, command.line, _("give either “api_key_file” or “api_key_command”, not both"))
    elif key_file is not None:
        key = secret.from_file(key_file)
    else:
        key = "" if command is None else secret.from_command(command.value, environ)
    return {"oauth_token": token, "api_key": key, "key_file": key_file}
