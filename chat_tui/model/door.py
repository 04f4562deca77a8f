"""What may be sent and what may not: all rules, as pure functions.

`inbox/sending/door` applies them to everything that is sent, in one place. Some things are always refused:
our own key in any spelling, a text that is blank or too long, an unfilled marker. Others raise a doubt, to
which the operator may agree; the agreement covers that doubt alone.
"""

import base64
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from chat_tui.model.chat import TEXT_LIMIT, Chat, text_length
from chat_tui.model.doubt import Doubt, DoubtKind, contacts
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.template import unfilled, unknown
from chat_tui.safetext import is_blank

_SPELLED: Final = 8
"""Least length of a key for which other spellings are searched, too: a shorter one would match by chance."""
_KEY: Final = re.compile(rb"ACMA:[^\s\0]{8,}|(?<![A-Za-z0-9_])y0_[\w-]{20,}")
"""Any key of the Market and any token of Yandex's OAuth."""
_FRAME: Final = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1"
)
"""First lines of private keys, which may stand anywhere in a file."""
_WORDS: Final = (b"-----BEGIN ", b"PuTTY-User-Key-File-", b"AGE-SECRET-KEY-1", b"ACMA:", b"y0_")
"""Every match of `_FRAME` and `_KEY` holds one of these, which are quicker to find."""
_PIECE: Final = 256 * 1024
_OVERLAP: Final = 4 * 1024
"""Bytes; more than a key takes in UTF-32 with a blank after each character."""
_PRIVATE_NAME: Final = re.compile(
    r"\.env(\..*)?|id_(rsa|dsa|ecdsa|ed25519)[^/]*|.*\.(pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx?)"
    r"|[._]netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS: Final = b" \t\r\n\v\f\0"
_UNSEEN: Final = re.compile(
    rb"\xc2[\xa0\xad]|\xe2\x80[\x80-\xaf]|\xe2\x81[\x9f-\xaf]|\xe3\x80\x80|\xef\xbb\xbf"
)
"""With `_BLANKS`, everything invisible that may stand between the characters of a key: blanks and line ends,
also the rare ones of Unicode, direction marks, joiners, and the zero bytes of UTF-16 and UTF-32."""


def as_sent(text: str) -> str:
    """The text as it is sent, without blanks and line ends at its end."""
    return text.rstrip()


def text_refusal(text: str, secrets: Sequence[str]) -> Problem | None:
    """Why a text (`as_sent`) must never be sent; None if it may be, perhaps after doubts are settled."""
    # Lone surrogates are how bytes that were not UTF-8 were decoded.
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return Problem(ProblemKind.TEXT_GARBLED)
    if is_blank(text):
        return Problem(ProblemKind.TEXT_EMPTY)
    if text_length(text) > TEXT_LIMIT:
        return Problem(ProblemKind.TEXT_TOO_LONG)
    if holds_secret(text, secrets):
        return Problem(ProblemKind.TEXT_SECRET)
    if markers := unfilled(text):
        return Problem(ProblemKind.TEXT_UNFILLED, message=" ".join(markers))
    return None


def text_doubts(text: str, chat: Chat | None) -> tuple[Doubt, ...]:
    """The doubts about sending a text to a chat (None = the chat is not in the store)."""
    numbers = () if chat is None else (chat.context.order_id, chat.context.return_id)
    found = contacts(text, numbers)
    fields = unknown(text)
    return (
        *chat_doubts(chat),
        *([Doubt(DoubtKind.CONTACTS, text, found)] if found else []),
        *([Doubt(DoubtKind.FIELD, " ".join(fields))] if fields else []),
    )


def chat_doubts(chat: Chat | None) -> tuple[Doubt, ...]:
    """The doubts about sending anything at all to a chat (None = the chat is not in the store)."""
    return (Doubt(DoubtKind.FINISHED),) if chat is not None and chat.is_finished else ()


def file_refusal(names: Collection[str], content: bytes, secrets: Sequence[str]) -> Problem | None:
    """Why a file must never be sent: a key of ours in its content or one of its names. None if it may be."""
    # The key of someone else in a file only raises a doubt, see `file_doubts`.
    parts = (*(name.encode(errors="replace") for name in names), *_pieces(content))
    found = any(_holds_own(part, secrets) for part in parts)
    return Problem(ProblemKind.FILE_SECRET) if found else None


def file_doubts(names: Sequence[str], content: bytes) -> tuple[Doubt, ...]:
    """The doubts about sending a file; the first of `names` is the one the buyer will see."""
    return (Doubt(DoubtKind.PRIVATE, names[0]),) if looks_private(names, content) else ()


def looks_private(names: Collection[str], content: bytes) -> bool:
    """Whether a file seems to hold a key or passwords, judging by its names or anything in its content."""
    if any(_PRIVATE_NAME.fullmatch(name) for name in names):
        return True
    # In UTF-16 every Latin letter has a zero byte beside it.
    return any(_has_look(piece.translate(None, b"\0")) for piece in _pieces(content))


def holds_secret(text: str, secrets: Sequence[str]) -> bool:
    """Whether a text contains one of the keys of this run, or anything shaped like a key."""
    plain = text.encode(errors="replace")
    return _holds_own(plain, secrets) or _has_look(plain)


def not_agreed(doubts: Sequence[Doubt], agreed: Collection[Doubt]) -> Problem | None:
    """A refusal with the doubts to which the operator has not agreed; None if there are none."""
    left = tuple(doubt for doubt in doubts if doubt not in agreed)
    return Problem(ProblemKind.NOT_AGREED, doubts=left) if left else None


def _has_look(plain: bytes) -> bool:
    return any(word in plain for word in _WORDS) and any(look.search(plain) for look in (_FRAME, _KEY))


def _holds_own(content: bytes, secrets: Sequence[str]) -> bool:
    # First the plain spelling, in which short keys are searched, too.
    if any(secret.encode() in content for secret in secrets if secret):
        return True
    squeezed = content.translate(None, _BLANKS)
    if not squeezed.isascii():
        squeezed = _UNSEEN.sub(b"", squeezed)
    return any(form in squeezed for secret in secrets for form in _forms(secret))


def _pieces(content: bytes) -> Iterator[bytes]:
    """The content in overlapping pieces: `re` keeps other threads from running until one search is over."""
    for start in range(0, max(1, len(content)), _PIECE):
        yield content[start : start + _PIECE + _OVERLAP]


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[bytes, ...]:
    """The key as tools may encode it: as it is, in percent encoding, in base64; without blanks in it."""
    if len(secret) < _SPELLED:
        return ()
    quoted = quote(secret, safe="")
    lower = re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    return tuple({form.encode() for form in (secret, quoted, lower)} | set(_base64_forms(secret.encode())))


def _base64_forms(secret: bytes) -> Iterator[bytes]:
    """The key in base64 at each of its three offsets, without the characters that neighbours share."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret)
        # Rounded up: the first character that holds bits of the key alone.
        start = -(-before * 8 // 6)
        inner = coded[start : (before + len(secret)) * 8 // 6]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
