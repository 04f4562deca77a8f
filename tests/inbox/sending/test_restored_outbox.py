"""An outbox restored from a backup of the home sends nothing that the original has sent (case 023)."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.clock import BootClock
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from tests.inbox.sending.test_delivery import reaches, some_chats, texts
from tests.inbox.simulation.stage import Stage
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, client_of, item_of, open_store

S = OutboxState
MINUTES: Millis = 60_000


def _now() -> Millis:
    return time.time_ns() // 1_000_000


class Home:
    """Data and cache of one operator, which can be backed up and restored."""

    def __init__(self, root: Path, market: Sandbox) -> None:
        self.root = root
        self._market = market
        self._shop: Shop | None = None

    async def open(
        self, *, background: bool = True, late: Millis = 0, settings: InboxSettings = QUICK, url: str = ""
    ) -> Shop:
        """Start the program with a clock that is behind by that much; the previous copy is closed."""
        await self.close()
        store = open_store(self.root / "home")
        client = client_of
        inbox = Inbox(
            store,
            lambda: client(self._market, url=url or None),
            settings=settings,
            wall_ms=lambda: _now() - late,
        )
        inbox.start(background=background)
        self._shop = Shop(inbox, store)
        return self._shop

    async def close(self) -> None:
        if self._shop is not None:
            await self._shop.close()
            self._shop = None

    async def copy(self) -> None:
        """Make a backup of the whole home."""
        await self.close()
        shutil.copytree(self.root / "home", self.root / "copy")

    async def put_back(self) -> None:
        await self.close()
        shutil.rmtree(self.root / "home")
        shutil.copytree(self.root / "copy", self.root / "home")


@pytest.fixture
async def home(tmp_path: Path, market: Sandbox) -> AsyncIterator[Home]:
    home = Home(tmp_path, market)
    yield home
    await home.close()


async def _a_chat(home: Home) -> ChatRef:
    shop = await home.open(background=False)
    await shop.inbox.sync_once()
    (chat,) = await some_chats(shop, 1)
    assert await shop.inbox.fetch_chat(chat) is None
    return chat


async def _queue(shop: Shop, chat: ChatRef, *said: str) -> list[OutboxId]:
    found = []
    for text in said:
        item = await shop.inbox.outbox.send_text(chat, text)
        assert isinstance(item, OutboxItem)
        found.append(item.outbox_id)
    return found


async def _all(shop: Shop, items: list[OutboxId], state: OutboxState = S.CONFIRMED) -> None:
    await asyncio.gather(*(reaches(shop, outbox_id, state) for outbox_id in items))


@pytest.mark.parametrize("said", [("Да",), ("Да", "Да"), ("Добрый день!", "Да", "Добрый день!")])
async def test_what_the_original_sent_is_there_once(
    market: Sandbox, home: Home, said: tuple[str, ...]
) -> None:
    chat = await _a_chat(home)
    items = await _queue(await home.open(background=False, late=5 * MINUTES), chat, *said)
    await home.copy()
    await _all(await home.open(), items)
    await home.put_back()
    shop = await home.open()
    await _all(shop, items)
    assert texts(market, chat) == list(said)
    assert market.asked("sendMessageToChat") == len(said)


async def test_only_what_the_original_did_not_send_is_sent(market: Sandbox, home: Home) -> None:
    chat = await _a_chat(home)
    first = await _queue(await home.open(background=False, late=5 * MINUTES), chat, "Да")
    both = [*first, *await _queue(await home.open(background=False, late=5 * MINUTES), chat, "Да")]
    await home.copy()
    market.say(chat.number, "Да", sender="PARTNER")
    await home.put_back()
    await _all(await home.open(), both)
    assert texts(market, chat) == ["Да"], "it is there once"
    assert market.asked("sendMessageToChat") == 1


async def test_a_file_of_the_original_is_there_once(market: Sandbox, home: Home, tmp_path: Path) -> None:
    chat = await _a_chat(home)
    source = tmp_path / "чек.txt"
    source.write_text("100 ₽")
    shop = await home.open(background=False, late=5 * MINUTES)
    card = await shop.inbox.files.inspect(source)
    assert not isinstance(card, Problem)
    item = await shop.inbox.outbox.send_file(chat, card)
    assert isinstance(item, OutboxItem)
    await home.copy()
    await _all(await home.open(), [item.outbox_id])
    await home.put_back()
    shop = await home.open()
    await _all(shop, [item.outbox_id])
    assert [sent.name for sent in market.ledger if sent.chat_id == chat.number] == ["чек.txt"]


async def test_a_text_in_its_undo_hold(market: Sandbox, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = await _a_chat(home)
    held = replace(QUICK, undo_s=30.0)
    items = await _queue(await home.open(background=False, late=5 * MINUTES, settings=held), chat, "Ой")
    await home.copy()
    on = BootClock.now
    monkeypatch.setattr(BootClock, "now", lambda clock: on(clock) + 30_000)
    await _all(await home.open(), items)
    await home.put_back()
    await _all(await home.open(), items)
    assert texts(market, chat) == ["Ой"]


async def test_texts_that_waited_for_the_network(market: Sandbox, home: Home) -> None:
    """They were tried before the backup was made, so that their attempts are counted in it."""
    chat = await _a_chat(home)
    shop = await home.open(late=5 * MINUTES, url="http://127.0.0.1:9")
    items = await _queue(shop, chat, "Из поезда", "Из поезда", "Приехал")
    await reaches(shop, items[0], S.WAITING)
    await home.copy()
    await _all(await home.open(), items)
    await home.put_back()
    await _all(await home.open(), items)
    assert texts(market, chat) == ["Из поезда", "Из поезда", "Приехал"]


async def test_nothing_is_sent_while_it_cannot_be_looked(market: Sandbox, home: Home) -> None:
    chat = await _a_chat(home)
    items = await _queue(await home.open(background=False, late=5 * MINUTES), chat, "Да")
    await home.copy()
    await _all(await home.open(), items)
    await home.put_back()
    market.script("getChatHistory", [Answer(status=500)] * 4)
    shop = await home.open()
    await _all(shop, items)
    assert market.asked("sendMessageToChat") == 1


async def test_an_old_item_that_the_operator_sends_again(market: Sandbox, home: Home) -> None:
    """Too old to send without asking; the operator's request says nothing about what the original did."""
    chat = await _a_chat(home)
    items = await _queue(await home.open(background=False, late=5 * MINUTES), chat, "Вчерашнее")
    await home.copy()
    await _all(await home.open(), items)
    await home.put_back()
    shop = await home.open(settings=replace(QUICK, max_age_s=60.0))
    item = await reaches(shop, items[0], S.FAILED)
    assert item.problem == ProblemKind.STALE
    assert await shop.inbox.outbox.resend(await item_of(shop.inbox, items[0])) is None
    await _all(shop, items)
    assert market.asked("sendMessageToChat") == 1


# -- what it costs -----------------------------------------------------------------------------------


def test_what_is_sent_at_once_is_not_looked_for_before(stage: Stage) -> None:
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    asked = stage.record_requests()
    stage.reaches(stage.send("Да"), S.CONFIRMED)
    assert asked[0] == "send_message"


def test_an_hour_without_network_costs_no_look_in_the_run_that_lived_it(stage: Stage) -> None:
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    stage.market.script += ["no network"] * 400
    sent = [stage.send(text) for text in ("Да", "Да", "Нет")]
    stage.let(3_600.0)
    stage.market.script.clear()
    asked = stage.record_requests()
    for outbox_id in sent:
        stage.reaches(outbox_id, S.CONFIRMED)
    first = asked.index("send_message")
    assert "get_chat_history" not in asked[:first]
    assert stage.posted() == ["прежнее", "Да", "Да", "Нет"]


@pytest.mark.parametrize("jump", [0, -30 * 86_400_000, 12 * 3_600_000])
def test_after_an_hour_another_start_looks_once_for_each(stage: Stage, jump: int) -> None:
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    stage.market.script += ["no network"] * 400
    sent = [stage.send(text) for text in ("Да", "Да", "Нет")]
    stage.reaches(sent[0], S.WAITING)
    stage.kill(*stage.world.copies)
    stage.let(3_600.0)
    stage.market.script.clear()
    stage.world.wall_jump = jump
    looks, _ = stage.market.looks, stage.open()
    for outbox_id in sent:
        stage.reaches(outbox_id, S.CONFIRMED)
    assert stage.posted() == ["прежнее", "Да", "Да", "Нет"]
    assert stage.market.looks - looks <= 3 * 4
