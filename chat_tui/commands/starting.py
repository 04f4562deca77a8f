"""Open the screen: the inbox, the demo, or the box that connects the first shop."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.commands.access import try_key
from chat_tui.commands.arguments import DEMO_CHATS, DEMO_SEED
from chat_tui.commands.context import CannotStart, Context
from chat_tui.commands.opening import chosen_profiles, open_all, open_inbox, prepare
from chat_tui.paths import ForeignDirectory
from chat_tui.settings import SettingsProblem
from chat_tui.settings.keep import keep_shop, table_of
from chat_tui.terminal import environment
from chat_tui.words.problems import unfit_words

if TYPE_CHECKING:
    from chat_tui.inbox.api import InboxApi
    from chat_tui.inbox.connect import Cabinet


def start(context: Context) -> int:
    """Open one business, several as one queue, or the box. Raises CannotStart, SettingsProblem."""
    # Checked first: without a terminal nothing is opened, locked or created.
    _need_terminal()
    names = chosen_profiles(context)
    # Several profiles each have their own address and key; here only the shared settings are read.
    settings = prepare(context, shop=len(names) == 1)
    if len(names) > 1:
        return _show(context, partial(open_all, names, settings))
    return _show(context) if settings.has_access else _begin(context)


def demo(context: Context) -> int:
    """Open the inbox of a pretend Market, which runs until the operator leaves. Raises as `start`."""
    from chat_tui.commands.demo import PretendShop, pretend_market, put_templates

    _need_terminal()
    asked = context.asked
    context.profile = "demo"
    settings = prepare(context, shop=False)
    shop = PretendShop(asked.chats, asked.seed, settings.ui.language, asked.hostile)
    context.profile = shop.profile
    is_first = not context.paths.data.exists()
    with pretend_market(settings, context.paths, shop) as context.settings:
        return _show(context, is_first=is_first, shelf=put_templates(context.paths, shop.language))


def _need_terminal() -> None:
    if refusal := environment.refusal(os.environ, sys.stdin, sys.stdout, sys.stderr):
        raise CannotStart(unfit_words(refusal))


def _prepare_screen(context: Context) -> None:
    """Set up the environment before Textual is imported, and the keys before a screen is made."""
    environment.prepare(os.environ)
    from chat_tui.ui import keymap, keys

    wanted = context.settings.keys
    keys.use(keymap.chosen(wanted.own, context.paths.settings_file, jcuken=wanted.is_jcuken))


def _show(
    context: Context,
    opening: "Callable[[], InboxApi] | None" = None,
    *,
    is_new: bool = False,
    is_first: bool = False,
    shelf: Path | None = None,
) -> int:
    """Run the inbox on the screen until the operator leaves; `is_new` = its shop was just connected.

    `opening` opens the inbox; None = the one of the settings. `is_first` = the first start of the demo.
    `shelf` as in `Paths`.
    """
    # A start makes many objects and hardly any garbage; the screen enables this again after the first paint.
    gc.disable()
    settings, paths = context.settings, replace(context.paths, shelf=shelf)
    _prepare_screen(context)
    inbox = opening() if opening else open_inbox(settings, paths, undo_seconds=settings.sending.undo_seconds)
    from chat_tui.ui import app

    # The engine sleeps until the first paint, so that it does not slow it down.
    inbox.start(asleep=True)
    try:
        return app.run(inbox, settings.preferences, paths, is_new=is_new, is_first=is_first)
    finally:
        asyncio.run(inbox.close())


def _begin(context: Context) -> int:
    """Run the box, and then open the shop that was connected there, or the demo."""
    _prepare_screen(context)
    from chat_tui.inbox.connect import Connector
    from chat_tui.ui.start import app as start_app

    settings, paths = context.settings, context.paths
    keep = partial(store_shop, paths.settings_file, table_of(context.asked.profile))
    connector = Connector(partial(try_key, settings), keep)
    try:
        code, way = start_app.run(connector, settings.preferences, report=paths.log)
    finally:
        connector.close()
    if way == "demo":
        context.asked.chats, context.asked.seed, context.asked.hostile = DEMO_CHATS, DEMO_SEED, False
        return demo(context)
    if way == "connect":
        # Read again: the file has a key now, which must stay out of the log, too.
        prepare(context)
        return _show(context, is_new=True)
    return code


def store_shop(settings_file: Path, table: str, key: str, business: "Cabinet") -> None:
    """Store key and business. Every expected failure is raised as SettingsProblem."""
    try:
        keep_shop(settings_file, key, business.business_id, table)
    except ForeignDirectory as found:
        raise SettingsProblem(str(found)) from None
    except OSError as error:
        raise SettingsProblem(f"{error.filename or settings_file}: {error.strerror}") from None
