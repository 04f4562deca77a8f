"""From the settings to an inbox: choose the profiles, open log and store, and prepare the client.

Heavy rooms are imported in the functions that use them: `login` needs none of them.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui import locale, logs
from chat_tui.commands.context import CannotStart, Context, Refused, complain, draw_works
from chat_tui.locale import ExpectedFailure, _
from chat_tui.paths import Paths, locate, make_if_writable
from chat_tui.settings import Flags, Settings, SettingsProblem, load
from chat_tui.settings.load import profile_names
from chat_tui.settings.secret import ENVIRONMENT

if TYPE_CHECKING:
    from chat_tui.inbox.api import InboxApi
    from chat_tui.inbox.service import Inbox


def chosen_profiles(context: Context) -> tuple[str, ...]:
    """The named profile, or all in the settings file; a single one becomes `context.profile`.

    Raises SettingsProblem.
    """
    names = profile_names(context.paths.settings_file, os.environ, context.asked.profile)
    if len(names) == 1:
        context.profile = names[0]
    return names


def prepare(context: Context, *, shop: bool = True, key: bool = True) -> Settings:
    """Read the settings, choose the language, open the log, and remove the keys from the environment.

    `shop` and `key` as in `settings.load`. Raises ExpectedFailure, OSError.
    """
    paths = context.paths
    context.settings = settings = load(context.flags, os.environ, paths.settings_file, shop=shop, key=key)
    # An editor or a pager that we start must not see the key.
    for name in ENVIRONMENT:
        os.environ.pop(name, None)
    locale.use(settings.ui.language)
    # If the log cannot be opened the program runs without one, as on a full disk; `doctor` reports it.
    make_if_writable(paths.log.parent)
    logs.open_log(paths.log, level=settings.log.level, secrets=settings.secrets)
    return settings


def open_inbox(
    settings: Settings,
    paths: Paths,
    *,
    undo_seconds: int,
    secrets: Sequence[str] = (),
    private: Sequence[Path] = (),
    is_seen: bool = True,
) -> "Inbox":
    """The inbox of one business, not started yet. Raises CannotStart.

    `secrets` and `private` are the keys and places of the other open businesses: none of them may be sent.
    `is_seen` = a screen will show why no client can be made; otherwise CannotStart is raised for that.
    """
    from chat_tui.commands.access import way_to
    from chat_tui.inbox.context import InboxSettings
    from chat_tui.inbox.service import Inbox
    from chat_tui.store.database import Store, StorePaths
    from chat_tui.store.errors import StoreError

    access, connect = way_to(settings, paths, is_seen=is_seen)
    assert access.business_id is not None, "`way_to` asks for it"
    name = str(access.business_id)
    try:
        store = Store(StorePaths(paths.cache / name, paths.data / name, access.business_id))
    except StoreError as problem:
        raise CannotStart(str(problem)) from None
    # Printed now: the screen has no place for what happened before it opened.
    for notice in store.notices:
        complain(notice)

    wanted = InboxSettings(
        undo_s=undo_seconds,
        settle_s=settings.sending.settle_seconds,
        poll_s=settings.sync.poll_seconds,
        backfill=settings.sync.backfill,
        read_only=settings.read_only,
        secrets=(*settings.secrets, *secrets),
        operator=settings.ui.operator,
        asks_rights=True,
    )
    # No file from these places may be attached: they hold keys and other buyers' chats.
    own = [paths.config, paths.data, paths.cache, paths.log.parent, *private]
    if settings.key_file is not None:
        own.append(settings.key_file)
    try:
        return Inbox(store, connect, settings=wanted, private=own)
    except StoreError as problem:
        # A lock file shared by all copies cannot be opened.
        store.close()
        raise CannotStart(str(problem)) from None


def open_all(names: Sequence[str], common: Settings) -> "InboxApi":
    """One inbox for all these profiles, not started yet; those that cannot be opened are left out.

    Raises CannotStart, with all reasons, if none can be opened.
    """
    from chat_tui.inbox.multi import MultiInbox, NamedInbox

    found, left_out = _settings_of(names, common)
    # The log is opened again, now with all keys to leave out. Each inbox gets all keys, too: a text to a
    # buyer of one shop must not contain the key of another.
    secrets = [secret for settings in found.values() for secret in settings.secrets]
    logs.open_log(locate().log, level=common.log.level, secrets=secrets)
    private = [place for name in names for place in (locate(name).data, locate(name).cache)]
    private += [settings.key_file for settings in found.values() if settings.key_file is not None]
    businesses: list[NamedInbox] = []
    for name, settings in found.items():
        title = settings.market.name or name
        undo = common.sending.undo_seconds
        try:
            inbox = open_inbox(settings, locate(name), undo_seconds=undo, secrets=secrets, private=private)
        except ExpectedFailure as problem:
            left_out.append((title, str(problem)))
        except OSError as error:
            left_out.append((title, f"{error.filename}: {error.strerror}"))
        else:
            twin = next((one.name for one in businesses if one.inbox.business == inbox.business), None)
            if twin is None:
                businesses.append(NamedInbox(title, inbox))
                continue
            # Each of its chats would be listed twice, and it would not be clear which key answers.
            inbox.start(background=False)
            asyncio.run(inbox.close())
            left_out.append((title, _("This is the same business as {name}.").format(name=twin)))
    if not businesses:
        raise CannotStart(" ".join(f"{name}: {words}" for name, words in left_out))
    return MultiInbox(businesses, left_out)


def _settings_of(names: Sequence[str], common: Settings) -> tuple[dict[str, Settings], list[tuple[str, str]]]:
    """The settings of each profile, and name and reason for each whose settings cannot be used."""
    found: dict[str, Settings] = {}
    left_out: list[tuple[str, str]] = []
    for name in names:
        flags = Flags(language=common.ui.language, profile=name, read_only=common.read_only)
        try:
            found[name] = load(flags, os.environ, locate(name).settings_file)
        except SettingsProblem as problem:
            left_out.append((name, str(problem)))
    return found, left_out


def with_inbox(verb: Callable[[Context], Awaitable[int]], context: Context, *, writes: bool) -> int:
    """Run a verb on the inbox of one shop, without a screen, and return its exit code.

    `writes` = refuse the verb if the local files are read-only. Raises CannotStart, SettingsProblem, Refused.
    """
    from chat_tui.model.problem import ProblemKind
    from chat_tui.store.errors import StoreError
    from chat_tui.words.problems import problem_words
    from chat_tui.zone import find_zone

    names = chosen_profiles(context)
    if len(names) > 1:
        words = _("There are several shops: {names}. Say which one, for example: --profile {last}")
        raise CannotStart(words, names=", ".join(names), last=names[-1])
    prepare(context)
    # All printed times depend on the zone.
    if notice := find_zone(os.environ).notice:
        complain(notice)
    # A command has no key to undo a message, so it is not held back.
    context.opened = inbox = open_inbox(context.settings, context.paths, undo_seconds=0, is_seen=False)

    async def work() -> int:
        inbox.start(background=False)
        stop_drawing = draw_works(inbox)
        try:
            if (why := inbox.view_only) is not None and why.kind is ProblemKind.UNWRITABLE:
                if writes or getattr(context.asked, "fresh", False):
                    raise Refused(problem_words(why))
                complain(problem_words(why))
            return await verb(context)
        except StoreError as problem:
            raise Refused(str(problem)) from None
        finally:
            stop_drawing()
            await inbox.close()

    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        complain(context.stopped or _("Stopped."))
        raise
