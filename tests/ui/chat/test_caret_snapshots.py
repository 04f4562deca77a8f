"""Pictures of what is said and listed at the caret."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from chat_tui.ui.chat import templates
from chat_tui.ui.inbox import commands
from tests.support import pictures
from tests.support.pictures import IN_BOTH_LANGUAGES, UP_TO_THE_LARGEST, Picture

compare = pictures.compare
picture = pictures.picture

IN_THE_SMALLEST = pytest.mark.parametrize(("language", "size"), [pytest.param("ru", (40, 12), id="ru-40x12")])


class AtOnce:
    """A thread whose work is done when it starts, so that every picture shows the result."""

    def __init__(self, target: Callable[[], object], **_options: object) -> None:
        self.start = target


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "threading", SimpleNamespace(Thread=AtOnce))


def put_templates(root: Path) -> None:
    """Put some templates where the program of the picture reads them."""
    texts = {
        "доставка": "Здравствуйте, {имя}! Заказ {заказ} доставим завтра.\n\n{магазин}",
        "подпись": "С уважением, {оператор}",
        **{f"ответ {n}": f"Здравствуйте, {{имя}}! Ответ номер {n}." for n in range(1, 8)},
    }
    (root / "templates").mkdir()
    for name, text in texts.items():
        (root / "templates" / f"{name}.txt").write_text(text, encoding="utf-8")


@UP_TO_THE_LARGEST
def test_templates_to_choose_from(picture: Picture, tmp_path: Path) -> None:
    put_templates(tmp_path)
    assert picture("n", "slash")


@IN_THE_SMALLEST
def test_templates_in_the_smallest_window(picture: Picture, tmp_path: Path) -> None:
    put_templates(tmp_path)
    assert picture("n", "slash", "down")


@IN_BOTH_LANGUAGES
def test_a_field_that_is_not_filled_in(picture: Picture, tmp_path: Path) -> None:
    put_templates(tmp_path)
    assert picture("n", "slash", "п", "о")


@IN_BOTH_LANGUAGES
def test_the_template_in_the_box(picture: Picture, tmp_path: Path) -> None:
    put_templates(tmp_path)
    assert picture("n", "slash", "п", "о", "enter")


@IN_BOTH_LANGUAGES
def test_the_first_templates(picture: Picture) -> None:
    assert picture("n", "slash")


@IN_BOTH_LANGUAGES
def test_no_templates_yet(picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    # The directory of the picture has another name in every run.
    how_to = templates.how_to_words
    monkeypatch.setattr(templates, "how_to_words", lambda _directory: how_to(Path("/home/anna/templates")))
    assert picture("n", "slash")


@IN_BOTH_LANGUAGES
def test_a_send_that_can_be_undone(picture: Picture) -> None:
    assert picture("n", *"OK", "enter", *"ab")


@IN_BOTH_LANGUAGES
def test_contacts_are_asked_about(picture: Picture) -> None:
    assert picture("n", *"+7 916 123-45-67", "enter")
