"""What happened, kept as JSON lines, so that a restarted demo goes on where it stopped."""

import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from chat_tui.sandbox.records import Begun, Record, decode_begun, decode_record, encode


class Journal:
    """An append-only file, 0600: one `Begun`, then records. A last line cut off by a kill is dropped."""

    def __init__(self, path: Path, begun: Begun) -> None:
        """Open or create it; ValueError if it belongs to a world of other numbers."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "r+b")
        lines = self._whole_lines()
        if not lines:
            self.begun, self.records = begun, list[Record]()
            self._append(encode(begun))
            return
        try:
            self.begun = decode_begun(lines[0])
            self.records = [decode_record(line) for line in lines[1:]]
        except msgspec.DecodeError as broken:
            self._file.close()
            raise ValueError(f"{path} is not a journal of the pretend Market: {broken}") from broken
        wanted = (begun.seed, begun.chats, begun.long_chat)
        if (self.begun.seed, self.begun.chats, self.begun.long_chat) != wanted:
            self._file.close()
            raise ValueError(
                f"{path} belongs to a world with --seed {self.begun.seed} --chats {self.begun.chats}"
            )

    def _whole_lines(self) -> list[bytes]:
        content = self._file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        return whole.splitlines()

    def _append(self, line: bytes) -> None:
        self._file.write(line + b"\n")
        self._file.flush()

    def write(self, record: Record) -> None:
        """Add one record."""
        self._append(encode(record))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
