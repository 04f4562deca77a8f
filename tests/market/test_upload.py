"""A file is sent exactly as it was confirmed, or not to its end."""

import asyncio
import os
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from chat_tui.market.files import CHUNK
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import SILENCE_IS_SHORT, Connect
from tests.support.raw_market import Asked, Script, raw_market, reply
from tests.support.refs import ref

CHAT = ref(14820317)
SIZE = 5 * CHUNK + 17


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spooled"
    path.write_bytes(os.urandom(SIZE))
    return path


def only_part(asked: Asked) -> Message:
    """The single part of a multipart body, as the standard library reads it."""
    whole = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode() + asked.body
    parts = message_from_bytes(whole).get_payload()
    assert isinstance(parts, list)
    [part] = parts
    assert isinstance(part, Message)
    return part


async def test_the_file_arrives_whole_with_its_progress(connect: Connect, file: Path) -> None:
    heard: list[int] = []
    async with raw_market(reply()) as market:
        outcome = await connect(market).send_file(
            CHAT,
            path=file,
            name="гарантия.pdf",
            size=SIZE,
            media_type="application/pdf",
            progress=heard.append,
        )
        assert isinstance(outcome, Accepted)
        [asked] = market.asked
    assert asked.target == "/v2/businesses/1185230/chats/file/send?chatId=14820317"
    assert int(asked.headers["content-length"]) == len(asked.body)
    assert "transfer-encoding" not in asked.headers
    part = only_part(asked)
    assert part.get_content_type() == "application/pdf"
    assert part.get_payload(decode=True) == file.read_bytes()
    assert heard == [*range(CHUNK, SIZE, CHUNK), SIZE]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("photo.jpg", "photo.jpg"),
        ("я" * 96 + ".pdf", "я" * 96 + ".pdf"),
        ("😀.png", "😀.png"),
        ('a"b;c.png', "a%22b;c.png"),
        ("a\r\nX: 1.png", "a%0D%0AX: 1.png"),
        ('a\\".png', "a_%22.png"),
        ("\x1b[31mx\x85.png", "_[31mx_.png"),
        ("a\ud83d.png", "a?.png"),
        ("", "file"),
    ],
)
async def test_f_142_names_stay_inside_their_quotes(
    connect: Connect, file: Path, name: str, sent: str
) -> None:
    async with raw_market(reply()) as market:
        outcome = await connect(market).send_file(
            CHAT, path=file, name=name, size=SIZE, media_type="image/png"
        )
        assert isinstance(outcome, Accepted)
        head = market.asked[0].body.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[1:] == [
        f'Content-Disposition: form-data; name="file"; filename="{sent}"'.encode(),
        b"Content-Type: image/png",
    ]


@pytest.mark.parametrize("media_type", ["", "text", "text/plain\r\nX: 1", "a/b; c=d", "тип/x"])
async def test_strange_media_types_are_plain_bytes(connect: Connect, file: Path, media_type: str) -> None:
    async with raw_market(reply()) as market:
        await connect(market).send_file(CHAT, path=file, name="a", size=SIZE, media_type=media_type)
        assert only_part(market.asked[0])["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("trouble", ["missing", "longer", "shorter", "empty", "directory", "pipe"])
async def test_files_that_changed_before_are_not_sent(connect: Connect, file: Path, trouble: str) -> None:
    size = SIZE
    if trouble == "missing":
        file.unlink()
    elif trouble in {"longer", "shorter"}:
        size = SIZE - 1 if trouble == "longer" else SIZE + 1
    elif trouble == "empty":
        size = 0
        file.write_bytes(b"")
    else:
        file.unlink()
        (os.mkfifo if trouble == "pipe" else os.mkdir)(file)
        size = file.stat().st_size
    async with raw_market(reply()) as market:
        outcome = await connect(market).send_file(
            CHAT, path=file, name="a", size=size, media_type="image/png"
        )
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.FILE_CHANGED, Certainty.NOT_SENT)
        assert market.connections == 0


@pytest.mark.parametrize("moment", [CHUNK, SIZE])
@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
async def test_f_140_a_file_that_changes_meanwhile_never_ends(
    connect: Connect, file: Path, change: str, moment: int
) -> None:
    def disturb(sent: int) -> None:
        if sent != moment:
            return
        if change == "grow":
            with file.open("ab") as more:
                more.write(b"more")
        elif change == "shrink":
            os.truncate(file, 2 * CHUNK)
        else:
            file.write_bytes(os.urandom(SIZE))
            os.utime(file, ns=(1, 1))

    async with raw_market(reply()) as market:
        outcome = await connect(market).send_file(
            CHAT, path=file, name="a", size=SIZE, media_type="image/png", progress=disturb
        )
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.FILE_CHANGED, Certainty.UNCLEAR)
        assert market.asked == []  # no complete request ever arrived


async def test_a_server_that_never_reads(connect: Connect, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(8_000_000))
    async with raw_market(Script(read="nothing", end="hold")) as market:
        outcome = await connect(market, deadlines=SILENCE_IS_SHORT).send_file(
            CHAT, path=big, name="a", size=8_000_000, media_type="image/png"
        )
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.TIMEOUT, Certainty.UNCLEAR)


@pytest.mark.parametrize("end", ["reset", "hold", "close"])
async def test_a_cut_upload_is_unclear(connect: Connect, file: Path, end: str) -> None:
    async with raw_market(Script(read="head", end=end)) as market:
        outcome = await connect(market, deadlines=SILENCE_IS_SHORT).send_file(
            CHAT, path=file, name="a", size=SIZE, media_type="image/png"
        )
    assert isinstance(outcome, Problem)
    assert outcome.certainty == Certainty.UNCLEAR


async def test_a_refusal_in_mid_upload_is_heard(connect: Connect, file: Path) -> None:
    words = reply('{"errors":[{"message":"too big"}]}', 413)
    async with raw_market(Script((words,), read="head", end="hold")) as market:
        outcome = await connect(market).send_file(
            CHAT, path=file, name="a", size=SIZE, media_type="image/png"
        )
    assert isinstance(outcome, Problem)
    assert (outcome.certainty, outcome.http_status, outcome.message) == (Certainty.REFUSED, 413, "too big")


async def test_the_file_is_let_go(connect: Connect, file: Path) -> None:
    def open_files() -> list[str]:
        targets = []
        for entry in os.listdir("/proc/self/fd"):
            try:
                targets.append(os.readlink(f"/proc/self/fd/{entry}"))
            except FileNotFoundError:
                continue
        return targets

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc")
    async with raw_market(reply(), Script(read="head", end="hold")) as market:
        client = connect(market)
        for cancelled in (False, True):
            market.arrived.clear()
            sending = asyncio.create_task(
                client.send_file(CHAT, path=file, name="a", size=SIZE, media_type="image/png")
            )
            await market.arrived.wait()
            if cancelled:
                sending.cancel()
            await asyncio.wait([sending])
            assert str(file) not in open_files()
