"""Words as search compares them, and their positions in a text."""

import threading

import pytest

from chat_tui import stems
from chat_tui.stems import Pattern, marks, patterns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Чайник, чайники; чайником!", "чайник чайник чайник"),
        ("ЁЛКА елка е\u0308лка", "елк елк елк"),
        ("за\u0301мок замок", "замок замок"),
        ("Йод и\u0306од иод", "йод йод иод"),
        ("José JOSÉ jose", "jose jose jose"),
        ("чaй чай\u00adник ча\u200bй", "ча чайник ча"),
        ("Ｃａｎｏｎ iРhоne", "canon iphone"),
        ("IMG_2034.jpg", "img 2034 jpg"),
        ("№ 51230874561, 20кг", "51230874561 20кг"),
        ('👍 — !!! " * \x00 \ud83d', ""),
    ],
)
def test_stems(text: str, expected: str) -> None:
    assert stems.stems(text) == expected.split()


def test_no_stem_is_longer_than_what_counts() -> None:
    [stem] = stems.stems("z" * 10_000)
    assert stem == "z" * stems.LONGEST
    assert stems.stems("z" * 20_000) == [stem]


def test_patterns() -> None:
    assert patterns(["Чайники"], is_last_whole=True) == (Pattern(("чайник",)),)
    assert patterns(["ёж", "Чайн"], is_last_whole=False) == (Pattern(("еж",)), Pattern(("чайн",), ("чайн",)))
    assert patterns(["чайники"], is_last_whole=False) == (Pattern(("чайник",), ("чайники",)),)
    assert patterns(["ёлк"], is_last_whole=False)[0].beginnings == ("елк",)
    assert patterns(["wi-fi"], is_last_whole=True) == (Pattern(("wi",)), Pattern(("fi",)))
    assert patterns(["чайник", "чайники"], is_last_whole=True) == (Pattern(("чайник",)),)
    assert patterns(["як"], is_last_whole=False) == (Pattern(("як",)),), "too short for a prefix"
    assert patterns(["—", "👍", ""], is_last_whole=False) == ()


def test_only_the_first_words_of_a_query_count() -> None:
    assert len(patterns([str(n) for n in range(10_000)], is_last_whole=True)) == stems.MOST_WORDS


@pytest.mark.parametrize(
    ("text", "words", "is_last_whole", "expected"),
    [
        ("Где ЧАЙНИК? И чайники, чаем.", ["чайником"], True, ["ЧАЙНИК", "чайники"]),
        ("чайка, часы", ["часов", "чай"], False, ["чайка", "часы"]),
        ("чайка", ["чай"], True, []),
        ("старый за\u0301мок", ["замок"], True, ["за\u0301мок"]),
        ("фото IMG_2034.jpg", ["2034"], True, ["2034"]),
        ("чaйник", ["чайники"], True, ["чaйник"]),
        ("где чай<00AD>ни<200B>×2к?", ["чайники"], True, ["чай<00AD>ни<200B>×2к"]),
        ("a<b> чайник<202E>", ["чайник"], True, ["чайник<202E>"]),
        ("МАХ и max", ["мах"], False, ["МАХ", "max"]),
        ("текст", ["!"], False, []),
        ("текст", [], False, []),
    ],
)
def test_marks_are_the_words_that_were_looked_for(
    text: str, words: list[str], is_last_whole: bool, expected: list[str]
) -> None:
    found = marks(text, words, is_last_whole=is_last_whole)
    assert [text[begin:end] for begin, end in found] == expected


def test_many_threads_get_the_same_stems() -> None:
    words = [
        f"{a}{b}{ending}" for a in "бвгдж" for b in "аеиоу" for ending in ("никами", "ость", "ывая", "ому")
    ]
    expected = [stems.stems(word) for word in words]
    stems._stem.cache_clear()
    got: list[list[list[str]]] = []
    threads = [
        threading.Thread(target=lambda: got.append([stems.stems(word) for word in words])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [expected] * 4
