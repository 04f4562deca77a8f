"""What changed, never the data: whoever hears of it asks the inbox again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.link import Budget, Link, LinkState
from chat_tui.model.problem import Certainty, Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    """These chats may stand elsewhere in the list, look different there, or be new."""

    chat_refs: frozenset[ChatRef]


@dataclass(frozen=True, slots=True)
class TimelineChanged:
    """Messages of this chat came or changed."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """An outbox item of this chat came, moved or left."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class MarksChanged:
    """The operator marked this chat or took a mark away: its row and header changed, no message did."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """A wanted part of this chat's history could not be read; `Inbox.link()` says why."""

    chat_ref: ChatRef


@dataclass(frozen=True, slots=True)
class OrdersChanged:
    """Orders or returns that somebody wanted were read, or could not be."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection, the budgets or the age of the list changed."""


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """A part of the engine ended by a fault of the program; the log has the details."""

    what: str
    """The kind of the fault: a class name, never its text."""


@dataclass(frozen=True, slots=True)
class StoreMended:
    """A file of the store was lost, damaged or open to others, and that is mended."""

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
"""A difference below it is the way of the answer, whole seconds, and no matter for an age in minutes."""


class EventBus:
    """The engine's rooms write it, user interfaces hear of it. Lives on the engine's thread."""

    def __init__(self, wall_ms: Callable[[], Millis]) -> None:
        self._hearers: list[Callable[[Event], None]] = []
        self._wall_ms = wall_ms
        self.link = Link()

    @property
    def refused_key(self) -> Problem | None:
        """The refusal of the key, until the operator asks anew."""
        paused = self.link.sends_paused
        return paused if paused is not None and paused.kind is ProblemKind.UNAUTHORIZED else None

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event from now on; the result ends it."""
        self._hearers.append(hear)

        def leave() -> None:
            if hear in self._hearers:
                self._hearers.remove(hear)

        return leave

    def publish(self, event: Event) -> None:
        """Tell everybody."""
        for hear in tuple(self._hearers):
            hear(event)

    def connected(self, proxy: str) -> None:
        """There is a client; the host of its proxy, empty if there is none."""
        self._set(replace(self.link, proxy=proxy))

    def recall(self, fresh_at: Millis) -> None:
        """When the list was last brought up to date, in an earlier run or by another copy."""
        self._set(replace(self.link, fresh_at=fresh_at))

    def caught_up(self, fresh_at: Millis) -> None:
        """Another copy, which leads, brought the list up to date. A key refused here stays refused."""
        if self.link.state is LinkState.REFUSED:
            self.recall(fresh_at)
        else:
            self._set(replace(self.link, state=LinkState.ONLINE, problem=None, fresh_at=fresh_at))

    def count(self, budgets: Mapping[str, Budget]) -> None:
        """What is left of the quotas, whichever copy asked."""
        self._set(replace(self.link, budgets=dict(budgets)))

    def answered(
        self, budgets: Mapping[str, Budget], *, fresh_at: Millis | None = None, skipped: int = 0
    ) -> None:
        """A request was answered as agreed; a key that was refused meanwhile stays refused."""
        now = self._wall_ms()
        refused = self.refused_key
        self._set(
            replace(
                self.link,
                state=LinkState.ONLINE if refused is None else LinkState.REFUSED,
                problem=refused,
                budgets=dict(budgets),
                fresh_at=fresh_at if fresh_at is not None else self.link.fresh_at,
                skipped=self.link.skipped + skipped,
                waits={operation: until for operation, until in self.link.waits.items() if until > now},
            )
        )

    def hear_clock(self, told: Millis) -> None:
        """The Market's clock, as an answer told it: kept when ours differs from it otherwise than known."""
        ahead = told - self._wall_ms()
        if abs(ahead - self.link.clock_ahead) >= CLOCKS_AGREE_MS:
            self._set(replace(self.link, clock_ahead=ahead))

    def refuse(self, problem: Problem) -> None:
        """Nothing is read or sent until the operator asks anew (`pause_sends(None)`).

        A 401 is told of once, by what heard it. The rooms that asked learn of it later, when the operator
        may have asked anew already.
        """
        self._set(replace(self.link, state=LinkState.REFUSED, problem=problem, sends_paused=problem))

    def failed(self, problem: Problem) -> None:
        """A read failed; what that says of the connection is kept for the status line.

        Of a refused key `refuse` has told.
        """
        if problem.kind is ProblemKind.UNAUTHORIZED:
            return
        if problem.kind in {ProblemKind.HOURLY_LIMIT, ProblemKind.PARALLEL_LIMIT}:
            # The Market is there and answers: it wants to be asked later.
            self._hold(problem)
        elif problem.kind in {ProblemKind.SURROUNDINGS, ProblemKind.UNWRITABLE}:
            # What cannot be read cannot be written: there is no client to ask with.
            self.refuse(problem)
        elif problem.kind == ProblemKind.FORBIDDEN:
            self._set(replace(self.link, state=LinkState.REFUSED, problem=problem))
        elif problem.certainty != Certainty.REFUSED or problem.is_passing:
            self._set(replace(self.link, state=LinkState.OFFLINE, problem=problem))
        elif problem.operation == "getChats":
            # The list itself is refused, as for a business nobody knows: the operator must act.
            self._set(replace(self.link, state=LinkState.REFUSED, problem=problem))
        else:
            self._set(replace(self.link, problem=problem))

    def _hold(self, problem: Problem) -> None:
        state = LinkState.ONLINE if self.link.state is LinkState.CONNECTING else self.link.state
        waits = dict(self.link.waits)
        if problem.retry_after_s is not None:
            waits[problem.operation] = self._wall_ms() + round(problem.retry_after_s * 1000)
        self._set(replace(self.link, state=state, waits=waits))

    def pause_sends(self, problem: Problem | None) -> None:
        """Nothing is sent until the operator acts, or sending goes on (None)."""
        self._set(replace(self.link, sends_paused=problem))

    def restrict(self, problem: Problem | None) -> None:
        """Nothing may be sent in this run, or (None) everything may."""
        self._set(replace(self.link, view_only=problem))

    def hinder(self, words: str, *, is_final: bool) -> None:
        """The local files cannot be written (why, in sentences), or (empty) can be again."""
        self._set(replace(self.link, storage=words, is_outdated=is_final))

    def unlock(self) -> None:
        """A send was taken: the business is not locked any more. A key that is refused stays refused."""
        paused = self.link.sends_paused
        if paused is not None and paused.kind == ProblemKind.LOCKED:
            self.pause_sends(None)

    def _set(self, link: Link) -> None:
        if link != self.link:
            self.link = link
            self.publish(LinkChanged())
