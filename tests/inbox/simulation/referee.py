"""Watches every commit and every send, and reports which promise was broken."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from chat_tui.model.chat import Sender
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import MOVES, Accepted, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from tests.inbox.simulation.kernel import Kernel
from tests.inbox.simulation.market import FaultyMarket

S = OutboxState
TOLD_SLACK_S = 1.0
"""Seconds in which a copy may still send when another one is ordered to wait: its request has begun."""


class BrokenPromiseError(AssertionError):
    """The program broke a promise; the text says which one, and by which item."""


@dataclass(slots=True)
class Story:
    """The history of one item."""

    item: OutboxItem
    asked: int = 1
    """How often the operator asked to send it."""
    again: int = 0
    """How often the operator resent it after an attempt that may have arrived."""
    is_unclear: bool = False
    left: bool = False
    was_asked_about: bool = False


@dataclass(slots=True)
class Referee:
    """The promises of one world. `keeps_times` = the Market applies and shows within the settle time."""

    market: FaultyMarket
    now: Callable[[], float]
    keeps_times: bool = True
    keeps_clock: bool = True
    """The wall clock does not jump."""
    kernel: Kernel = field(init=False)
    stories: dict[OutboxId, Story] = field(default_factory=dict)
    flying: dict[ChatRef, int] = field(default_factory=dict)
    told: dict[OutboxId, tuple[OutboxKind, float, float]] = field(default_factory=dict)
    """By item: its kind, the time that it must wait for, and when that was ordered."""
    foreign: set[tuple[ChatRef, str]] = field(default_factory=set)
    """Words of the operator that others also wrote."""
    trace: list[str] | None = None

    # -- while the world runs -------------------------------------------------------------------------

    def changed(self, owner: int, before: OutboxItem | None, after: OutboxItem | None) -> None:
        item = after or before
        assert item is not None
        self._tell(owner, item, _words(before, after))
        story = self.stories.setdefault(item.outbox_id, Story(item))
        if before is not None and after is not None:
            self._check_move(owner, before, after)
            by_operator = after.state == S.QUEUED
            if not by_operator and self.kernel.holders.get(item.chat_ref.number) != owner:
                self.fail(f"copy {owner} moved {_name(item)} without the lock of its chat")
            if before.state != S.QUEUED and by_operator:
                story.asked += 1
                story.again += before.state == S.UNCONFIRMED
                story.is_unclear = False
            if after.is_checking:
                story.is_unclear = True
            if after.attempt > before.attempt:
                self._check_told(after)
            self._note_told(after)
        if after is None:
            if item.outbox_id not in self._taken:
                self.fail(f"{_name(item)} left, and nobody took it back")
            story.left = True
            self.told.pop(item.outbox_id, None)
        else:
            story.item = after
            story.was_asked_about |= after.state == S.UNCONFIRMED
            self._check_truth(after)

    def posts(self, owner: int, item: OutboxItem) -> None:
        self._tell(owner, item, f"POST, attempt {item.attempt}")
        story = self.stories[item.outbox_id]
        if item.chat_ref in self.flying:
            self.fail(f"{_name(item)} left while another request of its chat was in flight")
        if self.kernel.holders.get(item.chat_ref.number) != owner:
            self.fail(f"copy {owner} sent {_name(item)} without the lock of its chat")
        if item.attempt < 1 or item.base_message_id is None:
            self.fail(f"{_name(item)} left before its attempt was committed")
        if story.is_unclear:
            self.fail(f"{_name(item)} was sent again though its outcome is unclear")
        self.flying[item.chat_ref] = owner

    def answered(self, owner: int, item: OutboxItem, answer: Accepted | Problem) -> None:
        self.flying.pop(item.chat_ref, None)
        if isinstance(answer, Problem) and answer.retry_after_s is not None:
            self._heard[item.outbox_id] = self.now() + answer.retry_after_s

    def has_read(self, chat_ref: ChatRef) -> None:
        self._reads[chat_ref] += 1

    def takes_back(self, outbox_id: OutboxId) -> None:
        self._taken.add(outbox_id)

    def died(self, owner: int) -> None:
        self._note(f"copy {owner} died")
        for chat_ref in [chat for chat, flown_by in self.flying.items() if flown_by == owner]:
            del self.flying[chat_ref]

    def _check_move(self, owner: int, before: OutboxItem, after: OutboxItem) -> None:
        if before.state != after.state and after.state not in MOVES[before.state]:
            self.fail(f"{_name(after)} went from {before.state} to {after.state}")
        if before.state == S.SENDING and before.is_checking and after.state == S.UNCONFIRMED:
            since, reads = self._unclear[after.outbox_id]
            looks, seconds = self._reads[after.chat_ref] - reads, self.now() - since
            if looks < 3 or seconds < 60.0:
                self.fail(f"{_name(after)} was given up after {looks} looks in {seconds:.0f} s")
        if after.is_checking and not before.is_checking:
            self._unclear[after.outbox_id] = self.now(), self._reads[after.chat_ref]

    _unclear: dict[OutboxId, tuple[float, int]] = field(default_factory=dict)
    """Since when, and for how many reads of its history, an outcome has been unclear."""
    _taken: set[OutboxId] = field(default_factory=set)
    _reads: Counter[ChatRef] = field(default_factory=Counter)
    _heard: dict[OutboxId, float] = field(default_factory=dict)
    """Times to wait for that a copy has received and not yet saved."""

    def _check_told(self, item: OutboxItem) -> None:
        """No attempt begins before a time that was saved a while ago."""
        for kind, until, told_at in self.told.values():
            known = self.now() > told_at + TOLD_SLACK_S
            if kind == item.kind and known and self.now() < until - 0.01:
                self.fail(f"{_name(item)} leaves {until - self.now():.1f} s before the told time")

    def _check_truth(self, item: OutboxItem) -> None:
        """No item is called sent or confirmed that is not there."""
        if item.state not in {S.SENT, S.CONFIRMED} or self._is_masked(item) or not self.keeps_times:
            return
        written = self.market.of_item.get(item.outbox_id, [])
        if not written:
            self.fail(f"{_name(item)} is called {item.state} and is not there")
        if item.message_id is not None and item.message_id not in written:
            self.fail(f"{_name(item)} is linked to the message of another one")

    def _note_told(self, item: OutboxItem) -> None:
        if item.state == S.WAITING and item.problem == ProblemKind.HOURLY_LIMIT:
            until = self._heard.pop(item.outbox_id, None)
            if until is not None and self.keeps_clock:
                self.told[item.outbox_id] = item.kind, until, self.now()
        else:
            self.told.pop(item.outbox_id, None)

    # -- at the end -----------------------------------------------------------------------------------

    def judge(self, open_items: tuple[OutboxItem, ...]) -> None:
        """Nothing is lost or doubled, and the order is kept."""
        self._check_lost({item.outbox_id for item in open_items})
        order: defaultdict[ChatRef, list[tuple[int, int]]] = defaultdict(list)
        for story in self.stories.values():
            item = story.item
            written = self.market.of_item.get(item.outbox_id, [])
            most = 1 if self.keeps_times and not self._is_masked(item) else 1 + story.again
            if len(written) > most:
                self.fail(f"{_name(item)} is there {len(written)} times")
            if written and story.asked == 1 and self.keeps_times and not self._is_masked(item):
                order[item.chat_ref].append((written[0], item.seq))
        for chat_ref, found in order.items():
            sequence = [seq for _, seq in sorted(found)]
            if sequence != sorted(sequence):
                self.fail(f"the order in chat {chat_ref} is {sequence}")

    def _check_lost(self, open_ids: set[OutboxId]) -> None:
        for story in self.stories.values():
            item = story.item
            if story.left:
                continue
            if item.state not in {S.CONFIRMED, S.SENT, S.FAILED, S.UNCONFIRMED}:
                self.fail(f"{_name(item)} is stuck in {item.state}")
            if item.state != S.CONFIRMED and item.outbox_id not in open_ids:
                self.fail(f"{_name(item)} is nowhere to be seen")
        for group, missing in self._missing().items():
            self.fail(f"{missing} of {group} are called sent and are not there")

    def _missing(self) -> Counter[tuple[ChatRef, str]]:
        """By words: messages called sent that the ledger lacks, except words that others wrote, too."""
        groups = Counter(
            _group(story.item)
            for story in self.stories.values()
            if not story.left and story.item.state in {S.CONFIRMED, S.SENT}
        )
        there: Counter[tuple[ChatRef, str]] = Counter()
        for chat_ref, ledger in self.market.ledger.items():
            for written in ledger:
                if written.outbox_id is not None:
                    there[chat_ref, _group(self.stories[written.outbox_id].item)[1]] += 1
        return Counter({g: n for g, n in (groups - there).items() if g not in self.foreign})

    def counts(self) -> dict[str, int]:
        """The figures of one world for the report."""
        written = [len(self.market.of_item.get(outbox_id, [])) for outbox_id in self.stories]
        by_program = [
            max(0, len(self.market.of_item.get(outbox_id, [])) - 1 - story.again)
            for outbox_id, story in self.stories.items()
        ]
        masked = [
            story
            for story in self.stories.values()
            if story.item.state == S.CONFIRMED and not self.market.of_item.get(story.item.outbox_id)
        ]
        return {
            "intents": len(written),
            "once": sum(count == 1 for count in written),
            "asked": sum(story.was_asked_about for story in self.stories.values()),
            "masked": len(masked),
            "doubles": sum(by_program),
            "lost": self._missing().total(),
        }

    def _is_masked(self, item: OutboxItem) -> bool:
        return _group(item) in self.foreign

    def fail(self, words: str) -> None:
        """End the world."""
        self._note(f"BROKEN: {words}")
        raise BrokenPromiseError(words)

    def _tell(self, owner: int, item: OutboxItem, words: str) -> None:
        if self.trace is not None:
            self._note(f"copy {owner:<3} {_name(item)} {words}")

    def _note(self, words: str) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.now():10.2f}  {words}")


def _group(item: OutboxItem) -> tuple[ChatRef, str]:
    return item.chat_ref, item.text or item.file_name


def _name(item: OutboxItem) -> str:
    return f"{item.chat_ref}/{item.seq} «{item.text or item.file_name}»"


def _words(before: OutboxItem | None, after: OutboxItem | None) -> str:
    if before is None:
        return "queued"
    if after is None:
        return f"taken back from {before.state}"
    detail = f"looks {after.looks}" if before.state == after.state else after.problem
    return f"{before.state} → {after.state} {detail} {'?' if after.is_checking else ''}"


__all__ = ["BrokenPromiseError", "Referee", "Sender", "Story"]
