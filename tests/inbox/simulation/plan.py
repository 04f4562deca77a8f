"""The properties of a world, drawn from its seed."""

import random
from dataclasses import dataclass, field, replace

from tests.inbox.simulation.market import Manners
from tests.inbox.simulation.process import Fate


@dataclass(frozen=True, slots=True)
class Plan:
    """The properties of one world."""

    seed: int
    intents: int = 300
    chats: int = 12
    copies: int = 3
    manners: Manners = field(default_factory=Manners)
    fate: Fate = field(default_factory=Fate)
    undo_s: float = 0.0
    clock_jumps: bool = False
    equal_words: float = 0.0
    """Share of the web cabinet's messages that have the same words as the operator's."""
    keeps_times: bool = True

    @classmethod
    def of(cls, seed: int, intents: int = 300) -> "Plan":
        """The plan that follows from a seed."""
        dice = random.Random(seed)
        manners = Manners(
            share=dice.choice((0.02, 0.15, 0.28, 0.28, 0.45)), page=dice.choice((1000, 1000, 2))
        )
        fate = Fate(
            crash_every=dice.choice((0, 60, 200, 200, 800)),
            freeze_every=dice.choice((0, 300, 600, 1500)),
            store_faults=dice.choice((0.0, 0.0, 0.005, 0.02)),
        )
        plan = cls(
            seed,
            intents,
            manners=manners,
            fate=fate,
            undo_s=dice.choice((0.0, 0.0, 3.0)),
            clock_jumps=dice.random() < 0.2,
            equal_words=dice.choice((0.0, 0.0, 0.0, 0.3)),
        )
        if dice.random() < 0.1:
            late = Manners(share=manners.share, applied_late=300.0, lag=90.0)
            return replace(plan, manners=late, keeps_times=False)
        return plan
