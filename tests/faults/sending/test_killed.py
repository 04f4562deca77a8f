"""kill -9 at every step of a send: the next start finds every item, sends none twice, and reports doubts."""

import threading
from pathlib import Path
from typing import Any

import pytest

from chat_tui.model.outbox import OutboxState
from tests.faults.support.checks import Typed, ledger_marks, mark_of, read_rows
from tests.faults.support.processes import await_true
from tests.faults.support.steps import FILE_STEPS, TEXT_STEPS, UNSAFE_YET
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.waiting import until


async def settle(trial: Trial) -> None:
    """Start again; the operator resends the unclear items that could not be found."""
    trial.typed = [Typed(row.chat_ref, mark_of(row), row.outbox_id) for row in read_rows(trial.root)]
    trial.open()

    async def all_settled() -> bool:
        items = await trial.shop.inbox.outbox.open_items()
        for item in items:
            if item.state == OutboxState.UNCONFIRMED:
                assert mark_of(item) not in trial.texts(item.chat_ref), "asked though the message is there"
                assert await trial.shop.inbox.outbox.resend(item) is None
        return not items

    await until(all_settled, "an end of everything")


@pytest.mark.parametrize(
    "step", with_quick(TEXT_STEPS, "insert", "commit", "attempt commit", "last byte", "sent, uncommitted")
)
async def test_f_121_killed_in_a_text_send(trial: Trial, start: Any, step: str) -> None:
    (chat,) = await trial.warm(1)
    process = start(stop_at=step).ready()
    assert trial.market.api_key.encode() not in process.arguments
    assert process.ask("save", chat=chat, text="m1") == {"problem": ""}
    process.tell("send", chat=chat, text="m1")
    process.await_stop()
    process.kill()
    await settle(trial)
    if step in UNSAFE_YET:
        assert (await trial.shop.inbox.drafts.get(chat)).text == "m1"
        assert trial.texts(chat) == []
    else:
        assert (await trial.shop.inbox.drafts.get(chat)).text == ""
        assert trial.texts(chat) == ["m1"]
    await trial.check()


async def test_f_121_killed_when_it_was_accepted_and_not_yet_answered(trial: Trial, start: Any) -> None:
    (chat,) = await trial.warm(1)
    trial.script(Answer(until=threading.Event()))
    process = start().ready()
    process.ask("send", chat=chat, text="m1")
    await_true(lambda: trial.market.ledger)
    process.kill()
    await settle(trial)
    assert trial.texts(chat) == ["m1"]
    assert len(trial.posts()) == 1
    await trial.check()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "фото.jpg"
    path.write_bytes(bytes(range(250)) * 8_000)
    return path


@pytest.mark.parametrize("step", with_quick(FILE_STEPS, "spooled", "commit", "99 %"))
async def test_f_122_killed_in_a_file_send(trial: Trial, start: Any, photo: Path, step: str) -> None:
    (chat,) = await trial.warm(1)
    process = start(stop_at=step).ready()
    process.tell("file", chat=chat, path=str(photo))
    process.await_stop()
    process.kill()
    await settle(trial)
    assert ledger_marks(trial.market.ledger, chat) == ([] if step in UNSAFE_YET else ["фото.jpg"])
    assert {entry.size for entry in trial.market.ledger} <= {2_000_000}
    await trial.check()
