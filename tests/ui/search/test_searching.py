"""From a word to the message that contains it, in a whole shop."""

from pathlib import Path

import pytest

from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import NARROW, WIDE, Desk, desk
from tests.ui.inbox.test_first_minute import JOHN

NEEDLE = "Скажите, а ёлочные самовары ещё бывают?"


async def with_an_old_message(it: Desk) -> None:
    """In a long conversation, John asked about samovars two screens before its end."""
    await it.synced()
    for number in range(100):
        it.market.say(JOHN.number, NEEDLE if number == 40 else f"line number {number:03}")
    await it.synced()


async def find(it: Desk, words: str) -> None:
    """Press f, type the words, and wait until something is listed."""
    await it.press("f")
    await it.until(lambda: it.dialog == "SearchScreen", "the search")
    await it.write(words)
    await it.until_shown(" found")


def marked(it: Desk) -> list[int]:
    """The lines of the history with the bar that marks the found message."""
    return [row for row, line in enumerate(it.history.splitlines()) if "▌" in line]


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_a_word_leads_to_the_message_that_holds_it(
    market: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Promised: U31."""
    async with desk(tmp_path, market, size=size) as it:
        await with_an_old_message(it)
        await find(it, "елочный самовар")
        await it.until_shown("John", NEEDLE)
        await it.press("enter")
        await it.until(lambda: it.opened == JOHN and marked(it), "the message in the history")
        (row,) = marked(it)
        lines = it.history.splitlines()
        assert NEEDLE in lines[row]
        assert len(lines) // 3 <= row <= 2 * len(lines) // 3
        assert it.focus == "history"
        assert "John" in it.addressee
        await it.press(*["pagedown"] * 4)
        await it.until(lambda: "line number 099" in it.history, "the newest message")
        await it.press("g")
        await it.press("end")
        await it.until(lambda: "line number 099" in it.history, "the newest message again")
        await it.press("escape")
        assert it.focus == "list"


async def test_what_is_typed_stays_in_its_box_while_one_searches(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await with_an_old_message(it)
        await it.go_to(JOHN)
        await it.press("c")
        await it.write("Есть любые")
        await it.press("escape")
        await find(it, "самовар")
        await it.press("enter")
        await it.until(lambda: marked(it), "the message in the history")
        assert (it.opened, it.box) == (JOHN, "Есть любые")
        await it.press("c")
        await it.write(", и ёлочные")
        assert it.box == "Есть любые, и ёлочные"


async def test_the_key_works_on_the_russian_layout_and_shows_the_last_search(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await with_an_old_message(it)
        await find(it, "самовар")
        await it.press("escape")
        await it.until(lambda: it.dialog == "", "the inbox")
        assert it.focus == "list"
        await it.press("а")
        await it.until_shown("1 found", "самовар", NEEDLE)
        await it.press("enter")
        await it.until(lambda: it.opened == JOHN and marked(it), "the message in the history")


@pytest.mark.parametrize("digits", [11, 6], ids=["whole", "its end"])
async def test_a_number_leads_to_its_chat(market: Sandbox, tmp_path: Path, digits: int) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        chats = market.world.listed("desc", None, 0, 1000)
        chat, number = next(
            (one, str(one.order.order_id)) for one in chats if one.order and one.context == "ORDER"
        )
        await find(it, number[-digits:])
        await it.press("enter")
        await it.until(lambda: it.opened == ref(chat.chat_id), "the chat of the order")
        assert number in it.addressee


async def test_the_rest_is_read_on_request_and_the_search_says_when_it_is(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market) as it:
        await it.press("f")
        await it.press("ctrl+r")
        await it.until_shown(
            f"All history of {len(market.world.listed('desc', None, 0, 1000))} chats is loaded."
        )
