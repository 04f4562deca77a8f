"""When each outbox item may be acted on, in seconds of the machine's clock, which cannot be set.

Every copy of the program computes the wait from the item itself whenever it sees a change of it, so that all
copies observe a wait that one of them was given.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from chat_tui.clock import BootClock, boot_clock
from chat_tui.inbox.context import InboxSettings
from chat_tui.model import mark
from chat_tui.model.ids import Millis, OutboxId
from chat_tui.model.mark import Clocks, Told
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import LONGEST_HOLD

LONGEST_HOLD_S = LONGEST_HOLD / 1000
"""However long the Market asks us to wait, the item is checked at least this often."""
READY = frozenset({OutboxState.QUEUED, OutboxState.WAITING})
"""States from which an attempt begins."""
_HOLDS_ALL = frozenset({ProblemKind.LOCKED, ProblemKind.CERTIFICATE})
_Stamp = tuple[OutboxState, int, Millis, int, str]


@dataclass(frozen=True, slots=True)
class _Due:
    """From which moment (seconds since boot) an item with this `stamp` may be acted on."""

    stamp: _Stamp
    at: float


class RetrySchedule:
    """The waits of one copy, by item and by kind of item."""

    def __init__(
        self, settings: InboxSettings, wall_ms: Callable[[], Millis], clock: BootClock | None = None
    ) -> None:
        self._settings = settings
        self._wall_ms = wall_ms
        self._clock = clock or boot_clock()
        self._due: dict[OutboxId, _Due] = {}
        self._tries: dict[OutboxId, int] = {}
        self._held: dict[OutboxKind, float] = {}
        self._is_first = True
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def see(self, items: Iterable[OutboxItem]) -> None:
        """Note every item that is new or changed; a wait for quota holds back all items of its kind."""
        before, self._due = self._due, {}
        for item in items:
            known = before.get(item.outbox_id)
            if known is not None and known.stamp == _stamp(item):
                self._due[item.outbox_id] = known
            else:
                self.put_off(item, self._wait_of(item))
        self._is_first = False

    def told_again(self, items: Iterable[OutboxItem]) -> Iterator[tuple[OutboxItem, Told]]:
        """Items whose wait began before the machine was restarted, with what is left of it, to be saved."""
        for item in items:
            if item.state in READY and (told := mark.told_again(item, self._clocks())) is not None:
                yield item, told

    def seconds(self, item: OutboxItem) -> float:
        """Seconds until the item may be acted on, rounded up to milliseconds; 0 or less = now.

        Without rounding, a rest shorter than a tick of the clock would be waited for over and over.
        """
        due = self._due[item.outbox_id].at
        if item.state in READY:
            due = max(due, self._held.get(item.kind, due))
        return math.ceil((due - self._now()) * 1000) / 1000

    def learn(self, told: Iterable[OutboxItem]) -> None:
        """Note waits that the Market asked of any copy."""
        for item in told:
            known = self._due.get(item.outbox_id)
            if known is None or known.stamp != _stamp(item):
                self.put_off(item, self._wait_of(item))

    def is_held(self, item: OutboxItem) -> bool:
        """Whether items of its kind may not be sent now."""
        return self._held.get(item.kind, 0.0) > self._now()

    def pause(self, item: OutboxItem, seconds: float) -> None:
        """Leave the item alone for so long, unless it changes."""
        at = self._now() + seconds
        self._due[item.outbox_id] = _Due(_stamp(item), at)

    def put_off(self, item: OutboxItem, seconds: float) -> None:
        """As `pause`, also for other items that would fail for the same reason."""
        self.pause(item, seconds)
        at = self._due[item.outbox_id].at
        if item.state != OutboxState.WAITING:
            return
        if item.problem in _HOLDS_ALL:
            self.hold_all(seconds)
        elif item.problem == ProblemKind.HOURLY_LIMIT:
            self._held[item.kind] = max(self._held.get(item.kind, at), at)

    def hold_all(self, seconds: float) -> None:
        """The Market asks for a pause: nothing at all is sent for so long."""
        at = self._now() + min(seconds, LONGEST_HOLD_S)
        self._held = {kind: max(self._held.get(kind, at), at) for kind in OutboxKind}

    def forget(self, outbox_id: OutboxId) -> None:
        """The item left or begins anew."""
        self._due.pop(outbox_id, None)
        self._tries.pop(outbox_id, None)

    def release(self) -> None:
        """The operator says go: nothing counts any more but what the Market told."""
        self._due.clear()
        self._is_first = True

    def turned_away(self, item: OutboxItem, problem: Problem) -> float:
        """Seconds until the next try of an item that was surely not delivered."""
        tries = self._tries.get(item.outbox_id, 0)
        self._tries[item.outbox_id] = tries + 1
        if problem.retry_after_s is not None:
            return min(max(problem.retry_after_s, 0.0), LONGEST_HOLD_S)
        return self._backoff(problem.kind, tries)

    def _wait_of(self, item: OutboxItem) -> float:
        if item.state in READY:
            left = mark.left(item, self._clocks()) / 1000
            if item.state == OutboxState.QUEUED or left or self._is_first:
                return left
            return self._backoff(item.problem, self._tries.get(item.outbox_id, 0))
        if item.state == OutboxState.UNCONFIRMED or self._is_first:
            return 0.0
        if item.state == OutboxState.SENDING and not item.is_checking:
            return 0.0
        return look_pause(self._settings, item.looks)

    def _clocks(self) -> Clocks:
        return self._clock.beside(self._wall_ms())

    def _now(self) -> float:
        """Seconds since boot, which also count while the machine sleeps."""
        return self._clock.now() / 1000

    def _backoff(self, kind: str, tries: int) -> float:
        """Seconds of pause: growing with full jitter, or what this kind of refusal needs."""
        if kind in _HOLDS_ALL:
            return self._settings.backoff_s * self._jitter.uniform(1.0, 1.2)
        if kind == ProblemKind.PARALLEL_LIMIT:
            return self._jitter.uniform(1.0, 5.0)
        if kind == ProblemKind.HOURLY_LIMIT:
            return float(min(300.0, 5.0 * 2.0 ** min(tries, 9)))
        return self._jitter.uniform(0.1, 1.0) * min(self._settings.backoff_s, 2.0 ** min(tries + 1, 9))


def look_pause(settings: InboxSettings, number: int) -> float:
    """Seconds before the next look after `number` looks."""
    delays = settings.look_delays_s
    return delays[min(number, len(delays) - 1)]


def _stamp(item: OutboxItem) -> _Stamp:
    return item.state, item.attempt, item.not_before, item.looks, item.problem
