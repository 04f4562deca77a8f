"""The Market of the settings: address, key, business, clock, quota. Three requests, which only read."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from chat_tui.commands.access import access_of
from chat_tui.commands.checks import Finding, State
from chat_tui.inbox.connect import OpenedByKey, look
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.market.access import Access, AccessError
from chat_tui.model.chat import Chat, Page
from chat_tui.model.ids import BusinessId, Millis
from chat_tui.model.link import Budget
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.settings import Settings
from chat_tui.words.rights import refusal_words, rights_of, rights_summary
from chat_tui.words.times import spoken

CLOCKS_AGREE: Millis = 60_000
"""How far the clock may be off: the program copes with any difference, but it confuses people."""
SCARCE = 0.2
"""The share of a quota that must be left, or `doctor` warns."""

Connect = Callable[[Access], MarketApi]


def look_at(settings: Settings, connect: Connect, now: Callable[[], Millis]) -> list[Finding]:
    """All findings; `connect` makes a client, `now` is our clock. A failing Market is a finding, too."""
    if not settings.has_access:
        return _without_key(settings.market.api_url)
    try:
        return asyncio.run(_ask(access_of(settings), connect, now))
    except AccessError as problem:
        return [Finding("address", _("address"), State.BAD, str(problem))]


async def _ask(access: Access, connect: Connect, now: Callable[[], Millis]) -> list[Finding]:
    async with aclosing(connect(access)) as market:
        opened = await look(market)
        findings = [_address(access, market.proxy, opened), _key(opened)]
    if isinstance(opened, Problem):
        return findings
    business = _business(access.business_id, opened)
    findings.append(business)
    if business.state is not State.GOOD:
        return findings
    # A second client, because getChats needs a client of one business.
    number = access.business_id or opened.businesses[0].business_id
    async with aclosing(connect(replace(access, business_id=number))) as market:
        page = await market.get_chats(limit=1)
        return [*findings, _clock(page, now()), _quota(page, market.budgets.get("getChats"), now())]


def _without_key(url: str) -> list[Finding]:
    fix = _("Connect a shop: chat-tui login. To try the demo first: chat-tui demo")
    return [
        Finding("address", _("address"), State.UNKNOWN, url, _("Not checked without a key.")),
        Finding("key", _("key"), State.BAD, _("not set"), fix),
    ]


def _address(access: Access, proxy: str, opened: OpenedByKey | Problem) -> Finding:
    words = access.base_url if not proxy else f"{access.base_url} {_('via proxy {host}').format(host=proxy)}"
    finding = partial(Finding, "address", _("address"))
    # A refusal is an answer, too.
    if not isinstance(opened, Problem) or opened.certainty is Certainty.REFUSED:
        return finding(State.GOOD, _("{address} answers").format(address=words))
    if opened.kind is ProblemKind.OFFLINE:
        fix = _("Check the network and the name {host}.").format(host=access.host)
        return finding(State.BAD, _("{address} cannot be reached").format(address=words), fix)
    return finding(
        State.BAD, _("{address} answers with an error").format(address=words), refusal_words(opened)
    )


def _key(opened: OpenedByKey | Problem) -> Finding:
    finding = partial(Finding, "key", _("key"))
    if isinstance(opened, Problem):
        if opened.certainty is Certainty.REFUSED:
            return finding(State.BAD, _("rejected"), refusal_words(opened))
        return finding(State.UNKNOWN, _("unknown: no answer"))
    rights = rights_of(opened.rights)
    given = ", ".join(right.words for right in rights if right.is_given) or _("nothing")
    fix = rights_summary(opened.rights)
    state = State.UNKNOWN if fix else State.GOOD
    if not opened.rights.may_read:
        state = State.BAD
    return finding(state, _("allows: {rights}").format(rights=given), fix)


def _business(wanted: BusinessId | None, opened: OpenedByKey) -> Finding:
    finding = partial(Finding, "business", _("business"))
    choice = "; ".join(f"{one.business_id} ({one.name})" for one in opened.businesses)
    if wanted is not None and (one := opened.find(wanted)) is not None:
        return finding(State.GOOD, f"{wanted} ({one.name})")
    if wanted is None and len(opened.businesses) == 1:
        return finding(State.GOOD, choice)
    if not choice:
        fix = _("Check in the seller's cabinet which shop the key was created for.")
        return finding(State.BAD, _("the key opens no shop"), fix)
    fix = _("Set CHAT_TUI_BUSINESS_ID or business_id to one of: {choice}").format(choice=choice)
    return finding(State.BAD, str(wanted) if wanted else _("not set"), fix)


def _clock(page: Page[Chat] | Problem, now: Millis) -> Finding:
    finding = partial(Finding, "clock", _("clock"))
    if isinstance(page, Problem) or page.server_time is None:
        return finding(State.UNKNOWN, _("unknown: no answer"))
    off = now - page.server_time
    if abs(off) < CLOCKS_AGREE:
        return finding(State.GOOD, _("as the Market's"))
    words = _("{time} ahead of the Market's") if off > 0 else _("{time} behind the Market's")
    fix = _("Set this computer's clock; on Linux: timedatectl set-ntp true")
    return finding(State.BAD, words.format(time=spoken(abs(off))), fix)


def _quota(page: Page[Chat] | Problem, budget: Budget | None, now: Millis) -> Finding:
    finding = partial(Finding, "quota", _("quota"))
    if isinstance(page, Problem):
        return finding(State.BAD, _("the list was not received"), refusal_words(page))
    if budget is None:
        return finding(State.UNKNOWN, _("the Market does not report it"))
    words = _("{left} of {limit} list requests left this hour").format(
        left=budget.remaining, limit=budget.limit
    )
    if budget.share_left > SCARCE:
        return finding(State.GOOD, words)
    fix = _("Other programs of the shop use it, too. It is renewed in {time}.")
    state = State.BAD if budget.remaining == 0 else State.UNKNOWN
    return finding(state, words, fix.format(time=spoken(max(0, budget.resets_at - now))))
