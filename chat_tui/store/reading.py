"""The files of a store that cannot be written: what is in them is read, whatever is to be kept is refused."""

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from chat_tui.locale import _
from chat_tui.store import schema, shape
from chat_tui.store.errors import BROKEN, StoreProblem, StoreUnwritable, cannot_open, explain
from chat_tui.store.files import own_parts
from chat_tui.store.opening import DatabaseFile

T = TypeVar("T")

_WITHOUT_LOCKS = "mode=ro&vfs=unix-none"


class Sealed:
    """Stands for the writer of a file that cannot be written."""

    identity = None
    """The file is not looked for again: a new start finds out whether it can be written."""
    opened_version = 0

    def __init__(self, file: DatabaseFile, why: str) -> None:
        self._why = why
        self.schema = schema.newest(file.steps)

    def submit(self, _write: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """StoreUnwritable, as the result."""
        refused: Future[T] = Future()
        refused.set_exception(StoreUnwritable(self._why))
        return refused

    def try_again(self) -> Future[None]:
        """As any other write."""
        return self.submit(schema.touch)

    def data_version(self) -> Future[int]:
        """Always the same: nobody writes here."""
        return _done(self.opened_version)

    def mend(self) -> Future[bool]:
        """Nothing can be mended."""
        return _done(False)

    def close(self) -> None:
        """Nothing is open."""


def _done(value: T) -> Future[T]:
    done: Future[T] = Future()
    done.set_result(value)
    return done


def open_unwritable(cache: DatabaseFile, state: DatabaseFile) -> sqlite3.Connection:
    """A connection that sees both files where they cannot be written; no lock is needed for it.

    A file that is missing is seen as an empty one, and one of an older version as this one would make it:
    both in memory. StoreProblem if one is not ours to read, damaged, or written by a newer version.
    """
    stand_ins = {"main": _stand_in(cache), "state": _stand_in(state)}
    conn = _connect(":memory:" if stand_ins["main"] else looking_at(cache.path))
    try:
        shape.read_tolerantly(conn)
        # Attaching reads already: how the file is locked has to be said before.
        _choose_locks(conn, state.path)
        _choose_locks(conn, cache.path, "main.")
        conn.execute("ATTACH ? AS state", (":memory:" if stand_ins["state"] else looking_at(state.path),))
        for (name, stand_in), file in zip(stand_ins.items(), (cache, state), strict=True):
            if stand_in:
                conn.deserialize(stand_in, name=name)
            conn.execute(f"PRAGMA {name}.cache_size = -{file.cache_kib}")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA query_only = ON")
    except BaseException:
        conn.close()
        raise
    return conn


def connect_to_look(path: Path) -> sqlite3.Connection:
    """A connection to one database by which nothing is written, not even beside it."""
    conn = _connect(looking_at(path))
    shape.read_tolerantly(conn)
    _choose_locks(conn, path)
    return conn


def looking_at(path: Path) -> str:
    """The address by which SQLite reads a database where nothing can be written, not even beside it.

    What a log of changes holds is read too, also where the file is missing in which those who use it are
    noted: then nobody does.
    """
    if os.access(path.parent, os.W_OK | os.X_OK):
        how = "mode=ro"
    elif not os.path.exists(f"{path}-wal"):
        how = "immutable=1"
    else:
        how = "mode=ro" if os.path.exists(f"{path}-shm") else _WITHOUT_LOCKS
    return f"{path.absolute().as_uri()}?{how}"


def _connect(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)


def _choose_locks(conn: sqlite3.Connection, path: Path, name: str = "") -> None:
    """Let SQLite note in memory who uses a file where it cannot be noted beside it.

    An empty name stands for every file of the connection, and those to be attached later.
    """
    mode = "EXCLUSIVE" if looking_at(path).endswith(_WITHOUT_LOCKS) else "NORMAL"
    conn.execute(f"PRAGMA {name}locking_mode = {mode}")


def _stand_in(file: DatabaseFile) -> bytes:
    """The content to be read in place of a file that is missing or of an older version; else empty."""
    with closing(_connect(":memory:")) as made:
        try:
            if file.path in own_parts(file.path):
                with closing(connect_to_look(file.path)) as conn:
                    version = schema.user_version(conn)
                    schema.refuse_newer(version, file.steps)
                    if version == schema.newest(file.steps):
                        if shape.missing(conn, file.kind)[0]:
                            words = _("{place} is damaged: start the program again to repair it.")
                            raise StoreProblem(words.format(place=file.path))
                        return b""
                    conn.backup(made)
            schema.migrate(made, file.steps)
            content = made.serialize()
            # What was copied from a file may say that it has a log of changes, which memory has not.
            return content[:18] + b"\x01\x01" + content[20:]
        except BROKEN as error:
            raise explain(error, file.path) from error
        except OSError as error:
            raise cannot_open(file.path, error) from error
