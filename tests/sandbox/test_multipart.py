"""Files arrive byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.sandbox.multipart import Part, boundary_of, parts
from chat_tui.sandbox.refusal import Refusal
from tests.sandbox.conftest import Asking

_CHAT = 14_800_100
_HEAD = b'Content-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: a/b\r\n\r\n'


def _form(content: bytes, boundary: bytes = b"b") -> bytes:
    return b"--" + boundary + b"\r\n" + _HEAD + content + b"\r\n--" + boundary + b"--\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n--",
        b"\r\n--bb\r\n",
        b"--bb--",
        b"--b-",
        b"x\n--b--\n",
        b"\r\n--b-\r\n",
        b"\r\n--b--x",
        b"\r\n--b x",
        bytes(range(256)),
    ],
)
def test_content_that_looks_like_a_boundary(content: bytes) -> None:
    assert parts(_form(content), b"b") == [Part("file", "x", content)]


@given(st.binary(max_size=200), st.from_regex(rb"[0-9a-f]{8}", fullmatch=True))
def test_any_bytes(content: bytes, boundary: bytes) -> None:
    assert parts(_form(content, boundary), boundary) == [Part("file", "x", content)]


def test_preamble_padding_and_epilogue_do_not_count() -> None:
    body = b"hello\r\n--b  \r\n" + _HEAD + b"x\r\n--b--\t\r\nbye"
    assert parts(body, b"b") == [Part("file", "x", b"x")]


@pytest.mark.parametrize("body", [b"", b"x", b"--b\r\n", b"--b\r\n" + _HEAD + b"x", b"--b\r\nx\r\n--b--\r\n"])
def test_a_form_that_does_not_end(body: bytes) -> None:
    with pytest.raises(Refusal):
        parts(body, b"b")


def test_boundaries_may_be_quoted() -> None:
    assert boundary_of('multipart/form-data; boundary="a b"') == b"a b"
    with pytest.raises(Refusal):
        boundary_of("multipart/form-data")


def test_extended_file_names() -> None:
    head = b"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''%D1%8F.png\r\n\r\n"
    assert parts(b"--b\r\n" + head + b"x\r\n--b--", b"b")[0].file_name == "я.png"


@pytest.mark.parametrize(
    "name", ["чек.pdf", 'a"b;c.png', "a\nb.png", "a\r\nX: 1.png", "😀.png", "a\\b.png", " x", "я" * 100]
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
