"""The two lines of a hit, and the sentences about the search itself."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chat_tui import locale
from chat_tui.model.chat import ContextKind, Sender
from chat_tui.model.ids import MessageId, Millis, ReturnId
from chat_tui.model.search import FILTER_WORDS, SearchCoverage, SearchHit, SearchQuery, read_query
from chat_tui.ui.search.screen import excerpt, hit_lines
from chat_tui.words.line import Role, text_of, width_of
from chat_tui.words.search import coverage_words, filter_rows, found_words, nothing_words, unknown_words
from tests.ui.pane_samples import DAY, HOSTILE, HOUR, NOW, is_harmless, queue_item

TEXT = "Добрый день! Сегодня уже 22-е, а чайник не привезли. Всё в порядке с заказом? Очень нужен."


def query(*words: str) -> SearchQuery:
    return SearchQuery(words)


def a_hit(text: str = TEXT, **changes: Any) -> SearchHit:
    """A message of the buyer, an hour old; `changes` are fields of hit, item, chat or context."""
    own = {name: changes.pop(name) for name in SearchHit.__slots__ if name in changes}
    found = SearchHit(queue_item(**changes), MessageId(7), NOW - HOUR, Sender.CUSTOMER, text)
    return replace(found, **own)


def lines(hit: SearchHit, *words: str, cells: int = 76) -> tuple[str, str]:
    first, second = hit_lines(hit, query(*words), NOW, UTC, cells)
    return text_of(first).rstrip(), text_of(second)


def found_in(hit: SearchHit, *words: str, cells: int = 76) -> list[str]:
    """The marked parts of the two lines."""
    both = hit_lines(hit, query(*words), NOW, UTC, cells)
    return [text for line in both for text, role in line if role is Role.FOUND]


def test_who_about_what_where_and_when_then_the_words() -> None:
    first, second = lines(a_hit("Привезли чайник"), "чайник")
    assert first == f"Ольга К. · order 51230870001 · Уютная кухня{' ' * 27}17:30"
    assert second == "‹ Привезли чайник"


@pytest.mark.parametrize(
    ("ago", "en", "ru"),
    [
        (HOUR, "17:30", "17:30"),
        (DAY, "yesterday, 20 November", "вчера, 20 ноября"),
        (30 * DAY, "22 October", "22 октября"),
        (400 * DAY, "17 October 2024", "17 октября 2024"),
        (NOW, "date unknown", "дата неизвестна"),
    ],
)
def test_a_hit_says_when_it_was_written(ago: Millis, en: str, ru: str) -> None:
    for language, words in (("en", en), ("ru", ru)):
        locale.use(language)
        assert lines(a_hit(created_at=NOW - ago))[0].endswith(f" {words}")


@pytest.mark.parametrize(
    ("sender", "en", "ru"),
    [
        (Sender.CUSTOMER, "‹ Yes", "‹ Yes"),
        (Sender.PARTNER, "› You: Yes", "› Вы: Yes"),
        (Sender.MARKET, "· Market: Yes", "· Маркет: Yes"),
        (Sender.SUPPORT, "· Support: Yes", "· Поддержка: Yes"),
        ("ROBOT", "· other (ROBOT): Yes", "· другой (ROBOT): Yes"),
    ],
)
def test_a_hit_says_whose_words_they_are(sender: str, en: str, ru: str) -> None:
    for language, words in (("en", en), ("ru", ru)):
        locale.use(language)
        assert lines(a_hit("Yes", sender=sender))[1] == words


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        (("чайник",), ["чайник"]),
        (("заказ",), ["заказом"]),
        (("чай",), ["чайник"]),
        (("заказ", "чайник"), ["чайник", "заказом"]),
        (("ольга",), ["Ольга"]),
        (("51230870001",), ["51230870001"]),
        (("5123",), ["5123"]),
        (("0001",), ["0001"]),
        (("order",), []),
        ((), []),
    ],
)
def test_what_was_looked_for_is_marked(typed: tuple[str, ...], marked: list[str]) -> None:
    assert found_in(a_hit(), *typed, cells=120) == marked


@pytest.mark.parametrize("word", ["добрый", "чайник", "заказом", "нужен"])
@pytest.mark.parametrize("cells", [20, 37, 76])
def test_the_word_is_on_the_line_with_others_before_it(word: str, cells: int) -> None:
    assert [text.lower() for text in found_in(a_hit(), word, cells=cells)] == [word]
    second = lines(a_hit(), word, cells=cells)[1]
    assert second.removeprefix("‹ ").strip("…?!. ") in TEXT
    assert len(second) <= cells
    before = second.lower().partition(word)[0]
    assert before == "‹ " if word == "добрый" else len(before) > 4


def test_an_excerpt_begins_with_a_whole_word_and_fills_its_line() -> None:
    words = text_of(excerpt(TEXT, Role.TEXT, query("нужен"), 40))
    assert words == "…Всё в порядке с заказом? Очень нужен."


def test_wide_letters_take_two_cells() -> None:
    text = "漢字" * 40 + " чайник " + "漢字" * 40
    line = excerpt(text, Role.TEXT, query("чайник"), 41)
    assert [text for text, role in line if role is Role.FOUND] == ["чайник"]
    assert 39 <= width_of(line) <= 41


@pytest.mark.parametrize(
    ("text", "names", "word", "second"),
    [
        ("", ("договор.pdf",), "договор", "‹ ▤ договор.pdf"),
        ("", ("a.pdf", "b.pdf"), "b", "‹ ▤ a.pdf  ▤ b.pdf"),
        ("Вот чек", ("IMG_1.jpg",), "чек", "‹ Вот чек  ▤ IMG_1.jpg"),
        ("Вот он", ("чек.jpg",), "чек", "‹ ▤ чек.jpg  Вот он"),
        ("", ("",), "x", "‹ ▤ nameless file"),
        ("", (), "x", "‹ (empty, perhaps a sticker)"),
    ],
)
def test_files_have_their_glyph_and_stand_first_where_the_word_is_theirs(
    text: str, names: tuple[str, ...], word: str, second: str
) -> None:
    assert lines(a_hit(text, file_names=names), word)[1] == second


def test_a_long_text_leaves_its_file_visible() -> None:
    _first, second = lines(a_hit(TEXT * 3, file_names=("IMG_2031.jpg",)), "чайник")
    assert second.endswith("…  ▤ IMG_2031.jpg")
    assert "чайник" in second


@pytest.mark.parametrize(
    ("language", "second"),
    [("en", "chat · waiting · Когда привезут заказ?"), ("ru", "чат · ждёт · Когда привезут заказ?")],
)
def test_a_chat_that_was_found_is_a_row_of_its_own_kind(language: str, second: str) -> None:
    locale.use(language)
    chat = a_hit("", message_id=None, sender="", context_kind=ContextKind.RETURN, return_id=ReturnId(8812045))
    first, below = lines(chat, "8812045")
    assert "8812045" in first
    assert below == second
    assert found_in(chat, "8812045") == ["8812045"]


def test_a_hit_of_one_of_several_businesses_names_it() -> None:
    assert "order 51230870001 · Дом · Уютная кухня  " in lines(a_hit("чайник", business="Дом"), "чайник")[0]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("cells", [1, 20, 74])
def test_hostile_text_is_harmless_and_within_its_line(text: str, cells: int) -> None:
    nasty = {"customer_name": text, "shop_name": text, "business": text[::-1], "snippet": text}
    hits = [
        a_hit(f"чайник {text}", file_names=(text, text), **nasty),
        a_hit(f"{text} чайник", sender=text, **nasty),
        a_hit("", message_id=None, sender="", **nasty),
    ]
    for hit in hits:
        for line in hit_lines(hit, query("чайник"), NOW, UTC, cells):
            assert is_harmless(text_of(line))
            assert width_of(line) <= cells


def test_a_text_without_end_is_looked_through_only_so_far() -> None:
    hit = a_hit("чайник " + "слово " * 1_000_000, file_names=("x" * 1_000_000,) * 1000)
    _first, second = lines(hit, "чайник")
    assert second.startswith("‹ чайник слово")
    assert len(second) <= 76


MARCH = int(datetime(2025, 3, 14, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("coverage", "en", "ru"),
    [
        (SearchCoverage(0, 0, None), "There are no chats yet.", "Чатов пока нет."),
        (SearchCoverage(1, 1, None), "All history of 1 chat is loaded.", "Вся переписка 1 чата загружена."),
        (
            SearchCoverage(1205, 1205, MARCH),
            "All history of 1205 chats is loaded.",
            "Вся переписка 1205 чатов загружена.",
        ),
        (
            SearchCoverage(1000, 345, MARCH),
            "34 % of history loaded (since March)",
            "Загружено 34 % переписки, с марта",
        ),
        (
            SearchCoverage(1000, 999, MARCH - 365 * DAY),
            "99 % of history loaded (since March 2024)",
            "Загружено 99 % переписки, с марта 2024",
        ),
        (SearchCoverage(1000, 0, None), "0 % of history loaded", "Загружено 0 % переписки"),
        (
            SearchCoverage(1000, 1, None),
            "less than 1 % of history loaded",
            "Загружено меньше 1 % переписки",
        ),
    ],
)
def test_the_state_of_the_index_is_said(coverage: SearchCoverage, en: str, ru: str) -> None:
    for language, words in (("en", en), ("ru", ru)):
        locale.use(language)
        assert coverage_words(coverage, NOW, UTC) == words


@pytest.mark.parametrize(
    ("count", "en", "ru"),
    [(1, "1 found", "найдено: 1"), (2, "2 found", "найдено: 2"), (0, "0 found", "найдено: 0")],
)
def test_the_hits_are_counted(count: int, en: str, ru: str) -> None:
    for language, words in (("en", en), ("ru", ru)):
        locale.use(language)
        assert found_words(count) == words


def test_nothing_found_says_what_to_do() -> None:
    assert "fewer words" in nothing_words(None)
    assert "%" not in nothing_words(SearchCoverage(10, 10, None))
    assert "Only 10 % of history is loaded" in nothing_words(SearchCoverage(10, 1, None))


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [
        (
            "kind:table",
            "en",
            "“kind:table” is not a filter. After kind: use order, return, question, dispute.",
        ),
        (
            "тип:стол",
            "ru",
            "«тип:стол» — такого условия нет. После тип: укажите заказ, возврат, вопрос, спор.",
        ),
        ("старше:ж", "ru", "«старше:ж» — такого условия нет. После старше: укажите 30д."),
    ],
)
def test_an_unknown_filter_is_named_with_what_may_stand_there(typed: str, language: str, said: str) -> None:
    locale.use(language)
    _query, unknown = read_query(f"{typed} ", NOW)
    assert unknown_words(unknown) == said


def test_an_unknown_filter_is_harmless_and_short() -> None:
    _query, unknown = read_query("kind:\x1b[2J" + "x" * 500 + " ", NOW)
    words = unknown_words(unknown)
    assert "“kind:␛[2jx".casefold() in words.casefold()
    assert is_harmless(words)
    assert len(words) < 150


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_filter_that_is_offered_is_understood_and_has_room(language: str) -> None:
    locale.use(language)
    rows = filter_rows()
    assert len(rows) == len(FILTER_WORDS)
    for meaning, words in rows:
        query, unknown = read_query(f"{words} ", NOW)
        assert (query.words, unknown) == ((), ())
        assert not query.is_empty
        assert len(meaning) <= 16
        assert len(words) <= 54


def test_every_filter_word_there_is_has_a_meaning_in_the_help() -> None:
    assert len(filter_rows()) == len(FILTER_WORDS)
    assert ("labelled", "label:urgent") in filter_rows()
