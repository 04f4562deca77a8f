"""The history of a chat on a small screen: scrolling, pages, folding, dates."""

from datetime import UTC

import pytest
from textual.geometry import Region

from chat_tui import locale
from chat_tui.model.chat import Sender
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Coverage, Entry
from chat_tui.ui.chat.history import History
from chat_tui.ui.chat.window import CAP
from tests.support.settling import press, settled
from tests.ui.chat.history_stage import KEYS, MORE, HistoryApp, first_message, screen
from tests.ui.pane_samples import (
    HOSTILE,
    NOW,
    entries,
    is_harmless,
    message,
    outbox_item,
    queue_item,
    timeline_page,
)


async def test_news_move_nothing_while_the_screen_is_at_an_old_message() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(app.page(1000, 1050), queue_item(), at=MessageId(1025))
        await settled(pilot.app)
        before = screen(app.history)
        seen = timeline_page(*entries(4950, 5001), has_older=True, seen=MessageId(4998))
        app.history.refresh_newest(seen)
        assert screen(app.history)[:-1] == before[:-1]
        assert screen(app.history)[-1].endswith("↓ 2 new")


async def test_scrolls_by_screens() -> None:
    """Promised: U27."""
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        bottom = screen(app.history)
        await press(pilot.app, "pageup")
        assert screen(app.history)[-1] == bottom[0]
        await press(pilot.app, "pagedown")
        assert screen(app.history) == bottom
        assert app.view.is_at_end
        await press(pilot.app, "g")
        assert "beginning of the conversation" in screen(app.history)[0]
        await press(pilot.app, "k", "pageup")
        assert "beginning of the conversation" in screen(app.history)[0]


async def test_arrivals_never_move_what_is_read() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51), **MORE), queue_item())
        await press(pilot.app, "pageup", "k")
        before = screen(app.history)
        for last in range(52, 55):
            app.history.refresh_newest(timeline_page(*entries(last - 50, last), **MORE))
        assert screen(app.history)[:-1] == before[:-1]
        assert screen(app.history)[-1].strip() == "↓ 3 new"
        await press(pilot.app, "G")
        assert "Message 53." in screen(app.history)[-1]
        assert ("seen", 53) in app.told


async def test_at_the_end_the_screen_follows() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        app.history.refresh_newest(timeline_page(*entries(2, 52), has_older=True))
        await settled(pilot.app)
        assert "Message 51." in screen(app.history)[-1]
        assert not any("↓" in line for line in screen(app.history))
        assert ("seen", 51) in app.told


async def test_older_pages_never_move_what_is_read() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(51, 101), **MORE), queue_item())
        await press(pilot.app, "g")
        before = screen(app.history)
        assert "loading older messages" in before[0]
        app.history.extend_older(timeline_page(*entries(1, 51), **MORE))
        after = screen(app.history)
        # The date moves from the message that was the oldest to the older ones of its day.
        assert after[2:] == before[2:]
        await press(pilot.app, "pageup")
        assert int(first_message(app.history)) < 50


@pytest.mark.parametrize("total", [1000, pytest.param(5000, marks=pytest.mark.thorough)])
async def test_many_pages_there_and_back(total: int) -> None:
    assert total > 2 * CAP
    app = HistoryApp(total, serves=True)
    async with app.run_test(size=(80, 100)) as pilot:
        app.history.styles.height = 100
        await settled(pilot.app)
        app.history.show(app.newest(), queue_item())
        await settled(pilot.app)
        while "beginning" not in screen(app.history)[0]:
            old = screen(app.history)[0]
            app.history.action_page(-1)
            assert screen(app.history)[-1] == old or "beginning" in screen(app.history)[0]
            await settled(pilot.app)
            assert len(app.view.window.entries) <= CAP
        assert first_message(app.history) == "1"
        await press(pilot.app, "G")
        assert f"Message {total}." in "".join(screen(app.history)[-3:])


async def test_forward_again_after_the_newest_were_dropped() -> None:
    app = HistoryApp(total=600, serves=True)
    async with app.run_test(size=(80, 60)) as pilot:
        app.history.styles.height = 60
        await settled(pilot.app)
        app.history.show(app.newest(), queue_item())
        while "beginning" not in screen(app.history)[0]:
            app.history.action_page(-1)
            await settled(pilot.app)
        was_at_end = app.view.is_at_end
        assert not was_at_end
        while not app.view.is_at_end:
            app.history.action_page(1)
            await settled(pilot.app)
        assert "Message 600." in "".join(screen(app.history)[-3:])
        assert ("seen", 600) in app.told


async def test_the_line_above_says_how_far_the_history_goes() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 4), coverage=Coverage.HAVE_MORE), queue_item())
        await settled(pilot.app)
        assert app.told[-1] == ("older", 1, False)
        assert "loading older messages" in screen(app.history)[5]
        app.history.older_failed("No network.")
        assert "No network. Scroll up to try again." in screen(app.history)[5]
        await press(pilot.app, "k")
        assert [what[0] for what in app.told].count("older") == 2
        app.history.extend_older(timeline_page())
        assert "beginning of the conversation" in screen(app.history)[5]


async def test_a_wanted_page_that_brings_nothing_is_not_asked_for_again_by_itself() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 4), **MORE), queue_item())
        app.history.extend_older(timeline_page(**MORE))
        await settled(pilot.app)
        assert [what[0] for what in app.told].count("older") == 1


async def test_an_echo_counts_down_and_becomes_a_message_in_its_place() -> None:
    """Promised: U46."""
    app = HistoryApp()
    async with app.run_test() as pilot:
        held = Entry(None, outbox_item(OutboxState.QUEUED, not_before=NOW + 4000))
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        app.history.refresh_newest(timeline_page(*entries(1, 51), held))
        assert screen(app.history)[-1].endswith("sends in 4 s")
        was_counting = app.history.is_counting
        assert was_counting
        app.now += 1500
        app.history.tick()
        assert screen(app.history)[-1].endswith("sends in 3 s")
        app.now += 3000
        app.history.tick()
        assert screen(app.history)[-1].endswith("queued …")
        assert not app.history.is_counting
        await press(pilot.app, "pageup")
        told = message(51, "Добрый день! Завтра.", sender=Sender.PARTNER)
        linked = Entry(told, outbox_item(OutboxState.CONFIRMED))
        before = screen(app.history)
        app.history.refresh_newest(timeline_page(*entries(2, 51), linked, has_older=True))
        assert screen(app.history) == before
        await press(pilot.app, "pagedown")
        assert screen(app.history)[-1].endswith("confirmed ✓")


async def test_an_anchor_on_an_echo_follows_it_into_the_history() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        echoes = [
            Entry(None, outbox_item(OutboxState.SENT, outbox_id=OutboxId(str(n)), seq=n, text=f"Echo {n}"))
            for n in range(30)
        ]
        app.history.show(timeline_page(*entries(1, 3), *echoes), queue_item())
        await press(pilot.app, "pageup")
        before = [line.split("  sent")[0] for line in screen(app.history)]
        linked = [
            Entry(message(10 + n, f"Echo {n}", sender=Sender.PARTNER, created_at=NOW), echo.item)
            for n, echo in enumerate(echoes)
        ]
        app.history.refresh_newest(timeline_page(*entries(1, 9), *linked))
        assert [line.split("  sent")[0] for line in screen(app.history)][:-1] == before[:-1]


async def test_a_discarded_echo_under_the_anchor_leaves_the_place() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        echoes = [
            Entry(None, outbox_item(outbox_id=OutboxId(str(n)), seq=n, text=f"Echo {n}.")) for n in range(40)
        ]
        app.history.show(timeline_page(*echoes), queue_item())
        await press(pilot.app, "pageup")
        first = screen(app.history)[0]
        number = int(first.split("Echo ")[1].split(".")[0])
        app.history.refresh_newest(timeline_page(*echoes[:number], *echoes[number + 1 :]))
        assert f"Echo {number + 1}." in screen(app.history)[0]


async def test_a_tick_redraws_the_countdown_only(monkeypatch: pytest.MonkeyPatch) -> None:
    app = HistoryApp()
    async with app.run_test():
        held = Entry(None, outbox_item(OutboxState.QUEUED, not_before=NOW + 4000))
        app.history.show(timeline_page(*entries(1, 51), held), queue_item())
        screen(app.history)
        redrawn: list[Region] = []
        monkeypatch.setattr(app.history, "refresh", lambda *regions, **_how: redrawn.extend(regions))
        app.history.tick()
        assert redrawn == []
        app.now += 1000
        app.history.tick()
        assert [region.y for region in redrawn] == [9]


async def test_a_gap_of_arrivals_starts_anew_at_the_end_and_waits_elsewhere() -> None:
    app = HistoryApp(total=500)
    async with app.run_test() as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        await press(pilot.app, "pageup")
        before = screen(app.history)
        app.history.refresh_newest(app.newest())
        assert screen(app.history)[:-1] == before[:-1]
        assert "↓ 50 new" in screen(app.history)[-1]
        await press(pilot.app, "G")
        assert app.told[-1] == ("newer", None)
        app.history.show_newest(app.newest())
        assert "Message 500." in "".join(screen(app.history)[-3:])
        app.total = 900
        app.history.refresh_newest(app.newest())
        assert "Message 900." in "".join(screen(app.history)[-3:])


async def test_pages_of_another_chat_are_ignored() -> None:
    app = HistoryApp()
    async with app.run_test():
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        before = screen(app.history)
        other = timeline_page(*entries(90, 99), chat_ref=2)
        for take in (app.history.refresh_newest, app.history.extend_older, app.history.extend_newer):
            take(other)
        app.history.show_newest(other)
        assert screen(app.history) == before


async def test_long_messages_fold_and_unfold() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        tall = Entry(message(1, "\n".join(f"line {n}" for n in range(200))))
        app.history.show(timeline_page(tall), queue_item())
        assert screen(app.history)[-1].strip() == "… 140 more lines"
        await press(pilot.app, "f", "G")
        assert screen(app.history)[-1].strip() == "line 199"
        await press(pilot.app, "f", "G")
        await pilot.click(History, offset=(40, 10))
        await press(pilot.app, "G")
        assert screen(app.history)[-1].split() == ["▌", "line", "199"]


async def test_sentences_of_an_empty_history() -> None:
    """Promised: U13."""
    app = HistoryApp()
    async with app.run_test():
        app.history.show(timeline_page(coverage=Coverage.NOT_STARTED), queue_item())
        assert "Loading the conversation…" in "".join(screen(app.history))
        app.history.older_failed("No network.")
        assert "No network. Scroll up to try again." in "".join(screen(app.history))
        await settled(app)
        app.told.clear()
        await press(app, "k")
        assert [what[0] for what in app.told] == ["older"]
        assert "Loading the conversation…" in "".join(screen(app.history))
        app.history.refresh_newest(timeline_page())
        assert "No messages yet." in "".join(screen(app.history))
        locale.use("ru")
        app.history.refresh_newest(timeline_page())
        assert "Сообщений пока нет." in "".join(screen(app.history))
        app.history.clear()
        assert not "".join(screen(app.history)).strip()


async def test_dates_stand_between_days_and_follow_the_clock() -> None:
    app = HistoryApp()
    async with app.run_test():
        day = 86_400_000
        app.history.show(
            timeline_page(Entry(message(1, created_at=NOW - day)), Entry(message(2, created_at=NOW))),
            queue_item(),
        )
        assert [line.strip(" ─") for line in screen(app.history)[-4::2]] == [
            "yesterday, 20 November",
            "today, 21 November",
        ]
        app.now += day
        app.history.tick()
        assert "yesterday, 21 November" in screen(app.history)[-2]


async def test_a_resize_keeps_the_message_in_the_first_row() -> None:
    app = HistoryApp()
    async with app.run_test(size=(120, 40)) as pilot:
        app.history.show(timeline_page(*entries(1, 51)), queue_item())
        await press(pilot.app, "pageup", "pageup")
        first = first_message(app.history)
        for width in (50, 120, 60, 80):
            app.history.styles.width = width
            await settled(pilot.app)
            assert first_message(app.history) == first
        app.history.styles.height = 16
        await settled(pilot.app)
        assert first_message(app.history) == first


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (20, 5), (40, 3), (200, 60)])
async def test_every_action_works_at_every_size(size: tuple[int, int]) -> None:
    app = HistoryApp()
    async with app.run_test(size=size) as pilot:
        app.history.styles.width, app.history.styles.height = size
        app.history.show(timeline_page(*entries(1, 51), **MORE), queue_item())
        await press(pilot.app, *KEYS)
        for y in range(app.history.content_size.height):
            assert app.history.render_line(y).cell_length == app.history.content_size.width


async def test_before_the_first_layout() -> None:
    async with HistoryApp().run_test():
        history = History(lambda: NOW, UTC)
        history.show(timeline_page(*entries(1, 51), **MORE), queue_item())
        for action in KEYS.values():
            await history.run_action(action)
        history.refresh_newest(timeline_page(*entries(1, 52)))
        history.tick()
        assert history.view is not None
        assert history.view.is_at_end


async def test_hostile_texts_draw_harmless_full_lines() -> None:
    app = HistoryApp()
    async with app.run_test(size=(100, 100)) as pilot:
        app.history.styles.height = 100
        await settled(pilot.app)
        for number, text in enumerate(HOSTILE):
            rows = (Entry(message(1, "before")), Entry(message(2, text)), Entry(message(3, "after")))
            app.history.show(timeline_page(*rows), queue_item(customer_name=text))
            await settled(pilot.app)
            lines = screen(app.history)
            for y in range(app.history.content_size.height):
                strip = app.history.render_line(y)
                assert strip.cell_length == app.history.content_size.width
                assert is_harmless(strip.text)
            assert sum("before" in line for line in lines) == 1, number
            assert sum(line.endswith("after") for line in lines) == 1, number


async def test_a_click_on_hostile_markup_runs_nothing() -> None:
    app = HistoryApp()
    async with app.run_test() as pilot:
        app.history.show(timeline_page(Entry(message(1, "[@click=app.quit]Подтвердить[/]"))), queue_item())
        await pilot.click(History, offset=(40, 10))
        await press(pilot.app, "enter")
        assert "[@click=app.quit]Подтвердить[/]" in "".join(screen(app.history))
        assert app.is_running
