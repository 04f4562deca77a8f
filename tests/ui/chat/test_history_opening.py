"""Where the history of a chat opens."""

from chat_tui.model.ids import MessageId
from chat_tui.model.timeline import Entry
from tests.support.settling import press, settled
from tests.ui.chat.history_stage import MORE, HistoryApp, first_message, screen
from tests.ui.pane_samples import (
    entries,
    message,
    queue_item,
    timeline_page,
)


async def test_opens_at_the_end_and_tells_that_it_is_seen() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51), **MORE), queue_item())
        await settled(pilot.app)
        assert "Message 50." in screen(app.history)[-1]
        assert app.view.is_at_end
        assert ("seen", 50) in app.told
        assert str(app.history._border_title) == "Ольга К. · order 51230870001 · Уютная кухня"


async def test_opens_at_the_first_unseen_message_when_the_end_is_too_far() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51), seen=MessageId(20)), queue_item())
        await settled(pilot.app)
        assert screen(app.history)[0].strip(" ─") == "new messages"
        assert first_message(app.history) == "21"
        assert not [what for what in app.told if what[0] == "seen"]
        await press(pilot.app, "G")
        assert ("seen", 50) in app.told


async def test_a_few_unseen_messages_open_at_the_end() -> None:
    app = HistoryApp()
    async with app.run_test():
        app.history.show(timeline_page(*entries(1, 51), seen=MessageId(48)), queue_item())
        assert app.view.is_at_end
        assert any("new messages" in line for line in screen(app.history))


async def test_opens_at_a_message_in_the_middle_of_the_screen_and_marks_it() -> None:
    app = HistoryApp(serves=True)
    async with app.run_test() as pilot:
        app.history.show(app.page(1000, 1050), queue_item(), at=MessageId(1025))
        await settled(pilot.app)
        lines = screen(app.history)
        assert [line for line in lines if "▌" in line] == [lines[5]]
        assert "▌‹ Ольга К." in lines[5]
        assert "Message 1025." in lines[5]
        assert not app.view.is_at_end
        assert not [what for what in app.told if what[0] == "seen"]
        await press(pilot.app, *["pagedown"] * 20)
        assert int(first_message(app.history)) > 1100
        await press(pilot.app, *["pageup"] * 40)
        assert int(first_message(app.history)) < 1000
        await press(pilot.app, "G")
        assert "Message 5000." in screen(app.history)[-1]
        assert ("seen", 5000) in app.told


async def test_opens_at_a_message_that_is_on_the_last_screen_at_the_end() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51), **MORE), queue_item(), at=MessageId(50))
        await settled(pilot.app)
        assert app.view.is_at_end
        assert "▌" in next(line for line in screen(app.history) if "Message 50." in line)


async def test_a_message_that_has_left_the_history_opens_at_the_next_one() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        page = app.page(1000, 1050)
        gone = [entry for entry in page.entries if entry.key != "m1025"]
        app.history.show(
            timeline_page(*gone, has_older=True, has_newer=True), queue_item(), at=MessageId(1025)
        )
        await settled(pilot.app)
        assert "Message 1026." in screen(app.history)[5]
        assert not any("▌" in line for line in screen(app.history))


async def test_a_message_that_was_looked_for_is_shown_unfolded() -> None:
    app = HistoryApp()
    long = Entry(message(30, "слово " * 2000 + "конец"))
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 30), long), queue_item(), at=MessageId(30))
        await settled(pilot.app)
        assert all("▌" in line for line in screen(app.history)[5:])
        await press(pilot.app, "G")
        assert all("▌" in line for line in screen(app.history))
        assert screen(app.history)[-1].endswith("конец")
