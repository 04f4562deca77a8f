"""The rights of a key, the shops it opens, and why a key is refused; for the first start and `login`."""

from typing import NamedTuple

from chat_tui.inbox.connect import Cabinet
from chat_tui.locale import N_, _, ngettext
from chat_tui.model.chat import KeyRights, Shop
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.safetext import one_line
from chat_tui.words import glyphs
from chat_tui.words.chats import other_words
from chat_tui.words.line import cut
from chat_tui.words.problems import own_words, problem_words

_NAME_CELLS = 60
_FIXES = {
    ProblemKind.UNAUTHORIZED: N_(
        "Copy the whole key again, or create a new one in the seller's cabinet: Settings → API and modules."
    ),
    ProblemKind.FORBIDDEN: N_(
        "Give the key the right “Chats with buyers” in the seller's cabinet (Settings → API and "
        "modules). The change takes effect within 10 minutes."
    ),
    ProblemKind.OFFLINE: N_("No connection to the Market. Check the network and try again."),
    ProblemKind.TIMEOUT: N_("The Market did not answer in time. Try again in a moment."),
    ProblemKind.CUT: N_("The connection dropped before the answer was complete. Try again."),
    ProblemKind.NOT_FOUND: N_("This is not the address of the Market's API. Check api_url in settings.toml."),
    ProblemKind.PARALLEL_LIMIT: N_("Too many requests at once. Try again in a moment."),
    ProblemKind.HOURLY_LIMIT: N_("The key was checked too often. Try again in an hour."),
    ProblemKind.SERVER: N_("The Market has a problem on its side. Try again in a few minutes."),
    ProblemKind.UNEXPECTED_ANSWER: N_(
        "This was not an answer from the Market. Perhaps this network requires you to log in "
        "first: open any page in a browser, then try again."
    ),
}
_SWITCHED_OFF = {
    "DISABLED_BY_INACTIVITY": N_("API is off: no goods on sale for 90 days"),
    "DISABLED_BY_NO_ACTIVE_CONTRACT": N_("API is off: no contract in force"),
    "DISABLED_BY_NO_PLACEMENT_TYPE": N_("API is off: no sales model chosen"),
    "MANUALLY_DISABLED": N_("API was turned off in the cabinet"),
}


class Right(NamedTuple):
    """Something that the program can do, and whether the key allows it."""

    is_given: bool
    words: str


def rights_of(rights: KeyRights) -> tuple[Right, ...]:
    """All that the program can do, and whether this key allows it; the most important first."""
    return (
        Right(rights.may_read, _("read and search the chats with buyers")),
        Right(rights.may_write, _("answer, send files, start chats")),
        Right(rights.may_see_orders, _("see what was ordered and when it arrives")),
        Right(rights.may_see_returns, _("see returns and their deadlines")),
    )


def right_line(right: Right) -> str:
    """A right as one line; the word repeats the glyph."""
    yes, no = _("yes"), _("no")
    cells = max(len(yes), len(no))
    glyph, word = (glyphs.CONFIRMED, yes) if right.is_given else (glyphs.FAILED, no)
    return f"{glyph} {word:<{cells}}  {right.words}"


def rights_summary(rights: KeyRights) -> str:
    """What the missing rights mean for the operator, and how to get them; empty if none is missing."""
    if not rights.may_read:
        return _(
            "This key has no access to chats. Give it the right “Chats with buyers” in the "
            "seller's cabinet (Settings → API and modules), wait up to 10 minutes and try again."
        )
    if not rights.may_write:
        return _(
            "View only: everything can be read and searched, nothing can be sent. To answer buyers, give the "
            "key the right “Chats with buyers” in the seller's cabinet."
        )
    if not rights.may_see_orders:
        return _("Chats work fully. To see orders beside them, also give the key a right to read orders.")
    return ""


def business_words(business: Cabinet) -> str:
    """Name and number of a business, on one line."""
    name = _name(business.name) or _("Business")
    shops = ngettext("{n} shop", "{n} shops", len(business.shops)).format(n=len(business.shops))
    return glyphs.JOIN.join((name, str(business.business_id), shops))


def shop_words(shop: Shop) -> str:
    """The name of a shop, its way of working with the Market, and its problems."""
    parts = [_name(shop.name) or str(shop.campaign_id)]
    if shop.placement:
        parts.append(one_line(shop.placement[:20]))
    if shop.placement == "LAAS":
        parts.append(_("has no chats"))
    if shop.availability not in {"", "AVAILABLE"}:
        known = _SWITCHED_OFF.get(shop.availability)
        parts.append(_(known) if known else other_words(shop.availability))
    return glyphs.JOIN.join(parts)


def no_business() -> str:
    """The sentence for a valid key without shops."""
    return _("The key opens no shop. Check in the seller's cabinet which one it was created for.")


def refusal_words(problem: Problem) -> str:
    """Why the key was refused or could not be tested: the Market's own message, and what to do."""
    fix = _FIXES.get(problem.kind)
    if fix is None:
        return problem_words(problem)
    return " ".join(part for part in (own_words(problem), _(fix)) if part)


def _name(name: str) -> str:
    return cut(one_line(name[:200]).strip(), _NAME_CELLS)
