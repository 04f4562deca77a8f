"""Delivery in virtual time: hundreds of intents under crashes, pauses, faults and jumping clocks.

The thorough proof has 6,000, `python -m tests.inbox.simulation` runs 50,000; with `--seed N` it replays the
world that a failure names.
"""

import logging
from collections import Counter
from collections.abc import Iterable

import pytest

from chat_tui.inbox.sending.reconciler import Reconciler
from chat_tui.model.outbox import OutboxState
from tests.inbox.simulation.__main__ import INTENTS, line, many
from tests.inbox.simulation.life import simulate
from tests.inbox.simulation.market import Manners
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.referee import BrokenPromiseError
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

WORLDS = 20
AT_ONCE = 5
"""Worlds per test."""


def test_hundreds_of_intents_none_lost_none_doubled() -> None:
    total = _lived(range(3, 8), intents=60)
    assert total["intents"] >= 295
    # The world was hard enough to prove something.
    assert total["asked"] > 10
    assert total["stopped"] > 4
    assert total["copies"] > 40


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_thousands_of_intents_none_lost_none_doubled(first: int) -> None:
    total = _lived(range(first, first + AT_ONCE), INTENTS)
    assert total["intents"] >= AT_ONCE * INTENTS * 0.99
    assert total["asked"] > 25
    assert total["stopped"] > 10
    assert total["copies"] > 4 * AT_ONCE


def _lived(seeds: Iterable[int], intents: int) -> Counter[str]:
    try:
        total = many(seeds, intents)
    finally:
        logging.disable(logging.NOTSET)
    print(line(total))  # noqa: T201 - the report
    assert (total["doubles"], total["lost"]) == (0, 0)
    return total


def test_a_seed_replays_to_the_letter() -> None:
    traces: list[list[str]] = [[], []]
    logging.disable(logging.CRITICAL)
    try:
        for trace in traces:
            simulate(Plan.of(7, 30), trace)
    finally:
        logging.disable(logging.NOTSET)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 100


def test_a_market_without_faults_takes_every_text_once() -> None:
    report = simulate(Plan(seed=1, intents=60, manners=Manners(share=0.0)))
    assert report["once"] >= report["intents"] - 6
    assert report["asked"] == 0


def test_the_referee_notices_what_is_called_sent_and_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that gives up looking too early is caught, and the message names the seed."""
    monkeypatch.setattr(Reconciler, "look", _see_nothing)
    with pytest.raises(BrokenPromiseError, match="seed 3"):
        simulate(Plan(seed=3, intents=120, manners=Manners(share=0.28)))


def test_the_figures_are_counted(stage: Stage) -> None:
    one, other = stage.send("Да"), stage.send("Нет")
    for outbox_id in (one, other):
        stage.reaches(outbox_id, OutboxState.CONFIRMED)
    counts = stage.world.referee.counts()
    assert (counts["intents"], counts["once"], counts["doubles"], counts["lost"]) == (2, 2, 0, 0)
    ledger = stage.market.ledger[ref(1)]
    del ledger[0], stage.market.of_item[one]
    stage.market.of_item[other].append(ledger[0].message.message_id)
    counts = stage.world.referee.counts()
    assert (counts["intents"], counts["once"], counts["doubles"], counts["lost"]) == (2, 0, 1, 1)


async def _see_nothing(self: Reconciler, item: object) -> object:
    return item
