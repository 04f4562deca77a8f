"""`login`: connect a shop without a screen. The key is read, tried with the Market, and only then stored."""

import asyncio
import getpass
import sys
import warnings
from functools import partial

from chat_tui.commands.access import try_key
from chat_tui.commands.context import CannotStart, Context, Refused, complain, report
from chat_tui.inbox.connect import Cabinet, OpenedByKey, look_with
from chat_tui.locale import _
from chat_tui.model.problem import Problem
from chat_tui.settings import SettingsProblem
from chat_tui.settings.keep import KeyInTheWay, check_place, keep_shop, table_of
from chat_tui.settings.secret import ENVIRONMENT, MOST_BYTES, pasted
from chat_tui.words.rights import (
    business_words,
    no_business,
    refusal_words,
    right_line,
    rights_of,
    rights_summary,
    shop_words,
)


def login(context: Context) -> int:
    """Check the key, report its rights and its business, and store it. Raises ExpectedFailure, OSError."""
    asked, settings_file = context.asked, context.paths.settings_file
    typed = _from_input() if asked.token_stdin else _asked()
    try:
        key = pasted(typed, _("Api-Key"))
    except SettingsProblem as problem:
        raise Refused(str(problem)) from None
    # The Market is asked before anything is written, so that no useless key is stored.
    opened = asyncio.run(look_with(partial(try_key, context.settings), key))
    if isinstance(opened, Problem):
        raise Refused(refusal_words(opened))
    _show_rights(opened)
    if not opened.rights.may_read:
        raise Refused(rights_summary(opened.rights))
    business = _chosen(opened, _wanted(context), may_ask=not asked.token_stdin)
    for line in (business_words(business), *(f"  {shop_words(shop)}" for shop in business.shops)):
        report(line)
    table = table_of(context.asked.profile)
    # A key that is already there opens a shop: only --replace removes it.
    try:
        check_place(settings_file, business.business_id, table, replace=asked.replace)
    except KeyInTheWay as problem:
        raise Refused(str(problem)) from None
    key_file = keep_shop(settings_file, key, business.business_id, table)
    words = _("The key is in {file}, which only you can read; {settings} points to it.")
    report(words.format(file=key_file, settings=settings_file))
    # The environment overrides the file: a key there would be used instead of this one.
    if others := ", ".join(name for name in ENVIRONMENT if context.environ.get(name)):
        words = _("{names} is set and overrides the file. Unset it to use this key.")
        complain(words.format(names=others))
    return 0


def _from_input() -> str:
    """The key from standard input."""
    # More than the longest key is read, so that `pasted` can refuse a longer text as too long.
    return sys.stdin.buffer.read(4 * MOST_BYTES).decode("utf-8", "surrogateescape")


def _asked() -> str:
    """The key as the operator types or pastes it, without echo. Raises CannotStart."""
    if not sys.stdin.isatty():
        raise CannotStart(
            _("There is no terminal to ask for the key. Pass it through a pipe: chat-tui login --token-stdin")
        )
    report(
        _("Create an Api-Key in the seller's cabinet: Settings → API and modules, right “Chats with buyers”.")
    )
    with warnings.catch_warnings():
        # getpass only warns, and then shows the key, where the terminal cannot turn off its echo.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(_("Api-Key (hidden): "))
        except EOFError:
            return ""
        except getpass.GetPassWarning:
            raise CannotStart(
                _("This terminal cannot hide the key. Pass it through a pipe: chat-tui login --token-stdin")
            ) from None


def _show_rights(opened: OpenedByKey) -> None:
    report(_("Key “{name}” allows you to:").format(name=opened.rights.name or "?"))
    for right in rights_of(opened.rights):
        report(f"  {right_line(right)}")
    if opened.rights.may_read and (summary := rights_summary(opened.rights)):
        report(summary)


def _wanted(context: Context) -> int | None:
    """The business named by the operator; None = none. The environment was checked with the settings."""
    if context.asked.business is not None:
        return int(context.asked.business)
    named = context.environ.get("CHAT_TUI_BUSINESS_ID", "").strip()
    return int(named) if named else None


def _chosen(opened: OpenedByKey, wanted: int | None, *, may_ask: bool) -> Cabinet:
    """The business to connect; `may_ask` = the operator may choose one. Raises Refused."""
    found = opened.businesses
    if not found:
        raise Refused(no_business())
    if wanted is not None:
        business = opened.find(wanted)
        if business is None:
            words = _("The key does not open business {wanted}. It opens: {choice}")
            raise Refused(words, wanted=wanted, choice="; ".join(map(business_words, found)))
        return business
    if len(found) == 1:
        return found[0]
    for number, business in enumerate(found, 1):
        report(f"{number}  {business_words(business)}")
    if not may_ask:
        raise Refused(_("The key opens several businesses. Choose one: --business ID"))
    try:
        typed = input(_("Which one? Its number: ")).strip()
    except (EOFError, OSError):
        typed = ""
    if typed.isascii() and typed.isdigit() and len(typed) < 10 and 1 <= int(typed) <= len(found):
        return found[int(typed) - 1]
    raise Refused(_("There is no such number in the list. Nothing was stored."))
