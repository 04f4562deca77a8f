"""How templates are found, shown and filled in."""

from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.template import Field, Template, unfilled
from chat_tui.ui.chat.templates import (
    found_templates,
    how_to_words,
    preview,
    skipped_words,
    template_line,
    values_of,
)
from chat_tui.words.line import Role, text_of, width_of
from chat_tui.words.problems import missing_words
from tests.ui.pane_samples import queue_item

SHELF = [
    Template(name, text)
    for name, text in [
        ("возврат-принят", "Возврат принят"),
        ("где заказ", "Ваш заказ в пути"),
        ("доставка", "Доставим завтра"),
        ("привет", "Здравствуйте, {имя}!"),
        ("ёлка", "Новый год"),
    ]
]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["возврат-принят", "где заказ", "доставка", "привет", "ёлка"]),
        ("до", ["доставка"]),
        ("ДО", ["доставка"]),
        ("lj", ["доставка"]),
        ("пр", ["привет", "возврат-принят"]),
        ("за", ["где заказ"]),
        ("гз", ["где заказ"]),
        ("двк", ["доставка"]),
        ("ел", ["ёлка"]),
        ("здравств", ["привет"]),
        ("щщ", []),
    ],
)
def test_two_letters_find_a_template(query: str, names: list[str]) -> None:
    assert [one.name for one in found_templates(SHELF, query)][: max(1, len(names))] == names


def test_values_are_those_of_the_chat() -> None:
    item = queue_item(
        customer_name="Ольга \x1b[31mК.\nX", order_id=512, return_id=881, shop_name="Уютная\nкухня"
    )
    assert values_of(item, " Анна\tП. ") == {
        Field.NAME: "Ольга",
        Field.ORDER: "512",
        Field.RETURN: "881",
        Field.SHOP: "Уютная кухня",
        Field.OPERATOR: "Анна П.",
    }


def test_what_is_not_known_has_no_value() -> None:
    item = queue_item(customer_name="\u202e ", order_id=None, return_id=None, shop_name="")
    assert values_of(item, "") == {}


def test_a_hostile_name_is_harmless_and_on_one_line() -> None:
    item = queue_item(customer_name="\x1b]0;x\x07Ol\u202ega\r\nSee {order}")
    assert values_of(item, "")[Field.NAME] == "Olga"


def test_a_missing_value_stands_out_in_the_preview() -> None:
    spans = preview(Template("a", "{имя}, заказ {заказ}\x1b[2J!"), {Field.NAME: "Ольга"})
    assert [(span.text, span.role) for span in spans][:2] == [
        ("Ольга, заказ ", Role.TEXT),
        ("{заказ}", Role.BAD),
    ]
    assert "\x1b" not in text_of(spans)
    assert missing_words(unfilled("{заказ} {заказ}")).count("{заказ}") == 1
    assert missing_words(()) == ""


@pytest.mark.parametrize("cells", [5, 20, 60])
def test_a_line_is_safe_and_as_wide_as_asked(cells: int) -> None:
    line = template_line(Template("имя\x1b[31m\n[/]", "Здравствуйте,\n{имя}! [b]" * 9), {}, cells)
    assert width_of(line) == cells
    assert not {"\x1b", "\n"} & set(text_of(line))


def test_files_left_out_are_named_and_the_rest_counted() -> None:
    words = skipped_words([(f"f{n}\x1b.txt", "it is empty") for n in range(5)])
    assert "f0␛.txt: it is empty" in words
    assert words.endswith("2 more")
    assert skipped_words([]) == ""


@pytest.mark.parametrize(("language", "marker"), [("en", "{order}"), ("ru", "{заказ}")])
def test_without_templates_it_says_where_they_go(language: str, marker: str) -> None:
    locale.use(language)
    words = how_to_words(Path("/home/anna/.config/chat-tui/templates"))
    assert "/home/anna/.config/chat-tui/templates" in words
    assert marker in words
