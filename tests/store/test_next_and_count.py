"""The tab of waiting chats counts the chats that `n` visits, with anything in the outbox (a property)."""

import random

import pytest

from chat_tui.model.chat import ChatStatus
from chat_tui.model.outbox import OutboxState, held_up
from chat_tui.model.queue import Tab
from chat_tui.store import chats, outbox
from chat_tui.store.database import Store
from tests.store.world import a_chat, bring, list_chats, queue_text
from tests.support.refs import ref

S = OutboxState
WAITS = ChatStatus.WAITING_FOR_PARTNER
PATHS: dict[OutboxState, tuple[OutboxState, ...]] = {
    S.QUEUED: (),
    S.SENDING: (S.SENDING,),
    S.WAITING: (S.WAITING,),
    S.SENT: (S.SENDING, S.SENT),
    S.CONFIRMED: (S.SENDING, S.SENT, S.CONFIRMED),
    S.FAILED: (S.FAILED,),
    S.UNCONFIRMED: (S.SENDING, S.UNCONFIRMED),
}


def put(store: Store, chat: int, *states: OutboxState) -> None:
    """The items of a chat, in their order."""
    for place, state in enumerate(states):
        name = f"{chat}-{place}"
        queue_text(store, name, chat_ref=chat)
        if PATHS[state]:
            bring(store, name, *PATHS[state])


def visited(store: Store) -> list[int]:
    """The chats that `n` opens, pressed until the first one comes again."""
    found: list[int] = []
    at = store.read(chats.next_waiting, None, now=0).result()
    while at is not None and at.number not in found:
        found.append(at.number)
        at = store.read(chats.next_waiting, at, now=0).result()
    return found


def counted(store: Store) -> int:
    return store.read(chats.counts, 0).result()[Tab.WAITING]


@pytest.mark.parametrize(
    ("states", "visits"),
    [
        ((S.UNCONFIRMED, S.QUEUED), True),
        ((S.UNCONFIRMED, S.WAITING, S.QUEUED), True),
        ((S.CONFIRMED, S.UNCONFIRMED, S.QUEUED), True),
        ((S.UNCONFIRMED,), True),
        ((S.FAILED,), True),
        ((S.QUEUED,), False),
        ((S.QUEUED, S.UNCONFIRMED), False),
        ((S.UNCONFIRMED, S.SENDING), False),
        ((S.FAILED, S.QUEUED), False),
        ((S.SENT,), False),
        ((S.CONFIRMED,), True),
    ],
)
def test_a_chat_is_visited_unless_an_answer_goes_there_by_itself(
    store: Store, states: tuple[OutboxState, ...], *, visits: bool
) -> None:
    list_chats(store, a_chat(1, 5_000, WAITS))
    put(store, 1, *states)
    assert visited(store) == ([1] if visits else [])
    assert counted(store) == len(visited(store))


@pytest.mark.parametrize("seed", range(12))
def test_the_tab_counts_what_n_visits(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    numbers = range(1, 9)
    list_chats(store, *(a_chat(n, 1_000 * n, dice.choice([WAITS, *ChatStatus])) for n in numbers))
    for n in numbers:
        put(store, n, *dice.choices(list(S), k=dice.randint(0, 3)))
    assert counted(store) == len(visited(store))


def test_who_waits_behind_an_unconfirmed_one_is_told(store: Store) -> None:
    list_chats(store, *(a_chat(n, 1_000 * n, WAITS) for n in (1, 2, 3)))
    put(store, 1, S.QUEUED, S.UNCONFIRMED, S.QUEUED, S.WAITING, S.FAILED)
    put(store, 2, S.QUEUED)
    put(store, 3, S.UNCONFIRMED)
    items = held_up(store.read(outbox.open_items).result())
    assert sorted(i.outbox_id for i in items if i.is_held_up) == ["1-2", "1-3"]
    rows = {n: store.read(chats.item, ref(n), Tab.ALL, now=0).result() for n in (1, 2, 3)}
    assert [n for n, row in rows.items() if row is not None and row.asks_to_decide] == [1]
