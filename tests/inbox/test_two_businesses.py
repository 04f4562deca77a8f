"""Two businesses on two pretend Markets whose chats have the same numbers."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.multi import MultiInbox, NamedInbox
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.ids import ChatRef
from chat_tui.model.link import LinkState
from chat_tui.model.mark import Hold, Marked, Note
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.model.timeline import Draft
from chat_tui.sandbox.access import API_KEY, FOREIGN_KEY
from tests.support.refs import BUSINESS, OTHER_BUSINESS, ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, client_of
from tests.support.waiting import until

NAMES = ("Кухня", "Дом")
BUSINESSES = (BUSINESS, OTHER_BUSINESS)
KEYS = (API_KEY, FOREIGN_KEY)
HELD = replace(QUICK, undo_s=600.0)
"""Nothing is sent while a test runs."""
OpenBoth = Callable[..., MultiInbox]


@pytest.fixture
def markets() -> Iterator[tuple[Sandbox, Sandbox]]:
    with (
        Sandbox.start(chats=8, seed=3, long_chat=4) as one,
        Sandbox.start(chats=20, seed=3, long_chat=4) as other,
    ):
        yield one, other


@pytest.fixture
async def open_both(markets: tuple[Sandbox, Sandbox], tmp_path: Path) -> AsyncIterator[OpenBoth]:
    """Start a copy on the files of both; `keys`, by name of business, replace those of the Markets."""
    opened: list[MultiInbox] = []

    def start(
        *,
        order: tuple[int, ...] = (0, 1),
        keys: Mapping[str, str] | None = None,
        settings: InboxSettings = QUICK,
    ) -> MultiInbox:
        businesses = []
        for n in order:
            key = (keys or {}).get(NAMES[n], KEYS[n])
            connect = partial(client_of, markets[n], key=key, business=BUSINESSES[n])
            shop = Shop.open(tmp_path / str(n), connect, settings=settings, business=BUSINESSES[n])
            businesses.append(NamedInbox(NAMES[n], shop.inbox))
        opened.append(MultiInbox(businesses))
        return opened[-1]

    yield start
    await opened[-1].close()


async def everything(inbox: MultiInbox, count: int) -> list[QueueItem]:
    """All chats, once there are `count` of them."""

    async def here() -> tuple[QueueItem, ...]:
        page = await inbox.chats.page(Tab.ALL, limit=count + 1)
        return page.items if len(page.items) == count else ()

    return list(await until(here, f"{count} chats"))


async def twins(inbox: MultiInbox, markets: tuple[Sandbox, Sandbox]) -> tuple[int, ChatRef, ChatRef]:
    """A chat number that both businesses have, and the two chats of the queue with it."""
    items = await everything(inbox, 28)
    number = markets[0].world.listed("desc", None, 0, 1)[0].chat_id
    one, other = ref(number), ref(number, OTHER_BUSINESS)
    assert {(item.chat.chat_ref, item.business) for item in items} >= {(one, "Кухня"), (other, "Дом")}
    return number, one, other


async def test_a_message_reaches_the_business_it_was_typed_for(
    markets: tuple[Sandbox, Sandbox], open_both: OpenBoth
) -> None:
    inbox = open_both()
    number, one, other = await twins(inbox, markets)
    assert one != other
    parts = [name for name in vars(inbox.own(one)) if not name.startswith("_")]
    assert set(parts) <= set(vars(inbox)), "the queue of several has every noun of an inbox"

    async def is_of_the_same_chat(chat_ref: ChatRef) -> bool:
        # The chat's history may be read between the two calls.
        known = await inbox.orders.of_chat(chat_ref)
        return known is not None and known.item == await inbox.chats.item(chat_ref)

    for chat_ref in (one, other):
        await until(partial(is_of_the_same_chat, chat_ref), "the order of the chat")
        assert inbox.own(chat_ref).business == chat_ref.business
    for chat_ref, text in ((one, "для кухни"), (other, "для дома"), (one, "ещё для кухни")):
        assert await inbox.drafts.save(Draft(chat_ref, text, 3)) is None
        assert isinstance(await inbox.outbox.send_text(chat_ref, text), OutboxItem)

    async def are_sent() -> bool:
        return len(markets[0].ledger) == 2 and len(markets[1].ledger) == 1

    await until(are_sent)
    assert [(sent.chat_id, sent.text) for sent in markets[0].ledger] == [
        (number, "для кухни"),
        (number, "ещё для кухни"),
    ]
    assert [(sent.chat_id, sent.text) for sent in markets[1].ledger] == [(number, "для дома")]

    async def is_in_its_history() -> bool:
        page = await inbox.chats.timeline(other)
        assert page.chat_ref == other
        return "для дома" in {entry.message.text for entry in page.entries if entry.message}

    await until(is_in_its_history, "the answer in the history")


async def test_drafts_and_marks_are_of_one_chat_and_outlive_a_restart_in_another_order(
    markets: tuple[Sandbox, Sandbox], open_both: OpenBoth
) -> None:
    inbox = open_both()
    _number, one, other = await twins(inbox, markets)
    assert await inbox.drafts.save(Draft(one, "кухне", 5)) is None
    assert await inbox.drafts.save(Draft(other, "дому", 4)) is None
    marked = await inbox.marks.snooze(one, 2**41)
    assert isinstance(marked, Marked)
    assert marked.chat_ref == one
    noted = await inbox.marks.put(other, Note("только дом"))
    assert isinstance(noted, Marked)
    assert (await inbox.chats.item(other, Tab.SNOOZED), (await inbox.chats.counts())[Tab.SNOOZED]) == (
        None,
        1,
    )
    await inbox.close()
    inbox = open_both(order=(1, 0))
    texts = {}
    for item in await everything(inbox, 28):
        if item.has_draft:
            texts[item.business] = (await inbox.drafts.get(item.chat.chat_ref)).text
    assert texts == {"Кухня": "кухне", "Дом": "дому"}
    [snoozed] = (await inbox.chats.page(Tab.SNOOZED)).items
    assert snoozed.business == "Кухня"
    [noted_item] = [item for item in await everything(inbox, 28) if item.note]
    assert (noted_item.business, noted_item.note) == ("Дом", "только дом")
    found = await inbox.chats.item(snoozed.chat.chat_ref)
    assert found is not None
    assert await inbox.marks.take_back(Marked(snoozed.chat.chat_ref, Hold(), found.hold or Hold())) is None
    assert (await inbox.chats.counts())[Tab.SNOOZED] == 0


async def test_what_is_taken_back_is_taken_from_its_own_outbox(
    markets: tuple[Sandbox, Sandbox], open_both: OpenBoth
) -> None:
    inbox = open_both(settings=HELD)
    _number, one, other = await twins(inbox, markets)
    kept, taken = await inbox.outbox.send_text(one, "кухне"), await inbox.outbox.send_text(other, "дому")
    assert isinstance(kept, OutboxItem)
    assert isinstance(taken, OutboxItem)
    back = await inbox.outbox.take_back(taken, into_draft=True)
    assert isinstance(back, OutboxItem)
    assert (back.chat_ref, back.text, (await inbox.drafts.get(other)).text) == (other, "дому", "дому")
    assert (await inbox.drafts.get(one)).text == ""
    assert [item.outbox_id for item in await inbox.outbox.open_items()] == [kept.outbox_id]
    gone = await inbox.outbox.take_back(taken)
    assert isinstance(gone, Problem)
    assert gone.kind == ProblemKind.GONE


async def test_a_key_that_is_refused_is_named_and_stops_nobody_else(
    markets: tuple[Sandbox, Sandbox], open_both: OpenBoth
) -> None:
    inbox = open_both(keys={"Дом": markets[1].revoked_key})

    async def are_judged() -> bool:
        states = [link.state for _, link in inbox.link().parts]
        return states == [LinkState.REFUSED, LinkState.ONLINE]

    items = await everything(inbox, 8)
    assert {item.business for item in items} == {"Кухня"}
    await until(are_judged)
    assert inbox.link().state is LinkState.REFUSED
    [name, worst], [sound, _] = inbox.link().parts
    assert (name, worst.problem and worst.problem.kind) == ("Дом", ProblemKind.UNAUTHORIZED)
    assert sound == "Кухня"
    chat_ref = items[0].chat.chat_ref
    assert inbox.link(chat_ref).state is LinkState.ONLINE
    assert isinstance(await inbox.outbox.send_text(chat_ref, "Добрый день!"), OutboxItem)

    async def is_sent() -> bool:
        return len(markets[0].ledger) == 1

    await until(is_sent)


async def test_a_chat_is_opened_by_the_business_whose_order_it_is(
    markets: tuple[Sandbox, Sandbox], open_both: OpenBoth
) -> None:
    inbox = open_both()
    await everything(inbox, 28)
    order = markets[1].world.orders.of_number(2019)
    assert order is not None
    assert markets[0].world.orders.by_order(order.order_id) is None
    number = order.order_id
    created = await inbox.chats.create(NewChat(ContextKind.ORDER, number))
    assert not isinstance(created, Problem)
    item = await inbox.chats.item(created)
    assert item is not None
    assert (item.business, item.chat.context.order_id) == ("Дом", number)
    assert (len(markets[0].created), len(markets[1].created)) == (0, 1)
    refused = await inbox.chats.create(NewChat(ContextKind.ORDER, 1))
    assert isinstance(refused, Problem)
    assert refused.kind == ProblemKind.NOT_FOUND
