"""What happened, kept as JSON lines, so that a restarted demo goes on where it stopped."""

import os
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from chat_tui.sandbox.records import Begun, Record, decode_begun, decode_record, encode


class Journal:
    """An append-only file, 0600: one `Begun`, then records. A last line cut off by a kill is dropped."""

    def __init__(self, path: Path, begun: Begun) -> None:
        """Open or create it; ValueError if it belongs to a world of other numbers."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "r+b")
        content = self._file.read()
        self.begun, self.records = begun, list[Record]()
        if not content:
            self._append(encode(begun))
            return
        try:
            self._read(path, content, begun)
        except ValueError:
            self._file.close()
            raise

    def _read(self, path: Path, content: bytes, wanted: Begun) -> None:
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines() or [content]
        try:
            self.begun = decode_begun(lines[0])
            self.records = [decode_record(line) for line in lines[1:]]
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise ValueError(f"{path} is not a journal of the pretend Market: {broken}") from broken
        if replace(self.begun, start=0) != replace(wanted, start=0):
            raise ValueError(
                f"{path} belongs to a world with --seed {self.begun.seed} --chats {self.begun.chats}"
            )
        self._file.seek(len(whole))
        self._file.truncate()

    def _append(self, line: bytes) -> None:
        self._file.write(line + b"\n")
        self._file.flush()

    def write(self, record: Record) -> None:
        """Add one record."""
        self._append(encode(record))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
