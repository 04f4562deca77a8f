"""`i` shows what the highlighted chat is about, and goes on to do so when another chat is highlighted."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef
from chat_tui.sandbox.access import NO_ORDERS_KEY
from chat_tui.ui.order.panel import OrderPanel
from chat_tui.ui.queue.list import QueueList
from tests.support.sandbox import Sandbox
from tests.support.scenes import HOUR, NOW, ONLINE, make_scene
from tests.support.settling import pressing
from tests.ui.app_stage import NARROW, USUAL, WIDE, Desk, desk
from tests.ui.order.test_order_pictures import TO_NADEZHDA, some_orders

ROOMY = (140, 40)
"""The narrowest window that shows list, conversation and panel at once."""


def on_one_line(it: Desk) -> str:
    """The text of the panel, as if it were wide enough."""
    return " ".join(panel(it).split())


def panel(it: Desk) -> str:
    """The text of the panel that is on the screen; "" while it is hidden."""
    found = it.app.screen_stack[1].query(OrderPanel)
    if not found or not found.first().is_on_screen:
        return ""
    one = found.first()
    return "\n".join(one.render_line(y).text.rstrip() for y in range(one.content_size.height))


def is_list_shown(it: Desk) -> bool:
    return it.app.screen_stack[1].query_one(QueueList).is_on_screen


def order_of(it: Desk) -> str:
    """The number of the order of the open chat."""
    chat = it.market.world.chat(it.opened.number if it.opened else 0)
    assert chat is not None
    assert chat.order is not None
    return str(chat.order.order_id)


async def open_one_about_an_order(it: Desk, besides: ChatRef | None = None) -> None:
    """Go through the waiting chats to one with an order."""
    for _ in range(30):
        await it.press("n")
        await it.until(lambda: it.focus == "box")
        await it.press("escape")
        chat = it.market.world.chat(it.opened.number if it.opened else 0)
        if chat is not None and chat.order is not None and it.opened != besides:
            return
    raise AssertionError("nobody waits with an order")


async def test_the_panel_follows_the_highlight_until_it_is_hidden(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U02, U35."""
    async with desk(tmp_path, market, size=ROOMY) as it:
        await it.synced()
        await it.press("j", "i")
        await it.until(lambda: it.opened == it.highlighted == it.rows[1] and order_of(it) in panel(it))
        assert it.focus == "list", "a look is no step"
        await it.press("j")
        await it.until(lambda: it.opened == it.highlighted == it.rows[2] and order_of(it) in panel(it))
        await it.press("i")
        assert panel(it) == ""
        await open_one_about_an_order(it)
        await it.press("i")
        await it.until(lambda: "Total:" in panel(it))
        assert order_of(it) in panel(it)
        assert it.focus == "history"
        first = it.opened
        await open_one_about_an_order(it, besides=first)
        await it.until(lambda: order_of(it) in panel(it) and "Total:" in panel(it))
        await it.press("i")
        assert panel(it) == ""
        before = it.market.asked("getBusinessOrders", "getReturn")
        await open_one_about_an_order(it, besides=it.opened)
        await asyncio.sleep(0.05)
        assert panel(it) == ""
        assert it.market.asked("getBusinessOrders", "getReturn") == before, "nobody looks at it"
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))


async def test_y_in_the_panel_copies_the_number(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market, size=ROOMY) as it:
        await it.synced()
        await open_one_about_an_order(it)
        await it.press("i", "tab", "tab")
        assert isinstance(it.app.focused, OrderPanel)
        await it.press("y")
        assert it.app.clipboard == order_of(it)
        await it.until_said("Sent to the terminal's clipboard.")
        await it.press("escape")
        assert it.focus == "history"
        assert order_of(it) in panel(it), "stepping out does not hide it"


async def test_a_narrow_screen_shows_it_instead_and_escape_steps_back(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U03."""
    async with desk(tmp_path, market, size=NARROW) as it:
        await it.synced()
        await open_one_about_an_order(it)
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))
        assert isinstance(it.app.focused, OrderPanel)
        assert it.history.strip() == "" or "│" not in it.history
        await it.press("escape")
        assert (panel(it), it.focus) == ("", "history")
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))
        await it.press("i")
        assert (panel(it), it.focus) == ("", "history")
        await it.press("i", "n")
        await it.until(lambda: it.focus == "box")
        assert panel(it) == "", "who writes sees what is said"
        await it.press("escape")
        before = it.market.asked("getBusinessOrders", "getReturn")
        for _ in range(3):
            await open_one_about_an_order(it, besides=it.opened)
        await asyncio.sleep(0.05)
        assert it.market.asked("getBusinessOrders", "getReturn") == before, "nobody looks at it"


async def test_a_size_that_changes_takes_the_panel_along(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_one_about_an_order(it)
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))
        await it.resize(*NARROW)
        await it.until(lambda: panel(it) == "")
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))
        await it.resize(100, 30)
        await it.until(lambda: order_of(it) in panel(it))
        assert not is_list_shown(it)
        await it.press("escape")
        assert (panel(it), it.focus) == ("", "history")
        assert is_list_shown(it)
        await it.press("i")
        await it.resize(*ROOMY)
        await it.until(lambda: order_of(it) in panel(it) and is_list_shown(it))
        await it.press("escape")
        assert it.focus == "list"
        assert order_of(it) in panel(it), "beside the list there is room for both"
        await it.resize(*USUAL)
        await it.until(lambda: panel(it) == "" and is_list_shown(it), "the pane with the focus")


@pytest.mark.parametrize("size", [(100, 24), (139, 24)])
async def test_below_140_columns_the_panel_takes_the_place_of_the_list(
    market: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with desk(tmp_path, market, size=size) as it:
        await it.synced()
        await open_one_about_an_order(it)
        messages = it.history
        await it.press("i")
        await it.until(lambda: order_of(it) in panel(it))
        assert (it.focus, is_list_shown(it)) == ("history", False)
        assert it.history == messages, "they stay as wide as they were"
        await it.press("c")
        assert (it.focus, bool(panel(it))) == ("box", True), "one can write and read the order"
        await it.press("escape", "escape")
        assert (it.focus, is_list_shown(it), panel(it)) == ("list", True, "")
        await it.press("enter")
        await it.until(lambda: it.focus == "history")
        assert (is_list_shown(it), panel(it)) == (True, ""), "it was closed, not hidden"
        await it.press("escape", "i")
        await it.until(lambda: order_of(it) in panel(it))
        assert isinstance(it.app.focused, OrderPanel)
        await it.press("i")
        assert (it.focus, is_list_shown(it), panel(it)) == ("list", True, "")
        await it.press("i", "escape")
        assert (it.focus, is_list_shown(it), panel(it)) == ("list", True, "")
        await it.press("i", "3")
        await it.until(lambda: it.focus == "list" and is_list_shown(it) and panel(it) == "")


async def test_a_key_that_may_not_read_orders_is_told_which_right_it_lacks(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market, key=NO_ORDERS_KEY) as it:
        await it.synced()
        await open_one_about_an_order(it)
        await it.press("i")
        await it.until(lambda: "This key has no right to read orders." in on_one_line(it))
        assert "inventory-and-order-processing" in panel(it)
        await open_one_about_an_order(it, besides=it.opened)
        await it.until(lambda: order_of(it) in panel(it) and "no right to read orders" in on_one_line(it))
        # Reading returns needs another right, which is refused separately.
        assert it.market.asked("getBusinessOrders") == 1
        assert it.market.asked("getReturn") <= 1
        await it.press("r")
        await it.until(lambda: it.market.asked("getBusinessOrders") == 2)


async def test_moving_in_the_panel(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market, size=(80, 12)) as it:
        await it.synced()
        await open_one_about_an_order(it)
        await it.press("i")
        await it.until(lambda: panel(it) and "Loading" not in panel(it))
        top = panel(it)
        await it.press("j")
        assert panel(it).split("\n")[0] == top.split("\n")[1]
        await it.press("G")
        assert "updated " in panel(it)
        await it.press("pageup", "k", "g")
        assert panel(it) == top
        await it.press("pagedown")
        assert panel(it) != top


async def test_the_48_hours_run_by_the_markets_clock_and_move_with_it(tmp_path: Path) -> None:
    """Promised: U19."""
    moment = [NOW]
    ahead = replace(ONLINE, clock_ahead=2 * HOUR)
    scene = make_scene(tmp_path, language="en", link=ahead, prepare=some_orders, now=lambda: moment[0])
    try:
        async with scene.app.run_test(size=WIDE) as pilot:
            await pressing(*TO_NADEZHDA)(pilot)
            one = scene.app.screen.query_one(OrderPanel)

            def says() -> str:
                return "\n".join(one.render_line(y).text for y in range(one.content_size.height))

            assert "Decision: 29 h left" in says()
            moment[0] += HOUR
            scene.app.screen.tick()  # type: ignore[attr-defined]
            assert "Decision: 28 h left" in says()
    finally:
        scene.close()
