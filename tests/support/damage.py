"""What can happen to a database file while nobody looks."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

PAGE = 4096
DAMAGES = ("empty", "random", "text", "half", "byte")


def damage(path: Path, how: str) -> None:
    """Spoil a file: no bytes, random ones, a text, cut at half, or one byte of page 3 flipped."""
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
    """Write the version into the file, or leave it in the log of changes as a killed program does."""
    copies = {}
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA user_version = 999")
        if keep_log:
            copies = {p: p.read_bytes() for p in (file, Path(f"{file}-wal"))}
    for path, content in copies.items():
        path.write_bytes(content)
        path.chmod(0o600)
