"""Markers in prepared answers."""

import pytest

from chat_tui.model.template import Field, fill, marker, unfilled

VALUES = {Field.NAME: "Ольга", Field.ORDER: "51230874561", Field.SHOP: "Уютная кухня", Field.OPERATOR: "Анна"}


@pytest.mark.parametrize(
    ("text", "filled", "left"),
    [
        ("Добрый день!", "Добрый день!", ()),
        ("{имя}, заказ {заказ}", "Ольга, заказ 51230874561", ()),
        ("{name}, {order}, {shop}, {operator}", "Ольга, 51230874561, Уютная кухня, Анна", ()),
        ("{магазин} {оператор}", "Уютная кухня Анна", ()),
        ("{ Имя }{ORDER}", "Ольга51230874561", ()),
        (
            "{возврат}: {имя} {return} {возврат}",
            "{возврат}: Ольга {return} {возврат}",
            ("{возврат}", "{return}"),
        ),
        ("{что-то} {} {0} {{имя}} { }", "{что-то} {} {0} {Ольга} { }", ()),
        ("", "", ()),
    ],
)
def test_markers_are_filled_or_stay(text: str, filled: str, left: tuple[str, ...]) -> None:
    assert fill(text, VALUES) == filled
    assert unfilled(filled) == left


def test_a_value_is_not_read_again() -> None:
    assert fill("{имя} {заказ}", {Field.NAME: "{order}", Field.ORDER: "7"}) == "{order} 7"


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("field", Field)
def test_every_field_has_a_marker_in_both_languages(field: Field, language: str) -> None:
    assert fill(marker(field, language), {field: "it"}) == "it"
    assert marker(field, language).isascii() == (language == "en")
