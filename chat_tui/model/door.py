"""What may leave and what may not, whoever wants to send it: all rules, as pure functions.

`inbox/sending/door` asks them of everything that leaves, in one place. Some things are refused always: our
own key, however it is spelled, a text that says nothing or is too long, a marker nobody filled in. Of others
the operator is asked: these are doubts, and an agreement to one covers that one.
"""

import base64
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from chat_tui.model.chat import TEXT_LIMIT, Chat, ChatStatus, text_length
from chat_tui.model.doubt import Doubt, DoubtKind, contacts
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.template import unfilled
from chat_tui.safetext import is_blank

_SPELLED: Final = 8
"""Letters from which on a key is known in other spellings too: a shorter one would be found by chance."""
_KEY: Final = re.compile(rb"ACMA:[^\s\0]{8,}|(?<![A-Za-z0-9_])y0_[\w-]{20,}")
"""Keys of the Market and of Yandex's OAuth, anybody's."""
_FRAME: Final = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1"
)
"""How files of private keys begin, wherever in the file that is."""
_WORDS: Final = (b"-----BEGIN ", b"PuTTY-User-Key-File-", b"AGE-SECRET-KEY-1", b"ACMA:", b"y0_")
_PIECE: Final = 256 * 1024
_OVERLAP: Final = 4 * 1024
"""More than a key takes, with a blank between its letters in UTF-32."""
_PRIVATE_NAME: Final = re.compile(
    r"\.env(\..*)?|id_(rsa|dsa|ecdsa|ed25519)[^/]*|.*\.(pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx?)"
    r"|[._]netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS: Final = b" \t\r\n\v\f\0"
_UNSEEN: Final = re.compile(
    rb"\xc2[\xa0\xad]|\xe2\x80[\x80-\xaf]|\xe2\x81[\x9f-\xaf]|\xe3\x80\x80|\xef\xbb\xbf"
)
"""With `_BLANKS` all that may stand between the letters of a key without being seen: blanks and line ends,
the odd ones of UTF-8 too, marks of direction, joiners, and the zeros of UTF-16 and UTF-32."""


def as_sent(text: str) -> str:
    """The text as it leaves: blanks and line ends at the end of the whole are nobody's words."""
    return text.rstrip()


def text_refusal(text: str, secrets: Sequence[str]) -> Problem | None:
    """Why a text (`as_sent`) is never sent, whatever anybody agrees to."""
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
    """What speaks against sending a text into a chat (None = nothing is known of it)."""
    numbers = () if chat is None else (chat.context.order_id, chat.context.return_id)
    found = contacts(text, numbers)
    return (*chat_doubts(chat), *([Doubt(DoubtKind.CONTACTS, text, found)] if found else []))


def chat_doubts(chat: Chat | None) -> tuple[Doubt, ...]:
    """What speaks against sending anything into a chat."""
    is_finished = chat is not None and chat.status == ChatStatus.FINISHED
    return (Doubt(DoubtKind.FINISHED),) if is_finished else ()


def file_refusal(names: Collection[str], content: bytes, secrets: Sequence[str]) -> Problem | None:
    """Why a file is never sent: its content or one of its names holds a key of ours."""
    parts = (*(name.encode(errors="replace") for name in names), *_pieces(content))
    found = any(_holds_own(part, secrets) for part in parts)
    return Problem(ProblemKind.FILE_SECRET) if found else None


def file_doubts(names: Sequence[str], content: bytes) -> tuple[Doubt, ...]:
    """What speaks against sending a file; the first of its names is the one the buyer will see."""
    return (Doubt(DoubtKind.PRIVATE, names[0]),) if looks_private(names, content) else ()


def looks_private(names: Collection[str], content: bytes) -> bool:
    """Whether a file seems to hold a key or passwords, by its names or anywhere in its content."""
    if any(_PRIVATE_NAME.fullmatch(name) for name in names):
        return True
    # The letters of UTF-16 stand between zeros.
    return any(_has_look(piece.translate(None, b"\0")) for piece in _pieces(content))


def holds_secret(text: str, secrets: Sequence[str]) -> bool:
    """Whether a text holds one of the keys of this run, or anything of the shape of a key."""
    plain = text.encode(errors="replace")
    return _holds_own(plain, secrets) or _has_look(plain)


def not_agreed(doubts: Sequence[Doubt], agreed: Collection[Doubt]) -> Problem | None:
    """A refusal that carries the doubts to which the operator has not agreed; None if there are none."""
    left = tuple(doubt for doubt in doubts if doubt not in agreed)
    return Problem(ProblemKind.NOT_AGREED, doubts=left) if left else None


def _has_look(plain: bytes) -> bool:
    """Whether anything in it has the look of a key; without one of the words no pattern is tried."""
    return any(word in plain for word in _WORDS) and any(look.search(plain) for look in (_FRAME, _KEY))


def _holds_own(content: bytes, secrets: Sequence[str]) -> bool:
    if any(secret.encode() in content for secret in secrets if secret):
        return True
    squeezed = content.translate(None, _BLANKS)
    if not squeezed.isascii():
        squeezed = _UNSEEN.sub(b"", squeezed)
    return any(form in squeezed for secret in secrets for form in _forms(secret))


def _pieces(content: bytes) -> Iterator[bytes]:
    """The content in overlapping pieces: a pattern looks through each without letting another thread run."""
    for start in range(0, max(1, len(content)), _PIECE):
        yield content[start : start + _PIECE + _OVERLAP]


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[bytes, ...]:
    """The key in the spellings in which tools write it down, without blanks between the letters."""
    if len(secret) < _SPELLED:
        return ()
    quoted = quote(secret, safe="")
    lower = re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    return tuple({form.encode() for form in (secret, quoted, lower)} | set(_base64_forms(secret.encode())))


def _base64_forms(secret: bytes) -> Iterator[bytes]:
    """What base64 makes of the key wherever it stands in what is encoded, without its outermost letters."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret)
        start = -(-before * 8 // 6)
        inner = coded[start : (before + len(secret)) * 8 // 6]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
