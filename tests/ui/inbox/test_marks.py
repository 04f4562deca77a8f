"""The marks that keys put on a chat, and how u takes them back."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef
from chat_tui.model.mark import Labels, Marked, Note
from chat_tui.model.queue import QueueItem, Tab
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, client_of
from tests.ui.app_stage import AGAIN_S, CALM, NARROW, Desk, desk


async def open_longest(it: Desk) -> ChatRef:
    await it.synced()
    await it.press("n")
    await it.until(lambda: it.opened is not None)
    await it.press("escape")
    assert it.opened is not None
    return it.opened


async def item_of(inbox: InboxApi, chat_ref: ChatRef) -> QueueItem:
    item = await inbox.chats.item(chat_ref)
    assert item is not None
    return item


async def test_x_marks_the_open_chat_as_done_and_u_takes_it_back(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U33, U34."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("x")
        await it.until_said("Closed until the buyer writes")
        await it.until(lambda: chat_ref not in it.rows)
        await it.press("u")
        await it.until_said("Mark undone: ")
        await it.press("r")
        await it.until(lambda: chat_ref in it.rows)


async def test_a_buyer_message_brings_a_done_chat_back(market: Sandbox, tmp_path: Path) -> None:
    """U33: x: mark as done locally (a buyer message brings it back)."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("x")
        await it.until(lambda: chat_ref not in it.rows)
        market.say(chat_ref.number, "Вы ещё тут?", status="WAITING_FOR_PARTNER")
        await it.until(lambda: chat_ref in it.rows)


@pytest.mark.parametrize("size", [(120, 40), NARROW])
async def test_z_offers_five_times_by_number(market: Sandbox, tmp_path: Path, size: tuple[int, int]) -> None:
    """U32: z: snooze: until the buyer writes · 1 hour · this evening · tomorrow · chosen time."""
    async with desk(tmp_path, market, size=size) as it:
        chat_ref = await open_longest(it)
        await it.press("z")
        await it.until_shown(
            "1  Until the buyer writes", "For an hour", "evening (18:00)", "Tomorrow (09:00)", "5  Another"
        )
        await it.press("1")
        await it.until_said("Snoozed until the buyer writes")
        assert (await it.app.inbox.chats.counts())[Tab.SNOOZED] == 1
        await it.press("5")
        await it.until_shown("until reply")
        assert it.rows == [chat_ref]
        await it.press("u")
        await it.until(lambda: it.rows == [])


async def test_the_key_of_z_is_the_same_on_the_russian_layout(market: Sandbox, tmp_path: Path) -> None:
    """Every binding works on both layouts."""
    async with desk(tmp_path, market) as it:
        await open_longest(it)
        await it.press("я")
        await it.until(lambda: it.dialog == "SnoozeScreen")
        await it.press("4")
        await it.until_said("Snoozed until")


async def test_a_typed_time_is_explained_and_a_bad_one_answered_in_a_sentence(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U32."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("z", "5")
        await it.write("soon")
        await it.press("enter")
        await it.until_shown("Enter a time such as 14:30")
        assert it.dialog == "SnoozeScreen"
        await it.press(*["backspace"] * 4)
        await it.write("+90м")
        await it.until_shown("until ")
        await it.press("enter")
        await it.until_said("Snoozed until")
        hold = (await item_of(it.app.inbox, chat_ref)).hold
        assert hold is not None
        assert hold.until is not None


async def test_u_restores_the_snooze_that_was_before(market: Sandbox, tmp_path: Path) -> None:
    """U34: Undo restores what was before, for example an earlier snooze."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("z", "1")
        await it.until_said("Snoozed until the buyer writes")
        first = (await item_of(it.app.inbox, chat_ref)).hold
        # Whatever the clock says, the fourth choice is a time.
        await it.press("z", "4")
        await it.until_said(":00: ")
        await it.press("u")
        await it.until_said("Mark undone: ")
        assert (await item_of(it.app.inbox, chat_ref)).hold == first


async def test_pin_note_and_labels_are_shown_and_undone_newest_first(market: Sandbox, tmp_path: Path) -> None:
    """All of it undone by u: marks and sends, the newest first."""
    settings = replace(CALM, undo_s=60.0)
    async with desk(tmp_path, market, settings=settings) as it:
        chat_ref = await open_longest(it)
        await it.press("p")
        await it.until_said("Pinned to the top")
        await it.press("m")
        await it.write("звонить")
        await it.press("enter")
        await it.until_shown("¶ звонить")
        await it.press("l")
        await it.write("Срочно, #поставщик")
        await it.press("enter")
        await it.until_shown("#срочно")
        await it.press("c")
        await it.answer("Здравствуйте!")
        await it.press("escape")

        await it.press("u")
        await it.until(lambda: it.box == "Здравствуйте!")
        await it.press("escape", "u")
        await it.until(lambda: "#срочно" not in it.screen)
        assert (await item_of(it.app.inbox, chat_ref)).note
        await it.press("u")
        await it.until(lambda: "¶" not in it.screen)
        assert (await item_of(it.app.inbox, chat_ref)).is_pinned
        await it.press("u")
        await it.until(lambda: sum("Mark undone: " in one for one in it.said) == 3)
        assert not (await item_of(it.app.inbox, chat_ref)).is_pinned
        await it.press("u")
        await it.until_said("Nothing to undo.")


async def test_a_send_past_its_hold_is_told_and_the_marks_before_it_are_still_undone(
    market: Sandbox, tmp_path: Path
) -> None:
    """u undoes the last send only inside the hold time."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("p")
        await it.until_said("Pinned to the top")
        for text in ("раз", "два"):
            await it.answer(text)
            await it.until(partial(lambda sent: sent in it.sent_texts, (chat_ref, text)))
            await it.pilot.pause(AGAIN_S)
        await it.press("escape", "u")
        await it.until_told("Already sent: ")
        await it.press("u")
        await it.until_said("Mark undone: ")


async def test_a_mark_made_anew_in_another_window_is_not_taken_back(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        await it.press("x")
        await it.until_said("Closed until")
        other = Shop.open(tmp_path, lambda: client_of(market), background=False)
        assert isinstance(await other.inbox.marks.snooze(chat_ref, None), Marked)
        await other.close()
        await it.press("u")
        await it.until_said("Marked in another window since then")
        hold = (await item_of(it.app.inbox, chat_ref)).hold
        assert hold is not None
        assert hold.snoozed is not None


async def test_marks_of_another_copy_come_to_the_screen(market: Sandbox, tmp_path: Path) -> None:
    """Shared by copies: other copies see notes, labels and pins at once."""
    async with desk(tmp_path, market) as it:
        chat_ref = await open_longest(it)
        other = Shop.open(tmp_path, lambda: client_of(market), background=False)
        await other.inbox.marks.put(chat_ref, Note("видно всем"))
        await other.inbox.marks.put(chat_ref, Labels(("общая",)))
        await it.until_shown("¶ видно всем", "#общая")
        await other.close()


async def test_what_is_done_in_the_list_leaves_it_and_the_highlight_goes_to_the_next(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("j")
        place, before = it.rows.index(it.highlighted or ref(0)), it.rows
        await it.press("x")
        await it.until(lambda: before[place] not in it.rows)
        assert it.highlighted == before[place + 1]
