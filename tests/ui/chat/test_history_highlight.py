"""The highlight of the history moves from message to message, stays on the screen, and needs no colour."""

import pytest

from chat_tui.model.chat import Sender
from chat_tui.model.ids import MessageId
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.history import History
from tests.support.settling import press, settled
from tests.ui.chat.history_stage import MORE, HistoryApp, first_message, screen
from tests.ui.pane_samples import entries, message, outbox_item, queue_item, timeline_page


def marked(history: History) -> list[str]:
    """The lines with the bar of the highlight, which is in a column without text."""
    return [line for line in screen(history) if line[5:6] == "▌" or line.startswith("▌")]


async def test_up_begins_at_the_newest_message_and_goes_from_message_to_message() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        assert marked(app.history) == []
        assert app.view.highlighted is None
        await press(pilot.app, "k")
        line = marked(app.history)[0]
        assert "Message 50." in line
        before = screen(app.history)
        await press(pilot.app, "k")
        line = marked(app.history)[0]
        assert "Message 49." in line
        assert [one.replace("▌", " ") for one in screen(app.history)] == [
            one.replace("▌", " ") for one in before
        ]


async def test_the_screen_follows_the_highlight_and_no_further() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        top = int(first_message(app.history))
        for number in range(50, top - 3, -1):
            await press(pilot.app, "k")
            line = marked(app.history)[0]
            assert f"Message {number}." in line
        assert "Message " in screen(app.history)[0]
        assert int(first_message(app.history)) == top - 2
        for number in range(top - 1, 51):
            await press(pilot.app, "j")
            line = marked(app.history)[0]
            assert f"Message {number}." in line
        assert app.view.is_at_end


async def test_down_begins_at_the_upper_edge() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        await press(pilot.app, "pageup", "j")
        line = marked(app.history)[0]
        assert line == next(one for one in screen(app.history) if "Message " in one)


async def test_a_highlight_that_left_the_screen_is_none_and_begins_anew() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        await press(pilot.app, "k", "pageup", "pageup")
        left = app.view.highlighted
        assert left is None
        await press(pilot.app, "k")
        assert app.view.highlighted is not None
        assert marked(app.history)[0] == screen(app.history)[-1]


async def test_a_message_higher_than_the_screen_passes_line_by_line() -> None:
    app = HistoryApp()
    tall = Entry(message(2, "\n".join(f"line {n}" for n in range(30))))
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 2), tall, *entries(3, 4)), queue_item())
        await press(pilot.app, "k", "k")
        assert app.view.highlighted == tall
        seen = set()
        for _ in range(60):
            seen |= {line[5:].strip("▌ ") for line in screen(app.history)}
            if app.view.highlighted != tall:
                break
            app.history.action_move(-1)
        assert {f"line {n}" for n in range(1, 30)} <= seen
        assert app.view.highlighted == entries(1, 2)[0]
        await press(pilot.app, *"jj")
        assert app.view.highlighted == tall
        for _ in range(40):
            app.history.action_move(1)
        assert app.view.highlighted == entries(3, 4)[0]


@pytest.mark.parametrize("keys", ["k" * 5, "j" * 5])
async def test_the_ends_hold(keys: str) -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 3)), queue_item())
        await press(pilot.app, *keys)
        line = marked(app.history)[0]
        assert ("Message 1." if keys[0] == "k" else "Message 2.") in line


async def test_the_highlight_walks_through_pages_that_come() -> None:
    app = HistoryApp(200, serves=True)
    async with app.run_test() as pilot:
        app.history.show(app.newest(), queue_item())
        for number in range(200, 120, -1):
            app.history.action_move(-1)
            if number % 20 == 0:
                await settled(pilot.app)
        line = marked(app.history)[0]
        assert "Message 121." in line


async def test_it_begins_where_a_search_led() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(app.page(1000, 1050), queue_item(), at=MessageId(1025))
        await press(pilot.app, "k")
        line = marked(app.history)[0]
        assert "Message 1024." in line


async def test_it_stays_with_an_echo_that_becomes_a_message() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        echo = Entry(None, outbox_item(OutboxState.SENDING))
        app.history.refresh_newest(timeline_page(*entries(1, 51), echo))
        await press(pilot.app, "k")
        told = message(51, "Добрый день! Завтра.", sender=Sender.PARTNER)
        linked = Entry(told, outbox_item(OutboxState.CONFIRMED))
        app.history.refresh_newest(timeline_page(*entries(2, 51), linked, has_older=True))
        line = marked(app.history)[0]
        assert "confirmed ✓" in line
        assert app.view.highlighted == linked


async def test_a_click_highlights() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51), **MORE), queue_item())
        await pilot.click(History, offset=(40, 5))
        assert screen(app.history)[4] in marked(app.history)
        assert app.view.highlighted is not None


async def test_news_do_not_cover_the_highlight() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(app.page(1000, 1050), queue_item(), at=MessageId(1025))
        app.history.refresh_newest(timeline_page(*entries(4950, 5001), has_older=True, seen=MessageId(4998)))
        for _ in range(12):
            await press(pilot.app, "j")
            assert "Message " in marked(app.history)[0]
            assert app.view.highlighted is not None
