"""What may be sent: the rules alone. tests/faults/sending/test_the_door.py tests every way to send."""

import base64
from urllib.parse import quote

import pytest

from chat_tui.model.chat import Chat, ChatContext
from chat_tui.model.door import (
    as_sent,
    file_refusal,
    holds_secret,
    looks_private,
    not_agreed,
    text_doubts,
    text_refusal,
)
from chat_tui.model.doubt import DoubtKind
from chat_tui.model.ids import OrderId
from chat_tui.model.problem import ProblemKind
from tests.support.refs import ref

KEY = "Zq9-w3Xy:7Tb/2Lm+4Kp=Rr"
"""Not shaped like any key."""
ENCODED = base64.b64encode(f"Authorization: {KEY}".encode()).decode()
SPELLINGS = {
    "in the middle": f"вот {KEY}, держите",
    "blanks": " ".join(KEY),
    "line ends": KEY[:7] + "\r\n" + KEY[7:],
    "no-break and zero-width": "\u00a0\u200b".join(KEY),
    "direction marks": "\u202a".join(KEY),
    "percent": f"https://x.example/?k={quote(KEY, safe='')}",
    "percent, small letters": "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):02x}" for c in KEY),
    "base64": ENCODED,
    "base64, one letter on": base64.b64encode(f"x{KEY}tail".encode()).decode(),
    "base64, two letters on": base64.b64encode(f"xy{KEY}".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(f"xy{KEY}".encode()).decode(),
    "base64 in lines": "\n".join(ENCODED[n : n + 16] for n in range(0, len(ENCODED), 16)),
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_our_own_key_is_known_in_every_spelling(text: str) -> None:
    assert holds_secret(text, ("", KEY))
    assert not holds_secret(text, ("", "another-key-of-ours"))
    refusal = file_refusal(("a.txt",), b"\x00\x01 before " + text.encode() + b" after", (KEY,))
    assert refusal is not None
    assert refusal.kind is ProblemKind.FILE_SECRET


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32-le", "koi8-r", "cp1251"])
def test_our_own_key_is_known_in_every_encoding_of_a_file(coding: str) -> None:
    content = f"ключ: {KEY}\nи всё\n".encode(coding)
    assert file_refusal(("a.txt",), b"x" * 300_000 + b"\0" + content, (KEY,)) is not None
    assert file_refusal(("a.txt",), content, ("another-key-of-ours",)) is None


@pytest.mark.parametrize(
    "names", [(f"{KEY}.txt", "a"), ("photo.jpg", f"copy of {KEY}"), (f"{KEY[:5]} {KEY[5:]}.txt",)]
)
def test_our_own_key_is_known_in_the_name_of_a_file(names: tuple[str, ...]) -> None:
    assert file_refusal(names, b"x", (KEY,)) is not None


def test_a_short_key_is_found_as_it_is_and_not_by_chance() -> None:
    assert holds_secret("a key: abc1", ("abc1",))
    assert not holds_secret("a b c 1", ("abc1",))


@pytest.mark.parametrize(
    ("name", "content", "private"),
    [
        (".env", b"", True),
        (".env.local", b"", True),
        ("id_rsa", b"", True),
        ("id_rsa.bak", b"", True),
        ("server.PEM", b"", True),
        ("work.ppk", b"", True),
        (".git-credentials", b"", True),
        ("a.txt", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", True),
        ("a.txt", b"-----BEGIN PRIVATE KEY-----", True),
        ("a.txt", b"notes\n" * 5_000 + b"-----BEGIN RSA PRIVATE KEY-----\n", True),
        ("a.txt", "\ufeff-----BEGIN PGP PRIVATE KEY BLOCK-----".encode("utf-16"), True),
        ("a.txt", b"PuTTY-User-Key-File-2: ssh-ed25519", True),
        ("a.txt", b"AGE-SECRET-KEY-1QQQ", True),
        ("a.toml", b'api_key = "ACMA:abcdEFGH1234:5678ijkl"', True),
        ("a.txt", b"-----BEGIN CERTIFICATE-----", False),
        ("environment.txt", b"", False),
        ("photo.jpg", bytes(range(256)) * 50, False),
    ],
)
def test_what_looks_private(name: str, content: bytes, private: bool) -> None:
    assert looks_private((name,), content) is private
    assert looks_private(("photo.jpg", name), content) is private, "its name here counts too"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("одна строка\n", "одна строка"),
        ("текст \t\r\n\r\n", "текст"),
        ("  отступ\n\n  второй  \n строки \u00a0\u3000\u2028", "  отступ\n\n  второй  \n строки"),
        ("\n\n", ""),
    ],
)
def test_blanks_and_line_ends_at_the_end_of_the_whole_are_not_sent(typed: str, sent: str) -> None:
    assert as_sent(typed) == sent


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", ProblemKind.TEXT_EMPTY),
        ("\u200b \u2800", ProblemKind.TEXT_EMPTY),
        ("😀" * 2049, ProblemKind.TEXT_TOO_LONG),
        ("\ud83d", ProblemKind.TEXT_GARBLED),
        ("Здравствуйте, {имя}!", ProblemKind.TEXT_UNFILLED),
        ("{ Order } is on its way", ProblemKind.TEXT_UNFILLED),
        (KEY, ProblemKind.TEXT_SECRET),
        ("-----BEGIN EC PRIVATE KEY-----\nMHc", ProblemKind.TEXT_SECRET),
    ],
)
def test_what_is_never_sent(text: str, kind: ProblemKind) -> None:
    refusal = text_refusal(text, (KEY,))
    assert refusal is not None
    assert refusal.kind is kind
    assert KEY not in repr(refusal)


def chat(status: str, order: int | None = None) -> Chat:
    context = ChatContext("ORDER", None if order is None else OrderId(order))
    return Chat(ref(5), context, "CHAT", status, 1, 1)


def test_an_agreement_covers_what_it_was_given_for_and_nothing_else() -> None:
    one = text_doubts("Звоните 89161234567", chat("FINISHED"))
    assert [doubt.kind for doubt in one] == [DoubtKind.FINISHED, DoubtKind.CONTACTS]
    assert not_agreed(one, one) is None
    other = text_doubts("Звоните 89161234567!", chat("FINISHED"))
    left = not_agreed(other, one)
    assert left is not None
    assert left.kind is ProblemKind.NOT_AGREED
    assert left.doubts == other[1:]


def test_the_number_of_the_chats_order_is_no_phone() -> None:
    assert text_doubts("89161234567", chat("NEW", 89161234567)) == ()
    assert text_doubts("89161234567", None) != ()
