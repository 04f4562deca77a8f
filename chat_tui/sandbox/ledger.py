"""What reached the pretend Market: accepted sends, and every request."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Accepted:
    """One send that took effect, whatever was answered."""

    chat_id: int
    kind: Literal["text", "file"]
    text: str
    """Empty for a file."""
    sha256: str
    """Of the file's bytes; empty for a text."""
    name: str
    size: int
    at: int
    message_id: int


@dataclass(slots=True)
class RequestRecord:
    """One request, as it arrived and as it was answered."""

    operation: str
    """operationId, "file" on the attachment host, or "" for an unknown path."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case; the values of credentials are replaced by their first four characters and "…"."""
    at: int
    in_flight: int
    """Requests of the business in flight, this one included."""
    status: int = 0
    """0 = not answered yet, cut, or the client hung up."""
    body_size: int = 0


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """The headers without the values of credentials."""
    secret = ("api-key", "authorization")
    return {name: value[:4] + "…" if name in secret else value for name, value in headers.items()}
