"""Case 021: a read that fails costs its own answer; a verb is told, a screen goes on."""

from pathlib import Path

import pytest

from chat_tui.inbox.reads import MOST_KEPT, Reads
from chat_tui.inbox.records import whole_chat
from chat_tui.inbox.service import Inbox
from chat_tui.inbox.settings import InboxSettings
from chat_tui.inbox.writing import Writing
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreBusy, StoreProblem
from tests.store.world import CHAT, a_chat, buyer, list_chats, read_history
from tests.support.shop import open_store

WHY = "The disk failed."


async def answer(value: object) -> object:
    if isinstance(value, Exception):
        raise value
    return value


@pytest.mark.parametrize("error", [StoreProblem(WHY), StoreBusy(WHY)])
async def test_what_stands_for_an_answer_that_fails(error: Exception) -> None:
    told: list[str] = []
    reads = Reads(lambda: told.append(reads.trouble))
    with pytest.raises(type(error)):
        await reads.guarded(answer(error), "nothing")
    reads.is_lenient = True
    assert await reads.guarded(answer(error), "nothing", "key") == "nothing"
    assert await reads.guarded(answer("good"), "nothing", "key") == "good"
    assert await reads.guarded(answer(error), "nothing", "key") == "good"
    assert await reads.guarded(answer(error), "nothing", "other") == "nothing"
    assert told == [WHY, "", WHY]


async def test_few_answers_are_remembered() -> None:
    reads = Reads(lambda: None)
    reads.is_lenient = True
    for number in range(MOST_KEPT + 1):
        await reads.guarded(answer(number), -1, number)
    assert await reads.guarded(answer(StoreProblem(WHY)), -1, 0) == -1
    assert await reads.guarded(answer(StoreProblem(WHY)), -1, 1) == 1


async def test_a_fault_of_the_program_is_none_of_the_files() -> None:
    reads = Reads(lambda: None)
    reads.is_lenient = True
    with pytest.raises(RuntimeError):
        await reads.guarded(answer(RuntimeError("ours")), None)


def no_market() -> None:
    raise AssertionError("nothing is asked of the Market here")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path)
    list_chats(store, a_chat())
    read_history(store, buyer(1, 100), oldest=True)
    return store


async def test_no_ability_of_a_screen_ends_in_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market, settings=InboxSettings(backfill=False))  # type: ignore[arg-type]
    inbox._reads.is_lenient = True
    good = await inbox.queue_page(Tab.ALL)
    assert len(good.items) == 1
    await inbox.save_draft(Draft(CHAT, "начато", 6))

    def fail(*_: object) -> None:
        raise StoreProblem(WHY)

    monkeypatch.setattr(Store, "_read", fail)
    assert await inbox.queue_page(Tab.ALL) == good, "what was read last stays"
    assert (await inbox.queue_page(Tab.RETURNS)).items == ()
    assert await inbox.queue_item(CHAT) is None
    assert set((await inbox.tab_counts()).values()) == {0}
    assert await inbox.longest_wait() is None
    assert await inbox.next_waiting(None) is None
    assert await inbox.open_items() == ()
    assert (await inbox.timeline(CHAT)).entries == ()
    assert await inbox.orders.of_chat(CHAT) is None
    assert (await inbox.search_coverage()).chats == 0
    assert (await inbox.draft(CHAT)).text == "начато", "typing on does not replace it"
    assert inbox.link().unread == WHY
    refused = await inbox.mark_done(CHAT)
    assert isinstance(refused, Problem)
    assert (refused.kind, refused.message) == (ProblemKind.STORAGE, WHY)
    assert isinstance(await inbox.send_text(CHAT, "уже едет"), OutboxItem)
    monkeypatch.undo()
    assert [item.text for item in await inbox.open_items()] == ["уже едет"]
    assert inbox.link().unread == ""
    inbox._loop.discard()
    store.close()


async def test_a_record_with_holes_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market)  # type: ignore[arg-type]
    inbox._reads.is_lenient = True
    real = inbox.timeline

    async def fails(*given: object, **words: object) -> object:
        monkeypatch.setattr(Store, "_read", lambda *_: (_ for _ in ()).throw(StoreProblem(WHY)))
        return await real(*given, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox, "timeline", fails)
    record = await whole_chat(inbox, CHAT, ask=False)
    assert isinstance(record, Problem)
    assert record.message == WHY
    inbox._loop.discard()
    store.close()


async def test_a_verb_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market)  # type: ignore[arg-type]
    monkeypatch.setattr(Store, "_read", lambda *_: (_ for _ in ()).throw(StoreProblem(WHY)))
    with pytest.raises(StoreProblem):
        await inbox.queue_page(Tab.ALL)
    inbox._loop.discard()
    store.close()


def test_what_was_sent_is_no_draft_any_more(store: Store) -> None:
    writing = Writing(store, InboxSettings(), lambda: 1)
    store.write_state(drafts.save, Draft(CHAT, "x", 1), 1, copy="other").result()
    assert writing.last_draft(CHAT).text == ""
    store.close()
