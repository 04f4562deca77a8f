"""How many requests of one operation are left in this hour, and who may make them. Pure arithmetic.

All moments here are milliseconds since the machine started, so that changing the wall clock has no effect.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

BootMillis = int
"""A moment: milliseconds since the machine started, including the time it slept."""

HOURLY: Final = {
    "getChats": 5_000,
    "getChat": 1_000,
    "getChatHistory": 10_000,
    "getChatMessage": 1_000,
    "createChat": 1_000,
    "sendMessageToChat": 1_000,
    "sendFileToChat": 1_000,
    "getCampaigns": 1_000,
    "getAuthTokenInfo": 100,
    "getBusinessOrders": 10_000,
    "getReturn": 7_000,
}
"""Published quotas per hour and business, by operationId; the headers of the answers override them."""
HOUR: Final[BootMillis] = 3_600_000
FAIR_SHARE: Final = 0.2
"""A sweep of the list waits until our requests are within this share of the quota."""
LONGEST_HOLD: Final[BootMillis] = HOUR
"""The longest wait: if the Market asks for more, the program checks again after this time."""
_FIRST_HOLD: Final[BootMillis] = 5_000
_GROWN_HOLD: Final[BootMillis] = 300_000


class Urgency(IntEnum):
    """The purpose of a request, the most urgent first."""

    SEND = 0
    """To send a message, or to look for one of unclear outcome."""
    OPEN = 1
    """To show what the operator looks at now."""
    NEWS = 2
    """To read the top of the list and the histories that changed."""
    FIRST = 3
    """To list every chat for the first time."""
    WANTED = 4
    """To read older history because the operator asked for all of it."""
    SWEEP = 5
    """To list every chat again."""
    BACKFILL = 6
    """To read older history in idle time."""

    @property
    def is_background(self) -> bool:
        """Whether the operator is not waiting for it."""
        return self > Urgency.NEWS


_FLOOR: Final = {
    Urgency.SEND: 0.0,
    Urgency.OPEN: 0.02,
    Urgency.NEWS: 0.05,
    Urgency.FIRST: 0.5,
    Urgency.WANTED: 0.1,
    Urgency.SWEEP: 0.5,
    Urgency.BACKFILL: 0.5,
}
"""The share of the quota left to more urgent requests and to the shop's other programs."""
_AHEAD: Final = 0.1
"""The share of the rest of the hour by which requests may be ahead of an even pace."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The account of one operation, shared by all copies of the program."""

    operation: str
    quota: int
    """Requests per hour."""
    remaining: int
    """Requests left in this hour, as far as is known: other programs of the shop use the same quota."""
    resets_at: BootMillis
    """When the next hour begins."""
    used: int = 0
    """Our requests in this hour."""
    paced_to: BootMillis = 0
    """When the next request for news is due at an even pace; an earlier one runs ahead."""
    held_to: BootMillis = 0
    """No request before this moment, because the Market refused one."""
    refusals: int = 0
    """Refusals in a row that did not say when to ask again."""

    @classmethod
    def first(cls, operation: str, now: BootMillis) -> "Quota":
        """The account before the first answer: the whole published quota, for an hour from now."""
        quota = HOURLY[operation]
        return cls(operation, quota, quota, now + HOUR)

    def at(self, now: BootMillis) -> "Quota":
        """The account at this moment; a new hour begins if the old one is over or lies too far ahead."""
        if now < self.resets_at <= now + HOUR + LONGEST_HOLD:
            return self
        return replace(self, remaining=self.quota, resets_at=now + HOUR, used=0, paced_to=0)

    def wait(self, urgency: Urgency, now: BootMillis) -> BootMillis:
        """How long such a request must wait; 0 = it may be made now. Call it on the account `at(now)`."""
        if now < self.held_to <= now + LONGEST_HOLD:
            return self.held_to - now
        if self.remaining <= self._floor(urgency):
            return self.resets_at - now
        if urgency is Urgency.SWEEP and (wait := self._unfair(now)) > 0:
            return wait
        if urgency <= Urgency.OPEN:
            # The operator is waiting for it, so it is not paced.
            return 0
        ahead = _AHEAD * (self.resets_at - now)
        to = self._even(urgency) if urgency.is_background else self.paced_to
        return max(0, min(round(to - now - ahead), self.resets_at - now))

    def taken(self, urgency: Urgency, now: BootMillis) -> "Quota":
        """The account after a request was made."""
        counted = replace(self, remaining=max(self.remaining - 1, 0), used=self.used + 1)
        if urgency is not Urgency.NEWS:
            # Other requests do not delay news; its pace only spreads over what they have left of the quota.
            return counted
        left = max(self.remaining - self._floor(urgency), 1)
        even = max(HOUR / self.quota, (self.resets_at - now) / left)
        return replace(counted, paced_to=round(max(self.paced_to, now) + even))

    def told(self, quota: int, remaining: int, resets_in: BootMillis, now: BootMillis) -> "Quota":
        """The account after an answer with these figures; within one hour the smaller `remaining` counts."""
        resets_at = now + min(max(resets_in, 0), HOUR)
        # The answer counts whole seconds, so the end of the same hour may move a little, but not by a minute.
        if resets_at < self.resets_at + 60_000:
            return replace(
                self, quota=quota, remaining=min(self.remaining, remaining), resets_at=resets_at, refusals=0
            )
        return replace(self, quota=quota, remaining=remaining, resets_at=resets_at, used=1, refusals=0)

    def refused(self, wait: BootMillis | None, now: BootMillis) -> "Quota":
        """The account after "the quota is used up"; if `wait` is None, each refusal makes the hold longer."""
        if wait is None:
            hold = min(_FIRST_HOLD * 2 ** min(self.refusals, 10), _GROWN_HOLD)
            return replace(self, held_to=now + hold, refusals=self.refusals + 1)
        return replace(self, held_to=now + min(wait, LONGEST_HOLD), refusals=0)

    def span(self, urgency: Urgency, count: int, now: BootMillis) -> BootMillis:
        """How long until `count` more such background requests may have been made, if no others are.

        Call it on the account `at(now)`.
        """
        share = max(self.quota - self._floor(urgency), 1)
        # In the order of `_even`; whatever others took beyond our share, the next hour begins with none.
        hours, place = divmod(min(self.quota - self.remaining, share) + count - 1, share)
        # The solution of `wait` = 0 for the moment at which the last of them is due.
        part = max(0.0, ((place + 1) / share - _AHEAD) / (1 - _AHEAD))
        due = self.resets_at + round((hours - 1 + part) * HOUR)
        held = self.held_to if now < self.held_to <= now + LONGEST_HOLD else now
        return max(due, held) - now if count > 0 else 0

    def _floor(self, urgency: Urgency) -> int:
        return int(self.quota * _FLOOR[urgency])

    def _even(self, urgency: Urgency) -> float:
        """When one more request is due if all of the hour, ours or not, are spread evenly over its share."""
        share = (self.quota - self.remaining + 1) / (self.quota - self._floor(urgency))
        return self.resets_at - HOUR + share * HOUR

    def _unfair(self, now: BootMillis) -> BootMillis:
        """How long until one more request fits into FAIR_SHARE of the hour so far; negative = it fits now."""
        passed = HOUR - min(self.resets_at - now, HOUR)
        return round((self.used + 1) * HOUR / (FAIR_SHARE * self.quota) - passed)
