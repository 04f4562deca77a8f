"""The promises about a day, and its report."""

from collections.abc import Sequence
from typing import Final

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.copies.leader import PATIENCE_MS
from chat_tui.model.quota import FAIR_SHARE, Urgency
from chat_tui.sandbox.server import PER_HOUR
from tests.soak.requests import MOST_AT_ONCE, TAKES_S
from tests.soak.run import Outcome
from tests.soak.shop import Order

POLL_S: Final = InboxSettings().poll_s
OPERATIONS: Final = ("getChats", "getChatHistory", "getChat", "getCampaigns")
READS_PER_CHANGE: Final = 1.05
LATEST_S: Final = POLL_S + 2 * TAKES_S[1]
"""Seconds: one poll, one request for the list, one for the history."""
FROZEN_NOTICED_S: Final = 4 * POLL_S + PATIENCE_MS / 1000 + 2 * TAKES_S[1]
KILLED_NOTICED_S: Final = POLL_S + 2 * TAKES_S[1]
GROWTH: Final = 1.05


def broken(outcome: Outcome) -> list[str]:
    """The broken promises, in sentences; those about polling times apply only to a newest-first list."""
    plan, found = outcome.plan, []

    def promise(is_kept: bool, words: str) -> None:
        if not is_kept:
            found.append(words)

    promise(outcome.peak <= MOST_AT_ONCE, f"{outcome.peak} requests at once")
    promise(outcome.refusals == 0, f"{outcome.refusals} requests were refused")
    promise(not outcome.missing, f"{len(outcome.missing)} differences: {outcome.missing[:5]}")
    for operation in OPERATIONS:
        promise(outcome.peak_of(operation) <= PER_HOUR[operation], f"{operation} beyond its quota")
    left = 0.5 - MOST_AT_ONCE / PER_HOUR["getChatHistory"]
    promise(backfill_left(outcome) >= left, f"backfill left {backfill_left(outcome)}")
    promise(outcome.backfilled > min(plan.old_chats, 1_000) / 2, f"backfill read {outcome.backfilled} chats")
    promise(_growth(outcome.held) <= GROWTH, f"the rooms hold {outcome.held} bytes")
    ratio = outcome.news_reads / max(outcome.told, 1)
    promise(ratio <= READS_PER_CHANGE, f"{ratio:.3f} histories per changed chat")
    if plan.order is Order.NEWEST and not plan.others_per_hour:
        fair = FAIR_SHARE * PER_HOUR["getChats"]
        promise(outcome.list_per_hour <= fair, f"{outcome.list_per_hour:.0f} requests an hour for the list")
        promise(outcome.p95_s() <= LATEST_S, f"delay p95 {outcome.p95_s():.2f} s")
        late = max(outcome.delays_s)
        promise(late <= 2 * FROZEN_NOTICED_S, f"the slowest message took {late:.1f} s")
        polls = max(sum(hour.values()) for hour in outcome.pollers.values())
        promise(polls <= 3600 / POLL_S * 1.02 + 2, f"{polls} looks at the list's top in an hour")
    for takeover, most in zip(outcome.takeovers_s, (FROZEN_NOTICED_S, KILLED_NOTICED_S), strict=False):
        promise(takeover <= most + 1.0, f"nobody led for {takeover} s")
    return found


def backfill_left(outcome: Outcome) -> float:
    """The least share of the quota for histories that a background read left."""
    return outcome.least_left.get(("getChatHistory", Urgency.BACKFILL), 1.0)


def _growth(held: Sequence[int]) -> float:
    return held[-1] / held[0] if len(held) > 1 else 1.0


def table(outcomes: Sequence[Outcome]) -> str:
    """Requests in the busiest hour by operation and number of copies; then one line per figure."""
    head = "".join(f"{outcome.plan.copies:>11}" for outcome in outcomes)
    lines = [f"{'copies':<46}{head}"]

    def line(name: str, figures: Sequence[str]) -> None:
        lines.append(f"{name:<46}" + "".join(f"{figure:>11}" for figure in figures))

    for operation in OPERATIONS:
        quota = PER_HOUR[operation]
        line(f"{operation}, busiest hour (quota {quota})", [str(o.peak_of(operation)) for o in outcomes])
    line("getChats an hour after the first reading", [f"{o.list_per_hour:.0f}" for o in outcomes])
    line("  of its quota, %", [f"{o.list_per_hour / PER_HOUR['getChats']:.1%}" for o in outcomes])
    line("looks at the top, busiest hour", [str(_most_looks(o)) for o in outcomes])
    line("first reading of all chats, s", [f"{o.first_read_s:.0f}" for o in outcomes])
    line("messages", [str(len(o.delays_s)) for o in outcomes])
    line(
        "  delay p50 / p95 / max, s",
        [f"{_middle(o):.1f}/{o.p95_s():.1f}/{max(o.delays_s):.0f}" for o in outcomes],
    )
    line("changes told by the list", [str(o.told) for o in outcomes])
    line("  histories read per change", [f"{o.news_reads / max(o.told, 1):.3f}" for o in outcomes])
    line("most requests at once", [str(o.peak) for o in outcomes])
    line("refused by the Market", [str(o.refusals) for o in outcomes])
    line("histories complete, chats", [str(o.backfilled) for o in outcomes])
    line("  least share of the quota left by it", [f"{backfill_left(o):.1%}" for o in outcomes])
    line("held by a copy's rooms, first eighth, bytes", [str(o.held[0]) if o.held else "-" for o in outcomes])
    line("  growth to the last eighth", [f"{_growth(o.held) - 1:+.1%}" for o in outcomes])
    line(
        "without a leader: frozen / killed, s",
        ["/".join(f"{s:.0f}" for s in o.takeovers_s) or "-" for o in outcomes],
    )
    line("chats or messages missing", [str(len(o.missing)) for o in outcomes])
    return "\n".join(lines) + "\n"


def _middle(outcome: Outcome) -> float:
    return sorted(outcome.delays_s)[len(outcome.delays_s) // 2]


def _most_looks(outcome: Outcome) -> int:
    return max(sum(hour.values()) for hour in outcome.pollers.values())
