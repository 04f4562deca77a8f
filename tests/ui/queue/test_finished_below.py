"""Finished chats stand in grey below a line, which no key and no click can choose."""

from dataclasses import replace

import pytest

from chat_tui import locale
from chat_tui.model.chat import ChatKind, ChatStatus, ContextKind
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.ui.queue.list import QueueList
from chat_tui.ui.queue.view import queue_row
from chat_tui.words.line import Role, text_of
from tests.support.refs import ref
from tests.support.settling import press
from tests.ui.pane_samples import NOW, queue_item
from tests.ui.queue.test_queue_list import ListApp

LINE = "finished chats"


def page(open_ones: int, finished: int, *, before: bool = False, first: int = 0) -> QueuePage:
    items = [
        queue_item(
            number,
            customer_name=f"Buyer {number}",
            status=ChatStatus.FINISHED if is_finished else ChatStatus.WAITING_FOR_PARTNER,
            waiting_since=None if is_finished else NOW,
            is_below_line=is_finished,
        )
        for number in range(first, open_ones + finished)
        for is_finished in [number >= open_ones]
    ]
    return QueuePage(Tab.DISPUTES, tuple(items), has_before=before, has_after=False)


def drawn(queue: QueueList) -> list[str]:
    """The first line of each chat on the screen, its name only, and the line between them."""
    rows = [queue.render_line(y).text for y in range(queue.content_size.height)]
    return [LINE if LINE in row else row[3:12].strip() for row in rows if LINE in row or "Buyer" in row]


async def test_a_line_stands_between_open_and_finished_chats() -> None:
    """Promised: U65."""
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(page(2, 4))
        assert drawn(app.list) == ["Buyer 0", "Buyer 1", LINE, "Buyer 2", "Buyer 3", "Buyer 4"]
        rows = [app.list.render_line(y).text.strip() for y in range(10)]
        assert rows[4] == f"─── {LINE} ───"
        assert rows[-1].startswith("Buyer 4"), "the last row has room for one line only"
        await press(pilot.app, "j", "j")
        assert app.list.highlighted == ref(2), "the line is no chat"
        # The first row of the list is below its border.
        for row, number in ((6, 2), (7, 2), (8, 3), (4, 1), (1, 0), (5, 0)):
            await pilot.click(QueueList, offset=(8, row))
            assert app.list.highlighted == ref(number), row


@pytest.mark.parametrize("open_ones", range(13))
async def test_every_chat_is_reached_and_seen_whole(open_ones: int) -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(page(open_ones, 12 - open_ones))
        for keys in (["j"] * 11, ["k"] * 11, ["pagedown"] * 3, ["pageup"] * 3, ["G"], ["g"]):
            for key in keys:
                await press(pilot.app, key)
                rows = [app.list.render_line(y).text for y in range(10)]
                assert [row[0] for row in rows].count("▌") == 2, "both lines of the highlighted chat"
                assert app.list.highlighted is not None
                name = f"Buyer {app.list.highlighted.number} "
                assert any(row[0] == "▌" and name in row for row in rows)
        await press(pilot.app, "G")
        assert app.list.highlighted == ref(11)
        assert drawn(app.list)[-1] == "Buyer 11"
        assert app.list.border_subtitle
        assert "↓" not in str(app.list.border_subtitle)


async def test_a_tab_with_finished_chats_only_begins_with_the_line() -> None:
    app = ListApp()
    async with app.run_test():
        app.list.show(page(0, 2))
        assert drawn(app.list) == [LINE, "Buyer 0", "Buyer 1"]
        app.list.show(page(2, 0))
        assert drawn(app.list) == ["Buyer 0", "Buyer 1"]


async def test_the_line_is_not_known_where_the_window_begins_below_it() -> None:
    app = ListApp()
    async with app.run_test():
        app.list.show(page(2, 6, before=True, first=4))
        assert LINE not in drawn(app.list)
        app.list.extend_before(page(2, 2))
        assert app.list.view.window.line_at == 2


async def test_a_chat_that_finishes_while_the_order_is_held_back_moves_no_line() -> None:
    app = ListApp()
    async with app.run_test():
        app.list.show(replace(page(3, 2), has_after=True))
        before = drawn(app.list)
        ended = queue_item(0, customer_name="Buyer 0", status=ChatStatus.FINISHED, is_below_line=True)
        app.list.refresh_items([ended])
        assert drawn(app.list) == before
        app.list.extend_after(page(0, 7, first=5))
        assert drawn(app.list) == before


@pytest.mark.parametrize(
    ("language", "open_words", "finished_words"),
    [("en", "dispute", "dispute finished"), ("ru", "спор", "спор завершён")],
)
def test_a_finished_dispute_is_grey_and_says_so(language: str, open_words: str, finished_words: str) -> None:
    locale.use(language)
    for status, mark, words in (
        (ChatStatus.WAITING_FOR_ARBITER, "!", open_words),
        (ChatStatus.FINISHED, " ", finished_words),
    ):
        item = queue_item(chat_kind=ChatKind.ARBITRAGE, status=status, waiting_since=None)
        first, second = queue_row(item, NOW, 40)
        assert text_of(first)[1] == mark
        assert [span.text for span in first if words in span.text] == [words]
        grey = {span.role for span in (*first, *second) if span.text.strip()} == {Role.MUTED}
        assert grey is (status == ChatStatus.FINISHED)


def test_a_draft_in_a_finished_dispute_does_not_hide_what_it_was() -> None:
    item = queue_item(
        chat_kind=ChatKind.ARBITRAGE,
        status=ChatStatus.FINISHED,
        waiting_since=None,
        has_draft=True,
        context_kind=ContextKind.RETURN,
        return_id=8812045,
    )
    first, second = queue_row(item, NOW, 32)
    assert " draft " in text_of(first)
    assert text_of(second).strip().startswith("dispute, return 8812045")
