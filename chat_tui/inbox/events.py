"""What changed, for user interfaces; the state of the link, and how far long works are.

Events carry no data: ask the inbox again.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.link import Budget, Link, LinkState, Progress, Work, together
from chat_tui.model.problem import Certainty, Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    """These chats may have moved in the list, may look different there, or may be new."""

    chat_refs: frozenset[ChatRef]


@dataclass(frozen=True, slots=True)
class TimelineChanged:
    """Messages of this chat arrived or changed."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """An outbox item of this chat was queued, changed or removed."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class MarksChanged:
    """A mark of this chat was set or removed, or another copy opened or left it.

    Its row and header changed, its messages did not.
    """

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """A requested part of this chat's history could not be read; `Inbox.link()` says why."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class OrdersChanged:
    """Requested orders or returns were read, or could not be."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection, the budgets, the age of the list or the progress of a long work changed."""


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """A part of the engine crashed; the log has the details."""

    what: str
    """The class name of the exception, never its text."""


@dataclass(frozen=True, slots=True)
class StoreMended:
    """A file of the store was lost, damaged or readable by others, and has been repaired."""

    words: str
    """A sentence for the operator."""


Event = (
    ChatsChanged
    | TimelineChanged
    | OutboxChanged
    | MarksChanged
    | HistoryFailed
    | OrdersChanged
    | LinkChanged
    | EngineFailed
    | StoreMended
)

CLOCKS_AGREE_MS: Final[Millis] = 60_000
"""A smaller difference is transit time and rounding to seconds, and does not matter for ages in minutes."""


class EventBus:
    """Publishes events to user interfaces. Lives on the engine's thread."""

    def __init__(self) -> None:
        self._hearers: list[Callable[[Event], None]] = []

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event from now on; call the result to unsubscribe."""
        self._hearers.append(hear)

        def leave() -> None:
            if hear in self._hearers:
                self._hearers.remove(hear)

        return leave

    def publish(self, event: Event) -> None:
        """Call all subscribers."""
        for hear in tuple(self._hearers):
            hear(event)


SHOWN_EVERY_S: Final = 0.5
"""Between two updates of the works under way; a work that ends sooner is never shown."""
MEASURED_S: Final = 2.0
"""How long a work is measured before the time left is told."""


@dataclass(slots=True)
class _Run:
    """One work under way, with its pace."""

    what: Work
    begun_at: float
    """In seconds of the loop, as `told_at`."""
    first: int
    """How much was done at `begun_at`."""
    done: int = 0
    total: int | None = None
    least_s: float = 0.0
    told_at: float = 0.0

    @property
    def progress(self) -> Progress:
        """How far it is, and how long it will take at its pace so far."""
        passed, came = self.told_at - self.begun_at, self.done - self.first
        if self.total is None or came <= 0 or passed < MEASURED_S:
            return Progress(self.what, self.done, self.total)
        left_s = max(passed / came * (self.total - self.done), self.least_s)
        return Progress(self.what, self.done, self.total, round(left_s))


class Works:
    """Measures long works, and tells how far they are. Lives on the engine's loop."""

    def __init__(self, tell: Callable[[tuple[Progress, ...]], None]) -> None:
        """`tell` is called with the works under way, at most every `SHOWN_EVERY_S`, and when one ends."""
        self._tell = tell
        self._runs: dict[tuple[Work, Hashable], _Run] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._shown: frozenset[Work] = frozenset()

    def step(
        self,
        what: Work,
        done: int,
        total: int | None = None,
        *,
        key: Hashable = None,
        least_s: float = 0.0,
    ) -> None:
        """So much of a work is done, of a total if that is known. The first step begins it.

        `key` tells several works of one kind apart. The rest takes `least_s` at least, for want of quota.
        """
        loop = asyncio.get_running_loop()
        run = self._runs.setdefault((what, key), _Run(what, loop.time(), done))
        run.done, run.least_s, run.told_at = done, least_s, loop.time()
        run.total = None if total is None else max(total, done)
        if self._timer is None:
            self._timer = loop.call_later(SHOWN_EVERY_S, self._show)

    def end(self, what: Work, key: Hashable = None) -> None:
        """A work is done or was given up; without effect if it is not under way."""
        if self._runs.pop((what, key), None) is not None and what in self._shown:
            self._show()

    def _show(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        works = together(run.progress for run in self._runs.values())
        self._shown = frozenset(work.what for work in works)
        self._tell(works)


LIST: Final = "getChats"
"""The operation without which nothing is known to wait."""


class LinkMonitor:
    """The state of the link with the Market; publishes its changes. Lives on the engine's thread."""

    def __init__(self, bus: EventBus, wall_ms: Callable[[], Millis]) -> None:
        self._bus = bus
        self._wall_ms = wall_ms
        self.now = Link()
        self.works = Works(lambda works: self._set(replace(self.now, works=works)))

    @property
    def refused_key(self) -> Problem | None:
        """The refusal of the key, until the operator refreshes; None = the key was not refused."""
        paused = self.now.sends_paused
        return paused if paused is not None and paused.kind is ProblemKind.UNAUTHORIZED else None

    @property
    def _refused_list(self) -> Problem | None:
        """Why the list, not the key, is refused; None = it is not."""
        now = self.now
        is_list = now.problem is not None and now.problem.operation == LIST and now.sends_paused is None
        return now.problem if is_list and now.state is LinkState.REFUSED else None

    def connected(self, proxy: str) -> None:
        """There is a client; `proxy` is the host of its proxy, empty if it has none."""
        self._set(replace(self.now, proxy=proxy))

    def recall(self, fresh_at: Millis) -> None:
        """The list was last brought up to date at this moment, in an earlier run or by another copy."""
        self._set(replace(self.now, fresh_at=fresh_at))

    def caught_up(self, fresh_at: Millis) -> None:
        """The leading copy brought the list up to date. A key refused here stays refused."""
        if self.now.state is LinkState.REFUSED and self._refused_list is None:
            self.recall(fresh_at)
        else:
            self._set(replace(self.now, state=LinkState.ONLINE, problem=None, fresh_at=fresh_at))

    def count(self, budgets: Mapping[str, Budget]) -> None:
        """What is left of the quotas, over all copies."""
        self._set(replace(self.now, budgets=dict(budgets)))

    def answered(
        self,
        operation: str,
        budgets: Mapping[str, Budget],
        *,
        fresh_at: Millis | None = None,
        skipped: int = 0,
    ) -> None:
        """A request of this operation was answered as agreed; a key refused meanwhile stays refused.

        So does the list until it is read again, though histories are read: a notice must not come and go.
        """
        now = self._wall_ms()
        refused = self.refused_key or (None if operation == LIST else self._refused_list)
        self._set(
            replace(
                self.now,
                state=LinkState.ONLINE if refused is None else LinkState.REFUSED,
                problem=refused,
                budgets=dict(budgets),
                fresh_at=fresh_at if fresh_at is not None else self.now.fresh_at,
                skipped=self.now.skipped + skipped,
                waits={operation: until for operation, until in self.now.waits.items() if until > now},
            )
        )

    def hear_clock(self, told: Millis) -> None:
        """The Market's clock, from an answer. Noted when its difference from ours has changed."""
        ahead = told - self._wall_ms()
        if abs(ahead - self.now.clock_ahead) >= CLOCKS_AGREE_MS:
            self._set(replace(self.now, clock_ahead=ahead))

    def refuse(self, problem: Problem) -> None:
        """Nothing is read or sent until the operator refreshes (`pause_sends(None)`).

        A 401 is published once, where it was received. The rooms that made the request learn of it later,
        when the operator may already have refreshed.
        """
        self._set(replace(self.now, state=LinkState.REFUSED, problem=problem, sends_paused=problem))

    def failed(self, problem: Problem) -> None:
        """A read failed: note for the status line what that says about the connection.

        A refused key was published by `refuse` already.
        """
        if problem.kind is ProblemKind.UNAUTHORIZED:
            return
        if problem.kind in {ProblemKind.HOURLY_LIMIT, ProblemKind.PARALLEL_LIMIT}:
            # The Market is reachable and answers: it wants to be asked later.
            self._hold(problem)
        elif problem.kind in {ProblemKind.SURROUNDINGS, ProblemKind.UNWRITABLE}:
            # What cannot be read cannot be written: there is no client to ask with.
            self.refuse(problem)
        elif problem.kind == ProblemKind.FORBIDDEN:
            self._set(replace(self.now, state=LinkState.REFUSED, problem=problem))
        elif problem.certainty != Certainty.REFUSED or problem.is_passing:
            self._set(replace(self.now, state=LinkState.OFFLINE, problem=problem))
        elif problem.operation == LIST:
            # The list itself is refused, for example for an unknown business: the operator must act.
            self._set(replace(self.now, state=LinkState.REFUSED, problem=problem))
        else:
            self._set(replace(self.now, problem=problem))

    def _hold(self, problem: Problem) -> None:
        state = LinkState.ONLINE if self.now.state is LinkState.CONNECTING else self.now.state
        waits = dict(self.now.waits)
        if problem.retry_after_s is not None:
            waits[problem.operation] = self._wall_ms() + round(problem.retry_after_s * 1000)
        self._set(replace(self.now, state=state, waits=waits))

    def pause_sends(self, problem: Problem | None) -> None:
        """Pause sending until the operator acts; None = resume."""
        self._set(replace(self.now, sends_paused=problem))

    def restrict(self, problem: Problem | None) -> None:
        """Nothing may be sent in this run, for this reason; None = sending is allowed."""
        self._set(replace(self.now, view_only=problem))

    def hinder(self, words: str, *, is_final: bool) -> None:
        """The local files cannot be written, for the reason in `words`; empty = they can be again."""
        self._set(replace(self.now, storage=words, is_outdated=is_final))

    def unlock(self) -> None:
        """The Market accepted a send, so the business is not locked any more. A refused key stays refused."""
        paused = self.now.sends_paused
        if paused is not None and paused.kind == ProblemKind.LOCKED:
            self.pause_sends(None)

    def _set(self, link: Link) -> None:
        if link != self.now:
            self.now = link
            self._bus.publish(LinkChanged())
