"""Every sentence about the queue: who waits, since when, and in which order."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from chat_tui.model.chat import ChatKind, ChatStatus, Message, Sender
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.settings import Settings
from chat_tui.store import chats, marks
from chat_tui.store.database import Store
from chat_tui.words.chats import Patience
from chat_tui.words.line import Role
from tests.store.world import CHAT, a_chat, buyer, list_chats, own, read_history
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, open_store
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
S = ChatStatus


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


def said(number: int, at: int, sender: str) -> Message:
    return Message(CHAT, MessageId(number), at, sender, "…")


def the_item(store: Store) -> QueueItem:
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    return found


def waits(store: Store) -> list[ChatRef]:
    return [item.chat.chat_ref for item in store.read(chats.page, Tab.WAITING, now=0).result().items]


def test_waiting_since_is_the_first_buyer_message_after_our_last_answer(store: Store) -> None:
    """U14: “Waiting since” is the time of the *first* buyer message after our last answer — not `updatedAt`,
    which any message moves."""
    list_chats(store, a_chat(updated_at=4_000))
    read_history(store, buyer(1, 1_000), own(2, 2_000), buyer(3, 3_000), buyer(4, 4_000))
    assert the_item(store).waiting_since == 3_000
    list_chats(store, a_chat(updated_at=9_000))
    assert the_item(store).waiting_since == 3_000, "updatedAt moved, the wait did not"
    store.close()


@pytest.mark.parametrize("sender", [Sender.MARKET, Sender.SUPPORT])
def test_messages_of_the_market_and_its_support_do_not_reset_it(store: Store, sender: str) -> None:
    """U15: MARKET and SUPPORT messages are not our answer and do not reset it."""
    list_chats(store, a_chat(updated_at=4_000))
    read_history(store, own(1, 1_000), said(2, 1_500, sender), buyer(3, 2_000), said(4, 4_000, sender))
    assert the_item(store).waiting_since == 2_000
    assert waits(store) == [CHAT]
    store.close()


def test_a_first_message_far_back_in_the_history_counts(store: Store) -> None:
    """The first buyer message may be on a page that is read later."""
    list_chats(store, a_chat(updated_at=9_000))
    read_history(store, buyer(8, 8_000), buyer(9, 9_000))
    read_history(store, own(2, 2_000), buyer(3, 3_000), newest=False, oldest=True)
    assert the_item(store).waiting_since == 3_000
    store.close()


def test_disputes_stand_on_top_then_the_longest_wait(store: Store) -> None:
    """U16: Default order of tab 1: disputes pinned on top, then longest wait first."""
    list_chats(
        store,
        a_chat(1, 3_000),
        a_chat(2, 2_000),
        a_chat(3, 9_000, S.WAITING_FOR_ARBITER, kind=ChatKind.ARBITRAGE),
        a_chat(4, 8_000, S.WAITING_FOR_PARTNER, kind=ChatKind.ARBITRAGE),
    )
    assert waits(store) == [ref(4), ref(3), ref(2), ref(1)]
    store.close()


async def test_a_chat_leaves_the_queue_when_we_or_a_colleague_answer(
    market: Sandbox, open_shop: OpenShop
) -> None:
    """U17: A chat leaves the queue when we (or a colleague in the web cabinet) answer."""
    shop = open_shop()

    async def waiting() -> list[ChatRef]:
        items = (await shop.inbox.chats.page(Tab.WAITING)).items
        return [item.chat.chat_ref for item in items if not item.chat.is_dispute]

    async def two_wait() -> bool:
        return len(await waiting()) >= 2

    await until(two_wait)
    ours, theirs = (await waiting())[:2]
    await shop.inbox.outbox.send_text(ours, "Уже едет")
    market.say(theirs.number, "Ответ из кабинета", "PARTNER", status="WAITING_FOR_CUSTOMER")

    async def are_gone() -> bool:
        return not {ours, theirs} & set(await waiting())

    await until(are_gone)


def test_a_colleague_s_answer_in_the_history_counts_before_the_list_says_so(store: Store) -> None:
    """Colleagues' answers in the cabinet count: from history."""
    list_chats(store, a_chat(updated_at=2_000))
    read_history(store, buyer(1, 2_000), own(2, 3_000))
    assert the_item(store).waiting_since is None
    assert waits(store) == []
    store.close()


def test_the_thresholds_are_settings_of_the_shop(store: Store) -> None:
    """U18: Own thresholds `warn` and `late` are settings of the shop."""
    assert {"warn", "late", "hours"} <= {field.name for field in fields(Settings().queue)}
    patience = Patience(warn=10, late=20)
    assert [patience.role(0, now) for now in (9, 10, 20)] == [Role.GOOD, Role.WARN, Role.BAD]
    store.close()


NEW = {
    "nobody wrote yet": ((), False),
    "the buyer wrote": ((buyer(1, 1_000),), True),
    "we opened it and wrote": ((own(1, 1_000),), False),
    "the buyer wrote, we answered": ((buyer(1, 1_000), own(2, 2_000)), False),
    "we wrote, the buyer answered": ((own(1, 1_000), buyer(2, 2_000)), True),
    "only the Market spoke": ((said(1, 1_000, Sender.MARKET),), False),
    "the Market announced a chat in which the buyer wrote": (
        (said(1, 1_000, Sender.MARKET), buyer(2, 1_500)),
        True,
    ),
    "the Market added something of its own, which is nobody's answer": (
        (buyer(1, 1_000), said(2, 1_500, Sender.MARKET)),
        True,
    ),
}


@pytest.mark.parametrize(("messages", "is_waiting"), NEW.values(), ids=NEW)
def test_new_waits_only_when_the_buyer_spoke_last(
    store: Store, messages: tuple[Message, ...], is_waiting: bool
) -> None:
    """U20: `NEW` waits only when its newest message is the buyer's; automatic ones are nobody's."""
    list_chats(store, a_chat(updated_at=1_000, status=S.NEW))
    read_history(store, *messages, oldest=True)
    assert waits(store) == ([CHAT] if is_waiting else [])
    store.close()


def test_marks_are_no_answer(store: Store) -> None:
    """Opening a chat resets nothing."""
    list_chats(store, a_chat(updated_at=2_000))
    read_history(store, buyer(1, 2_000))
    store.write_state(marks.see, CHAT, MessageId(1), 1).result()
    assert the_item(store).waiting_since == 2_000
    store.close()
