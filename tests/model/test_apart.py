"""Chats of several businesses have numbers that cannot be mixed up."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.model import apart
from chat_tui.model.ids import ChatId, OutboxId
from chat_tui.model.queue import QueueKey

LARGEST = 2**63 - 1
PLACES = st.integers(0, 40)
IDS = st.integers(1, LARGEST)
ORDERS = st.integers(-(2**42), 2**42)
KEYS = st.builds(QueueKey, st.integers(0, 2), st.integers(-2, 2), st.sampled_from([1, 2, 3, LARGEST]))


@given(PLACES, IDS)
def test_a_number_tells_business_and_chat(place: int, number: int) -> None:
    assert apart.own_chat(apart.common_chat(place, ChatId(number))) == (place, number)


@given(PLACES, IDS, PLACES, IDS)
def test_no_two_chats_share_a_number(one: int, number: int, other: int, another: int) -> None:
    are_same = apart.common_chat(one, ChatId(number)) == apart.common_chat(other, ChatId(another))
    assert are_same == ((one, number) == (other, another))


@given(PLACES)
def test_an_outbox_item_belongs_to_one_business(place: int) -> None:
    own = OutboxId("5f1c2e7a-9b3d-4c60-8000-000000000001")
    assert apart.own_outbox(apart.common_outbox(place, own)) == (place, own)


@given(st.integers(0, 2), KEYS, st.integers(0, 2), KEYS)
def test_every_business_is_asked_from_the_same_place_of_the_list(
    home: int, key: QueueKey, place: int, other: QueueKey
) -> None:
    common, own = apart.common_key(home, key), apart.own_key(place, apart.common_key(home, key))
    assert (apart.common_key(place, other) > common) == (other > own)
    assert (apart.common_key(place, other) < common) == (other < own)


@given(st.integers(0, 2), KEYS)
def test_a_key_just_before_a_chat_stays_with_its_business(home: int, key: QueueKey) -> None:
    common = apart.common_key(home, key)
    before = QueueKey(common.bucket, common.order, common.chat_id - 1)
    assert apart.own_key(home, before) < key
    assert apart.own_chat(ChatId(before.chat_id))[0] == home
