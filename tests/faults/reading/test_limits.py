"""Reading too much: refused by size before it is parsed, or accepted and folded if it is valid."""

import asyncio
import json
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.market.network import Deadlines
from chat_tui.model.chat import Message
from chat_tui.model.ids import MessageId
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Coverage, Entry, TimelinePage
from chat_tui.safetext import LIMIT, is_blank
from chat_tui.ui.chat import rows as timeline_rows
from chat_tui.ui.chat.rows import Scene, entry_lines
from chat_tui.ui.chat.window import CAP, TimelineWindow
from chat_tui.ui.queue.view import queue_row
from chat_tui.words import glyphs
from chat_tui.words.line import text_of, width_of, wrap
from tests.faults.support.pages import HISTORY, history, listed, open_patiently, page, said
from tests.faults.support.trial import Trial
from tests.support.raw_market import RawMarket, Script, raw_market, reply
from tests.support.refs import ref
from tests.support.sandbox import Sandbox

MIB = 1024 * 1024
MOST_KIB = 40 * 1024
EMPTY = reply('{"status":"OK","result":{"chats":[]}}')
UNEXPECTED, TOO_LARGE = ProblemKind.UNEXPECTED_ANSWER, ProblemKind.TOO_LARGE


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small Market."""
    with Sandbox.start(chats=8, seed=3, long_chat=20) as sandbox:
        yield sandbox


async def weighed(market: RawMarket, times: int) -> list[dict[str, Any]]:
    """The reports of a separate process on every answer after the first."""
    command = (sys.executable, "-m", "tests.faults.support.reader", market.url, str(times))
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await child.communicate()
    assert child.returncode == 0
    return [json.loads(line) for line in told.splitlines()]


class Chunks:
    """A chunked answer of many MiB of spaces; `taken` counts the chunks that were sent."""

    def __init__(self, mib: int) -> None:
        self.mib, self.taken = mib, 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in range(self.mib):
            self.taken += 1
            yield b"100000\r\n" + b" " * MIB + b"\r\n"


def bomb(mib: int) -> bytes:
    """The gzip data of `mib` MiB of "0", without an end, which no reader should reach."""
    squeeze, piece = zlib.compressobj(wbits=31), b"0" * MIB
    first = squeeze.compress(piece) + squeeze.flush(zlib.Z_FULL_FLUSH)
    again = squeeze.compress(piece) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return first + again * (mib - 1)


async def test_f_044_a_gzip_bomb() -> None:
    squeezed = bomb(300)
    assert len(squeezed) < MIB
    assert len(zlib.decompressobj(wbits=31).decompress(bomb(3))) == 3 * MIB, "the bomb is a real one"
    async with raw_market(EMPTY, reply(squeezed, content_encoding="gzip")) as market:
        (once,) = await weighed(market, 1)
        assert market.asked[1].headers["accept-encoding"] == "identity"
    assert once["ended"] == UNEXPECTED, "compression was not requested: the body is not even unpacked"
    assert once["grew_kib"] < MOST_KIB


async def test_f_047_deep_or_huge_json() -> None:
    digits = b'{"status":"OK","result":{"chats":[{"chatId":%s}]}}' % (b"7" * 5_000)
    bodies = {
        reply(b"[" * 100_000): UNEXPECTED,
        reply(b'{"status":"OK","result":{"chats":' + b"[" * 100_000): UNEXPECTED,
        reply(digits): "skipped 1",
        reply(b'{"status":%s}' % (b"7" * 5_000)): UNEXPECTED,
        reply(b'{"status":"OK","result":{"chats":[NaN]}}'): UNEXPECTED,
        reply(b'{"status":NaN}'): UNEXPECTED,
        reply(b'{"status":"OK","result":{"chats":[%s1]}}' % (b"1," * 4_000_000)): UNEXPECTED,
        reply(b'{"status":"OK","result":{"chats":[{"a":[%s]}]}}' % (b"{}" * 4_000_000)): UNEXPECTED,
        reply(b'{"errors":[%s{}]}' % (b"{}," * 2_500_000), 500): ProblemKind.SERVER,
        reply(b'{"status":"OK","result":{"chats":[%s1]}}' % (b"1," * 90_000)): "skipped 90001",
    }
    blanks = Chunks(200)
    async with raw_market(EMPTY, *bodies, Script(blanks)) as market:
        told = await weighed(market, len(bodies) + 1)
    assert [one["ended"] for one in told] == [*bodies.values(), TOO_LARGE]
    assert max(one["grew_kib"] for one in told) < MOST_KIB
    assert blanks.taken < 40, "8 MiB and the buffers of both sockets"


# -- F-063: large but valid -----------------------------------------------------------------------


async def test_f_063_five_thousand_messages_in_a_page(trial: Trial) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    trial.script(page("messages", said(*range(1, 5_001))), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    shown = await shop.inbox.chats.timeline(one)
    assert ([e.message.message_id for e in shown.entries if e.message], shown.has_older) == (
        list(range(4_951, 5_001)),
        True,
    )
    assert len(await history(shop, one)) == 5_000
    assert shop.inbox.link().skipped == 0
    await trial.check()


@pytest.mark.parametrize("letter", ["я", "\n", "e\u0301", "\u200b", "漢"])
async def test_f_063_a_text_of_a_million_characters(trial: Trial, letter: str) -> None:
    shop, one = open_patiently(trial), trial.chats(1)[0]
    long = (letter * 1_000_000)[:1_000_000]
    trial.script(page("messages", said(101) + said(102, message=long)), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    found = (await history(shop, one))[-1]
    assert found.text == long, "the cache keeps the whole text"
    scene = Scene(width=80, zone=UTC, now=0)
    folded = entry_lines(Entry(found), scene)
    assert len(folded.body) <= glyphs.FOLD + 1
    whole = entry_lines(Entry(found), scene, unfolded=True)
    assert sum(len(text_of(line)) for line in whole.body) <= 2 * LIMIT + 80 * len(whole.body)
    assert all(width_of(line) <= 80 for line in whole.body)
    item = next(item for item in await listed(shop) if item.chat.chat_ref == one)
    assert len(item.snippet) <= 200
    await trial.check()


def test_f_063_of_a_long_text_no_more_is_looked_at_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def noted(text: str) -> str:
        looked_at.append(len(text))
        return text

    monkeypatch.setattr(timeline_rows, "is_blank", lambda text: is_blank(noted(text)))
    monkeypatch.setattr(timeline_rows, "wrap", lambda text, cells: wrap(noted(text), cells))
    stacked = Message(ref(1), MessageId(1), 0, "CUSTOMER", "\u0301" * 1_000_000)
    assert entry_lines(Entry(stacked), Scene(width=80, zone=UTC, now=0)).body
    assert looked_at
    assert max(looked_at) <= LIMIT


def test_f_063_a_chat_of_fifty_thousand_messages() -> None:
    count = 50_000

    def part(first: int, last: int) -> TimelinePage:
        entries = tuple(
            Entry(Message(ref(1), MessageId(n), n, "CUSTOMER", "да")) for n in range(first, last + 1)
        )
        return TimelinePage(ref(1), entries, first > 1, last < count, Coverage.DONE)

    window = TimelineWindow(part(count - 49, count))
    most = 0
    while window.has_older and window.oldest_id is not None:
        assert window.extend_older(part(window.oldest_id - 50, window.oldest_id - 1))
        most = max(most, len(window.entries))
    assert window.oldest_id == 1
    while window.has_newer and window.newest_id is not None:
        assert window.extend_newer(part(window.newest_id + 1, window.newest_id + 50))
        most = max(most, len(window.entries))
    assert (window.newest_id, most) == (count, CAP)


# -- F-064 ----------------------------------------------------------------------------------------

DAY_MS = 24 * 3_600_000


async def test_f_064_the_server_is_a_day_ahead(trial: Trial) -> None:
    with Sandbox.start(chats=8, seed=3, long_chat=20, now_ms=lambda: wall_clock_ms() + DAY_MS) as ahead:
        asked = [ref(ahead.open_direct(f"вопрос {n}")) for n in range(3)]
        shop = trial.open(
            background=False, connect=lambda: trial.client(url=ahead.url, deadlines=Deadlines())
        )
        assert (await shop.inbox.sync_once()).problem is None
        queue = await shop.inbox.chats.page(Tab.WAITING, limit=100)
        now = wall_clock_ms()
        rows = {item.chat.chat_ref: text_of(queue_row(item, now, 80)[0]) for item in queue.items}
        assert all("waiting <1 min" in rows[one] for one in asked), "no negative age"
        assert not any("-" in row.rpartition("waiting")[2] for row in rows.values())
        assert [chat_ref for chat_ref in rows if chat_ref in asked] == asked, "the longest wait comes first"
        await trial.check()
