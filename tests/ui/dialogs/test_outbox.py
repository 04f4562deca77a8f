from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.queue import QueueItem
from chat_tui.ui.dialogs.outbox import Outbox, OutboxAction, OutboxChoice, OutboxScreen
from chat_tui.ui.kit.questions import Confirm
from chat_tui.words.delivery import delivery_state
from tests.support.refs import ref
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import NOTHING, staged
from tests.ui.pane_samples import queue_item

NOW = 1_763_900_000_000
NAME = "Olga [/] K.\x1b · order 51230874561 · Cosy kitchen"


def item(state: OutboxState, outbox_id: str = "a", **other: object) -> OutboxItem:
    made = OutboxItem(
        OutboxId(outbox_id),
        ref(7),
        1,
        OutboxKind.TEXT,
        "Good [red]day\x1b[2J",
        "",
        0,
        "",
        state,
        0,
        NOW - 720_000,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def screen(*items: OutboxItem, highlight: str | None = None) -> OutboxScreen:
    at = OutboxId(highlight) if highlight else None
    return OutboxScreen(items, {ref(7): NAME}, now=lambda: NOW, highlight=at)


async def test_a_row_says_to_whom_what_since_when_and_in_the_words_of_the_history() -> None:
    open_states = [state for state in OutboxState if state is not OutboxState.CONFIRMED]
    items = [item(state, state) for state in open_states]
    async with staged(screen(*items), size=(80, 30)) as (app, _pilot):
        lines = app.seen().splitlines()
        for index, one in enumerate(items):
            row = "\n".join(lines[3 * index : 3 * index + 3])
            assert "Olga [/] K.␛ · order 51230874561 · Cosy kitchen" in row
            assert "Good [red]day␛[2J" in row
            assert "12 min" in row
            assert delivery_state(one, NOW).text in row


async def test_the_reason_of_the_highlighted_item_is_told_safely() -> None:
    failed = item(OutboxState.FAILED, error="Chat is [b]closed\x07")
    async with staged(screen(item(OutboxState.WAITING), replace(failed, outbox_id=OutboxId("b")))) as (
        app,
        pilot,
    ):
        assert "automatically" in app.says("#detail")
        await press(pilot.app, "down")
        assert "Chat is [b]closed␇" in app.says("#detail")
        assert "e: resend" in app.says("#detail")


async def test_a_file_is_told_by_name_and_size() -> None:
    file = item(OutboxState.SENDING, kind=OutboxKind.FILE, text="", file_name="act\n.pdf", file_size=48_000)
    async with staged(screen(file)) as (app, _pilot):
        assert "act .pdf  48 KB" in app.seen()


async def test_enter_opens_the_chat() -> None:
    one = item(OutboxState.SENT)
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "enter")
        assert app.result == OutboxChoice(OutboxAction.OPEN, one)


@pytest.mark.parametrize(
    "state", [OutboxState.QUEUED, OutboxState.WAITING, OutboxState.FAILED, OutboxState.UNCONFIRMED]
)
async def test_discarding_asks_first_and_names_the_recipient(state: OutboxState) -> None:
    one = item(state)
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "d")
        assert isinstance(app.screen, Confirm)
        assert "Olga [/] K.␛" in str(app.screen.query_one("#question").render())
        await press(pilot.app, "n")
        assert app.result is NOTHING
        await press(pilot.app, "d", "y")
        assert app.result == OutboxChoice(OutboxAction.TAKE_BACK, one)


@pytest.mark.parametrize("key", ["d", "t"])
async def test_what_the_market_has_taken_cannot_be_discarded_and_says_so(key: str) -> None:
    async with staged(screen(item(OutboxState.SENT))) as (app, pilot):
        await press(pilot.app, key)
        assert app.screen is app.dialog
        assert "edited or discarded while it waits" in app.says("#detail")


async def test_resending_what_failed_needs_no_question() -> None:
    one = item(OutboxState.FAILED)
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "e")
        assert app.result == OutboxChoice(OutboxAction.RESEND, one)


@pytest.mark.parametrize(
    "one",
    [item(OutboxState.UNCONFIRMED), item(OutboxState.FAILED, in_doubt=True)],
    ids=["unconfirmed", "doubt"],
)
async def test_resending_what_may_be_there_warns(one: OutboxItem) -> None:
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "e")
        assert "arrived" in str(app.screen.query_one("#question").render())
        await press(pilot.app, "y")
        assert app.result == OutboxChoice(OutboxAction.RESEND, one)


@pytest.mark.parametrize(
    "state", [OutboxState.QUEUED, OutboxState.SENDING, OutboxState.WAITING, OutboxState.SENT]
)
async def test_what_goes_by_itself_is_not_resent(state: OutboxState) -> None:
    async with staged(screen(item(state))) as (app, pilot):
        await press(pilot.app, "e")
        assert app.result is NOTHING
        assert "no need to send it again" in app.says("#detail")


async def test_new_items_do_not_move_the_highlight() -> None:
    one, two, three = (item(OutboxState.FAILED, name) for name in "abc")
    async with staged(screen(one, two)) as (app, pilot):
        assert isinstance(app.dialog, OutboxScreen)
        await press(pilot.app, "j")
        app.dialog.show([three, one, two], {})
        await settled(pilot.app)
        assert app.choices.current == two
        app.dialog.show([three, one], {})
        await settled(pilot.app)
        assert app.choices.current == one, "its item has left: the nearest one"
        app.dialog.show([], {})
        await settled(pilot.app)
        assert "Everything is confirmed" in app.seen()
        await press(pilot.app, "enter", "d", "e")
        assert app.result is NOTHING
        await press(pilot.app, "escape")
        assert app.results == [None]


async def test_it_opens_on_the_item_that_was_asked_for() -> None:
    one, two = (item(OutboxState.FAILED, name) for name in "ab")
    async with staged(screen(one, two, highlight="b")) as (app, _pilot):
        assert app.choices.current == two


async def test_a_request_under_way_can_be_broken_off_after_a_question() -> None:
    """Promised: U51."""
    one = item(OutboxState.SENDING)
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "d")
        assert "arrived" in str(app.screen.query_one("#question").render())
        await press(pilot.app, "y")
        assert app.result == OutboxChoice(OutboxAction.STOP, one)


async def test_a_text_is_taken_back_to_be_changed_but_a_file_is_not() -> None:
    one = item(OutboxState.FAILED)
    async with staged(screen(one)) as (app, pilot):
        await press(pilot.app, "t")
        assert app.result == OutboxChoice(OutboxAction.EDIT, one)
    file = replace(one, kind=OutboxKind.FILE, text="", file_name="a.pdf", file_size=9)
    async with staged(screen(file)) as (app, pilot):
        await press(pilot.app, "t")
        assert app.result is NOTHING
        assert "cannot be edited" in app.says("#detail")


async def test_what_may_have_arrived_is_not_taken_back_unasked() -> None:
    async with staged(screen(item(OutboxState.UNCONFIRMED))) as (app, pilot):
        await press(pilot.app, "t")
        assert isinstance(app.screen, Confirm)
        await press(pilot.app, "n")
        assert app.result is NOTHING


async def test_an_item_that_comes_while_it_is_shown_has_its_recipient() -> None:
    """Names that are known are not asked for again."""
    mine, theirs = item(OutboxState.FAILED), item(OutboxState.QUEUED, "b", chat_ref=ref(8))
    asked: list[ChatRef] = []

    class Chats:
        async def item(self, chat_ref: ChatRef) -> QueueItem:
            asked.append(chat_ref)
            return queue_item(customer_name="Марфа")

    class Items:
        async def open_items(self) -> tuple[OutboxItem, ...]:
            return mine, theirs

    inbox = cast("InboxApi", SimpleNamespace(chats=Chats(), outbox=Items()))
    async with staged(screen(mine)) as (app, _pilot):
        await Outbox(app, inbox, lambda: NOW).hear()
        await settled(app)
        assert "Марфа" in app.seen()
        assert "Cosy kitchen" in app.seen()
        assert asked == [ref(8)]
