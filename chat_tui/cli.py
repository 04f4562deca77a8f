"""From the command line to a running program: the only place that wires the rooms together.

    arguments → settings → store → client → inbox → verb or app

Everything heavy is imported where it is first needed: `--help` and `--version` touch none of it, no verb
imports Textual, and the inbox paints before httpx is there.
"""

import errno
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from chat_tui import hardening, locale
from chat_tui.commands import arguments, streams
from chat_tui.locale import _

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from chat_tui.inbox.service import Inbox
    from chat_tui.paths import Paths
    from chat_tui.settings import Settings

REFUSED, CANNOT_START, INTERRUPTED, NOBODY_READS = 1, 2, 130, 141
"""The last two are what a shell reports for a program ended by Ctrl-C or by a closed pipe."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run chat-tui; the exit code is 0 done, 1 refused or failed, 2 cannot start."""
    hardening.harden(os.environ)
    streams.prepare()
    try:
        try:
            code = _run(sys.argv[1:] if argv is None else argv)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else REFUSED
        streams.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except streams.Unprintable as lost:
        if not lost.nobody_reads:
            words = _("Standard output takes nothing, so nothing was printed: {reason}.")
            streams.err(f"chat-tui: {words.format(reason=lost.reason)}\n")
        return NOBODY_READS if lost.nobody_reads else REFUSED
    return code


def open_inbox(
    settings: "Settings",
    paths: "Paths",
    *,
    undo_seconds: int,
    secrets: Sequence[str] = (),
    private: Sequence["Path"] = (),
    is_seen: bool = True,
) -> "Inbox":
    """The inbox of one business, not started yet; `secrets` and `private` are others'. Raises CannotStart.

    `is_seen` = a screen will say it if the Market cannot be asked; else that is a reason not to start.
    """
    from chat_tui.commands.access import way_to
    from chat_tui.commands.speak import CannotStart, complain
    from chat_tui.inbox.service import Inbox
    from chat_tui.inbox.settings import InboxSettings
    from chat_tui.store.database import Store, StorePaths
    from chat_tui.store.errors import StoreError

    access, connect = way_to(settings, paths, is_seen=is_seen)
    business = str(access.business_id)
    try:
        store = Store(StorePaths(cache_dir=paths.cache / business, data_dir=paths.data / business))
    except StoreError as problem:
        raise CannotStart(str(problem)) from None
    for notice in store.notices:
        complain(notice)

    wanted = InboxSettings(
        undo_s=undo_seconds,
        settle_s=settings.sending.settle_seconds,
        poll_s=settings.sync.poll_seconds,
        backfill=settings.sync.backfill,
        read_only=settings.read_only,
        secrets=(settings.api_key, settings.oauth_token, *secrets),
        asks_rights=True,
    )
    own = [paths.config, paths.data, paths.cache, paths.log.parent, *private]
    if settings.key_file is not None:
        own.append(settings.key_file)
    return Inbox(store, connect, settings=wanted, private=own)


def _run(argv: Sequence[str]) -> int:
    """Do what is asked; every expected failure is one sentence on standard error."""
    locale.use(locale.spelled(locale.choose(arguments.asked_language(argv)), sys.stderr))
    begun, asked = time.monotonic(), arguments.parse(argv)
    asked.begun = begun
    import logging

    from chat_tui.commands.speak import CannotStart, complain, foreign_words
    from chat_tui.paths import ForeignDirectory
    from chat_tui.settings import SettingsProblem

    try:
        return _start(asked)
    except streams.Unprintable:
        raise
    except (CannotStart, SettingsProblem) as problem:
        complain(str(problem))
    except ForeignDirectory as found:
        complain(foreign_words(found))
    except OSError as error:
        if error.errno == errno.EROFS and error.filename:
            from chat_tui.store.errors import cannot_open

            complain(str(cannot_open(error.filename, error)))
            return CANNOT_START
        complain(
            f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error.errno)
        )
    except Exception:
        if not logging.getLogger().handlers:
            raise
        # A traceback on the screen could show a buyer's text or the key; the log leaves both out.
        logging.getLogger(__name__).exception("it failed")
        complain(_("This is an error of the program. Details are in its log; see: chat-tui paths"))
        return REFUSED
    return CANNOT_START


def _start(asked: "Namespace") -> int:
    """Everything but help, version and mistakes in the arguments."""
    from chat_tui.paths import locate

    match asked.verb:
        case "paths" | "settings" | "doctor":
            from chat_tui.commands import about

            return about.run(asked, locate(asked.profile))
        case "sandbox":
            from chat_tui.commands import sandbox

            return sandbox.run(asked)
        case "demo":
            return _demo(asked)
        case "login":
            return _login(asked)
        case None:
            _need_terminal()
            return _open(asked)
        case _:
            return _verb(asked)


def _open(asked: "Namespace") -> int:
    """The inbox of one business, of several as one queue, or, where there is none, the box to begin with."""
    from chat_tui.commands import profiles
    from chat_tui.paths import locate

    names = profiles.chosen(asked)
    paths = locate(asked.profile)
    settings = _prepare(asked, paths, shop=len(names) == 1)
    if len(names) == 1:
        return _show(settings, paths) if settings.has_access else _begin(asked, settings, paths)
    from chat_tui.commands import several

    return _show(settings, paths, partial(several.open_all, names, settings, open_inbox))


def _prepare(asked: "Namespace", paths: "Paths", *, shop: bool = True, key: bool = True) -> "Settings":
    """Settings read, language chosen, log open, and no key left in the environment of children."""
    from chat_tui import logs
    from chat_tui.paths import make_if_writable
    from chat_tui.settings import Flags, load
    from chat_tui.settings.secret import ENVIRONMENT

    flags = Flags(language=asked.lang, profile=asked.profile, read_only=asked.read_only)
    settings = load(flags, os.environ, paths.settings_file, shop=shop, key=key)
    for name in ENVIRONMENT:
        os.environ.pop(name, None)
    locale.use(settings.ui.language)
    # Where there can be none the program goes on without a log, as on a full disk; doctor tells of it.
    make_if_writable(paths.log.parent)
    logs.open_log(paths.log, level=settings.log.level, secrets=(settings.api_key, settings.oauth_token))
    return settings


def _verb(asked: "Namespace") -> int:
    """One of the verbs that work on the inbox without a screen."""
    import asyncio

    from chat_tui.commands import profiles
    from chat_tui.paths import locate

    profiles.only_one(profiles.chosen(asked))
    paths = locate(asked.profile)
    settings = _prepare(asked, paths)

    from chat_tui.commands import export, new, send, show, stats, sync
    from chat_tui.commands import list as list_
    from chat_tui.commands.speak import complain
    from chat_tui.model.problem import ProblemKind
    from chat_tui.store.errors import StoreError
    from chat_tui.ui.zone import find_zone
    from chat_tui.words.problems import problem_words

    if notice := find_zone(os.environ).notice:
        complain(notice)
    verbs = {"list": list_.run, "show": show.run, "send": send.run, "new": new.run, "sync": sync.run}
    verbs |= {"export": export.run, "stats": stats.run}
    # Nobody is there to undo what a command sends.
    inbox = open_inbox(settings, paths, undo_seconds=0, is_seen=False)

    async def work() -> int:
        inbox.start(background=False)
        try:
            if (why := inbox.view_only) is not None and why.kind is ProblemKind.UNWRITABLE:
                complain(problem_words(why))
                if asked.verb in {"send", "new", "sync"} or getattr(asked, "fresh", False):
                    return REFUSED
            return await verbs[asked.verb](inbox, asked)
        except StoreError as problem:
            complain(str(problem))
            return REFUSED
        finally:
            await inbox.close()

    return asyncio.run(work())


def _show(
    settings: "Settings",
    paths: "Paths",
    opening: Callable[[], "Inbox"] | None = None,
    *,
    is_new: bool = False,
) -> int:
    """The inbox on the screen, until the operator leaves; `is_new` = its shop was just connected.

    `opening` makes another inbox than that of `settings`.
    """
    import asyncio
    import gc

    from chat_tui.ui.terminal import environment

    # Until the first paint nothing becomes garbage; the screen collects again once it is there.
    gc.disable()
    environment.prepare(os.environ)
    from chat_tui.ui import keymap, keys

    jcuken = settings.keys.is_jcuken
    keys.use(keymap.chosen(settings.keys.own, paths.settings_file, jcuken=jcuken))
    open_own = partial(open_inbox, settings, paths, undo_seconds=settings.sending.undo_seconds)
    inbox = (opening or open_own)()
    from chat_tui.ui import app

    inbox.start(asleep=True)
    try:
        return app.run(inbox, settings.preferences, paths, is_new=is_new)
    finally:
        asyncio.run(inbox.close())


def _begin(asked: "Namespace", settings: "Settings", paths: "Paths") -> int:
    """Nothing is set up: the box, and then the shop that was connected there, or the demo."""
    from chat_tui.commands import first
    from chat_tui.commands.access import try_key
    from chat_tui.settings.keep import table_of

    table = table_of(asked.profile if asked.is_profile_named else None)
    code, way = first.run(settings, paths, partial(try_key, settings), table)
    if way == "demo":
        asked.chats, asked.seed = arguments.DEMO_CHATS, arguments.DEMO_SEED
        return _demo(asked)
    return _show(_prepare(asked, paths), paths, is_new=True) if way == "connect" else code


def _need_terminal() -> None:
    from chat_tui.commands.speak import CannotStart
    from chat_tui.ui.terminal import environment

    if refusal := environment.refusal(os.environ, sys.stdin, sys.stdout, sys.stderr):
        raise CannotStart(refusal)


def _login(asked: "Namespace") -> int:
    """Connect a shop without a screen."""
    from chat_tui.commands import login
    from chat_tui.commands.access import try_key
    from chat_tui.paths import locate

    paths = locate(asked.profile)
    surroundings = dict(os.environ)
    settings = _prepare(asked, paths, key=False)
    return login.run(asked, paths.settings_file, partial(try_key, settings), surroundings)


def _demo(asked: "Namespace") -> int:
    """The inbox before a pretend Market that lives as long as it does."""
    from chat_tui.commands import demo
    from chat_tui.paths import locate

    _need_terminal()
    paths = locate(demo.profile(asked.chats, asked.seed))
    settings = _prepare(asked, paths, shop=False)
    with demo.pretend_market(settings, paths, chats=asked.chats, seed=asked.seed) as there:
        return _show(there, paths)
