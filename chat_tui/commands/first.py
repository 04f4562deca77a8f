"""The first start: nothing is set up, so the box is shown, and a shop perhaps connected."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chat_tui.commands.speak import foreign_words
from chat_tui.inbox.connect import Business, Connector
from chat_tui.inbox.market import MarketApi
from chat_tui.paths import ForeignDirectory, Paths
from chat_tui.settings import Settings, SettingsProblem
from chat_tui.settings.keep import keep_shop
from chat_tui.ui.terminal import environment


def run(
    settings: Settings, paths: Paths, connect: Callable[[str], MarketApi], table: str
) -> tuple[int, str | None]:
    """The exit code, and the way that was gone: a shop was "connect"ed, the "demo" is wanted, or None."""
    environment.prepare(os.environ)
    from chat_tui.ui import keymap, keys, start_app  # noqa: PLC0415 - Textual reads what was prepared

    jcuken = settings.keys.is_jcuken
    keys.use(keymap.chosen(settings.keys.own, paths.settings_file, jcuken=jcuken))
    connector = Connector(connect, partial(_store, paths.settings_file, table))
    try:
        return start_app.run(connector, settings.preferences, report=paths.log)
    finally:
        connector.close()


def _store(settings_file: Path, table: str, key: str, business: Business) -> None:
    """Write key and business down; every expected failure is a SettingsProblem."""
    try:
        keep_shop(settings_file, key, business.business_id, table)
    except ForeignDirectory as found:
        raise SettingsProblem(foreign_words(found)) from None
    except OSError as error:
        raise SettingsProblem(f"{error.filename or settings_file}: {error.strerror}") from None
