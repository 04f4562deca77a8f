"""Opening: permissions, versions, damage, and other things in place of a file."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.model.chat import ChatStatus, ContextKind
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts, files
from chat_tui.store.database import Connection, Store, StorePaths
from chat_tui.store.errors import StoreProblem
from chat_tui.store.sqlite import connections, schema
from tests.store.world import CHAT, a_chat, buyer, list_chats, queue_text, read_history
from tests.support.damage import DAMAGES, damage, raise_version
from tests.support.refs import BUSINESS
from tests.support.stored import chats_with_drafts, draft_of


def fill(paths: StorePaths) -> None:
    store = Store(paths)
    list_chats(store, *(a_chat(number) for number in range(1, 400)))
    read_history(store, buyer(1, 1, chat_ref=1), chat_ref=1)
    store.write_state(write_drafts).result()
    queue_text(store, "a")
    store.close()


def write_drafts(conn: Connection) -> None:
    for number in range(1, 100):
        drafts.save(conn, Draft(a_chat(number).chat_ref, "черновик " * 20, 3), 1)


def modes(directory: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mode & 0o777 for path in (directory, *directory.rglob("*"))}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_everything_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    root = tmp_path / "new"
    old = os.umask(umask)
    try:
        store = Store(StorePaths(root / "c" / "7", root / "d" / "7", BUSINESS))
        list_chats(store, a_chat())
        queue_text(store, "a")
        found = modes(root)
        store.close()
    finally:
        os.umask(old)
    assert {Path(path).name for path in found} >= {"cache.db-wal", "state.db-wal", "state.db-shm"}
    assert {
        path: mode for path, mode in found.items() if mode != (0o700 if Path(path).is_dir() else 0o600)
    } == {}


def test_open_modes_are_tightened_and_said_once(paths: StorePaths) -> None:
    fill(paths)
    paths.data_dir.chmod(0o755)
    paths.state.path.chmod(0o644)
    store = Store(paths)
    store.close()
    assert len(store.notices) == 2
    assert set(modes(paths.data_dir).values()) == {0o700, 0o600}
    store = Store(paths)
    store.close()
    assert store.notices == ()


@pytest.mark.parametrize("which", ["cache", "state"])
@pytest.mark.parametrize("log", [False, True])
def test_a_newer_version_is_refused_and_left_as_it_is(paths: StorePaths, which: str, log: bool) -> None:
    fill(paths)
    file = paths.cache.path if which == "cache" else paths.state.path
    raise_version(file, keep_log=log)
    before = file.read_bytes()
    with pytest.raises(StoreProblem, match="999"):
        Store(paths)
    assert file.read_bytes() == before


def test_a_link_in_the_place_of_a_database_is_refused(paths: StorePaths, tmp_path: Path) -> None:
    fill(paths)
    paths.state.path.rename(tmp_path / "elsewhere.db")
    paths.state.path.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StoreProblem, match="link"):
        Store(paths)
    paths.state.path.unlink()
    os.link(tmp_path / "elsewhere.db", paths.state.path)
    with pytest.raises(StoreProblem, match="link"):
        Store(paths)


def test_what_is_no_directory_or_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreProblem, match="not a directory"):
        Store(StorePaths(tmp_path / "file", tmp_path / "data", BUSINESS))
    with pytest.raises(StoreProblem, match="not a directory"):
        Store(StorePaths(tmp_path / "file" / "7", tmp_path / "data", BUSINESS))
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o770)
    with pytest.raises(StoreProblem, match="chmod 700"):
        Store(StorePaths(tmp_path / "cache", tmp_path / "open", BUSINESS))


def test_a_database_that_cannot_be_made_is_a_sentence(
    paths: StorePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise OSError(errno.ENOSPC, "x")

    monkeypatch.setattr(files, "touch_private", refuse)
    with pytest.raises(StoreProblem, match=r"No space left on the disk for .*cache\.db"):
        Store(paths)


def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    inner = str(tmp_path / "a b").replace(" ", "\\040")
    mounts.write_text(
        f"1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:5 / {tmp_path} rw shared:1 - nfs4 host:/x rw\n"
        f"3 2 0:6 / {inner} rw - tmpfs none rw\nnonsense\n"
    )
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b c").mkdir()
    kinds = [files.file_system(tmp_path / name, mounts) for name in ("", "a b", "a b c")]
    assert kinds == ["nfs4", "tmpfs", "nfs4"]
    assert files.file_system(tmp_path, tmp_path / "missing") == ""


def test_a_network_file_system_is_refused(paths: StorePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "file_system", lambda directory: "nfs4")
    with pytest.raises(StoreProblem, match="network"):
        Store(paths)


NEWEST = max(int(path.name.split("_")[0]) for path in (connections.MIGRATIONS / "state").glob("*.sql"))


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_state_is_set_aside_and_never_wiped(paths: StorePaths, how: str) -> None:
    fill(paths)
    damage(paths.state.path, how)
    before = paths.state.path.read_bytes()
    store = Store(paths)
    saved = {"byte": 99}.get(how, 0)
    assert len(store.read(chats_with_drafts).result()) == saved
    store.write_state(drafts.save, Draft(CHAT, "новый", 1), 1).result()
    store.close()
    aside = Path(f"{paths.state.path}.damaged-1")
    assert aside.read_bytes() == before
    assert any(str(aside) in notice for notice in store.notices)
    damage(paths.state.path, "random")
    Store(paths).close()
    assert aside.read_bytes() == before
    assert Path(f"{paths.state.path}.damaged-2").exists()
    assert set(modes(paths.data_dir).values()) == {0o700, 0o600}


@pytest.mark.parametrize("how", ["random", "text", "half"])
def test_a_damaged_cache_begins_anew_and_leaves_the_state_alone(paths: StorePaths, how: str) -> None:
    fill(paths)
    damage(paths.cache.path, how)
    store = Store(paths)
    assert len(store.notices) == 1
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
    assert store.read(draft_of, a_chat(1).chat_ref).result().text == "черновик " * 20
    assert list_chats(store, a_chat()) == {CHAT}
    store.close()


def test_damage_met_while_reading_is_mended_and_said_once(paths: StorePaths) -> None:
    fill(paths)

    def page_of_chats(conn: Connection) -> int:
        return int(conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chat'").fetchone()[0])

    store = Store(paths)
    root = store.read(page_of_chats).result()
    store.close()
    content = bytearray(paths.cache.path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    paths.cache.path.write_bytes(content)
    store = Store(paths)
    assert not store.notices
    assert store.read(chats.item, CHAT, now=0).result() is None
    assert len(store.notices) == 1
    assert store.read(draft_of, a_chat(1).chat_ref).result().text, "what is readable stays readable"
    assert list_chats(store, a_chat()), "what the Market has comes back"
    assert len(store.notices) == 1
    store.close()
    store = Store(paths)
    store.close()
    assert store.notices == ()


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the migrations of a later version of the program."""
    folder = tmp_path / "migrations"
    shutil.copytree(connections.MIGRATIONS, folder)
    monkeypatch.setattr(connections, "MIGRATIONS", folder)
    return folder / "state" / "900_next.sql"


def test_an_older_state_is_migrated_with_a_backup(paths: StorePaths, next_version: Path) -> None:
    fill(paths)
    next_version.write_text(
        "-- one; two\nALTER TABLE note ADD COLUMN author TEXT;\nUPDATE draft SET caret = 5;\n"
    )
    store = Store(paths)
    assert store.read(draft_of, a_chat(1).chat_ref).result() == Draft(a_chat(1).chat_ref, "черновик " * 20, 5)
    store.close()
    backup = Path(f"{paths.state.path}.before-migration")
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(backup)) as old:
        assert schema.user_version(old) == NEWEST
        assert old.execute("SELECT DISTINCT caret FROM draft").fetchall() == [(3,)]


def test_a_cache_of_before_gets_the_order_with_finished_chats_at_the_end(
    paths: StorePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(connections.MIGRATIONS, folder)
    (folder / "cache" / "007_finished_below.sql").unlink()
    with monkeypatch.context() as before:
        before.setattr(connections, "MIGRATIONS", folder)
        store = Store(paths)
        statuses = (ChatStatus.FINISHED, ChatStatus.WAITING_FOR_CUSTOMER, ChatStatus.WAITING_FOR_PARTNER)
        numbered = enumerate(statuses, start=1)
        list_chats(store, *(a_chat(n, 1_000, status, about=ContextKind.RETURN) for n, status in numbered))
        store.close()
    store = Store(paths)
    page = store.read(chats.page, Tab.RETURNS, now=0).result()
    assert [(item.chat.chat_ref.number, item.is_below_line) for item in page.items] == [
        (3, False),
        (2, False),
        (1, True),
    ]
    store.close()
    assert store.notices == ()


def test_a_migration_that_fails_leaves_everything_as_it_was(paths: StorePaths, next_version: Path) -> None:
    fill(paths)
    next_version.write_text("UPDATE draft SET caret = 5;\nUPDATE absent SET x = 1;\n")
    with pytest.raises(StoreProblem, match="cannot read"):
        Store(paths)
    next_version.unlink()
    store = Store(paths)
    assert store.read(draft_of, a_chat(1).chat_ref).result().caret == 3
    store.close()


def test_a_migration_another_copy_made_meanwhile_is_not_made_again(
    paths: StorePaths, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(paths)
    next_version.write_text("UPDATE draft SET caret = caret + 1;")
    look = schema.user_version

    def look_too_early(conn: Connection) -> int:
        version = look(conn)
        monkeypatch.setattr(schema, "user_version", look)
        with closing(sqlite3.connect(paths.state.path, isolation_level=None)) as other:
            schema.migrate(other, next_version.parent)
        return version

    with closing(sqlite3.connect(paths.state.path, isolation_level=None)) as conn:
        monkeypatch.setattr(schema, "user_version", look_too_early)
        schema.migrate(conn, next_version.parent)
        assert conn.execute("SELECT DISTINCT caret FROM draft").fetchall() == [(4,)]


def test_a_new_store_has_no_backup(paths: StorePaths) -> None:
    fill(paths)
    assert not list(paths.data_dir.glob("*.before-migration"))
