"""Every legal and illegal step of an outbox item."""

import itertools

import pytest

from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import MAY_LEAVE, MOVES, NewItem, OutboxKind, OutboxState
from chat_tui.store import outbox
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreProblem
from tests.store.world import CHAT, Explaining, bring, queue_text
from tests.support.stored import items_of

S = OutboxState
A = OutboxId("a")

ROADS: dict[OutboxState, tuple[OutboxState, ...]] = {
    S.QUEUED: (),
    S.SENDING: (S.SENDING,),
    S.WAITING: (S.SENDING, S.WAITING),
    S.SENT: (S.SENDING, S.SENT),
    S.CONFIRMED: (S.SENDING, S.CONFIRMED),
    S.FAILED: (S.FAILED,),
    S.UNCONFIRMED: (S.SENDING, S.UNCONFIRMED),
}


def test_enqueue_gives_the_item_behind_the_others_of_its_chat(store: Store) -> None:
    item = queue_text(store, "a")
    assert store.read(outbox.get, A).result() == item
    assert (item.seq, item.state, item.text) == (1, S.QUEUED, "Здравствуйте!")
    assert queue_text(store, "b").seq == 2
    assert queue_text(store, "c", chat_ref=8).seq == 1


def test_a_file_is_kept_as_it_was_chosen(store: Store) -> None:
    item = store.write_state(
        outbox.enqueue,
        NewItem(
            outbox_id=A,
            chat_ref=CHAT,
            kind=OutboxKind.FILE,
            file_name="фото.jpg",
            file_size=10,
            sha256="ab",
            not_before=3_000,
            created_at=2_000,
        ),
    ).result()
    assert store.read(outbox.get, A).result() == item


def test_no_item_is_enqueued_twice(store: Store) -> None:
    item = queue_text(store, "a")
    with pytest.raises(StoreProblem):
        queue_text(store, "a", text="other")
    assert store.read(outbox.get, A).result() == item


@pytest.mark.parametrize(("old", "new"), itertools.product(S, S))
def test_only_legal_moves_are_made(store: Store, old: OutboxState, new: OutboxState) -> None:
    queue_text(store, "a")
    before = bring(store, "a", *ROADS[old])
    moved = store.write_state(outbox.move, A, old, new)
    if new in MOVES[old]:
        found = moved.result()
        assert found is not None
        assert found.state == new
        assert store.read(outbox.get, A).result() == found
    else:
        with pytest.raises(ValueError, match="never goes"):
            moved.result()
        assert store.read(outbox.get, A).result() == before


@pytest.mark.parametrize("actual", S)
def test_a_move_from_a_state_it_left_does_nothing(store: Store, actual: OutboxState) -> None:
    queue_text(store, "a")
    before = bring(store, "a", *ROADS[actual])
    for expected in set(S) - {actual}:
        for new in MOVES[expected]:
            assert store.write_state(outbox.move, A, expected, new).result() is None
        assert store.write_state(outbox.update, A, expected, looks=9).result() is None
    assert store.read(outbox.get, A).result() == before


def test_move_and_update_set_their_columns(store: Store) -> None:
    queue_text(store, "a")
    sending = bring(store, "a", S.SENDING, attempt=1, attempt_at=7_000, base_message_id=40)
    assert (sending.attempt, sending.attempt_at, sending.base_message_id) == (1, 7_000, 40)
    assert not sending.is_checking
    noted = store.write_state(
        outbox.update, A, S.SENDING, unclear_at=8_000, looks=2, problem="cut", error="ы\ud83d", in_doubt=1
    ).result()
    assert noted is not None
    assert noted.is_checking
    assert (noted.looks, noted.problem, noted.error, noted.in_doubt) == (2, "cut", "ы\ufffd", True)
    assert store.read(outbox.get, A).result() == noted


@pytest.mark.parametrize("column", ["state", "text", "chat_id", "seq = 1; --"])
def test_nothing_else_of_an_item_ever_changes(store: Store, column: str) -> None:
    queue_text(store, "a")
    with pytest.raises(ValueError, match="not a column"):
        store.write_state(outbox.update, A, S.QUEUED, **{column: "x"}).result()
    with pytest.raises(ValueError, match="not a column"):
        store.write_state(outbox.move, A, S.QUEUED, S.SENDING, **{column: "x"}).result()


def test_a_message_satisfies_one_item_of_its_chat(store: Store) -> None:
    for name, chat_ref in (("a", CHAT), ("b", CHAT), ("c", 8)):
        queue_text(store, name, chat_ref=chat_ref)
        bring(store, name, S.SENDING, S.SENT)
    bring(store, "a", S.CONFIRMED, message_id=50)
    with pytest.raises(outbox.ClaimedError):
        bring(store, "b", S.CONFIRMED, message_id=50)
    found = store.read(outbox.get, OutboxId("b")).result()
    assert found is not None
    assert (found.state, found.message_id) == (S.SENT, None)
    bring(store, "c", S.CONFIRMED, message_id=50)


@pytest.mark.parametrize("state", S)
def test_take_back(store: Store, state: OutboxState) -> None:
    queue_text(store, "a")
    before = bring(store, "a", *ROADS[state])
    taken = store.write_state(outbox.take_back, A).result()
    left = store.read(outbox.get, A).result()
    assert (taken, left) == ((before, None) if state in MAY_LEAVE else (None, before))


def heads(store: Store) -> list[str]:
    return [item.outbox_id for item in store.read(outbox.heads).result()]


@pytest.mark.parametrize("state", S)
def test_what_stands_first_holds_back_the_rest_unless_it_is_done(store: Store, state: OutboxState) -> None:
    queue_text(store, "a")
    queue_text(store, "b")
    queue_text(store, "c", chat_ref=8)
    bring(store, "a", *ROADS[state])
    first = "b" if state in {S.CONFIRMED, S.FAILED} else "a"
    assert heads(store) == ["c", first]


def test_a_released_item_comes_before_the_one_it_lets_pass(store: Store) -> None:
    for name in ("a", "b", "c"):
        queue_text(store, name)
    bring(store, "a", S.SENDING, S.SENT)
    assert heads(store) == ["a"]
    store.write_state(outbox.update, A, S.SENT, is_released=1).result()
    assert heads(store) == ["a", "b"]


def test_a_resent_item_goes_ahead_of_younger_ones(store: Store) -> None:
    queue_text(store, "a")
    queue_text(store, "b")
    bring(store, "a", S.FAILED)
    bring(store, "a", S.QUEUED)
    assert heads(store) == ["a"]


def test_open_items(store: Store) -> None:
    for name, chat_ref in (("b", 8), ("a", CHAT), ("c", CHAT)):
        queue_text(store, name, chat_ref=chat_ref)
    bring(store, "a", S.SENDING, S.CONFIRMED)
    bring(store, "c", S.SENDING, S.SENT)
    assert [item.outbox_id for item in store.read(outbox.open_items).result()] == ["b", "c"]
    assert [item.outbox_id for item in store.read(items_of, CHAT).result()] == ["a", "c"]


def test_looking_for_heads_reads_open_items_only(store: Store) -> None:
    def plan(conn: Connection) -> list[str]:
        asked = Explaining(conn)
        given: Connection = asked  # type: ignore[assignment]
        outbox.heads(given)
        return asked.plans

    steps = store.read(plan).result()
    assert sum("outbox_open" in step for step in steps) == 2
    assert not [step for step in steps if step.startswith(("SCAN", "SEARCH")) and "outbox_open" not in step]
