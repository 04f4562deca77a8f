"""The state of the connection to the Market: beside the tabs, in the notice, in the title and in calls."""

from datetime import tzinfo

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.ids import Millis
from chat_tui.model.link import Link, LinkState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.safetext import one_line
from chat_tui.words import glyphs
from chat_tui.words.chats import chat_title
from chat_tui.words.line import Line, Role, Span, cut
from chat_tui.words.problems import problem_words
from chat_tui.words.times import MINUTE, age, when

_WAITING_FOR = {
    "getChats": N_("The Market's quota for the list is used up: new chats come after {time}."),
    "getChat": N_("The Market's quota for single chats is used up until {time}."),
    "getChatHistory": N_("The Market's quota for histories is used up: new messages come after {time}."),
    "createChat": N_("The Market's quota for new chats is used up until {time}."),
    "sendMessageToChat": N_(
        "The Market's quota for messages is used up: yours go by themselves after {time}."
    ),
    "sendFileToChat": N_("The Market's quota for files is used up: yours go by themselves after {time}."),
}
_OLD = 15 * MINUTE
"""Age from which a list needs a warning."""
_LONG_WAIT = 30_000
"""Milliseconds: shorter pauses of ours are not shown."""
_SCARCE = 0.2
"""Share of a quota up to which it needs a warning."""
_HOST_CELLS = 20
_NAME_CELLS = 24
_ASKED_ONCE = "getAuthTokenInfo"
"""A run calls this operation once: its small quota says nothing about the others."""


def status_spans(link: Link, now: Millis, *, brief: bool = False) -> Line:
    """The connection in a word, the proxy, the age of an old list, the scarcest quota, and what is held up.

    `brief` leaves out a quota that is not scarce.
    """
    spans: list[Span] = []
    if link.view_only is not None:
        spans.append(Span(_("view only"), Role.WARN))
    if link.proxy:
        words = _("via proxy {host}").format(host=cut(one_line(link.proxy), _HOST_CELLS))
        spans.append(Span(words, Role.WARN))
    if link.state is LinkState.ONLINE and link.fresh_at is not None and now - link.fresh_at >= MINUTE:
        old = _("list {age} old").format(age=age(link.fresh_at, now))
        spans.append(Span(old, Role.MUTED if now - link.fresh_at < _OLD else Role.WARN))
    shares = [one.share_left for operation, one in link.budgets.items() if operation != _ASKED_ONCE]
    if shares and link.state is LinkState.ONLINE:
        share = min(shares)
        if share <= _SCARCE or not brief:
            quota = _("quota {n} %").format(n=int(share * 100))
            spans.append(Span(quota, Role.MUTED if share > _SCARCE else Role.WARN))
    if link.sends_paused is not None and link.state is not LinkState.REFUSED:
        spans.append(Span(_("sending paused"), Role.BAD))
    if link.skipped:
        skipped = ngettext("{n} unreadable", "{n} unreadable", link.skipped).format(n=link.skipped)
        spans.append(Span(skipped, Role.WARN))
    gap = Span("  ")
    return (*_state(link), *_names(link, brief=brief), *(part for span in spans for part in (gap, span)))


def notice(link: Link, now: Millis, zone: tzinfo) -> str:
    """What the operator should know or do about the connection; empty while all is well."""
    if link.parts:
        return _notices(link, now, zone)
    if link.is_outdated:
        return one_line(link.storage)
    notices = [one_line(words) for words in dict.fromkeys((link.storage, link.unread))]
    if not link.unread:
        notices.append(_connection_notice(link, now, zone))
    return " ".join(filter(None, notices))


def _connection_notice(link: Link, now: Millis, zone: tzinfo) -> str:
    if link.state is LinkState.REFUSED and link.problem is not None:
        return problem_words(link.problem)
    if link.state is LinkState.OFFLINE:
        return _offline(link, now, zone)
    if link.sends_paused is not None:
        return _("Messages are kept and not sent. {why}").format(why=problem_words(link.sends_paused))
    return _waits(link, now, zone)


def _notices(link: Link, now: Millis, zone: tzinfo) -> str:
    """The notices of several businesses, the worst first, each with the names of its businesses."""
    names: dict[str, list[str]] = {}
    for name, part in link.parts:
        if words := notice(part, now, zone):
            names.setdefault(words, []).append(cut(one_line(name), _NAME_CELLS))
    return " ".join(f"{', '.join(having)}: {words}" for words, having in names.items())


def _waits(link: Link, now: Millis, zone: tzinfo) -> str:
    """The quota that is used up for the longest time, and until when; empty if no wait is long."""
    waits = {operation: until for operation, until in link.waits.items() if until - now >= _LONG_WAIT}
    if not waits:
        return ""
    operation = max(waits, key=waits.__getitem__)
    what = _(_WAITING_FOR.get(operation, _WAITING_FOR["getChats"]))
    return what.format(time=when(waits[operation], now, zone))


def _state(link: Link) -> Line:
    if link.state is LinkState.ONLINE:
        return (Span(f"{glyphs.ONLINE} ", Role.GOOD), Span(_("online"), Role.MUTED))
    if link.state is LinkState.CONNECTING:
        return (Span(f"{glyphs.OFFLINE} {_('connecting')}", Role.MUTED),)
    is_unwritable = link.problem is not None and link.problem.kind is ProblemKind.UNWRITABLE
    if link.state is LinkState.OFFLINE or is_unwritable:
        return (Span(f"{glyphs.OFFLINE} {_('offline')}", Role.WARN),)
    return (Span(f"{glyphs.FAILED} {_('refused')}", Role.BAD),)


def _names(link: Link, *, brief: bool) -> Line:
    """The businesses that the state is about, if not all; empty if `brief`, where the notice names them."""
    names = [cut(one_line(name), _NAME_CELLS) for name, part in link.parts if part.state is link.state]
    if brief or link.state in {LinkState.ONLINE, LinkState.CONNECTING} or len(names) == len(link.parts):
        return ()
    return (Span(f" ({', '.join(names)})", Role.MUTED),)


def _offline(link: Link, now: Millis, zone: tzinfo) -> str:
    if link.problem is None or link.problem.kind is ProblemKind.OFFLINE:
        why = _("No network.")
    else:
        why = problem_words(link.problem)
    if link.fresh_at is None:
        cache = _("The list was not brought up to date yet.")
    else:
        cache = _("Shown is the cache of {time}.").format(time=when(link.fresh_at, now, zone))
    return " ".join((why, cache, _("Messages will go by themselves.")))


# -- the window title, and calls for an operator who looks elsewhere -------------------------------------


PROGRAM = "chat-tui"


def window_title(waiting: int) -> str:
    """The name of the program, and how many chats wait for an answer."""
    if not waiting:
        return PROGRAM
    return f"{PROGRAM} · {ngettext('{n} waiting', '{n} waiting', waiting).format(n=waiting)}"


def call_words(count: int) -> str:
    """How many buyers wrote, without names or text: others may see the screen."""
    return ngettext("{n} buyer has written", "{n} buyers have written", count).format(n=count)


def dispute_words(begun: int, among: int) -> str:
    """The number of new disputes (`begun`), or of disputes with new messages (`among`) if it is 0."""
    if begun:
        return ngettext("{n} dispute has begun", "{n} disputes have begun", begun).format(n=begun)
    return ngettext("a new message in {n} dispute", "new messages in {n} disputes", among).format(n=among)


def dispute_notice(words: str, item: QueueItem, key: str) -> str:
    """The same for the operator's own screen: with the chat, and the key that shows the disputes."""
    return _("{what}: {title}. {key} shows the disputes.").format(what=words, title=chat_title(item), key=key)


def call_text(item: QueueItem, words: str) -> str:
    """Who wrote what, raw; for a dispute with that word first."""
    dispute = f"{_('dispute')}: " if item.chat.is_dispute else ""
    return f"{dispute}{chat_title(item)}: {words}"
