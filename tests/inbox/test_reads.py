"""Case 021: a failed read costs only its own answer: a command reports it, a screen continues."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from chat_tui.inbox.asking import MOST_KEPT, Reads
from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.events import Works
from chat_tui.inbox.evidence import whole_chat
from chat_tui.inbox.reading.scan import FullScan
from chat_tui.inbox.reading.scan import ListScan as RealWalks
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.file import AttachmentRef
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.link import SyncReport
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreBusy, StoreProblem
from tests.store.world import CHAT, a_chat, buyer, list_chats, read_history
from tests.support.shop import item_of, open_store

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
    raise AssertionError("no request may reach the Market here")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path)
    list_chats(store, a_chat())
    read_history(store, buyer(1, 100), oldest=True)
    return store


async def test_no_ability_of_a_screen_ends_in_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market, settings=InboxSettings(backfill=False))  # type: ignore[arg-type]
    inbox._asking.reads.is_lenient = True
    good = await inbox.chats.page(Tab.ALL)
    assert len(good.items) == 1
    await inbox.drafts.save(Draft(CHAT, "начато", 6))

    def fail(*_: object) -> None:
        raise StoreProblem(WHY)

    monkeypatch.setattr(Store, "_read", fail)
    assert await inbox.chats.page(Tab.ALL) == good, "the last page that could be read stays"
    assert (await inbox.chats.page(Tab.RETURNS)).items == ()
    assert await inbox.chats.item(CHAT) is None
    assert set((await inbox.chats.counts()).values()) == {0}
    assert await inbox.chats.next_waiting(None) is None
    assert await inbox.outbox.open_items() == ()
    assert (await inbox.chats.timeline(CHAT)).entries == ()
    assert await inbox.orders.of_chat(CHAT) is None
    assert (await inbox.search.coverage()).chats == 0
    assert (await inbox.drafts.get(CHAT)).text == "начато", "further typing does not replace it"
    assert inbox.link().unread == WHY
    refused = await inbox.marks.done(CHAT)
    assert isinstance(refused, Problem)
    assert (refused.kind, refused.message) == (ProblemKind.STORAGE, WHY)
    assert isinstance(await inbox.outbox.send_text(CHAT, "уже едет"), OutboxItem)
    monkeypatch.undo()
    assert [item.text for item in await inbox.outbox.open_items()] == ["уже едет"]
    assert inbox.link().unread == ""
    inbox._loop.discard()
    store.close()


async def test_a_record_with_holes_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market)  # type: ignore[arg-type]
    inbox._asking.reads.is_lenient = True
    real = inbox.chats.timeline

    async def fails(*given: object, **words: object) -> object:
        monkeypatch.setattr(Store, "_read", lambda *_: (_ for _ in ()).throw(StoreProblem(WHY)))
        return await real(*given, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(inbox.chats, "timeline", fails)
    record = await whole_chat(inbox, CHAT, ask=False)
    assert isinstance(record, Problem)
    assert record.message == WHY
    inbox._loop.discard()
    store.close()


async def test_a_verb_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(store, no_market)  # type: ignore[arg-type]
    monkeypatch.setattr(Store, "_read", lambda *_: (_ for _ in ()).throw(StoreProblem(WHY)))
    with pytest.raises(StoreProblem):
        await inbox.chats.page(Tab.ALL)
    inbox._loop.discard()
    store.close()


def test_what_was_sent_is_no_draft_any_more(store: Store) -> None:
    kept = Drafts(store, Reads(lambda: None), lambda: 1)
    store.write_state(drafts.save, Draft(CHAT, "x", 1), 1, copy="other").result()
    assert kept._known == {}
    store.close()


@pytest.mark.parametrize(
    ("error", "kind"), [(StoreProblem(WHY), ProblemKind.STORAGE), (StoreBusy(WHY), ProblemKind.BUSY)]
)
async def test_what_the_engine_cannot_do_for_the_files_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: ProblemKind, tmp_path: Path
) -> None:
    inbox = Inbox(store, no_market)  # type: ignore[arg-type]

    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(inbox._asking, "ask", fail)
    about = NewChat(ContextKind.ORDER, 7)
    refused = [
        await inbox.chats.create(about),
        await inbox.fetch_chat(CHAT),
        await inbox.fetch_whole(CHAT),
        await inbox.outbox.stop(await item_of(inbox, OutboxId("a"))),
        await inbox.files.read(AttachmentRef(CHAT, MessageId(1), 0)),
        await inbox.files.save(AttachmentRef(CHAT, MessageId(1), 0), tmp_path),
    ]
    assert [one.kind for one in refused if isinstance(one, Problem)] == [kind] * 6
    inbox._loop.discard()
    store.close()


async def test_a_walk_over_a_cache_that_began_anew_is_not_taken_for_whole(store: Store) -> None:
    class ListScan:
        began: ClassVar[list[str | None]] = []

        async def through(self, *_: object, token: str | None, step: Any, **__: object) -> None:
            self.began.append(token)
            await step("behind the first page")
            if len(self.began) == 1:
                with closing(sqlite3.connect(store.paths.cache.path, isolation_level=None)) as conn:
                    conn.execute("DROP TABLE chat")
                assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
            await step(None)

    link = SimpleNamespace(works=Works(lambda _works: None))
    client = SimpleNamespace(least_s=lambda *_: 0.0)
    ctx = SimpleNamespace(store=store, wall_ms=lambda: 5, link=link, client=client)
    sweeps = FullScan(cast("EngineContext", ctx), cast("RealWalks", ListScan()))
    await sweeps.everything(SyncReport())
    assert ListScan.began == [None, None], "from the top both times"
    assert await sweeps.done_at() == 5
    store.close()
