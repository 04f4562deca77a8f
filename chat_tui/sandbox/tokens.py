"""Page tokens: opaque, bound to the operation and what was asked; any other is a bad one."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from chat_tui.sandbox.refusal import Refusal


class Tokens:
    """Makes and reads tokens of one world."""

    def __init__(self, seed: int) -> None:
        self._secret = f"sandbox {seed}".encode()

    def _seal(self, asked: Any, place: int) -> bytes:
        return hmac.new(self._secret, msgspec.json.encode((asked, place)), hashlib.sha256).digest()[:9]

    def make(self, asked: Any, place: int) -> str:
        """The token for the page that begins at `place` of the answer to `asked`."""
        return base64.urlsafe_b64encode(place.to_bytes(6, "big") + self._seal(asked, place)).decode()

    def read(self, asked: Any, token: str) -> int:
        """Where the page begins; 400 for a token that was not made for `asked`."""
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except ValueError as broken:
            raise Refusal(400, "Bad page token") from broken
        place = int.from_bytes(raw[:6], "big")
        if not hmac.compare_digest(raw[6:], self._seal(asked, place)):
            raise Refusal(400, "Bad page token")
        return place
