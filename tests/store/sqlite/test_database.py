"""Transactions, threads, and files that vanish."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, database, drafts, marks
from chat_tui.store.database import Connection, Store, StorePaths
from chat_tui.store.errors import StoreBusy, StoreProblem
from chat_tui.store.locks import WriteLock
from tests.store.world import CHAT, a_chat, list_chats, queue_text
from tests.support.refs import ref
from tests.support.stored import chats_with_drafts


def drafted(store: Store) -> tuple[ChatRef, ...]:
    return store.read(chats_with_drafts).result()


def test_an_error_undoes_its_whole_transaction_and_no_other(store: Store) -> None:
    def half(conn: Connection) -> None:
        drafts.save(conn, Draft(CHAT, "x", 1), 1)
        raise LookupError

    with pytest.raises(LookupError):
        store.write_state(half).result()
    assert drafted(store) == ()
    store.write_state(drafts.save, Draft(CHAT, "x", 1), 1).result()
    assert drafted(store) == (CHAT,)


def test_a_reader_cannot_write(store: Store) -> None:
    for fn in (
        lambda conn: drafts.save(conn, Draft(CHAT, "x", 1), 1),
        lambda conn: chats.save_shops(conn, []),
    ):
        with pytest.raises(StoreProblem):
            store.read(fn).result()


def test_what_no_file_can_answer_is_a_sentence_and_never_its_own_cause(store: Store) -> None:
    with pytest.raises(StoreProblem, match="cannot read") as caught:
        store.read(lambda conn: conn.execute("SELECT * FROM absent")).result()
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


def test_a_read_sees_one_moment(store: Store) -> None:
    def count_twice(conn: Connection) -> tuple[int, int]:
        before = chats.counts(conn, 0)[Tab.ALL]
        list_chats(store, a_chat())
        return before, chats.counts(conn, 0)[Tab.ALL]

    assert store.read(count_twice).result() == (0, 0)
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 1


def test_reads_go_on_while_a_write_waits(store: Store, paths: StorePaths) -> None:
    with WriteLock(paths.lock("cache")).held():
        saving = store.write_cache(chats.save_page, [a_chat()], 1)
        assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
        queue_text(store, "a")
        with pytest.raises(TimeoutError):
            saving.result(0)
    assert saving.result() == {CHAT}


def test_a_write_that_waits_too_long_says_busy_and_wrote_nothing(
    store: Store, paths: StorePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WriteLock.held.__wrapped__, "__defaults__", (0.01,))  # type: ignore[attr-defined]
    with WriteLock(paths.lock("state")).held():
        saving = store.write_state(drafts.save, Draft(CHAT, "x", 1), 1)
        with pytest.raises(StoreBusy):
            saving.result()
    assert drafted(store) == ()


def test_a_full_disk_is_a_problem_in_words_and_loses_nothing_written(store: Store) -> None:
    store.write_state(drafts.save, Draft(ref(1), "x", 1), 1).result()

    def cap(conn: Connection) -> None:
        conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0]}")

    store.write_state(cap).result()
    with pytest.raises(StoreProblem, match="No space left"):
        store.write_state(drafts.save, Draft(ref(2), "y" * 100_000, 1), 1).result()
    assert drafted(store) == (ref(1),)
    store.write_state(marks.see, CHAT, MessageId(1), 1).result()


def test_closing_finishes_what_was_queued(paths: StorePaths) -> None:
    store = Store(paths)
    begin = threading.Event()
    store.write_state(lambda conn: begin.wait())
    late = [store.write_state(drafts.save, Draft(ref(n), "x", 1), n) for n in range(1, 20)]
    threading.Timer(0.01, begin.set).start()
    store.close()
    assert all(one.result(0) is None for one in late)
    store = Store(paths)
    assert len(drafted(store)) == 19
    store.close()
    assert not list(paths.data_dir.glob("*-wal"))


def test_data_version_tells_the_commits_of_others_only(store: Store, paths: StorePaths) -> None:
    before = store.data_version().result()
    list_chats(store, a_chat())
    queue_text(store, "a")
    assert store.data_version().result() == before
    other = Store(paths)
    list_chats(other, a_chat(8))
    cache, state = store.data_version().result()
    assert cache != before[0]
    assert state == before[1]
    queue_text(other, "b")
    assert store.data_version().result()[1] != state
    other.close()


@pytest.mark.parametrize("what", ["file", "directory"])
def test_a_removed_state_is_made_again_with_what_it_held(paths: StorePaths, what: str) -> None:
    store = Store(paths)
    store.write_state(drafts.save, Draft(ref(1), "x", 1), 1).result()
    if what == "file":
        for part in paths.data_dir.glob("state.db*"):
            part.unlink()
    else:
        shutil.rmtree(paths.data_dir)
    store.write_state(drafts.save, Draft(ref(2), "x", 1), 2).result()
    assert drafted(store) == (ref(2), ref(1))
    assert len(store.notices) == 1
    store.close()
    store = Store(paths)
    assert drafted(store) == (ref(2), ref(1))
    assert store.notices == ()
    store.close()


def test_a_removed_cache_begins_anew_and_is_noticed_by_looking(paths: StorePaths) -> None:
    store = Store(paths)
    list_chats(store, a_chat())
    shutil.rmtree(paths.cache_dir)
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 1, "reading goes on from the open file"
    store.data_version().result()
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
    assert list_chats(store, a_chat(8)) == {ref(8)}
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 1
    store.close()


def test_a_reader_that_could_not_be_opened_anew_is_tried_again(
    paths: StorePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(paths)) as store:
        for part in paths.cache_dir.glob("cache.db*"):
            part.unlink()
        store.data_version().result()

        def refuse(*_files: object) -> sqlite3.Connection:
            return sqlite3.connect(paths.cache_dir / "missing" / "cache.db")

        with monkeypatch.context() as moment:
            moment.setattr(database, "open_reader", refuse)
            with pytest.raises(StoreProblem):
                drafted(store)
        assert drafted(store) == ()


def test_leaving_a_replaced_file_does_not_delete_the_log_of_the_new_one(paths: StorePaths) -> None:
    stale = Store(paths)
    queue_text(stale, "a")
    for part in paths.data_dir.glob("state.db*"):
        part.unlink()
    fresh = Store(paths)
    queue_text(fresh, "b")
    log = Path(f"{paths.state.path}-wal")
    assert log.exists()
    stale.close()
    assert log.exists()
    fresh.close()
