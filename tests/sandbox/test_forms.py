"""Files arrive byte for byte in every legal form; a body that is no form is refused and has no effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.sandbox.access import Refusal
from chat_tui.sandbox.chats import FILE_LIMIT
from chat_tui.sandbox.request import files_named
from tests.sandbox.conftest import Asking, said

_CHAT = 14_800_100
_HEAD = b'Content-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: a/b\r\n\r\n'


def form(content: bytes, boundary: bytes = b"b", head: bytes = _HEAD) -> bytes:
    return b"--" + boundary + b"\r\n" + head + content + b"\r\n--" + boundary + b"--\r\n"


def files(body: bytes, boundary: bytes = b"b") -> list[tuple[str, bytes]]:
    return files_named("file", f"multipart/form-data; boundary={boundary.decode()}", body)


@pytest.mark.parametrize(
    "content",
    [b"", b"\r\n", b"\r\n\r\n--", b"--b--", b"--b-", b"x\n--b--\n", bytes(range(256)), b"\r\n" * 400],
)
def test_content_that_looks_like_a_boundary(content: bytes) -> None:
    assert files(form(content)) == [("x", content)]


@given(st.binary(max_size=200), st.from_regex(rb"[0-9a-f]{8}", fullmatch=True))
def test_any_bytes(content: bytes, boundary: bytes) -> None:
    assert files(form(content, boundary), boundary) == [("x", content)]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"Content-Disposition: form-data; name=file; filename=x.txt\r\n\r\n", "x.txt"),
        (b'content-disposition: form-data; name="file"; filename=x.txt\r\n\r\n', "x.txt"),
        (b'Content-Disposition: form-data; filename="x.txt"; name=file\r\n\r\n', "x.txt"),
        (b'X: y\r\nContent-Disposition: form-data;name="file";filename="a;b"\r\n\r\n', "a;b"),
    ],
)
def test_names_may_stand_without_quotes_and_in_any_order(head: bytes, name: str) -> None:
    assert files(form(b"1", head=head)) == [(name, b"1")]


@pytest.mark.parametrize("body", [b"x", b"--c\r\n" + _HEAD, b"--b\r\nx\r\n--b--\r\n"])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal):
        files(body)


@pytest.mark.parametrize("body", [b"", b"--b\r\n", b"--b\r\n" + _HEAD + b"x"])
def test_a_form_that_does_not_end_holds_no_file(body: bytes) -> None:
    assert files(body) == []


@pytest.mark.parametrize(
    "name", ["чек.pdf", 'a"b;c.png', "a\nb.png", "a\r\nX: 1.png", "😀.png", " x", "я" * 100]
)
def test_names_and_bytes_over_http(ask: Asking, name: str) -> None:
    content = b"\r\n--\r\n" + bytes(range(256)) * 3
    assert ask.send_file(_CHAT, name, content).status_code == 200
    assert ask.sandbox.ledger[0].name == name
    shown = ask.history(_CHAT, limit=1).json()["result"]["messages"][0]["payload"][0]
    assert shown["size"] == len(content)
    assert ask.client.get(shown["url"]).content == content


def test_a_file_goes_alone(ask: Asking) -> None:
    answer = ask.request(
        "POST", "/chats/file/send", params={"chatId": _CHAT}, files=[("file", b"1"), ("file", b"2")]
    )
    assert answer.status_code == 400
    assert ask.sandbox.ledger == []


@pytest.mark.parametrize("size", [FILE_LIMIT + 1, 5_600_000, 9_000_000])
def test_a_form_that_is_too_big_is_told_its_size(ask: Asking, size: int) -> None:
    answer = ask.send_file(_CHAT, "x.bin", b"\0" * size)
    assert answer.status_code == 400
    assert said(answer) == (
        "The request is too big: Maximum allowed request size must be less than "
        f"{5120 if size <= FILE_LIMIT + 256 * 1024 else 5376} KB, but passed {_megabytes(answer)} MB"
    )
    assert size / 1024 / 1024 <= float(_megabytes(answer)) + 0.01
    assert ask.sandbox.ledger == []


def _megabytes(answer: object) -> str:
    return said(answer).rpartition("passed ")[2].removesuffix(" MB")  # type: ignore[arg-type]
