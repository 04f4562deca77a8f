"""The list of chats on a small screen: highlight, pages, order, frame."""

from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region

from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.ui.queue.list import QueueList
from chat_tui.ui.queue.view import CAP
from chat_tui.words import glyphs
from chat_tui.words.chats import Patience
from tests.support.refs import ref
from tests.support.settling import press, settled
from tests.ui.pane_samples import HOSTILE, MINUTE, NOW, is_harmless, queue_item, queue_page

KEYS = {
    "j": "move(1)",
    "k": "move(-1)",
    "pagedown": "page(1)",
    "pageup": "page(-1)",
    "g": "edge(False)",
    "G": "edge(True)",
    "enter": "open",
}


class ListApp(App[None]):
    """A list of five rows; with `serves` it answers requests for pages out of `total` chats."""

    CSS = "QueueList { width: 38; height: 12; }"

    def __init__(self, total: int = 1000, *, serves: bool = False) -> None:
        super().__init__()
        self.total, self.serves = total, serves
        self.now = NOW
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield QueueList(lambda: self.now, Patience())

    def on_mount(self) -> None:
        for key, action in KEYS.items():
            self.list._bindings.bind(key, action)
        self.list.focus()

    @property
    def list(self) -> QueueList:
        return self.query_one(QueueList)

    def page(self, first: int, last: int, *, after: bool = True) -> QueuePage:
        return queue_page(first, last, before=first > 0, after=after and last < self.total)

    def on_queue_list_opened(self, message: QueueList.Opened) -> None:
        self.told.append(("opened", message.chat_ref.number))

    def on_queue_list_highlighted(self, message: QueueList.Highlighted) -> None:
        self.told.append(("highlighted", message.chat_ref and message.chat_ref.number))

    def on_queue_list_more_wanted(self, message: QueueList.MoreWanted) -> None:
        self.told.append(("more", message.after))
        if self.serves and message.after:
            first = message.key.chat.number + 1
            self.list.extend_after(self.page(first, min(self.total, first + 64)))
        elif self.serves:
            last = message.key.chat.number
            self.list.extend_before(self.page(max(0, last - 64), last))

    def on_queue_list_edge_wanted(self, message: QueueList.EdgeWanted) -> None:
        self.told.append(("edge", message.end))
        if self.serves:
            first = self.total - 64 if message.end else 0
            self.list.show(self.page(first, first + 64))


def screen(queue: QueueList) -> list[str]:
    return [queue.render_line(y).text.rstrip() for y in range(queue.content_size.height)]


def names(queue: QueueList) -> list[str]:
    return [line[3:13].strip() for line in screen(queue)[::2]]


def gutter(queue: QueueList) -> list[int]:
    return [y for y, line in enumerate(screen(queue)) if line.startswith(glyphs.HIGHLIGHT)]


async def test_shows_rows_and_moves_the_highlight() -> None:
    """Promised: U27."""
    async with ListApp().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, ListApp)
        app.list.show(app.page(0, 64))
        assert names(app.list) == [f"Buyer {number}" for number in range(5)]
        assert gutter(app.list) == [0, 1]
        await press(pilot.app, "j", "j", "k")
        assert app.list.highlighted == ref(1)
        assert gutter(app.list) == [2, 3]
        await press(pilot.app, "enter")
        assert ("opened", 1) in app.told
        assert [chat for what, chat in app.told if what == "highlighted"] == [0, 1, 2, 1]


async def test_over_the_edge_it_jumps_half_a_screen() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, *["j"] * 5)
        assert queue.highlighted == ref(5)
        assert names(queue)[0] == "Buyer 3"


async def test_pages_keep_the_line_of_the_highlight() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, "j", "pagedown")
        assert (queue.highlighted, names(queue)[0]) == (ref(6), "Buyer 5")
        await press(pilot.app, "pageup")
        assert (queue.highlighted, names(queue)[0]) == (ref(1), "Buyer 0")
        await press(pilot.app, "pageup")
        assert queue.highlighted == ref(0)


async def test_a_thousand_chats_by_pages_there_and_back() -> None:
    app = ListApp(serves=True)
    async with app.run_test(size=(80, 60)) as pilot:
        app.list.styles.height = 60
        await settled(pilot.app)
        app.list.show(app.page(0, 64))
        seen = 0
        while app.list.highlighted != ref(app.total - 1):
            assert app.list.highlighted is not None
            assert app.list.highlighted.number >= seen
            seen = app.list.highlighted.number
            app.list.action_page(1)
            await settled(pilot.app)
            assert len(app.list.view.window.items) <= CAP
        numbers = [item.chat.chat_ref.number for item in app.list.view.window.items]
        assert numbers == list(range(numbers[0], app.total))
        while app.list.highlighted != ref(0):
            app.list.action_page(-1)
            await settled(pilot.app)
        assert [item.chat.chat_ref.number for item in app.list.view.window.items] == list(range(CAP))


async def test_extending_before_moves_nothing_on_the_screen() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(64, 128, before=True))
        await press(pilot.app, "j")
        before = screen(queue)
        queue.extend_before(queue_page(0, 64))
        assert screen(queue) == before
        await press(pilot.app, "k", "k")
        assert queue.highlighted == ref(63)


async def test_more_is_wanted_once_and_only_near_the_end() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(app.page(0, 64))
        await press(pilot.app, *["pagedown"] * 11)
        assert app.told.count(("more", True)) == 0
        await press(pilot.app, "pagedown", "j", "j")
        assert app.told.count(("more", True)) == 1
        app.list.extend_after(app.page(64, 64))
        await settled(pilot.app)
        assert app.told.count(("more", True)) == 1
        app.list.show(app.page(0, 64))
        await settled(pilot.app)
        assert app.told.count(("more", True)) == 2


async def test_the_edges_of_the_tab() -> None:
    app = ListApp(serves=True)
    async with app.run_test() as pilot:
        app.list.show(app.page(0, 64))
        await press(pilot.app, "G")
        assert app.list.highlighted == ref(999)
        assert names(app.list)[-1] == "Buyer 999"
        await press(pilot.app, "g")
        assert (app.list.highlighted, names(app.list)[0]) == (ref(0), "Buyer 0")
        assert [what for what in app.told if what[0] == "edge"] == [("edge", True), ("edge", False)]


async def test_new_order_leaves_the_highlight_on_its_chat_and_line() -> None:
    """Promised: U10."""
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, *["j"] * 3)
        page = queue_page(0, 64)
        newcomers = tuple(queue_item(number, customer_name="New") for number in (100, 101))
        queue.show(QueuePage(page.tab, newcomers + page.items, has_before=False, has_after=False))
        assert queue.highlighted == ref(3)
        assert gutter(queue) == [6, 7]


async def test_a_list_nobody_is_in_shows_its_beginning_while_the_highlight_can_be_seen() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, "j")
        page = queue_page(0, 64)
        # Buyer 1 moves three places down and is still on the screen, so the list begins with its first chat.
        order = (*page.items[2:5], page.items[1], *page.items[5:])
        queue.show(QueuePage(page.tab, order, has_before=False, has_after=False), keeps_line=False)
        assert names(queue)[0] == "Buyer 2"
        assert gutter(queue) == [6, 7]
        # Forty places down, the first chat and the highlight do not fit on one screen: the highlight wins.
        order = (*page.items[2:42], page.items[1], *page.items[42:])
        queue.show(QueuePage(page.tab, order, has_before=False, has_after=False), keeps_line=False)
        assert "Buyer 1" in names(queue)
        assert gutter(queue)


async def test_a_vanished_chat_yields_to_its_neighbour() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(queue_page(0, 3))
        await press(pilot.app, "j", "j")
        app.list.show(queue_page(0, 2))
        await settled(pilot.app)
        first = app.list.highlighted
        assert first == ref(1)
        assert app.told[-1] == ("highlighted", 1)
        app.list.show(queue_page(0, 0))
        await settled(pilot.app)
        assert app.list.highlighted is None
        assert app.told[-1] == ("highlighted", None)
        await press(pilot.app, "j", "k", "G", "enter", "pagedown")


async def test_another_tab_begins_at_its_top() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, *["j"] * 9)
        queue.show(queue_page(0, 64, tab=Tab.ALL))
        assert (queue.highlighted, names(queue)[0]) == (ref(0), "Buyer 0")


async def test_refreshed_items_change_in_place_and_redraw_only_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        screen(queue)
        redrawn: list[Region] = []
        monkeypatch.setattr(queue, "refresh", lambda *regions, **_how: redrawn.extend(regions))
        queue.refresh_items(
            [queue_item(2, customer_name="Buyer 2", trouble=OutboxState.FAILED), queue_item(700)]
        )
        assert {region.y // glyphs.ROW_HEIGHT for region in redrawn} == {2}
        assert "not sent" in screen(queue)[4]
        assert len(queue.view.window.items) == 64


async def test_a_minute_redraws_only_ages_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp()
    async with app.run_test():
        items = (queue_item(0), queue_item(1, waiting_since=NOW - 50 * 60 * MINUTE))
        app.list.show(QueuePage(Tab.WAITING, items, has_before=False, has_after=False))
        assert "waiting 12 min" in screen(app.list)[0]
        redrawn: list[Region] = []
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_how: redrawn.extend(regions))
        app.list.tick()
        assert redrawn == []
        app.now += MINUTE
        app.list.tick()
        assert {region.y // glyphs.ROW_HEIGHT for region in redrawn} == {0}
        assert "waiting 13 min" in screen(app.list)[0]


async def test_highlight_by_the_program_tells_nobody() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(queue_page(0, 64))
        await settled(pilot.app)
        app.told.clear()
        app.list.highlight(ref(40))
        await settled(pilot.app)
        assert app.list.highlighted == ref(40)
        assert "Buyer 40" in names(app.list)
        assert app.told == []


def left(queue: QueueList) -> list[int]:
    return [y for y, line in enumerate(screen(queue)) if line.startswith(glyphs.LEFT)]


async def test_the_highlight_stays_on_the_chat_that_another_pane_shows() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        queue = app.list
        queue.show(queue_page(0, 64))
        await press(pilot.app, "j", "j")
        queue.leave(ref(2))
        assert (left(queue), gutter(queue)) == ([4], [])
        app.told.clear()
        queue.show(queue_page(3, 64))
        assert (queue.highlighted, left(queue), gutter(queue)) == (ref(2), [], [])
        queue.highlight_first()
        assert queue.highlighted == ref(2)
        queue.show(queue_page(1, 64))
        assert left(queue) == [2], "it is back"
        queue.show(queue_page(3, 64))
        await settled(pilot.app)
        assert [one for one in app.told if one[0] == "highlighted"] == []
        queue.take_highlight()
        await settled(pilot.app)
        assert (queue.highlighted, gutter(queue)) == (ref(4), [2, 3]), "the row where it was last"
        assert app.told[-1] == ("highlighted", 4)


async def test_a_chat_that_no_row_shows_is_highlighted_on_no_row() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, "j")
        queue.leave(ref(4000))
        assert (queue.highlighted, left(queue), gutter(queue)) == (ref(4000), [], [])
        queue.take_highlight()
        assert queue.highlighted == ref(1)


async def test_the_badge_and_the_empty_text() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)

        queue.empty_text = Content("Nobody waits. Press 6 for all chats.")
        queue.show(queue_page(0, 0))
        queue.held_back = 3
        assert "Nobody waits." in "\n".join(screen(queue))
        assert str(queue._border_title) == "Chats  +3 new"
        queue.held_back = 0
        assert str(queue._border_title) == "Chats"
        await settled(pilot.app)


async def test_the_lower_border_says_where_there_is_more() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 12))
        assert queue.border_subtitle == "↓"
        await press(pilot.app, "pagedown")
        assert queue.border_subtitle == "↑ ↓"
        await press(pilot.app, "G")
        assert queue.border_subtitle == "↑"


async def test_click_highlights_and_opens_and_the_wheel_looks_around() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.show(queue_page(0, 64))
        await pilot.click(QueueList, offset=(10, 6))
        assert app.told[-1] == ("opened", 2)
        await pilot._post_mouse_events([events.MouseScrollDown], QueueList)
        assert names(app.list)[0] == "Buyer 2"
        assert app.list.highlighted == ref(2)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (20, 5), (40, 3), (200, 60)])
async def test_every_action_works_at_every_size(size: tuple[int, int]) -> None:
    app = ListApp()
    async with app.run_test(size=size) as pilot:
        app.list.styles.width, app.list.styles.height = size
        app.list.show(app.page(0, 64))
        await press(pilot.app, "j", "k", "pagedown", "pageup", "g", "G", "enter")
        for y in range(app.list.content_size.height):
            assert app.list.render_line(y).cell_length == app.list.content_size.width


async def test_before_the_first_layout() -> None:
    queue = QueueList(lambda: NOW, Patience())
    async with ListApp().run_test():
        queue.show(queue_page(0, 64))
        for action in KEYS.values():
            await queue.run_action(action)
        queue.tick()
        assert queue.highlighted == ref(63)


async def test_the_screen_survives_a_resize_with_its_highlight() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        await press(pilot.app, *["j"] * 4)
        queue.styles.height = 6
        await settled(pilot.app)
        assert "Buyer 4" in names(queue)


async def test_hostile_texts_draw_harmless_full_lines() -> None:
    async with ListApp().run_test(size=(80, 60)) as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.styles.height = 58
        items = tuple(queue_item(n, customer_name=text, snippet=text) for n, text in enumerate(HOSTILE))
        queue.show(QueuePage(Tab.ALL, items, has_before=False, has_after=False))
        await settled(pilot.app)
        for y in range(queue.content_size.height):
            strip = queue.render_line(y)
            assert strip.cell_length == queue.content_size.width
            assert is_harmless(strip.text)
        assert any("[@click=app" in line for line in screen(queue))


async def test_a_new_theme_redraws_in_its_colours() -> None:
    async with ListApp().run_test() as pilot:
        queue = pilot.app.query_one(QueueList)
        queue.show(queue_page(0, 64))
        dark = queue.render_line(0)
        pilot.app.theme = "textual-light"
        await settled(pilot.app)
        assert queue.render_line(0) != dark
