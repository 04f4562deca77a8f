"""Two shops in one queue; their chats have the same numbers in both Markets."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.multi import MultiInbox, NamedInbox
from chat_tui.model.queue import Tab
from chat_tui.sandbox.access import API_KEY, FOREIGN_KEY
from chat_tui.ui.app import ChatTuiApp
from tests.support.places import places
from tests.support.refs import BUSINESS, OTHER_BUSINESS, ref
from tests.support.sandbox import Sandbox
from tests.support.settling import drawn, recorded
from tests.support.shop import Shop, client_of
from tests.support.waiting import until
from tests.ui.app_stage import CALM, NARROW, STAYING, WIDE, Desk

NAMES = ("Кухня", "Дом")
BUSINESSES = (BUSINESS, OTHER_BUSINESS)
KEYS = (API_KEY, FOREIGN_KEY)
ANSWERS = 4
HELD = replace(CALM, undo_s=600.0)
"""Nothing is sent while a test runs."""
Markets = tuple[Sandbox, Sandbox]


@pytest.fixture
def markets() -> Iterator[Markets]:
    with (
        Sandbox.start(chats=12, seed=3, long_chat=6) as one,
        Sandbox.start(chats=18, seed=5, long_chat=6) as other,
    ):
        yield one, other


@asynccontextmanager
async def desk_of_both(
    root: Path,
    markets: Markets,
    *,
    size: tuple[int, int] = WIDE,
    keys: Sequence[str | None] = (None, None),
    left_out: Sequence[tuple[str, str]] = (),
    settings: InboxSettings = CALM,
) -> AsyncIterator[Desk]:
    """As `app_stage.desk`, on the files of both shops; `market` and `store` are those of the first."""
    shops = [
        Shop.open(
            root / name,
            partial(client_of, market, key=key or own, business=business),
            settings=settings,
            business=business,
        )
        for name, market, key, own, business in zip(NAMES, markets, keys, KEYS, BUSINESSES, strict=True)
    ]
    businesses = [NamedInbox(name, shop.inbox) for name, shop in zip(NAMES, shops, strict=True)]
    inbox = MultiInbox(businesses, left_out)
    app = ChatTuiApp(inbox, STAYING, places(root), now=wall_clock_ms, zone=UTC)
    try:
        async with app.run_test(size=size) as pilot:
            notices = recorded(app)
            await app.keys_settled()
            yield Desk(app, pilot, markets[0], shops[0].store, notices)
        assert not app.return_code
    finally:
        await inbox.close()


async def until_all_are_here(desk: Desk, count: int) -> None:
    async def are_here() -> bool:
        return (await desk.app.inbox.chats.counts())[Tab.ALL] >= count

    await until(are_here, f"{count} chats")
    await drawn(desk.app)


def about(market: Sandbox, chat_id: int) -> str:
    """The subject of the chat with this number in this Market, as the frame of the box shows it."""
    chat = market.world.chat(chat_id)
    assert chat is not None
    if chat.context == "ORDER":
        return f"order {chat.order.order_id}" if chat.order else ""
    return f"return {chat.order.return_id}" if chat.context == "RETURN" and chat.order else "question"


async def test_answers_reach_the_shop_on_the_frame_while_500_messages_come_in_both(
    tmp_path: Path, markets: Markets
) -> None:
    chats = [[chat.chat_id for chat in one.world.listed("desc", None, 0, 50)] for one in markets]
    turns = iter(range(256))

    def write() -> None:
        for turn in islice(turns, 256 // (2 * ANSWERS)):
            for market, ids in zip(markets, chats, strict=True):
                market.say(ids[turn % len(ids)], f"сообщение {turn}")

    async with desk_of_both(tmp_path, markets) as desk:
        await until_all_are_here(desk, 30)
        for n in range(ANSWERS):
            write()
            await desk.press("n")
            await desk.until(lambda: desk.focus == "box" and not desk.box, "the box of the next chat")
            await desk.paste(f"№ {n}. {desk.addressee}")
            write()
            await desk.press("enter")
            while desk.box:
                await desk.press_again("enter")
            await desk.press("escape")
            await desk.until(lambda: desk.focus != "box", "the box left")
        await desk.until(lambda: sum(len(one.ledger) for one in markets) == ANSWERS, "all answers there")
    assert next(turns, None) is None
    for name, market in zip(NAMES, markets, strict=True):
        assert market.ledger, "both shops had their turn"
        for sent in market.ledger:
            frame = f" · {about(market, sent.chat_id)} · {name}"
            assert frame in sent.text, "the shop on the frame is the one that got it"
    assert len({sent.text.split(".")[0] for market in markets for sent in market.ledger}) == ANSWERS


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_rows_and_frames_name_the_shop(tmp_path: Path, markets: Markets, size: tuple[int, int]) -> None:
    async with desk_of_both(tmp_path, markets, size=size) as desk:
        await until_all_are_here(desk, 30)
        await desk.press("6")
        await desk.until_shown("Кухня   ", "Дом   ")
        columns = {
            line.index(name) for line in desk.screen.splitlines() for name in NAMES if f"{name}   " in line
        }
        assert len(columns) == 1, "they stand below each other"
        for _ in range(2):
            await desk.press("enter")
            await desk.until(lambda: desk.opened == desk.highlighted, "the chat open")
            assert desk.opened is not None
            business = desk.opened.business
            assert f" · {NAMES[BUSINESSES.index(business)]}" in desk.addressee
            await desk.press("escape")
            while desk.highlighted and desk.highlighted.business == business:
                await desk.press("j")


async def test_a_draft_comes_back_after_a_restart_to_the_chat_of_its_shop(
    tmp_path: Path, markets: Markets
) -> None:
    async with desk_of_both(tmp_path, markets) as desk:
        await until_all_are_here(desk, 30)
        await desk.press("n")
        await desk.until(lambda: desk.focus == "box", "the box")
        chat_ref, whom = desk.opened, desk.addressee
        await desk.write("начато")
        await desk.press("escape")
    assert chat_ref is not None
    async with desk_of_both(tmp_path, markets) as desk:
        # Histories read since may have changed who waits longest.
        await desk.go_to(chat_ref)
        assert (desk.opened, desk.addressee, desk.box) == (chat_ref, whom, "начато")
        assert desk.opened is not None
        [of_twin] = {*BUSINESSES} - {desk.opened.business}
        twin = ref(desk.opened.number, of_twin)
        assert (await desk.app.inbox.drafts.get(twin)).text == ""


async def test_troubles_are_told_with_the_name_of_their_shop(tmp_path: Path, markets: Markets) -> None:
    keys = (None, markets[1].revoked_key)
    async with desk_of_both(tmp_path, markets, keys=keys, left_out=[("Сад", "no key in sad.key")]) as desk:
        await until_all_are_here(desk, 12)
        await desk.until_shown("Дом: 401", "Сад: no key in sad.key.", "Кухня   ")
        await desk.press("n")
        await desk.answer("Добрый день!")
        await desk.until(lambda: len(markets[0].ledger) == 1, "the sound shop answers")


async def test_outbox_and_search_name_the_shop(tmp_path: Path, markets: Markets) -> None:
    async with desk_of_both(tmp_path, markets, settings=HELD) as desk:
        await until_all_are_here(desk, 30)
        await desk.press("n")
        await desk.until(lambda: desk.focus == "box", "the box")
        whom = desk.addressee.removeprefix("To: ")
        await desk.answer("Пока не отправлено")
        await desk.press("escape", "O")
        await desk.until(lambda: desk.dialog == "OutboxScreen", "the outbox")
        await desk.until_shown(whom, "Пока не отправлено")
        await desk.press("escape", "f")
        await desk.until(lambda: desk.dialog == "SearchScreen", "the search")
        await desk.paste("возврат")
        await desk.until_shown(" · Кухня", " · Дом")


async def test_a_key_that_may_only_read_forbids_the_chats_of_its_own_business_alone(
    markets: Markets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, settings = (markets[0].read_only_key, None), replace(CALM, asks_rights=True)
    async with desk_of_both(tmp_path, markets, keys=keys, settings=settings) as it:
        await until_all_are_here(it, 30)
        inbox = it.app.inbox
        await it.until(lambda: {chat.business for chat in it.rows} == set(BUSINESSES), "rows of both")
        chats = [next(chat for chat in it.rows if chat.business == business) for business in BUSINESSES]
        await it.until(lambda: inbox.link(chats[0]).view_only is not None)
        assert inbox.link().view_only is None
        # The box knows it at once, even if the next news of the link come late.
        monkeypatch.setattr(it.app.screen, "_show_link", lambda: None)
        for place in (0, 1, 0):
            await it.go_to(chats[place])
            assert ("View only: the key has no right to send" in it.screen) is (place == 0)
