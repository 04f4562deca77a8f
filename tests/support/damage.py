"""Damage that a database file may suffer while no program runs."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

PAGE = 4096
DAMAGES = ("empty", "random", "text", "half", "byte")


def damage(path: Path, how: str) -> None:
    """Damage a file: empty, random bytes, a text, cut in half, or one byte of page 3 flipped."""
    content = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "random": os.urandom(PAGE),
            "text": "просто текст\n".encode() * 100,
            "half": content[: len(content) // 2],
            "byte": content[: 2 * PAGE] + bytes([content[2 * PAGE] ^ 0xFF]) + content[2 * PAGE + 1 :],
        }[how]
    )


def raise_version(file: Path, *, keep_log: bool) -> None:
    """Raise the schema version in the file, or only in the write-ahead log as a killed program leaves it."""
    copies = {}
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA user_version = 999")
        if keep_log:
            copies = {p: p.read_bytes() for p in (file, Path(f"{file}-wal"))}
    for path, content in copies.items():
        path.write_bytes(content)
        path.chmod(0o600)
