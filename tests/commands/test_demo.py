"""The child process of the demo: how it is reached, what it knows, how it ends."""

import os
import re
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from chat_tui.commands import demo
from chat_tui.commands.context import CannotStart
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem
from chat_tui.model.template import Field, fill, unfilled
from chat_tui.paths import Paths, locate
from chat_tui.sandbox.content import HOSTILE
from chat_tui.sandbox.ledger import Begun
from chat_tui.sandbox.world import World, codes
from chat_tui.settings import Settings
from chat_tui.settings.schema import SendingSettings

SHOP = demo.PretendShop(4, 1, "ru")


@pytest.fixture
def paths() -> Paths:
    return locate(SHOP.profile)


def child(paths: Paths) -> int:
    """The process that serves this demo."""
    journal = os.fsencode(paths.data / "journal")
    until = time.monotonic() + 20
    mine: list[int] = []
    # Between fork and exec a process has no command line for a moment.
    while not mine and time.monotonic() < until:
        mine = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and journal in _command(entry).split(b"\0")
        ]
    assert len(mine) == 1
    return mine[0]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return b""


def knock_until_nobody_is_there(port: int) -> None:
    for _attempt in range(2_000):
        # A connection that the dying process has not accepted yet is reset.
        with suppress(ConnectionResetError):
            socket.create_connection(("127.0.0.1", port)).close()


async def chats(settings: Settings) -> int:
    market = settings.market
    assert market.business_id is not None
    access = Access(market.api_url, settings.api_key, business_id=BusinessId(market.business_id))
    client = MarketClient(access)
    try:
        page = await client.get_chats()
    finally:
        await client.aclose()
    assert not isinstance(page, Problem), page
    return len(page.items)


async def test_the_market_answers_the_first_question_and_is_gone_afterwards(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_TUI_API_KEY", "ACMA:5entinelKey")
    settings = Settings(sending=SendingSettings(undo_seconds=3))
    with demo.pretend_market(settings, paths, SHOP) as there:
        assert await chats(there) == 4
        assert there.sending.undo_seconds == 3
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", there.market.api_url)
        pid = child(paths)
        assert b"5entinel" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert there.api_key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert not Path(f"/proc/{pid}").exists()
    port = int(there.market.api_url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_second_window_on_the_same_demo_is_refused(paths: Paths) -> None:
    with (
        demo.pretend_market(Settings(), paths, SHOP),
        pytest.raises(CannotStart, match="open in another window"),
        demo.pretend_market(Settings(), paths, SHOP),
    ):
        pytest.fail("two of them")
    with demo.pretend_market(Settings(), paths, SHOP):
        pass


async def test_a_child_that_died_is_noticed_instead_of_waited_for(paths: Paths) -> None:
    with demo.pretend_market(Settings(), paths, SHOP) as there:
        assert await chats(there) == 4
        os.kill(child(paths), signal.SIGKILL)
        port = int(there.market.api_url.rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            knock_until_nobody_is_there(port)


def test_worlds_do_not_mix() -> None:
    shops = [
        demo.PretendShop(60, 1, "ru"),
        demo.PretendShop(60, 2, "ru"),
        demo.PretendShop(61, 1, "ru"),
        demo.PretendShop(60, 1, "en"),
        demo.PretendShop(60, 1, "ru", hostile=True),
    ]
    assert len({shop.profile for shop in shops}) == 5


def test_everything_the_demo_leaves_is_private(paths: Paths) -> None:
    with demo.pretend_market(Settings(), paths, SHOP):
        child(paths)
        demo.put_templates(paths, "ru")
    for found in (paths.data, *paths.data.rglob("*")):
        assert found.stat().st_mode & 0o077 == 0, found


async def test_the_shop_is_the_one_asked_for(paths: Paths) -> None:
    shop = demo.PretendShop(30, 1, "en", hostile=True)
    with demo.pretend_market(Settings(), paths, shop) as there:
        market = there.market
        assert market.business_id is not None
        client = MarketClient(
            Access(market.api_url, there.api_key, business_id=BusinessId(market.business_id))
        )
        try:
            page = await client.get_chats(limit=20)
        finally:
            await client.aclose()
    assert not isinstance(page, Problem), page
    names = {chat.context.customer_name for chat in page.items}
    assert names >= {"Sophie L.", HOSTILE[1].name}


# ---- templates


def test_six_templates_are_written_once_and_then_left_alone(paths: Paths) -> None:
    """Promised: U60."""
    shelf = demo.put_templates(paths, "ru")
    assert shelf.parent == paths.data
    shown = sorted(shelf.iterdir())
    assert len(shown) == 6
    shown[0].write_text("Моё")
    shown[1].unlink()
    assert demo.put_templates(paths, "ru") == shelf
    assert sorted(shelf.iterdir()) == [shown[0], *shown[2:]]
    assert shown[0].read_text() == "Моё"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_templates_fill_in_for_the_chats_they_are_for(paths: Paths, language: str) -> None:
    world = World(Begun(1, 300, 1_795_000_000_000, 420, language, hostile=False), lambda: 1_795_000_000_000)
    chats = world.listed("desc", codes(["NEW", "WAITING_FOR_PARTNER"], None, None), 0, 50)
    written = {path.stem: path.read_text() for path in demo.put_templates(paths, language).iterdir()}
    about = {
        "ru": {
            "возврат, как сдать": "RETURN",
            "извинение и деньги": "RETURN",
            "подойдёт ли": "DIRECT",
            "спасибо": "ORDER",
            "спор, согласны": "DISPUTE",
            "срок доставки": "ORDER",
        },
        "en": {
            "return, how to": "RETURN",
            "apology and refund": "RETURN",
            "size and fit": "DIRECT",
            "thanks": "ORDER",
            "dispute, we agree": "DISPUTE",
            "delivery date": "ORDER",
        },
    }[language]
    assert written.keys() == about.keys()
    for name, context in about.items():
        meant = [
            chat for chat in chats if context in (chat.context, "DISPUTE" if chat.kind == "ARBITRAGE" else "")
        ]
        assert meant
        for chat in meant:
            values = {
                Field.NAME: (chat.name or "").split(" ")[0],
                Field.ORDER: str(chat.order.order_id) if chat.order else "",
                Field.RETURN: str(chat.order.return_id or "") if chat.order else "",
                Field.SHOP: world.shop.shops[chat.order.shop] if chat.order else "",
            }
            assert unfilled(fill(written[name], values)) == (), (name, chat.name)
    # Whoever answers a dispute with its template sees it end.
    dispute = next(text for name, text in written.items() if about[name] == "DISPUTE")
    assert world.shop.agrees(dispute)
