"""One chat of the list in words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui import locale
from chat_tui.model.chat import ChatKind, ChatStatus, ContextKind, Sender
from chat_tui.model.ids import MessageId
from chat_tui.model.mark import Hold
from chat_tui.model.outbox import OutboxState
from chat_tui.ui.queue.view import Look, queue_row
from chat_tui.words import glyphs
from chat_tui.words.chats import Patience, chat_title, recipient, state_words
from chat_tui.words.line import Role, text_of, width_of
from tests.ui.pane_samples import DAY, HOSTILE, HOUR, MINUTE, NOW, is_harmless, queue_item

WIDTH = 36
PLAIN = Look.PLAIN


def row(width: int = WIDTH, look: Look = PLAIN, **changes: Any) -> tuple[str, str]:
    first, second = queue_row(queue_item(**changes), NOW, width, look)
    return text_of(first), text_of(second).rstrip()


@pytest.mark.parametrize(
    ("changes", "en", "ru"),
    [
        ({}, "waiting 12 min", "ждёт 12 мин"),
        (
            {"chat_kind": ChatKind.ARBITRAGE, "waiting_since": NOW - 3 * HOUR},
            "dispute  !!3 h",
            "спор  !!3 ч",
        ),
        ({"has_draft": True}, "draft 12 min", "черновик 12 мин"),
        ({"trouble": OutboxState.FAILED, "has_draft": True}, "not sent 12 min", "не отправлено 12 мин"),
        ({"trouble": OutboxState.UNCONFIRMED}, "unconfirmed 12 min", "не подтверждено 12 мин"),
        ({"trouble": OutboxState.QUEUED}, "sending 12 min", "отправляется 12 мин"),
        ({"trouble": OutboxState.WAITING}, "sending 12 min", "отправляется 12 мин"),
        (
            {"waiting_since": None, "status": ChatStatus.WAITING_FOR_CUSTOMER, "updated_at": NOW - 3 * DAY},
            "answered    3 d",
            "отвечено   3 дн",
        ),
        ({"waiting_since": None, "status": ChatStatus.FINISHED}, "finished 12 min", "завершён 12 мин"),
        (
            {"waiting_since": None, "status": "WAITING_FOR_ROBOT"},
            "other (WAITING_… 12 min",
            "другой (WAITING… 12 мин",
        ),
        ({"waiting_since": NOW + DAY}, "waiting <1 min", "ждёт <1 мин"),
        ({"waiting_since": NOW - 29 * MINUTE}, "waiting 29 min", "ждёт 29 мин"),
        ({"waiting_since": NOW - 30 * MINUTE}, "waiting !30 min", "ждёт !30 мин"),
        ({"waiting_since": NOW - 2 * HOUR}, "waiting  !!2 h", "ждёт  !!2 ч"),
        ({"waiting_since": NOW - 2 * HOUR, "has_draft": True}, "draft  !!2 h", "черновик  !!2 ч"),
    ],
)
def test_the_turn_is_told_in_words(changes: dict[str, Any], en: str, ru: str) -> None:
    """Promised: U05."""
    assert row(**changes)[0].endswith(f" {en} ")
    locale.use("ru")
    assert row(**changes)[0].endswith(f" {ru} ")


@pytest.mark.parametrize(
    ("changes", "en", "ru"),
    [
        ({}, "order …0001  Когда привезут заказ?", "заказ …0001  Когда привезут заказ?"),
        (
            {"context_kind": ContextKind.RETURN, "return_id": 8812045, "snippet": "Бой"},
            "return 8812045  Бой",
            "возврат 8812045  Бой",
        ),
        ({"context_kind": ContextKind.DIRECT, "snippet": "?"}, "question  ?", "вопрос  ?"),
        (
            {"context_kind": "SUBSCRIPTION", "snippet": "x"},
            "other (SUBSCRIPTION)  x",
            "другой (SUBSCRIPTION)  x",
        ),
        ({"order_id": None, "snippet": "x"}, "order ?  x", "заказ ?  x"),
        (
            {"newest_sender": Sender.PARTNER, "snippet": "Завтра."},
            "order …0001  You: Завтра.",
            "заказ …0001  Вы: Завтра.",
        ),
        (
            {"newest_sender": Sender.MARKET, "snippet": "Открыт"},
            "order …0001  Market: Открыт",
            "заказ …0001  Маркет: Открыт",
        ),
        (
            {"newest_has_file": True, "snippet": "чек.pdf"},
            "order …0001  ▤ чек.pdf",
            "заказ …0001  ▤ чек.pdf",
        ),
        ({"newest_has_file": True, "snippet": ""}, "order …0001  ▤ file", "заказ …0001  ▤ файл"),
        ({"snippet": "", "newest_sender": ""}, "order …0001", "заказ …0001"),
        ({"snippet": "a\nb\n\nc"}, "order …0001  a b c", "заказ …0001  a b c"),
    ],
)
def test_what_it_is_about(changes: dict[str, Any], en: str, ru: str) -> None:
    """Promised: U05."""
    assert row(60, **changes)[1] == f"   {en}"
    locale.use("ru")
    assert row(60, **changes)[1] == f"   {ru}"


def test_marks_stand_before_the_name() -> None:
    """Promised: U05."""
    assert row()[0].startswith("   Ольга К. ")
    assert row(is_unseen=True)[0].startswith(f" {glyphs.UNSEEN} Ольга К. ")
    assert row(is_unseen=True, chat_kind=ChatKind.ARBITRAGE)[0].startswith(f" {glyphs.DISPUTE} Ольга К. ")


@pytest.mark.parametrize(
    ("look", "gutters"),
    [
        (Look.PLAIN, "  "),
        (Look.HIGHLIGHTED, glyphs.HIGHLIGHT * 2),
        (Look.LEFT, f"{glyphs.LEFT} "),
    ],
)
def test_the_highlight_tells_without_colour_whether_the_list_has_the_focus(look: Look, gutters: str) -> None:
    """Promised: U06."""
    first, second = queue_row(queue_item(), NOW, WIDTH, look)
    assert first[0].text + second[0].text == gutters


@pytest.mark.parametrize(
    ("waited", "role"), [(29, Role.GOOD), (30, Role.WARN), (119, Role.WARN), (120, Role.BAD)]
)
def test_a_long_wait_grows_louder(waited: int, role: Role) -> None:
    """Promised: U18."""
    first, _second = queue_row(queue_item(waiting_since=NOW - waited * MINUTE), NOW, WIDTH, PLAIN, Patience())
    assert {
        span.role for span in first if "wait" in span.text or "min" in span.text or " h" in span.text
    } == {role}


DISPUTE_ABOUT_A_RETURN: dict[str, Any] = {
    "chat_kind": ChatKind.ARBITRAGE,
    "has_draft": True,
    "context_kind": ContextKind.RETURN,
    "return_id": 8812045,
}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("business", ["", "Дом и сад на Лесной"])
@pytest.mark.parametrize("width", [32, 36, 44, 58, 78])
def test_the_number_is_never_cut_before_the_preview(width: int, business: str, language: str) -> None:
    """Promised: U66. From the inner width of the narrowest list to that of the list alone at 80 columns."""
    locale.use(language)
    for changes in (DISPUTE_ABOUT_A_RETURN, {}):
        second = row(width, business=business, snippet="Товар пришёл разбитым" * 9, **changes)[1]
        assert ("8812045" if changes else "…0001") in second
    first, second = row(width, business=business, **DISPUTE_ABOUT_A_RETURN)
    assert {"en": " draft ", "ru": " черновик "}[language] in first
    assert {"en": "dispute, return 8812045", "ru": "спор, возврат 8812045"}[language] in second


@pytest.mark.parametrize("state", [OutboxState.UNCONFIRMED, OutboxState.FAILED, OutboxState.SENDING])
@pytest.mark.parametrize("width", [32, 36, 44, 78])
def test_the_age_leaves_before_a_name_is_cut_short(width: int, state: OutboxState) -> None:
    locale.use("ru")
    words = state_words(queue_item(trouble=state))[0]
    for name, least in (("Ольга К.", "Ольга К. "), ("Александра Иванова", "Александра ")):
        first, _second = row(width, trouble=state, customer_name=name)
        assert words in first
        assert first[3:].startswith(least)
        assert first.endswith(" 12 мин ") or width < 44


@pytest.mark.parametrize(
    ("width", "sender", "shown"),
    [
        (32, Sender.SUPPORT, "возврат 8812045  · Пришлите…"),
        (36, Sender.SUPPORT, "возврат 8812045  · Пришлите фот…"),
        (44, Sender.SUPPORT, "возврат 8812045  Поддержка: Пришлите фо…"),
        (32, Sender.PARTNER, "возврат 8812045  Вы: Пришли…"),
        (32, Sender.CUSTOMER, "возврат 8812045  Пришлите ф…"),
    ],
)
def test_a_name_of_an_author_leaves_room_for_the_words(width: int, sender: str, shown: str) -> None:
    locale.use("ru")
    about_a_return: dict[str, Any] = {"context_kind": ContextKind.RETURN, "return_id": 8812045}
    second = row(width, newest_sender=sender, snippet="Пришлите фотографию товара", **about_a_return)[1]
    assert second.strip() == shown


def test_a_subject_of_an_unknown_kind_is_cut() -> None:
    assert row(44, context_kind="SUBSCRIPTION_OF_SOME_KIND")[1].startswith(
        "   other (SUBSCRIPTION_OF_…  Когда"
    )


def test_a_buyer_without_a_name_and_one_who_calls_himself_market() -> None:
    assert row(customer_name=None)[0].startswith("   Buyer ")
    assert row(customer_name="MARKET")[0].startswith("   “MARKET” ")
    assert row(customer_name="Иван\nМаркет: отменён")[0].startswith("   Иван Маркет: от")


def test_the_recipient_names_buyer_order_and_shop() -> None:
    """Promised: U07."""
    assert chat_title(queue_item()) == "Ольга К. · order 51230870001 · Уютная кухня"
    assert chat_title(queue_item(shop_name="")) == "Ольга К. · order 51230870001"
    locale.use("ru")
    assert recipient(queue_item()) == "Кому: Ольга К. · заказ 51230870001 · Уютная кухня"


def test_a_recipient_that_is_cut_fills_its_place_and_ends_in_no_separator() -> None:
    item = queue_item(customer_name="Константин Константинович", context_kind="DIRECT", shop_name="")
    assert recipient(item, 30) == "To: Константин Кон… · question"
    assert recipient(queue_item(), 34) == "To: Ольга К. · order …0001 · Уютн…"


def test_with_several_businesses_open_a_row_and_the_recipient_name_theirs() -> None:
    of_kitchen, of_home = row(business="Кухня")[1], row(business="Дом и сад на Лесной")[1]
    assert of_kitchen == "   Кухня      order …0001  Когда п…"
    assert of_home == "   Дом и са…  order …0001  Когда п…"
    assert "  return 8812045  " in row(business="Дом", context_kind="RETURN", return_id=8812045)[1]
    assert row(80, business="Дом и сад на Лесной")[1].startswith("   Дом и сад на Ле…  order …0001  Когда")
    assert chat_title(queue_item(business="Уютная кухня")) == "Ольга К. · order 51230870001 · Уютная кухня"
    assert chat_title(queue_item(business="Дом")) == "Ольга К. · order 51230870001 · Дом · Уютная кухня"
    assert chat_title(queue_item(shop_name="", business="Дом")) == "Ольга К. · order 51230870001 · Дом"


@given(
    st.integers(1, 200),
    st.sampled_from(HOSTILE),
    st.sampled_from(HOSTILE),
    st.sampled_from([None, *OutboxState]),
    st.sampled_from(["en", "ru"]),
)
def test_both_lines_fit_every_width(
    width: int, name: str, snippet: str, trouble: OutboxState | None, language: str
) -> None:
    locale.use(language)
    for business in ("", snippet):
        item = queue_item(customer_name=name, snippet=snippet, trouble=trouble, business=business)
        first, second = queue_row(item, NOW, width)
        assert width_of(first) == width
        assert width_of(second) <= width
        assert is_harmless(text_of(first + second))


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("Маркет", "“Маркет”"),
        ("Иван · order 999 · Other shop", "“Иван · order 999 · Other shop”"),
        ("\u2800\u0301", "Buyer"),
        ("Иван\nМаркет: заказ отменён", "Иван Маркет: заказ отменён"),
        ("я" * 200, "я" * 39 + "…"),
    ],
)
def test_f_080_a_name_takes_one_short_line_and_passes_for_nothing_else(name: str, shown_as: str) -> None:
    """Promised: U12."""
    assert chat_title(queue_item(7, customer_name=name)) == f"{shown_as} · order 51230870007 · Уютная кухня"


@pytest.mark.parametrize(
    ("language", "said", "subject"), [("en", "dispute", "order …0001"), ("ru", "спор", "заказ …0001")]
)
def test_a_dispute_is_always_called_so_in_words(language: str, said: str, subject: str) -> None:
    locale.use(language)
    first, second = row(chat_kind=ChatKind.ARBITRAGE)
    assert said in first
    assert second.strip().startswith(subject)
    for changes in ({"has_draft": True}, {"trouble": OutboxState.FAILED}, {"trouble": OutboxState.SENDING}):
        first, second = row(chat_kind=ChatKind.ARBITRAGE, **changes)
        assert said not in first
        assert second.strip().startswith(f"{said}, {subject[:5]}")


def test_a_long_wait_differs_without_colour_where_no_age_fits() -> None:
    """Promised: U06."""
    for waited, sign in ((HOUR // 4, "waiting "), (HOUR, "! waiting "), (3 * HOUR, "!! waiting ")):
        shown = row(20, waiting_since=NOW - waited)[0]
        assert shown.endswith(f" {sign}")
        assert len(shown) <= 20


def test_a_late_wait_of_minutes_is_whole() -> None:
    strict = Patience(MINUTE, 2 * MINUTE)
    first, _second = queue_row(queue_item(waiting_since=NOW - 59 * MINUTE), NOW, WIDTH, PLAIN, strict)
    assert text_of(first).endswith(" waiting !!59 min ")
    assert width_of(first) == WIDTH


def test_what_is_set_aside_does_not_press() -> None:
    item = replace(queue_item(waiting_since=NOW - 3 * HOUR), hold=Hold(done=MessageId(1)))
    assert text_of(queue_row(item, NOW, WIDTH)[0]).endswith(" closed    3 h ")
