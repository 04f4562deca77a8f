"""How much may still be asked of one operation in this hour, and by whom first. Pure arithmetic.

All moments here are milliseconds since the machine was started, so that no clock on a wall has a part in it.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

BootMillis = int
"""A moment: milliseconds since the machine was started, asleep or not."""

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
"""Published quotas per hour and business, by operationId; what the answers tell goes before them."""
HOUR: Final[BootMillis] = 3_600_000
FAIR_SHARE: Final = 0.2
"""Of the quota of the list: what the program keeps to by itself while all is well."""
LONGEST_HOLD: Final[BootMillis] = HOUR
"""However far away a told moment is, it is checked at least this often."""
_FIRST_HOLD: Final[BootMillis] = 5_000
_GROWN_HOLD: Final[BootMillis] = 300_000


class Urgency(IntEnum):
    """For whom a request is made, the most urgent first."""

    SEND = 0
    """A message, or a look for one whose fate is unknown."""
    OPEN = 1
    """The operator looks at it now."""
    NEWS = 2
    """The list from its top, and the histories of what changed."""
    FIRST = 3
    """Every chat for the first time."""
    WANTED = 4
    """Older histories, because the operator asked for all of them."""
    SWEEP = 5
    """Every chat once more."""
    BACKFILL = 6
    """Older histories, because there is time."""

    @property
    def is_background(self) -> bool:
        """Whether nobody waits for it."""
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
"""The share of the quota that is left to whoever is more urgent, and to the shop's other programs."""
_AHEAD: Final = 0.1
"""The share of what remains of the hour by which requests may run ahead of an even pace."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The account of one operation, shared by all copies of the program."""

    operation: str
    quota: int
    """Requests an hour."""
    remaining: int
    """Of them left in this hour, as far as is known: other programs of the shop use them too."""
    resets_at: BootMillis
    used: int = 0
    """Requests of ours in this hour."""
    paced_to: BootMillis = 0
    """Where an even pace would be after the requests for news made so far."""
    held_to: BootMillis = 0
    """The Market told to ask nothing before."""
    refusals: int = 0
    """Refusals in a row that did not tell until when."""

    @classmethod
    def first(cls, operation: str, now: BootMillis) -> "Quota":
        """Before anything was answered: the published quota, from now on."""
        quota = HOURLY[operation]
        return cls(operation, quota, quota, now + HOUR)

    def at(self, now: BootMillis) -> "Quota":
        """The account now: a new hour begins where the old one has ended (or the clock makes no sense)."""
        if now < self.resets_at <= now + HOUR + LONGEST_HOLD:
            return self
        return replace(self, remaining=self.quota, resets_at=now + HOUR, used=0, paced_to=0)

    def wait(self, urgency: Urgency, now: BootMillis) -> BootMillis:
        """How long such a request has to wait; 0 = it may go now. Ask the account `at` now."""
        if now < self.held_to <= now + LONGEST_HOLD:
            return self.held_to - now
        if self.remaining <= self._floor(urgency):
            return self.resets_at - now
        if urgency is Urgency.SWEEP and (wait := self._unfair(now)) > 0:
            return wait
        if urgency <= Urgency.OPEN:
            return 0
        ahead = _AHEAD * (self.resets_at - now)
        to = self._even(urgency) if urgency.is_background else self.paced_to
        return max(0, min(round(to - now - ahead), self.resets_at - now))

    def taken(self, urgency: Urgency, now: BootMillis) -> "Quota":
        """The account after a request that was allowed to go."""
        counted = replace(self, remaining=max(self.remaining - 1, 0), used=self.used + 1)
        if urgency is not Urgency.NEWS:
            # News never waits for what others asked, only for its own pace through what they left.
            return counted
        left = max(self.remaining - self._floor(urgency), 1)
        even = max(HOUR / self.quota, (self.resets_at - now) / left)
        return replace(counted, paced_to=round(max(self.paced_to, now) + even))

    def told(self, quota: int, remaining: int, resets_in: BootMillis, now: BootMillis) -> "Quota":
        """The account after an answer; within one hour the smaller count is believed."""
        resets_at = now + min(max(resets_in, 0), HOUR)
        # The answer counts whole seconds: the same hour never seems to end much later than before.
        if resets_at < self.resets_at + 60_000:
            return replace(
                self, quota=quota, remaining=min(self.remaining, remaining), resets_at=resets_at, refusals=0
            )
        return replace(self, quota=quota, remaining=remaining, resets_at=resets_at, used=1, refusals=0)

    def refused(self, wait: BootMillis | None, now: BootMillis) -> "Quota":
        """The account after "the quota is used up"; without a sensible moment the hold grows."""
        if wait is None:
            hold = min(_FIRST_HOLD * 2 ** min(self.refusals, 10), _GROWN_HOLD)
            return replace(self, held_to=now + hold, refusals=self.refusals + 1)
        return replace(self, held_to=now + min(wait, LONGEST_HOLD), refusals=0)

    def _floor(self, urgency: Urgency) -> int:
        return int(self.quota * _FLOOR[urgency])

    def _even(self, urgency: Urgency) -> float:
        """When one more request is due if all of the hour, whoever asked, is spread evenly over its share."""
        share = (self.quota - self.remaining + 1) / (self.quota - self._floor(urgency))
        return self.resets_at - HOUR + share * HOUR

    def _unfair(self, now: BootMillis) -> BootMillis:
        """How long until one more request is within our fair share of the hour so far."""
        passed = HOUR - min(self.resets_at - now, HOUR)
        return round((self.used + 1) * HOUR / (FAIR_SHARE * self.quota) - passed)
