"""The files may be in a directory whose name is not valid text: the system and SQLite get its bytes."""

import sqlite3
from pathlib import Path

import pytest

from chat_tui.store.sqlite import connections, schema
from tests.support.shop import open_store


@pytest.mark.parametrize("name", ["\udcff", "%20?mode=ro#x", 'it\'s "quoted";', "\u202e\n\x1b[2J"])
def test_a_store_is_opened_again_read_and_copied(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    for _ in range(2):
        store = open_store(root)
        try:
            counted = store.read(lambda conn: conn.execute("SELECT count(*) FROM state.outbox").fetchone())
            assert counted.result() == (0,)
        finally:
            store.close()
    conn = sqlite3.connect(root / "data" / "state.db", isolation_level=None, factory=connections.Connection)
    connections.restore(conn, root / "restored.db")
    assert (root / "restored.db").read_bytes()[:6] == b"SQLite"
    conn.execute("PRAGMA user_version = 1")
    with pytest.raises(sqlite3.OperationalError):  # The tables exist already; the copy was made before.
        schema.migrate(conn, connections.MIGRATIONS / "state", root / "backup.db")
    assert (root / "backup.db").read_bytes()[:6] == b"SQLite"
    conn.close()
