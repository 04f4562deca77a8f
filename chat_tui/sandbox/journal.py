"""What happened in a running world, kept as JSON lines, so that a restarted demo goes on where it stopped."""

import os
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace


class Upload(msgspec.Struct, frozen=True, array_like=True):
    """A file that came with a message."""

    name: str
    file_id: str
    content: bytes


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A chat came into being. Words are those of the API; `order` is the number of its order, −1 = none."""

    chat_id: int
    at: int
    context: str
    order: int
    name: str | None
    kind: str = "CHAT"
    status: str = "NEW"


class Said(msgspec.Struct, frozen=True, tag="said"):
    """A message was written; `status` is the chat's afterwards."""

    chat_id: int
    message_id: int
    at: int
    sender: str
    text: str | None
    status: str
    files: tuple[Upload, ...] = ()


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """The chat's status or type changed without a message."""

    chat_id: int
    status: str
    kind: str


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The numbers a world is made of; the first line of a journal."""

    seed: int
    chats: int
    start: int
    long_chat: int


Record = Opened | Said | Moved

_encode = msgspec.json.Encoder().encode
_decode_record = msgspec.json.Decoder(Record).decode
_decode_begun = msgspec.json.Decoder(Begun).decode


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
            self.write(begun)
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
            self.begun = _decode_begun(lines[0])
            self.records = [_decode_record(line) for line in lines[1:]]
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise ValueError(f"{path} is not a journal of the pretend Market: {broken}") from broken
        if replace(self.begun, start=0) != replace(wanted, start=0):
            raise ValueError(
                f"{path} belongs to a world with --seed {self.begun.seed} --chats {self.begun.chats}"
            )
        self._file.seek(len(whole))
        self._file.truncate()

    def write(self, record: Record | Begun) -> None:
        """Add one record; from then on a kill does not lose it."""
        self._file.write(_encode(record) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
