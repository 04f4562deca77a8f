"""Put the sources together, the nearer one winning: flags > environment > settings.toml > defaults."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from chat_tui import locale
from chat_tui.addresses import read_address
from chat_tui.locale import _
from chat_tui.settings import file, profiles, secret
from chat_tui.settings.file import Written
from chat_tui.settings.value import Flags, OwnKeys, Settings, SettingsProblem

FIELDS: Final[Mapping[str, str]] = {
    "market.api_url": "api_url",
    "sending.undo_seconds": "undo_seconds",
    "sending.settle_seconds": "settle_seconds",
    "queue.warn": "warn_minutes",
    "queue.late": "late_minutes",
    "queue.hours": "hours",
    "queue.auto_advance": "auto_advance",
    "sync.poll_seconds": "poll_seconds",
    "sync.backfill": "backfill",
    "keys.layout": "keys_layout",
    "ui.theme": "theme",
    "ui.mouse": "mouse",
    "ui.notify": "notify",
    "ui.notify_text": "notify_text",
    "ui.operator": "operator",
    "log.level": "log_level",
}
"""The field of `Settings` for each `table.key` that has a default."""


def load(
    flags: Flags, environ: Mapping[str, str], path: Path, *, shop: bool = True, key: bool = True
) -> Settings:
    """The settings of this run; `shop=False` leaves out address, key and business. Raises SettingsProblem.

    `key=False` leaves out the key alone, so that one nobody can read any more is no hindrance.
    """
    written = file.read(path)
    asked = flags.language or (written["ui.language"].value if "ui.language" in written else None)
    language = locale.choose(asked, environ)
    values: dict[str, Any] = {
        name: written[place].value
        for place, name in FIELDS.items()
        if place in written and not place.startswith("market.")
    }
    values |= {"language": language, "profile": flags.profile, "read_only": flags.read_only}
    values["own_keys"] = tuple(_own_keys(written))
    own, own_environ = profiles.of_profile(flags.profile, written, environ)
    if shop:
        values |= _place(own, own_environ, path)
    if shop and key:
        values |= _key(own, own_environ, path)
    settings = Settings(**values)
    if settings.warn_minutes > settings.late_minutes:
        line = written["queue.late" if "queue.late" in written else "queue.warn"].line
        raise file.wrong(path, line, _("“late” must not be less than “warn” (both are minutes)"))
    return settings


def checked_url(url: str, origin: str) -> str:
    """The Market's address without a slash at its end; plain http is for this machine alone."""
    address = read_address(url)
    if address is None or address.scheme not in {"http", "https"} or address.has_user:
        raise SettingsProblem(_("{origin}: this is not the address of an API").format(origin=origin))
    if address.scheme == "http" and not address.is_loopback:
        raise SettingsProblem(
            _("{origin}: over plain http the key could be read on its way; write https://{host}").format(
                origin=origin, host=address.written_host
            )
        )
    return url.rstrip("/")


def _place(written: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Address and business."""
    values: dict[str, Any] = {}
    if url := environ.get("CHAT_TUI_API_URL"):
        values["api_url"] = checked_url(url, "CHAT_TUI_API_URL")
    elif "market.api_url" in written:
        address = written["market.api_url"]
        values["api_url"] = checked_url(address.value, f"{path}:{address.line}")
    if number := environ.get("CHAT_TUI_BUSINESS_ID"):
        values["business_id"] = _business_id(number.strip())
    elif "market.business_id" in written:
        values["business_id"] = written["market.business_id"].value
    if "market.name" in written:
        values["shop"] = written["market.name"].value
    return values


def _key(written: Mapping[str, Written], environ: Mapping[str, str], path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    values["oauth_token"] = secret.from_environment("CHAT_TUI_OAUTH_TOKEN", environ)
    values["api_key"] = _api_key(written, environ, path)
    if "market.api_key_file" in written:
        values["key_file"] = _key_file(written, path)
    return values


def _own_keys(written: Mapping[str, Written]) -> Iterator[OwnKeys]:
    for place, found in written.items():
        table, _dot, name = place.partition(".")
        if table == "keys" and place not in FIELDS:
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
