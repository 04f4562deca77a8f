"""Search of the whole cache: what is found, in which order, page by page."""

from typing import Any

import pytest

from chat_tui.model.chat import ChatKind, ChatStatus, ContextKind, Message
from chat_tui.model.ids import MessageId
from chat_tui.model.mark import Labels
from chat_tui.model.search import About, SearchHit, SearchKey, SearchPage, SearchQuery, Standing
from chat_tui.store import marks, search
from chat_tui.store.database import Store
from tests.store.world import CHAT, a_chat, buyer, list_chats, own, read_history, with_file
from tests.support.refs import ref

OTHER = ref(77)


@pytest.fixture(autouse=True)
def _listed(store: Store) -> None:
    list_chats(store, a_chat(updated_at=10_000, name="Ольга К."))
    list_chats(store, a_chat(OTHER, 20_000, name="Иван", order_id=99_000_007_788, status="FINISHED"))


def ask(
    store: Store, words: str = "", after: SearchKey | None = None, limit: int = 50, **given: Any
) -> SearchPage:
    assert not isinstance(after, tuple), "only the search of several businesses has such a key"
    return store.read(search.search, SearchQuery(tuple(words.split()), **given), after, limit).result()


def found(store: Store, words: str = "", **given: Any) -> list[int | None]:
    """The messages found; None for a chat."""
    return [hit.message_id for hit in ask(store, words, **given).hits]


def every(store: Store, words: str, **given: Any) -> list[SearchHit]:
    """All hits, page by page."""
    got: list[SearchHit] = []
    key = None
    for _ in range(100):
        page = ask(store, words, key, limit=3, **given)
        got += page.hits
        key = page.next_key
        if key is None:
            break
    return got


@pytest.mark.parametrize("typed", ["чайник", "Чайники", "ЧАЙНИКОМ", "чайнику ", "чайн", "заварочным"])
def test_every_form_of_a_russian_word_is_found(store: Store, typed: str) -> None:
    read_history(store, buyer(1, 1_000, "Заварочные чайники есть?"), own(2, 2_000, "Нет"))
    assert found(store, typed) == [1]


@pytest.mark.parametrize("typed", ["елка", "ёлка", "Е\u0308лки"])
def test_yo_is_ye(store: Store, typed: str) -> None:
    read_history(store, buyer(1, 1_000, "Ёлка пришла"), buyer(2, 2_000, "елки нет"))
    assert found(store, typed, is_last_whole=True) == [2, 1]


def test_all_words_must_be_there(store: Store) -> None:
    read_history(
        store, buyer(1, 1_000, "белый чайник"), buyer(2, 2_000, "чёрный чайник"), buyer(3, 3_000, "белый")
    )
    assert found(store, "чайники белые") == [1]
    assert found(store, "чайники белые розы") == []


def test_the_beginning_of_the_last_word_is_enough_while_it_is_typed(store: Store) -> None:
    read_history(store, buyer(1, 1_000, "подскажите размер"), buyer(2, 2_000, "размещение"))
    assert found(store, "разме") == [2, 1]
    assert found(store, "разме", is_last_whole=True) == []
    assert found(store, "подск разме") == [], "only the last word may be a beginning"
    assert found(store, "ра") == [], "two letters are too few"


def test_the_newest_come_first_though_older_ones_are_read_later(store: Store) -> None:
    read_history(store, buyer(30, 3_000, "чек"), buyer(40, 4_000, "чек"))
    read_history(store, buyer(10, 1_000, "чек"), newest=False)
    read_history(store, buyer(20, 2_000, "чек", chat_ref=OTHER), chat_ref=OTHER)
    assert found(store, "чек") == [40, 30, 20, 10]


def test_a_hit_tells_where_it_is(store: Store) -> None:
    read_history(store, with_file(own(2, 2_000, "Вот накладная"), "скан_накладной.pdf", "b.pdf"))
    [hit] = ask(store, "накладная скан").hits
    assert (hit.chat_ref, hit.message_id, hit.created_at, hit.sender) == (CHAT, 2, 2_000, "PARTNER")
    assert (hit.text, hit.file_names) == ("Вот накладная", ("скан_накладной.pdf", "b.pdf"))
    assert hit.item.chat.context.customer_name == "Ольга К."


def test_a_file_is_found_by_a_part_of_its_name(store: Store) -> None:
    read_history(store, with_file(buyer(1, 1_000, None), "IMG_2034.JPG", "чайник.png"), buyer(2, 2_000, None))
    assert [found(store, typed) for typed in ("2034", "img jpg", "чайники", "203")] == [[1]] * 4


@pytest.mark.parametrize("typed", ["51230874561", "5123", "4561", "74561", "№51230874561", "5123 4561"])
def test_a_chat_is_found_by_its_order_number_or_either_end_of_it(store: Store, typed: str) -> None:
    [hit] = ask(store, typed).hits
    assert (hit.chat_ref, hit.message_id, hit.created_at, hit.text) == (CHAT, None, 10_000, "")


def test_three_digits_are_too_few_and_the_middle_is_no_end(store: Store) -> None:
    assert found(store, "512") == found(store, "561") == found(store, "3087") == []
    list_chats(store, a_chat(5, order_id=512, return_id=8_812_045))
    assert [hit.chat_ref.number for hit in ask(store, "512").hits] == [5]
    assert [hit.chat_ref.number for hit in ask(store, "8812").hits] == [5]


@pytest.mark.parametrize("typed", ["ольга", "Ольги", "оль", "ольга 4561"])
def test_a_chat_is_found_by_its_buyer_before_all_messages(store: Store, typed: str) -> None:
    read_history(store, buyer(9, 9_000, "Ольга 4561", chat_ref=OTHER), chat_ref=OTHER)
    page = ask(store, typed)
    assert [(hit.chat_ref, hit.message_id) for hit in page.hits][:1] == [(CHAT, None)]


def test_a_renamed_buyer_is_found_by_the_new_name_only(store: Store) -> None:
    list_chats(store, a_chat(updated_at=30_000, name="Мария", order_id=5_555_555_001))
    assert found(store, "ольга") == found(store, "4561") == []
    assert found(store, "мария") == found(store, "5001") == [None]


def test_a_buyer_and_a_word_find_the_messages_of_that_buyer(store: Store) -> None:
    read_history(store, buyer(1, 1_000, "чайник"), buyer(2, 2_000, "ложка"))
    read_history(
        store,
        buyer(3, 3_000, "чайник", chat_ref=OTHER),
        buyer(4, 4_000, "Ольга, чайник!", chat_ref=OTHER),
        chat_ref=OTHER,
    )
    assert found(store, "ольга чайник") == [4, 1]
    assert found(store, "4561 чайник") == [1]


def test_an_edited_message_is_found_by_its_new_words_only(store: Store) -> None:
    read_history(store, with_file(buyer(1, 1_000, "чайник"), "a.jpg"), buyer(2, 2_000, "чайник"))
    read_history(store, with_file(buyer(1, 1_000, "ложка"), "b.jpg"), newest=False)
    assert [found(store, typed) for typed in ("чайник", "ложка", "a.jpg", "b.jpg")] == [[2], [1], [], [1]]


def test_an_edited_time_moves_the_message(store: Store) -> None:
    read_history(store, buyer(1, 1_000, "чек"), buyer(2, 2_000, "чек"))
    read_history(store, buyer(1, 3_000, "чек"))
    assert found(store, "чек") == [1, 2]
    assert found(store, "чек", since=3_000) == [1]


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "*", "AND", "OR NOT", "NEAR(", "NEAR(a b, 5)", "-", "-чай", "^a", "stem:a", "a*b", "(", ")",
     "👍", "\x00", "'; DROP TABLE chat; --", "\ud83d", "…1654", "a" * 10_000, "a " * 5_000, "{a b} : c", "+"],
)  # fmt: skip
def test_no_query_is_a_language(store: Store, typed: str) -> None:
    assert found(store, typed) == found(store, typed, is_last_whole=True) == []


def test_operators_are_words(store: Store) -> None:
    read_history(store, buyer(1, 1_000, "near and or not"), buyer(2, 2_000, "near"))
    assert found(store, "NEAR( AND NOT") == [1]


def test_nothing_asked_and_nothing_but_signs_find_nothing(store: Store) -> None:
    assert ask(store) == ask(store, "!!! 👍", abouts=frozenset({About.ORDER})) == SearchPage((), None)


@pytest.fixture
def _kinds(store: Store) -> None:
    waiting, finished = ChatStatus.WAITING_FOR_PARTNER, ChatStatus.FINISHED
    found = [
        a_chat(101, 1_000, waiting, about=ContextKind.ORDER),
        a_chat(102, 2_000, waiting, about=ContextKind.RETURN),
        a_chat(103, 3_000, ChatStatus.WAITING_FOR_CUSTOMER, about=ContextKind.DIRECT),
        a_chat(104, 4_000, finished, about=ContextKind.ORDER, kind=ChatKind.ARBITRAGE),
    ]
    list_chats(store, *found)
    for chat in found:
        number = chat.chat_ref.number
        read_history(store, buyer(number, chat.updated_at, "слово", chat_ref=number), chat_ref=number)
    for number, names in ((102, ("срочно", "ёлки")), (104, ("срок",))):
        store.write_state(marks.put, ref(number), Labels(names), 1).result()


W, A, F = Standing.WAITING, Standing.ANSWERED, Standing.FINISHED
FILTERS = [
    ({"standings": {W}}, [102, 101]),
    ({"standings": {A}}, [103]),
    ({"standings": {F}}, [104]),
    ({"standings": {W, F}}, [104, 102, 101]),
    ({"abouts": {About.ORDER}}, [104, 101]),
    ({"abouts": {About.RETURN, About.QUESTION}}, [103, 102]),
    ({"abouts": {About.DISPUTE}}, [104]),
    ({"standings": {W}, "abouts": {About.RETURN, About.DISPUTE}}, [102]),
    ({"labels": {"сроч"}}, [102]),
    ({"labels": {"сро"}, "standings": {F}}, [104]),
    ({"labels": {"елки", "срок"}}, [104, 102]),
    ({"labels": {"%", "рочно", "' OR 1"}}, []),
    ({"since": 3_000}, [104, 103]),
    ({"until": 3_000}, [102, 101]),
    ({"since": 2_000, "until": 4_000, "standings": {W}}, [102]),
    ({"since": 2**60}, []),
    ({"until": 2**60}, [104, 103, 102, 101]),
]


@pytest.mark.usefixtures("_kinds")
@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters_narrow_messages(store: Store, filters: dict[str, Any], expected: list[int]) -> None:
    assert found(store, "слово", **filters) == expected


@pytest.mark.usefixtures("_kinds")
@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_filters_alone_find_chats_the_latest_first(
    store: Store, filters: dict[str, Any], expected: list[int]
) -> None:
    hits = ask(store, **filters).hits
    assert [
        hit.chat_ref.number for hit in hits if hit.chat_ref.number > 100 and hit.chat_ref.number < 105
    ] == expected
    assert {hit.message_id for hit in hits} <= {None}


@pytest.mark.usefixtures("_kinds")
def test_filters_narrow_chats_found_by_their_buyer(store: Store) -> None:
    assert [hit.chat_ref.number for hit in ask(store, "мария", standings={W}, since=2_000).hits] == [102]


@pytest.mark.parametrize("examined", [2_000, 2])
@pytest.mark.parametrize(
    ("words", "filters"),
    [
        ("слово", {}),
        ("мария", {}),
        ("мария слово", {}),
        ("слово", {"standings": {W}}),
        ("", {"abouts": {About.ORDER}}),
    ],
)
def test_pages_have_no_gap_and_no_repetition(
    store: Store, monkeypatch: pytest.MonkeyPatch, words: str, filters: dict[str, Any], examined: int
) -> None:
    for number in range(1, 8):
        status = ChatStatus.FINISHED if number % 3 == 0 else ChatStatus.WAITING_FOR_PARTNER
        list_chats(store, a_chat(number, 5_000 + number // 2, status))
        read_history(
            store,
            *(buyer(10 * number + n, 5_000, f"слово {'мария' * (n % 2)}", chat_ref=number) for n in range(3)),
            chat_ref=number,
        )
    whole = ask(store, words, **filters).hits
    monkeypatch.setattr(search, "EXAMINED", examined)
    assert len(whole) >= 7
    got = every(store, words, **filters)
    assert [(hit.chat_ref, hit.message_id) for hit in got] == [
        (hit.chat_ref, hit.message_id) for hit in whole
    ]


def test_a_row_with_the_lowest_number_ends_the_walk(store: Store) -> None:
    read_history(store, buyer(1 << 20, 0, "чек"), buyer(5, 5, "чек"))
    assert [hit.message_id for hit in ask(store, "чек", limit=1).hits] == [5]
    page = ask(store, "чек", ask(store, "чек", limit=1).next_key, limit=1)
    assert ([hit.message_id for hit in page.hits], page.next_key) == ([1 << 20], None)
    assert ask(store, "чек", 0) == SearchPage((), None)


def test_a_word_without_text_or_chat_is_no_hit(store: Store) -> None:
    read_history(store, Message(CHAT, MessageId(1), 1_000, "CUSTOMER", None))
    assert found(store, "None") == []


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("examined", [1, 2, 3, 2_000])
def test_a_buyer_and_a_word_are_found_the_same_way_however_many_chats_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int, examined: int
) -> None:
    monkeypatch.setattr(search, "EXAMINED", examined)
    monkeypatch.setattr(search, "FEW", few)
    read_history(store, *(buyer(n, n * 1_000, "чайник" if n % 2 else "ложка") for n in range(1, 8)))
    read_history(
        store,
        buyer(10, 10_000, "чайник", chat_ref=OTHER),
        buyer(11, 11_000, "Ольга, чайник!", chat_ref=OTHER),
        buyer(12, 500, "чайник для Ольги", chat_ref=OTHER),
        chat_ref=OTHER,
    )
    assert [hit.message_id for hit in every(store, "ольга чайник")] == [11, 7, 5, 3, 1, 12]
    assert [hit.message_id for hit in every(store, "4561 ложка")] == [6, 4, 2]
