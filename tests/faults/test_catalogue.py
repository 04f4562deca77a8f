"""Every fault of the catalogue has a test that names it; no test names a fault that does not exist."""

from tests.faults.catalogue import faults, named, numbers


def test_every_fault_is_named_by_a_test_and_no_other_is() -> None:
    told, tests = set(faults()), named()
    assert sorted(told - set(tests)) == []
    assert {number: places for number, places in tests.items() if number not in told} == {}


def test_the_numbers_are_in_order_and_every_sentence_is_short() -> None:
    told = faults()
    assert list(told) == [f"F-{number:03}" for number in range(1, len(told) + 1)]
    assert [words for words in told.values() if len(words) > 150 or not words.endswith(".")] == []


def test_numbers_are_read_from_names_and_words() -> None:
    assert list(numbers("test_f_088_f_089_small")) == ["F-088", "F-089"]
    assert list(numbers("test_f_008_to_f_010_bytes")) == ["F-008", "F-009", "F-010"]
    assert list(numbers("F-123, F-148 … F-150 and F-152 to F-153: files")) == [
        "F-123",
        *("F-148", "F-149", "F-150"),
        *("F-152", "F-153"),
    ]
    assert list(numbers("test_f_022_200_with_a_login_page")) == ["F-022"]
    assert list(numbers("XF-123 half_f_12 in test_of_100_chats")) == []
