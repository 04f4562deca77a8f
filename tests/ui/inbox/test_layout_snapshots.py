"""Pictures of how the panes share the window, from the smallest to the largest."""

from dataclasses import replace

import pytest

from chat_tui.model.chat import ChatKind, ChatStatus
from chat_tui.model.ids import Millis
from chat_tui.store import chats
from chat_tui.store.database import Store
from tests.support import pictures
from tests.support.pictures import UP_TO_THE_LARGEST, Picture
from tests.support.refs import ref
from tests.support.scenes import HOUR, NOW, some_answers
from tests.ui.order.test_order_pictures import some_orders

compare = pictures.compare
picture = pictures.picture

IN_EVERY_LAYOUT = pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("ru", (60, 20), id="ru-60x20"),
        pytest.param("en", (100, 30), id="en-100x30"),
        pytest.param("ru", (100, 30), id="ru-100x30"),
        pytest.param("ru", (140, 40), id="ru-140x40"),
        pytest.param("ru", (200, 60), id="ru-200x60"),
    ],
)
"""Names above the texts; list and history; all three panes; and wider than any text."""


def finished_chats(store: Store) -> None:
    """Add two finished disputes and a finished chat about a return."""
    known = store.read(chats.item, ref(1), now=NOW).result()
    assert known is not None

    def ended(number: int, kind: ChatKind, ago: Millis) -> None:
        chat = replace(
            known.chat, chat_ref=ref(number), kind=kind, status=ChatStatus.FINISHED, updated_at=NOW - ago
        )
        store.write_cache(chats.save_page, [chat], NOW).result()

    ended(21, ChatKind.ARBITRAGE, 50 * HOUR)
    ended(22, ChatKind.ARBITRAGE, 900 * HOUR)
    ended(23, ChatKind.CHAT, 400 * HOUR)


@UP_TO_THE_LARGEST
@pytest.mark.parametrize("tab", ["2", "3"])
def test_finished_chats_below_the_line(picture: Picture, tab: str) -> None:
    assert picture(tab, "j", prepare=finished_chats)


@UP_TO_THE_LARGEST
def test_a_draft_stands_in_the_box_of_the_highlighted_chat(picture: Picture) -> None:
    assert picture("j", "j", "j")


@UP_TO_THE_LARGEST
def test_an_empty_tab_beside_an_empty_conversation(picture: Picture) -> None:
    assert picture("j", "5")


@UP_TO_THE_LARGEST
def test_a_chat_of_no_row_in_the_box(picture: Picture) -> None:
    assert picture("n", "escape", "x", "c")


@IN_EVERY_LAYOUT
def test_conversation_with_states(picture: Picture) -> None:
    assert picture("j", "enter", prepare=some_answers)


@IN_EVERY_LAYOUT
def test_order_in_its_place(picture: Picture) -> None:
    assert picture("j", "enter", "i", prepare=some_orders)
