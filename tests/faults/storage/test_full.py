"""F-105 to F-107: no space. The program reports what it could not write, and does not send it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store.database import Connection, Store
from tests.faults.support.checks import Typed, mark_of, read_rows
from tests.faults.support.processes import Process, await_true
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.waiting import until
from tests.ui.app_stage import desk

Start = Callable[..., Process]
LONG = "Посылка уже в пути. " * 200


def cap(conn: Connection, *, is_full: bool) -> None:
    """Limit a database to the pages that it has, or lift the limit."""
    used = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {used if is_full else 1_000_000}")


def fill_up(store: Store, *, is_full: bool = True) -> None:
    """Leave no space for the state."""
    store.write_state(cap, is_full=is_full).result()


async def test_f_105_full_at_enqueue(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    fill_up(shop.store)
    said = [await shop.inbox.outbox.send_text(chat, f"{number} {LONG}") for number in range(3)]
    refused = [outcome for outcome in said if isinstance(outcome, Problem)]
    assert {problem.kind for problem in refused} == {ProblemKind.STORAGE}
    fill_up(shop.store, is_full=False)
    # One text may have fit into a free page; only texts that were reported as queued are sent.
    kept = [outcome.text for outcome in said if not isinstance(outcome, Problem)]
    last = await trial.send(chat, "m1")
    await trial.confirmed(last)
    assert trial.texts(chat) == [*kept, "m1"]
    trial.typed = [Typed(row.chat_ref, mark_of(row), row.outbox_id) for row in read_rows(trial.root)]
    await trial.check()


async def test_f_105_full_at_enqueue_before_the_operator(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter", "c")
        await there.write("Не потеряйся")
        fill_up(there.store)
        await there.paste(f" {LONG}")
        before = there.box
        await there.press("enter")
        await there.until_told("cannot be written, so nothing was sent")
        assert there.box == before
        assert there.sent == []
        fill_up(there.store, is_full=False)
        await there.press_again("enter")
        await there.until(lambda: there.sent, "the text sent once there is room")
        assert [text for _, text in there.sent_texts] == [before.rstrip()]


@pytest.mark.parametrize("accepted", [True, False])
async def test_f_106_full_after_the_answer(trial: Trial, start: Start, *, accepted: bool) -> None:
    (chat,) = await trial.warm(1)
    answer = threading.Event()
    trial.script(Answer(until=answer) if accepted else Answer(status=500, until=answer, accept=False))
    process = start().ready()
    outbox_id = process.ask("send", chat=chat, text="m1")["id"]
    await_true(trial.posts)
    process.ask("limit", size=1)
    answer.set()
    await_true(lambda: trial.market.idle)
    # It can write nothing now, whatever it tries.
    assert {process.ask("save", chat=number, text="x")["problem"] for number in range(1, 20)} == {"storage"}
    process.kill()
    assert [row.state for row in read_rows(trial.root)] == [OutboxState.SENDING]
    trial.typed = [Typed(chat, "m1", outbox_id)]
    trial.open()
    if accepted:
        await trial.confirmed(outbox_id)
    else:
        await trial.unconfirmed(outbox_id)
    assert len(trial.posts()) == 1, "looked up, not sent again"
    assert trial.texts(chat) == ["m1"] * accepted
    await trial.check()


async def test_f_107_a_limit_on_the_size_of_files(trial: Trial, start: Start) -> None:
    (chat,) = await trial.warm(1)
    process = start().ready()
    process.ask("save", chat=chat, text="черновик")
    log = trial.root / "data" / "state.db-wal"
    process.ask("limit", size=log.stat().st_size)
    assert process.ask("send", chat=chat, text="m1") == {"problem": "storage"}
    assert process.ask("save", chat=chat, text="черновик и ещё") == {"problem": "storage"}
    assert process.ask("draft", chat=chat)["text"] == "черновик", "it still runs, with its draft"
    assert not trial.posts()
    process.ask("limit", size=-1)
    outbox_id = process.ask("send", chat=chat, text="m1")["id"]
    await_true(lambda: not process.ask("open_items")["items"])
    process.close()
    trial.typed = [Typed(chat, "m1", outbox_id)]
    await trial.check()


async def test_f_105_a_full_cache_stops_no_send(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    outbox_id = await trial.send(chat, "m1")
    await trial.confirmed(outbox_id)

    trial.shop.store.write_cache(cap, is_full=True).result()
    trial.market.say(chat.number, LONG * 3)
    other = await trial.send(chat, "m2")

    async def posted() -> bool:
        return len(trial.posts()) == 2

    await until(posted)
    trial.shop.store.write_cache(cap, is_full=False).result()
    await trial.confirmed(other)
    await trial.check()
