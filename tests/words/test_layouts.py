import pytest

from chat_tui.words.layouts import cyrillic, fits, spellings


def test_the_same_keys_on_the_other_layout() -> None:
    assert cyrillic("ghbdtn") == "привет"
    assert cyrillic("GHBDTN [].,'") == "привет хъюбэ"
    assert "hello" in spellings("руддщ")


@pytest.mark.parametrize("query", ["привет", "ПРИВ", "ghbdtn", "ghb vb", "мир прив", "", "  "])
def test_every_word_fits_in_one_spelling(query: str) -> None:
    assert fits(query, "Привет, мир")


@pytest.mark.parametrize("query", ["приветы", "мир луна", "ghbdtn луна"])
def test_a_word_that_is_nowhere_does_not_fit(query: str) -> None:
    assert not fits(query, "Привет, мир")


def test_yo_is_ye() -> None:
    assert fits("еще", "ещё")
    assert fits("ещё", "еще")
