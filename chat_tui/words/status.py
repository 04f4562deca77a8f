"""The connection to the Market and long works: beside the tabs, in the notice, in the title and in calls."""

import itertools
from datetime import tzinfo
from typing import Final

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.ids import Millis
from chat_tui.model.link import Link, LinkState, Progress, Work
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.safetext import one_line
from chat_tui.words import glyphs
from chat_tui.words.chats import chat_title
from chat_tui.words.line import Line, Role, Span, cut, width_of
from chat_tui.words.problems import problem_words
from chat_tui.words.times import MINUTE, age, length, when

_WAITING_FOR = {
    "getChats": N_("The Market's quota for the list is used up. New chats appear after {time}."),
    "getChat": N_("The Market's quota for single chats is used up until {time}."),
    "getChatHistory": N_(
        "The Market's quota for conversations is used up. New messages appear after {time}."
    ),
    "createChat": N_("The Market's quota for new chats is used up until {time}."),
    "sendMessageToChat": N_(
        "The Market's quota for messages is used up. Yours are sent automatically after {time}."
    ),
    "sendFileToChat": N_(
        "The Market's quota for files is used up. Yours are sent automatically after {time}."
    ),
}
_OLD = 15 * MINUTE
"""Age from which a list needs a warning."""
_LONG_WAIT = 30_000
"""Milliseconds: shorter pauses of ours are not shown."""
_SCARCE = 0.2
"""Share of a quota up to which it needs a warning."""
_HOST_CELLS = 20
_NAME_CELLS = 24
_GAP: Final = Span("  ")
"""Between two phrases of the status line."""
_ASKED_ONCE = "getAuthTokenInfo"
"""A run calls this operation once: its small quota says nothing about the others."""


def status_line(link: Link, now: Millis, cells: int, *, brief: bool = False) -> Line:
    """As `status_spans`, with the first of the long works in as many words as `cells` have room for.

    Meanwhile a quota that is not scarce is left out; `brief` leaves out the time left, too. Without room for
    all of it, whole phrases are left out; the connection stays.
    """
    if link.works:
        words = (progress_words(link.works[0]), *brief_words(link.works[0]))
        for work in words[-1:] if brief else words:
            line = status_spans(link, now, brief=True, work=work)
            if width_of(line) <= cells:
                return line
    return _without_phrases(status_spans(link, now, brief=brief), cells)


def _without_phrases(line: Line, cells: int) -> Line:
    """The line without as many phrases as do not fit: those that inform before those that warn."""
    spans = list(line)
    for role in (Role.MUTED, Role.ACCENT, Role.WARN, Role.BAD):
        after = enumerate(itertools.pairwise(spans))
        for place in reversed([n for n, (gap, phrase) in after if gap == _GAP and phrase.role is role]):
            if width_of(spans) > cells:
                del spans[place : place + 2]
    return tuple(spans)


def status_spans(link: Link, now: Millis, *, brief: bool = False, work: str = "") -> Line:
    """The connection in a word, a long work, the proxy, the age of an old list, the scarcest quota, and what
    is held up.

    `brief` leaves out a quota that is not scarce. `work` are the words for the work; empty = none.
    """
    spans: list[Span] = [Span(work, Role.ACCENT)] if work else []
    if link.view_only is not None:
        spans.append(Span(_("view only"), Role.WARN))
    if link.proxy:
        words = _("via proxy {host}").format(host=cut(one_line(link.proxy), _HOST_CELLS))
        spans.append(Span(words, Role.WARN))
    if link.state is LinkState.ONLINE and link.fresh_at is not None and now - link.fresh_at >= MINUTE:
        old = _("updated {age} ago").format(age=age(link.fresh_at, now))
        spans.append(Span(old, Role.MUTED if now - link.fresh_at < _OLD else Role.WARN))
    shares = [one.share_left for operation, one in link.budgets.items() if operation != _ASKED_ONCE]
    if shares and link.state is LinkState.ONLINE:
        share = min(shares)
        if share <= _SCARCE or not brief:
            quota = _("quota: {n} % left").format(n=int(share * 100))
            spans.append(Span(quota, Role.MUTED if share > _SCARCE else Role.WARN))
    if link.sends_paused is not None and link.state is not LinkState.REFUSED:
        spans.append(Span(_("sending paused"), Role.BAD))
    if link.skipped:
        spans.append(Span(_("unreadable: {n}").format(n=link.skipped), Role.WARN))
    return (*_state(link), *_names(link, brief=brief), *(part for span in spans for part in (_GAP, span)))


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


def unread_words(link: Link, now: Millis, zone: tzinfo, refresh: str) -> str:
    """Why there are no chats yet, before the list was ever read; `refresh` is the key that asks again."""
    if link.state in {LinkState.CONNECTING, LinkState.ONLINE}:
        return _("Loading the chats…")
    words = _("The chats are not loaded yet. {why} {refresh}: try again")
    return words.format(why=notice(link, now, zone), refresh=refresh)


def _connection_notice(link: Link, now: Millis, zone: tzinfo) -> str:
    if link.state is LinkState.REFUSED and link.problem is not None:
        return problem_words(link.problem)
    if link.state is LinkState.OFFLINE:
        return _offline(link, now, zone)
    if link.sends_paused is not None:
        return _("Messages are saved but not sent. {why}").format(why=problem_words(link.sends_paused))
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
    return (Span(f"{glyphs.FAILED} {_refusal(link)}", Role.BAD),)


def _refusal(link: Link) -> str:
    kind = None if link.problem is None else link.problem.kind
    if kind is ProblemKind.UNAUTHORIZED:
        return _("key rejected")
    return _("no access") if kind is ProblemKind.FORBIDDEN else _("error")


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
        cache = _("The list has not been updated yet.")
    else:
        cache = _("Showing data from {time}.").format(time=when(link.fresh_at, now, zone))
    return " ".join((why, cache, _("Messages are sent automatically once there is a connection.")))


# -- long works ------------------------------------------------------------------------------------------


_FEW_S: Final = 60
"""Seconds: a time left up to this is told in seconds, a longer one in minutes."""


def progress_words(work: Progress) -> str:
    """How far a long work is: "loading chats 1,240 of ~9,000, 3 min left"; of an unknown total, how much."""
    words = _count_words(work) if work.total is None else _share_words(work, work.total)
    return timed_words(words, work.left_s)


def brief_words(work: Progress) -> tuple[str, str]:
    """The same in a word or two, with and without the time left: "loading 14 %", "loaded 1,240"."""
    if work.total is None:
        words = _("loaded {n}").format(n=number_words(work.done))
        return words, words
    short = {
        Work.UPLOAD: N_("sending {amount}"),
        Work.FILES: N_("saving {amount}"),
        Work.STATS: N_("counting {amount}"),
    }.get(work.what, N_("loading {amount}"))
    words = _(short).format(amount=_percent(work.done, work.total))
    return timed_words(words, work.left_s), words


def number_words(number: int) -> str:
    """A whole number with its thousands apart: 1,240."""
    # The separator differs by language; in Russian it is a blank that no line is broken at.
    return f"{number:,}".replace(",", _(","))


def timed_words(words: str, left_s: int | None) -> str:
    """The words with the seconds that are left, rounded up; None = not known, then without."""
    return words if left_s is None else _("{work}, {time} left").format(work=words, time=_left(left_s))


def _count_words(work: Progress) -> str:
    if work.what is Work.CHAT:
        words = ngettext("{n} message loaded", "{n} messages loaded", work.done)
    else:
        words = ngettext("{n} chat loaded", "{n} chats loaded", work.done)
    return words.format(n=number_words(work.done))


def _share_words(work: Progress, total: int) -> str:
    words = {
        Work.UPLOAD: N_("sending a file {share}"),
        Work.FILES: N_("saving files {done} of {total}"),
        Work.CHAT: N_("loading messages {done} of {total}"),
        Work.STATS: N_("counting replies {share}"),
        Work.HISTORY: N_("loading history {share}"),
        # A chat may come while they are listed, or be listed twice.
        Work.LISTING: N_("loading chats {done} of ~{total}"),
        Work.NEWS: N_("loading new messages {done} of {total}"),
    }[work.what]
    share = _percent(work.done, total)
    return _(words).format(done=number_words(work.done), total=number_words(total), share=share)


def _percent(done: int, total: int) -> str:
    """Rounded down: 100 % only if it is complete."""
    return f"{100 * done // max(1, total)} %"


def _left(seconds: int) -> str:
    """A time left, rounded up so that the work is not late."""
    if seconds <= _FEW_S:
        # In steps of ten, for it is an estimate.
        return _("{n} s").format(n=max(10, -(-seconds // 10) * 10))
    return length(-(-seconds // 60) * MINUTE)


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
    if begun == 1:
        return _("New dispute")
    if begun:
        return ngettext("{n} new dispute", "{n} new disputes", begun).format(n=begun)
    if among == 1:
        return _("New message in a dispute")
    return ngettext("New messages in {n} dispute", "New messages in {n} disputes", among).format(n=among)


def dispute_notice(words: str, item: QueueItem, key: str) -> str:
    """The same for the operator's own screen: with the chat, and the key that shows the disputes."""
    return _("{what}: {title} ({key} to see)").format(what=words, title=chat_title(item), key=key)


def call_text(item: QueueItem, words: str) -> str:
    """Who wrote what, raw; for a dispute with that word first."""
    dispute = f"{_('dispute')}: " if item.chat.is_dispute else ""
    return f"{dispute}{chat_title(item)}: {words}"
