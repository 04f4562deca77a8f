"""F-109, F-110: files damaged while the program was closed. Readable rows are kept, losses reported."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts, marks
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreProblem
from chat_tui.store.sqlite import opening
from tests.faults.support.checks import check_modes, read_rows, rows_of
from tests.faults.support.processes import Process
from tests.faults.support.trial import Trial
from tests.store.world import a_chat, bring, list_chats, queue_text
from tests.support.damage import DAMAGES, PAGE, damage
from tests.support.refs import ref
from tests.support.shop import open_store, store_paths
from tests.support.stored import chats_with_drafts

Start = Callable[..., Process]
S = OutboxState
DRAFTS, ITEMS = 400, 200
LETTERS = "Здравствуйте, посылка уже в пути. " * 4


def fill(root: Path) -> None:
    """A store in which every table of the state is many pages long."""
    store = open_store(root)
    list_chats(store, *(a_chat(number) for number in range(1, 50)))
    for number in range(1, DRAFTS + 1):
        store.write_state(drafts.save, Draft(ref(number), f"{number} {LETTERS}", 3), number)
        store.write_state(marks.see, ref(number), MessageId(number), number)
    for number in range(ITEMS):
        queue_text(store, f"o{number}", f"{number} {LETTERS}", chat_ref=1_001 + number % 7)
    store.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a store, to be copied, because creating it takes a while."""
    root = tmp_path_factory.mktemp("filled")
    fill(root)
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    for name in ("cache", "data"):
        (tmp_path / name).mkdir(mode=0o700)
        for part in (filled / name).iterdir():
            (tmp_path / name / part.name).write_bytes(part.read_bytes())
            (tmp_path / name / part.name).chmod(0o600)
    return tmp_path


def state_of(root: Path) -> Path:
    return root / "data" / "state.db"


def found_in(store: Store) -> tuple[int, tuple[OutboxItem, ...]]:
    """The number of drafts, and all items."""
    return len(store.read(chats_with_drafts).result()), store.read(rows_of).result()


@pytest.mark.parametrize("how", DAMAGES)
def test_f_109_a_damaged_state_is_saved_as_far_as_it_reads_and_kept(root: Path, how: str) -> None:
    damage(state_of(root), how)
    spoilt = state_of(root).read_bytes()
    store = open_store(root)
    count, items = found_in(store)
    (sentence,) = store.notices
    store.close()
    aside = root / "data" / "state.db.damaged-1"
    assert aside.read_bytes() == spoilt, "the old file is kept as it was"
    assert str(aside) in sentence
    assert f"drafts {count}, outbox {len(items)}," in sentence
    if how == "byte":
        assert (count, len(items)) == (DRAFTS, ITEMS)
    assert all(item.text == f"{item.outbox_id[1:]} {LETTERS}" for item in items)
    assert {item.state for item in items} <= {S.UNCONFIRMED}, "nothing is sent unchecked"
    check_modes((root / "cache", root / "data"))
    assert open_and_list(root) == ()
    assert not list((root / "data").glob(".*"))


def open_and_list(root: Path) -> tuple[str, ...]:
    """The notices of the next start."""
    store = open_store(root)
    store.close()
    return store.notices


@pytest.mark.parametrize("how", DAMAGES)
def test_f_109_a_damaged_cache_is_rebuilt_and_the_state_untouched(root: Path, how: str) -> None:
    damage(root / "cache" / "cache.db", how)
    if how == "byte":
        # Noticed only when that page is used; then it is repaired at once, and the operation starts again.
        store = open_store(root)
        with pytest.raises(StoreProblem, match="damaged"):
            store.write_cache(chats.save_page, [a_chat(number, 2_000) for number in range(1, 50)], 1).result()
        assert len(store.notices) == 1
    else:
        store = open_store(root)
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
    assert store.write_cache(chats.save_page, [a_chat(7, 99)], 1).result() == {ref(7)}
    count, items = found_in(store)
    assert (count, {item.state for item in items}, len(items)) == (DRAFTS, {S.QUEUED}, ITEMS)
    store.close()


@pytest.mark.parametrize("table", ["outbox", "draft"])
def test_f_109_one_broken_page_costs_the_rows_on_it(root: Path, table: str) -> None:
    content = bytearray(state_of(root).read_bytes())
    page = a_leaf(bytes(content), b"\x0d" if table == "outbox" else b"\x0a", LETTERS.encode())
    content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    state_of(root).write_bytes(content)
    store = open_store(root)
    count, items = found_in(store)
    store.close()
    lost = {"outbox": ITEMS - len(items), "draft": DRAFTS - count}
    assert 0 < lost.pop(table) <= 30
    assert set(lost.values()) == {0}


def a_leaf(content: bytes, kind: bytes, words: bytes) -> int:
    """The number of a page in the middle of a table that contains these words."""
    numbers = [
        number
        for number in range(1, len(content) // PAGE)
        if content[number * PAGE : number * PAGE + 1] == kind
        and words in content[number * PAGE : (number + 1) * PAGE]
    ]
    return numbers[len(numbers) // 2]


def test_f_109_saved_items_are_not_sent_by_themselves(root: Path) -> None:
    store = open_store(root)
    bring(store, "o7", S.SENDING, attempt=1, attempt_at=5, base_message_id=3)
    bring(store, "o14", S.SENDING, S.SENT)
    bring(store, "o21", S.WAITING)
    store.close()
    damage(state_of(root), "byte")
    states: dict[str, S] = {item.outbox_id: item.state for item in read_rows(root)}
    assert (states["o7"], states["o14"], states["o21"]) == (S.SENDING, S.SENT, S.UNCONFIRMED)


def test_f_109_a_log_beside_an_emptied_file_is_read(tmp_path: Path) -> None:
    live, found = tmp_path / "live", tmp_path / "found"
    store = open_store(live)
    store.write_state(drafts.save, Draft(ref(1), "в журнале", 1), 1).result()
    (found / "data").mkdir(parents=True)
    for name in ("state.db", "state.db-wal"):
        (found / "data" / name).write_bytes((live / "data" / name).read_bytes())
    store.close()
    (found / "data" / "state.db").write_bytes(b"")
    found.chmod(0o700)
    (found / "data").chmod(0o700)
    store = open_store(found)
    assert store.read(chats_with_drafts).result() == (ref(1),)
    store.close()


@pytest.mark.parametrize("step", ["set_aside", "_salvage", "remove_database"])
def test_f_109_a_start_that_dies_while_saving_loses_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    damage(state_of(root), "byte")
    real = getattr(opening, step)

    def die(*given: object) -> None:
        if step == "set_aside":
            real(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, step, die)
    with pytest.raises(KeyboardInterrupt):
        open_store(root)
    monkeypatch.undo()
    store = open_store(root)
    count, items = found_in(store)
    assert len(store.notices) == 1
    store.close()
    assert (count, len(items)) == (DRAFTS, ITEMS)


@pytest.mark.parametrize("how", ["deleted", "random index", "cut"])
async def test_f_110_damaged_companions_after_a_kill(trial: Trial, start: Start, how: str) -> None:
    (chat,) = await trial.warm(1)
    process = start(background=False).ready()
    process.ask("save", chat=5, text="черновик")
    for number in range(3):
        process.ask("send", chat=chat, text=f"m{number}")
    process.kill()
    log = Path(f"{state_of(trial.root)}-wal")
    if how == "deleted":
        log.unlink()
    elif how == "cut":
        os.truncate(log, log.stat().st_size - 100)
    else:
        Path(f"{state_of(trial.root)}-shm").write_bytes(os.urandom(32_768))
    paths = store_paths(trial.root)
    store = Store(paths)
    count, items = found_in(store)
    store.close()
    # Rows that were only in the log are lost without it.
    kept = {"deleted": 0, "random index": 3, "cut": 2}[how]
    assert [item.text for item in items] == [f"m{number}" for number in range(kept)]
    assert count == (how != "deleted")
    with closing(sqlite3.connect(paths.state.path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    trial.open()
    await trial.confirmed(*(OutboxId(item.outbox_id) for item in items))
    assert trial.texts(chat) == [f"m{number}" for number in range(kept)]
