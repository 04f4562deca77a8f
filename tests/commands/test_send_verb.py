"""The kind: a verb that waits for an event that never comes. Case 031, as processes over a socket.

Here the verb must end with the right exit code; `python -m tests.commands.send_verb` measures how soon.
"""

import asyncio
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from chat_tui.commands import acting as waiting
from chat_tui.commands.acting import delivered
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.store.errors import StoreBusy
from tests.commands.send_verb import CASES, run_all
from tests.support.refs import ref
from tests.support.waiting import crowd

SHORT = (
    "says OK and never shows the text",
    "changes the text",
    "refuses histories with 500 after the send",
    "refuses the send with 420 always",
)


def test_the_verb_ends_by_the_documented_code_whatever_the_market_does() -> None:
    cases = [case for case in CASES if case.what in SHORT]
    assert len(cases) == len(SHORT)
    for ended in run_all(cases, int(5 * crowd())):
        assert ended.is_right, ended
        assert ended.arrived == (ended.code == 0)


ITEM = OutboxItem(OutboxId("a"), ref(5), 1, OutboxKind.TEXT, "x", "", 0, "", OutboxState.SENDING, 0, 0)


def an_inbox(states: list[Any], settle_s: float = 60.0) -> Any:
    """An inbox that never publishes an event and whose engine never finishes a delivery."""

    async def outbox_item(_outbox_id: OutboxId) -> OutboxItem | None:
        now = states.pop(0) if len(states) > 1 else states[0]
        if isinstance(now, Exception):
            raise now
        return now  # type: ignore[no-any-return]

    async def deliver(_outbox_id: OutboxId) -> None:
        await asyncio.Event().wait()

    outbox = SimpleNamespace(item=outbox_item, deliver=deliver, settle_s=settle_s)
    return SimpleNamespace(outbox=outbox, subscribe=lambda _hear: lambda: None)


def stands(state: OutboxState, **more: Any) -> OutboxItem:
    return replace(ITEM, state=state, **more)


@pytest.mark.parametrize(
    ("states", "ends_as"),
    [
        ([stands(OutboxState.SENDING), stands(OutboxState.CONFIRMED)], OutboxState.CONFIRMED),
        ([stands(OutboxState.SENT), stands(OutboxState.SENT, is_released=True)], OutboxState.SENT),
        (
            [
                StoreBusy("locked"),
                stands(OutboxState.WAITING),
                StoreBusy("locked"),
                stands(OutboxState.FAILED),
            ],
            OutboxState.FAILED,
        ),
        ([stands(OutboxState.QUEUED), None], None),
    ],
)
async def test_the_row_counts_and_no_event(
    states: list[Any], ends_as: OutboxState | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    found = await delivered(an_inbox(states), ITEM, time.monotonic())
    assert (None if found is None else found.state) is ends_as


@pytest.mark.parametrize(
    "state", [OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING, OutboxState.SENT]
)
async def test_its_time_is_over_whatever_the_item_waits_for(
    state: OutboxState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SPARE_S", 0.02)
    found = await delivered(an_inbox([stands(state)], settle_s=0.01), ITEM, time.monotonic())
    assert found is not None
    assert found.state is state
