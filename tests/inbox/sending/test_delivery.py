"""Sending despite the sandbox's faults: never lost, never doubled, never called sent without being there."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.events import Event
from chat_tui.model.file import MAX_BYTES
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.store import outbox
from tests.support.faults import Answer, accepted_then, half_answer, lost
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, item_of
from tests.support.stored import items_of
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


async def some_chats(shop: Shop, count: int) -> list[ChatRef]:
    """Chats that accept an answer, once the list has come."""

    async def listed() -> list[ChatRef]:
        page = await shop.inbox.chats.page(Tab.ALL)
        return [item.chat.chat_ref for item in page.items if item.chat.status != "FINISHED"][:count]

    async def enough() -> list[ChatRef] | None:
        found = await listed()
        return found if len(found) == count else None

    return await until(enough)


async def send(shop: Shop, chat: ChatRef, text: str) -> OutboxId:
    item = await shop.inbox.outbox.send_text(chat, text)
    assert isinstance(item, OutboxItem)
    return item.outbox_id


async def reaches(shop: Shop, outbox_id: OutboxId, *states: OutboxState) -> OutboxItem:
    """The item, once it is in one of the states."""

    async def there() -> OutboxItem | None:
        item = await stored(shop, outbox_id)
        return item if item is not None and item.state in states else None

    return await until(there, f"{states} of {outbox_id}")


async def stored(shop: Shop, outbox_id: OutboxId) -> OutboxItem | None:
    return await shop.store.read(outbox.get, outbox_id)


def texts(market: Sandbox, chat: ChatRef) -> list[str]:
    """The texts that the Market has accepted in a chat, in order."""
    return [sent.text for sent in market.ledger if sent.chat_id == chat.number and sent.kind == "text"]


async def test_a_text_goes_from_queued_over_sent_to_confirmed(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    states: list[OutboxState] = []

    def look(_: Event) -> None:
        future = shop.store.read(items_of, chat)
        future.add_done_callback(lambda done: states.extend(item.state for item in done.result()))

    shop.inbox.subscribe(look)
    item = await reaches(shop, await send(shop, chat, "Добрый день!"), OutboxState.CONFIRMED)
    assert texts(market, chat) == ["Добрый день!"]
    assert item.message_id == market.ledger[-1].message_id
    assert states.index(OutboxState.SENDING) < states.index(OutboxState.SENT)
    page = await shop.inbox.chats.timeline(chat)
    assert page.entries[-1].item is not None
    assert page.entries[-1].message is not None


async def test_texts_of_one_chat_keep_their_order(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    one, other = await some_chats(shop, 2)
    sent = [await send(shop, chat, f"{n} в {chat}") for n in range(6) for chat in (one, other)]
    for outbox_id in sent:
        await reaches(shop, outbox_id, OutboxState.CONFIRMED)
    for chat in (one, other):
        assert texts(market, chat) == [f"{n} в {chat}" for n in range(6)]


@pytest.mark.parametrize(
    "fault", [accepted_then("reset"), accepted_then("close"), half_answer(), Answer(status=500)]
)
async def test_an_accepted_text_whose_answer_is_lost_is_found_and_not_repeated(
    market: Sandbox, open_shop: OpenShop, fault: Answer
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    market.script("sendMessageToChat", [fault])
    await reaches(shop, await send(shop, chat, "Уже там"), OutboxState.CONFIRMED)
    assert texts(market, chat) == ["Уже там"]
    assert market.asked("sendMessageToChat") == 1


@pytest.mark.parametrize("fault", [lost("reset"), lost("close"), Answer(status=500, accept=False)])
async def test_a_text_that_may_be_lost_is_asked_about_and_goes_once_when_the_operator_says_so(
    market: Sandbox, open_shop: OpenShop, fault: Answer
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    market.script("sendMessageToChat", [fault])
    outbox_id = await send(shop, chat, "Дошло ли?")
    item = await reaches(shop, outbox_id, OutboxState.UNCONFIRMED)
    assert item.looks >= 3
    assert market.asked("sendMessageToChat") == 1
    assert await shop.inbox.outbox.resend(await item_of(shop.inbox, outbox_id)) is None
    await reaches(shop, outbox_id, OutboxState.CONFIRMED)
    assert texts(market, chat) == ["Дошло ли?"]


async def test_an_unclear_text_holds_back_its_own_chat_only(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    one, other = await some_chats(shop, 2)
    market.script("sendMessageToChat", [lost("reset")])
    stuck = await send(shop, one, "первое")
    await reaches(shop, stuck, OutboxState.UNCONFIRMED, OutboxState.SENDING)
    behind = await send(shop, one, "второе")
    await reaches(shop, await send(shop, other, "другому"), OutboxState.CONFIRMED)
    await reaches(shop, stuck, OutboxState.UNCONFIRMED)
    assert texts(market, one) == []
    assert isinstance(await shop.inbox.outbox.take_back(await item_of(shop.inbox, stuck)), OutboxItem)
    await reaches(shop, behind, OutboxState.CONFIRMED)
    assert texts(market, one) == ["второе"]


async def test_two_equal_texts_are_two_messages_though_one_answer_was_lost(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    market.script("sendMessageToChat", [accepted_then("reset")])
    sent = [await send(shop, chat, "Здравствуйте!") for _ in range(2)]
    items = [await reaches(shop, outbox_id, OutboxState.CONFIRMED) for outbox_id in sent]
    assert texts(market, chat) == ["Здравствуйте!"] * 2
    assert items[0].message_id != items[1].message_id


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, OutboxState.FAILED),
        (404, OutboxState.FAILED),
        (415, OutboxState.FAILED),
        (307, OutboxState.FAILED),
    ],
)
async def test_a_refused_text_can_be_taken_back_whole(
    market: Sandbox, open_shop: OpenShop, status: int, state: OutboxState
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    market.script("sendMessageToChat", [Answer(status=status, accept=False)])
    outbox_id = await send(shop, chat, "Текст, который жалко")
    await reaches(shop, outbox_id, state)
    taken = await shop.inbox.outbox.take_back(await item_of(shop.inbox, outbox_id))
    assert isinstance(taken, OutboxItem)
    assert taken.text == "Текст, который жалко"
    assert texts(market, chat) == []


async def test_too_many_at_once_is_tried_again_by_itself(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    words = "Hit rate limit of 4 parallel requests for businessId 1"
    body = {"status": "ERROR", "errors": [{"code": "LIMIT_EXCEEDED", "message": words}]}
    market.script("sendMessageToChat", [Answer(status=420, body=body, accept=False)])
    await reaches(shop, await send(shop, chat, "Позже"), OutboxState.CONFIRMED)
    assert texts(market, chat) == ["Позже"]


async def test_a_missing_right_pauses_sending_and_leaves_reading(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop()
    one, other = await some_chats(shop, 2)
    market.script("sendMessageToChat", [Answer(status=403, accept=False)])
    first = await send(shop, one, "раз")
    await reaches(shop, first, OutboxState.WAITING)
    second = await send(shop, other, "два")
    assert shop.inbox.link().sends_paused is not None
    market.say(one.number, "Вы тут?")

    async def read_on() -> bool:
        item = await shop.inbox.chats.item(one)
        return item is not None and item.snippet == "Вы тут?"

    await until(read_on)
    assert market.asked("sendMessageToChat") == 1
    shop.inbox.refresh()
    for outbox_id in (first, second):
        await reaches(shop, outbox_id, OutboxState.CONFIRMED)


async def test_nothing_listens_then_somebody_does(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    (chat,) = await some_chats(shop, 1)
    await shop.inbox.fetch_chat(chat)
    await shop.close()
    cut_off = open_shop(url="http://127.0.0.1:9")
    outbox_id = await send(cut_off, chat, "Из поезда")
    item = await reaches(cut_off, outbox_id, OutboxState.WAITING)
    assert item.problem == ProblemKind.OFFLINE
    await cut_off.close()
    back = open_shop()
    await reaches(back, outbox_id, OutboxState.CONFIRMED)
    assert texts(market, chat) == ["Из поезда"]


async def test_an_item_whose_owner_died_in_mid_send_is_looked_up(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    (chat,) = await some_chats(shop, 1)
    await shop.inbox.fetch_chat(chat)
    outbox_id = await send(shop, chat, "Прощальное")
    newest = (await shop.inbox.chats.timeline(chat)).entries[-2].message
    assert newest is not None
    market.say(chat.number, "Прощальное", sender="PARTNER")
    shop.store.write_state(
        outbox.move,
        outbox_id,
        OutboxState.QUEUED,
        OutboxState.SENDING,
        attempt=1,
        base_message_id=newest.message_id,
    ).result()
    await shop.close()
    await reaches(open_shop(), outbox_id, OutboxState.CONFIRMED)
    assert market.asked("sendMessageToChat") == 0


async def test_a_held_text_can_be_undone_and_is_never_sent(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(settings=InboxSettings(undo_s=3600.0, poll_s=0.05, scan_s=0.05))
    (chat,) = await some_chats(shop, 1)
    outbox_id = await send(shop, chat, "Ой")
    taken = await shop.inbox.outbox.take_back(await item_of(shop.inbox, outbox_id))
    assert isinstance(taken, OutboxItem)
    assert await stored(shop, outbox_id) is None
    gone = await shop.inbox.outbox.take_back(await item_of(shop.inbox, outbox_id))
    assert isinstance(gone, Problem)
    assert gone.kind == ProblemKind.GONE


async def test_an_item_of_yesterday_is_not_sent_without_asking(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    (chat,) = await some_chats(shop, 1)
    outbox_id = await send(shop, chat, "Вчерашнее")
    await shop.close()
    later = open_shop(settings=replace(QUICK, max_age_s=-1.0))
    item = await reaches(later, outbox_id, OutboxState.FAILED)
    assert item.problem == ProblemKind.STALE
    assert market.asked("sendMessageToChat") == 0


# -- files -------------------------------------------------------------------------------------------


async def test_a_file_is_sent_as_its_card_showed_it(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    source = tmp_path / "гарантия.pdf"
    source.write_bytes(b"%PDF-1.4\r\n--boundary\r\n" + bytes(range(256)) * 40)
    card = await shop.inbox.files.inspect(source)
    assert not isinstance(card, Problem)
    item = await shop.inbox.outbox.send_file(chat, card)
    assert isinstance(item, OutboxItem)
    await reaches(shop, item.outbox_id, OutboxState.CONFIRMED)
    sent = market.ledger[-1]
    assert (sent.name, sent.size, sent.sha256) == ("гарантия.pdf", source.stat().st_size, item.sha256)

    async def copy_is_gone() -> bool:
        return not any((shop.store.paths.data_dir / "spool").iterdir())

    await until(copy_is_gone)


async def test_a_link_is_sent_as_what_it_leads_to(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop(background=False)
    source, link, loop = tmp_path / "real.txt", tmp_path / "link.txt", tmp_path / "loop"
    source.write_text("text")
    link.symlink_to(source)
    loop.symlink_to(loop)
    card = await shop.inbox.files.inspect(link)
    assert not isinstance(card, Problem)
    assert (card.name, card.path) == ("link.txt", str(source))
    assert isinstance(await shop.inbox.outbox.send_file(ref(1), card), OutboxItem)
    for bad in (loop, tmp_path / "nothing"):
        refused = await shop.inbox.files.inspect(bad)
        assert isinstance(refused, Problem)
        assert refused.kind == ProblemKind.FILE_UNREADABLE


async def test_a_start_sweeps_copies_that_nobody_needs(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop(background=False)
    folder = shop.store.paths.data_dir / "spool"
    folder.mkdir()
    old, young = folder / "left-behind", folder / "just-now"
    for file in (old, young):
        file.write_bytes(b"x")
    os.utime(old, (1, 1))
    await shop.close()
    open_shop()

    async def swept() -> bool:
        return not old.exists()

    await until(swept)
    assert young.exists()


async def test_a_file_that_changed_behind_its_card_is_refused(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    source = tmp_path / "чек.txt"
    source.write_text("100 ₽")
    card = await shop.inbox.files.inspect(source)
    assert not isinstance(card, Problem)
    source.write_text("999 ₽ и ещё")
    outcome = await shop.inbox.outbox.send_file(chat, card)
    assert isinstance(outcome, Problem)
    assert outcome.kind == ProblemKind.FILE_CHANGED


@pytest.mark.parametrize(
    ("size", "kind"),
    [(0, ProblemKind.FILE_EMPTY), (MAX_BYTES + 1, ProblemKind.FILE_TOO_LARGE)],
)
async def test_files_that_cannot_be_sent_are_refused_at_once(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path, size: int, kind: ProblemKind
) -> None:
    shop = open_shop(background=False)
    source = tmp_path / "file.bin"
    with source.open("wb") as file:
        file.truncate(size)
    refused = await shop.inbox.files.inspect(source)
    assert isinstance(refused, Problem)
    assert refused.kind == kind


async def test_the_programs_own_files_are_never_sent(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    refused = await shop.inbox.files.inspect(shop.store.paths.data_dir / "state.db")
    assert isinstance(refused, Problem)
    assert refused.kind == ProblemKind.FILE_OWN


# -- what cannot be queued ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", ProblemKind.TEXT_EMPTY),
        (" \n\t", ProblemKind.TEXT_EMPTY),
        ("\u200b", ProblemKind.TEXT_EMPTY),
        ("я" * 4097, ProblemKind.TEXT_TOO_LONG),
        ("😀" * 2049, ProblemKind.TEXT_TOO_LONG),
    ],
)
async def test_texts_the_market_would_refuse_stay_with_the_operator(
    market: Sandbox, open_shop: OpenShop, text: str, kind: ProblemKind
) -> None:
    shop = open_shop(background=False)
    refused = await shop.inbox.outbox.send_text(ref(1), text)
    assert isinstance(refused, Problem)
    assert refused.kind == kind


@pytest.mark.parametrize("text", ["{key}", "  {key}\n", "вот ключ {key}, держите", "ACMA:чужой:ключ-другой"])
async def test_a_text_that_holds_a_key_is_not_sent(market: Sandbox, open_shop: OpenShop, text: str) -> None:
    shop = open_shop(background=False, settings=replace(QUICK, secrets=("s3cret-of-this-run",)))
    refused = await shop.inbox.outbox.send_text(ref(1), text.format(key="s3cret-of-this-run"))
    assert isinstance(refused, Problem)
    assert refused.kind == ProblemKind.TEXT_SECRET
