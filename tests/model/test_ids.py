"""A chat is named with its business, and no other business accepts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.model.ids import BusinessId, ChatRef, ForeignChat, number_in
from chat_tui.model.queue import QueueKey

REFS = st.builds(ChatRef, st.integers(1, 3).map(BusinessId), st.integers(1, 2**63 - 1))


@given(REFS, REFS)
def test_only_its_own_business_takes_a_chat(one: ChatRef, other: ChatRef) -> None:
    assert number_in(one.business, one) == one.number
    if one.business != other.business:
        with pytest.raises(ForeignChat):
            number_in(one.business, other)


@given(REFS, REFS)
def test_no_two_chats_share_the_name_of_a_file(one: ChatRef, other: ChatRef) -> None:
    assert (str(one) == str(other)) == (one == other)


@given(st.integers(0, 2), st.integers(0, 2), REFS, REFS)
def test_where_all_else_is_equal_the_businesses_come_one_after_the_other(
    bucket: int, order: int, one: ChatRef, other: ChatRef
) -> None:
    is_before = QueueKey(bucket, order, one) < QueueKey(bucket, order, other)
    assert is_before == ((one.business, one.number) < (other.business, other.number))
