"""What happened in a running world, as the journal keeps it: each record changes the overlay when applied."""

from typing import Any

import msgspec


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

encode: Any = msgspec.json.Encoder().encode
decode_record = msgspec.json.Decoder(Record).decode
decode_begun = msgspec.json.Decoder(Begun).decode
