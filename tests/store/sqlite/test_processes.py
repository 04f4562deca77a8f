"""Several real processes on the same files, some of them killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Store, StorePaths
from tests.store.world import CHAT, a_chat, list_chats, queue_text
from tests.support.refs import BUSINESS, ref
from tests.support.stored import chats_with_drafts

WRITER = """
import sys
from pathlib import Path
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Store, StorePaths
from tests.support.refs import BUSINESS, ref
store = Store(StorePaths(Path(sys.argv[1]), Path(sys.argv[2]), BUSINESS))
for number in range(1, int(sys.argv[3]) + 1):
    store.write_state(drafts.save, Draft(ref(number), "текст " * 30, 0), number).result()
    print(number, flush=True)
sys.stdin.read()
"""


def open_and_write(paths: StorePaths, number: int) -> tuple[str, ...]:
    store = Store(paths)
    list_chats(store, a_chat(number))
    queue_text(store, f"o{number}", chat_ref=5)
    store.close()
    return store.notices


def test_copies_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    with get_context("spawn").Pool(3) as pool:
        for turn in range(8):
            paths = StorePaths(tmp_path / f"c{turn}", tmp_path / f"d{turn}", BUSINESS)
            found = pool.starmap(open_and_write, [(paths, number) for number in (1, 2, 3)])
            assert found == [(), (), ()]
            store = Store(paths)
            counted = store.read(
                lambda conn: [
                    conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("chat", "outbox")
                ]
            ).result()
            store.close()
            assert counted == [3, 3]
        pool.close()
        pool.join()


def killed_writer(paths: StorePaths, commits: int, *, most: int = 1_000_000) -> int:
    """Kill a writer after so many commits; returns the number of the last one that it reported.

    It continues until the kill arrives, up to `most`.
    """
    command = [sys.executable, "-c", WRITER, str(paths.cache_dir), str(paths.data_dir), str(most)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = 0
        for line in writer.stdout:
            told = int(line)
            if told == commits:
                os.kill(writer.pid, signal.SIGKILL)
    assert told >= commits
    return told


def kept(paths: StorePaths) -> list[ChatRef]:
    store = Store(paths)
    found = sorted(store.read(chats_with_drafts).result())
    store.close()
    return found


@pytest.mark.parametrize("commits", [1, 40, 333])
def test_a_killed_writer_loses_no_acknowledged_commit(paths: StorePaths, commits: int) -> None:
    told = killed_writer(paths, commits)
    with closing(sqlite3.connect(paths.state.path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = kept(paths)
    assert found == [ref(n) for n in range(1, len(found) + 1)]
    assert len(found) in {told, told + 1}, "the last one may be committed and not told"


def test_a_killed_writer_and_a_spoilt_index_of_its_log(paths: StorePaths) -> None:
    told = killed_writer(paths, 40)
    Path(f"{paths.state.path}-shm").write_bytes(os.urandom(32_768))
    assert len(kept(paths)) >= told


def test_a_log_cut_in_a_frame_keeps_the_commits_before_it(paths: StorePaths) -> None:
    killed_writer(paths, 40)
    log = Path(f"{paths.state.path}-wal")
    os.truncate(log, log.stat().st_size * 2 // 3)
    found = kept(paths)
    assert found == [ref(n) for n in range(1, len(found) + 1)]
    assert len(found) >= 10


def test_a_lost_log_leaves_what_was_in_the_file(paths: StorePaths) -> None:
    store = Store(paths)
    store.write_state(drafts.save, Draft(CHAT, "x", 1), 1).result()
    store.close()
    # A late kill would come after SQLite has moved the log into the file, which it does every thousand pages.
    killed_writer(paths, 5, most=5)
    Path(f"{paths.state.path}-wal").unlink()
    assert kept(paths) == [CHAT]
