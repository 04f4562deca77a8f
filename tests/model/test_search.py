"""From the text in the search box to a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.model.search import FILTER_WORDS, About, SearchQuery, Standing, read_query

NOW = 1_790_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


def read(text: str) -> SearchQuery:
    """The query of a text that has no invalid filter."""
    query, unknown = read_query(text, NOW)
    assert unknown == ()
    return query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SearchQuery()),
        ("  ", SearchQuery()),
        ("Чай", SearchQuery(("Чай",))),
        ("чай ", SearchQuery(("чай",), True)),
        (" белый  чай", SearchQuery(("белый", "чай"))),
        ("чай kind:order", SearchQuery(("чай",), True, abouts=frozenset({About.ORDER}))),
        ("kind:order чай", SearchQuery(("чай",), abouts=frozenset({About.ORDER}))),
        ("чай чай kind:", SearchQuery(("чай", "чай"), True)),
        ("https://a.example цвет:красный 12:30", SearchQuery(("https://a.example", "цвет:красный", "12:30"))),
        (":order ::", SearchQuery((":order", "::"))),
        ("label:Urgent", SearchQuery(labels=frozenset({"urgent"}))),
        ("метка:ждём label:", SearchQuery(labels=frozenset({"ждем"}))),
        ("age:7d", SearchQuery(since=NOW - 7 * DAY)),
        ("age:24h", SearchQuery(since=NOW - DAY)),
        ("за:2Н", SearchQuery(since=NOW - 14 * DAY)),
        ("older:30d", SearchQuery(until=NOW - 30 * DAY)),
        ("СТАРШЕ:30д", SearchQuery(until=NOW - 30 * DAY)),
        ("age:7d за:24ч older:1h старше:2ч", SearchQuery(since=NOW - DAY, until=NOW - 2 * HOUR)),
        ("age:9999w", SearchQuery(since=1)),
    ],
)
def test_what_is_typed_is_what_is_asked(text: str, expected: SearchQuery) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["is:waiting", "IS:Waiting", "статус:ждёт", "Статус:ЖДЕТ", "is:ждет"])
def test_a_status_in_either_language(text: str) -> None:
    assert read(text) == SearchQuery(standings=frozenset({Standing.WAITING}))


def test_several_filters_of_a_kind_are_any_of_them() -> None:
    query = read("kind:order тип:возврат тип:Спор kind:question is:answered статус:закрыт")
    assert query.abouts == frozenset(About)
    assert query.standings == {Standing.ANSWERED, Standing.FINISHED}


@pytest.mark.parametrize(
    "text", ["kind:", "is:", "за:", "kind:r", "kind:ВОЗ", "is:wait", "age:7", "старше:30"]
)
def test_a_filter_being_typed_is_neither_error_nor_word(text: str) -> None:
    assert read_query(text, NOW) == (SearchQuery(), ())
    assert read_query(f"чай {text}", NOW) == (SearchQuery(("чай",), True), ())


@pytest.mark.parametrize(
    "text",
    ["kind:shop", "kind:waiting", "is:order", "age:week", "age:7d7", "За:завтра", "older:-1d", "age:99999d"],
)
def test_a_filter_nobody_knows_is_told_as_it_was_typed(text: str) -> None:
    assert read_query(f"чай {text}", NOW) == (SearchQuery(("чай",), True), (text,))


def test_a_begun_filter_that_is_left_is_told() -> None:
    assert read_query("kind:ret чай age:7 ", NOW) == (SearchQuery(("чай",), True), ("kind:ret", "age:7"))
    assert read_query("kind: чай", NOW) == (SearchQuery(("чай",)), ()), "of an empty one nothing can be said"


def test_all_that_help_lists_is_understood() -> None:
    for word in FILTER_WORDS:
        for name in word.names:
            for value in (one for pair in word.values for one in pair):
                assert not read(f"{name}:{value}").is_empty


@given(st.text() | st.lists(st.sampled_from(["kind:", "age:", "7d", "ё", " ", "order", ":"])).map("".join))
def test_any_text_is_read(text: str) -> None:
    query, unknown = read_query(text, NOW)
    assert len(query.words) + len(unknown) <= len(text.split())
