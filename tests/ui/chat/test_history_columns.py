"""Where a conversation stands in its pane, and the columns of its lines."""

from datetime import UTC

import pytest

from chat_tui import locale
from chat_tui.model.chat import ChatContext, Sender
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.history import History
from chat_tui.ui.chat.rows import Scene, entry_lines
from chat_tui.words import glyphs
from chat_tui.words.line import text_of, width_of
from tests.support.settling import press
from tests.ui.chat.history_stage import HistoryApp, screen
from tests.ui.pane_samples import NOW, entries, message, outbox_item, queue_item, timeline_page

CONTEXT = queue_item().chat.context


def body(entry: Entry, width: int, longest_name: int = 8) -> list[str]:
    lines = entry_lines(entry, Scene(width, UTC, NOW, CONTEXT, longest_name)).body
    assert all(width_of(line) <= width for line in lines)
    return [text_of(line).rstrip() for line in lines]


async def test_a_short_conversation_stands_at_the_bottom_next_to_the_box() -> None:
    """Promised: U64."""
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 4)), queue_item())
        rows = screen(app.history)
        assert [bool(row) for row in rows] == [False] * 5 + [True] * 5
        assert "beginning of the conversation" in rows[5]
        assert rows[-1].endswith("Message 3.")
        # The first row is below the border: row 1 is blank, row 10 the last message.
        marked = []
        for row in (1, 9, 10):
            await pilot.click(History, offset=(40, row))
            marked.append(app.view.drawn.marked)
        assert marked == [None, "m2", "m3"]
        await press(pilot.app, "k", "k", "k")
        assert [bool(row) for row in screen(app.history)] == [False] * 5 + [True] * 5, "it does not scroll"


async def test_a_conversation_that_grows_fills_the_pane_upwards() -> None:
    app = HistoryApp()
    async with app.run_test():
        for last in (1, 5, 8):
            app.history.show(timeline_page(*entries(1, last + 1)), queue_item())
            assert screen(app.history)[-1].endswith(f"Message {last}." if last % 7 else "?")
            assert screen(app.history)[-1].strip()


def column_of(history: History, words: str) -> int:
    return next(row.index(words) for row in screen(history) if words in row)


@pytest.mark.parametrize(("name", "cells"), [("Ян", 6), ("Ольга К.", 8), ("Александра Иванова", 14)])
async def test_the_sender_column_is_as_wide_as_the_longest_name(name: str, cells: int) -> None:
    """Promised: U64."""
    app = HistoryApp()
    async with app.run_test():
        page = timeline_page(Entry(message(1, "Да")), Entry(message(2, "Нет", sender=Sender.MARKET)))
        app.history.show(page, queue_item(customer_name=name))
        assert column_of(app.history, "Да") == column_of(app.history, "Нет") == 10 + cells


async def test_the_sender_column_does_not_become_narrower_while_one_reads() -> None:
    app = HistoryApp()
    async with app.run_test():
        page = timeline_page(Entry(message(5, "Да")))
        app.history.show(page, queue_item(customer_name="Ян"))
        assert column_of(app.history, "Да") == 12
        app.history.refresh_newest(
            timeline_page(*page.entries, Entry(message(6, "Вот", sender=Sender.SUPPORT)))
        )
        assert column_of(app.history, "Да") == 17
        app.history.show_newest(page)
        assert column_of(app.history, "Да") == 17


@pytest.mark.parametrize(("way", "number"), [("extend_older", 4), ("extend_newer", 6), ("refresh_newest", 6)])
async def test_everyone_who_comes_into_the_window_has_room_in_the_column(way: str, number: int) -> None:
    app = HistoryApp()
    async with app.run_test():
        first, other = Entry(message(5, "Да")), Entry(message(number, "Вот", sender=Sender.SUPPORT))
        app.history.show(timeline_page(first), queue_item(customer_name="Ян"))
        page = timeline_page(first, other) if way == "refresh_newest" else timeline_page(other)
        getattr(app.history, way)(page)
        assert column_of(app.history, "Да") == column_of(app.history, "Вот") == 17


@pytest.mark.parametrize(("width", "cells"), [(60, 10), (62, 12), (64, 14), (130, 14)])
def test_a_long_name_leaves_the_text_its_least_width(width: int, cells: int) -> None:
    scene = Scene(width, UTC, NOW, CONTEXT, longest_name=40)
    assert scene.sender_width == cells
    assert scene.text_width >= glyphs.TEXT_MIN


@pytest.mark.parametrize("width", [30, 36, 46, 59])
def test_below_60_cells_a_name_has_its_own_line(width: int) -> None:
    first, *text = body(Entry(message(100, "Когда привезут заказ? " * 4)), width)
    assert first == "18:30 ‹ Ольга К."
    assert all(line.startswith(" " * 8 + "К") or line[:8].isspace() for line in text)
    assert " ".join(line.strip() for line in text).split() == ("Когда привезут заказ? " * 4).split()
    assert not Scene(60, UTC, NOW).is_stacked


def test_a_state_stands_beside_a_name_with_its_own_line() -> None:
    locale.use("ru")
    item = outbox_item(OutboxState.CONFIRMED, text="Завтра")
    first, second = body(Entry(message(100, "Завтра", sender=Sender.PARTNER), item), 50)
    assert first.startswith("18:30 › ")
    assert first.endswith("подтверждено ✓")
    assert len(first) == 50
    assert second == "        Завтра"


def test_below_a_name_no_text_reaches_the_column_of_time_and_mark() -> None:
    """Promised: U12."""
    forged = "Да.\n18:31 › Вы\nВерну деньги"
    first, *text = body(Entry(message(100, forged)), 50)
    assert first.startswith("18:30 ‹ ")
    assert [line[:8].isspace() for line in text] == [True] * 3


def test_a_name_that_is_too_long_for_its_line_is_cut() -> None:
    context = ChatContext("ORDER", customer_name="я" * 60)
    lines = entry_lines(Entry(message(100, "Да")), Scene(30, UTC, NOW, context)).body
    assert text_of(lines[0]) == "18:30 ‹ " + "я" * 21 + glyphs.CUT


def test_in_a_very_wide_pane_the_state_stays_next_to_the_text() -> None:
    item = outbox_item(OutboxState.CONFIRMED, text="Завтра")
    (line,) = body(Entry(message(100, "Завтра", sender=Sender.PARTNER), item), 190)
    assert len(line) == 18 + glyphs.TEXT_MAX
    assert line.endswith("confirmed ✓")
