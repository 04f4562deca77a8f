"""Two windows on one machine: who else has a chat open is said in its row, in its head and at the caret."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Elsewhere
from chat_tui.settings.schema import Preferences, QueueSettings
from chat_tui.ui.app import ChatTuiApp
from chat_tui.ui.queue.view import queue_row
from chat_tui.words.chats import chat_header, company_sentence
from chat_tui.words.line import Role, text_of
from tests.support import pictures
from tests.support.pictures import IN_BOTH_LANGUAGES, UP_TO_THE_LARGEST, Picture
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, STAYING, Desk, desk
from tests.ui.pane_samples import HOSTILE, NOW, is_harmless, queue_item

STILL = replace(CALM, poll_s=30.0)
"""Nothing happens but what the two windows do to each other."""
compare, picture = pictures.compare, pictures.picture
OPEN, TYPED = Elsewhere(), Elsewhere(is_typing=True)
ANNA, ANNA_WRITES = Elsewhere("Anna"), Elsewhere("Anna", is_typing=True)
OPEN_WORDS = "This chat is open in another window."
TYPED_WORDS = f"{OPEN_WORDS} An answer is being written there, too."


@asynccontextmanager
async def two_windows(
    root: Path,
    market: Sandbox,
    preferences: Preferences = STAYING,
    who: str = "",
) -> AsyncIterator[tuple[Desk, Desk]]:
    """This window, and another one, in which `who` works."""
    async with (
        desk(root, market, preferences=preferences, settings=STILL) as here,
        desk(root, market, settings=replace(STILL, operator=who)) as there,
    ):
        await here.synced()
        await there.synced()
        yield here, there


async def seen(it: Desk, chat: ChatRef, elsewhere: Elsewhere | None) -> None:
    """Wait until this window knows where else a chat is open."""
    await it.until(lambda: it.app.inbox._engine.elsewhere.get(chat) == elsewhere)  # type: ignore[attr-defined]


async def busy(it: Desk, chat: ChatRef) -> None:
    """Wait until this window knows that somebody is about to answer a chat."""
    await it.until(lambda: chat in it.app.inbox._engine.busy)  # type: ignore[attr-defined]


async def test_row_head_and_caret_say_that_a_chat_is_open_in_another_window(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U79."""
    async with two_windows(tmp_path, market) as (here, there):
        await there.press("g", "enter", "c")
        chat = there.opened
        assert chat is not None
        await here.until_shown("open elsewhere")
        await here.press("g", "enter")
        assert here.opened == chat
        await here.press("c")
        await here.until_told(OPEN_WORDS)
        assert here.told == OPEN_WORDS
        assert here.screen.count("open elsewhere") == 2, "in the row, and in the head"
        # The other window is told as well, without being touched.
        await there.until_told(OPEN_WORDS)


async def test_that_somebody_types_there_is_said_at_the_caret_and_nothing_is_lost(
    market: Sandbox, tmp_path: Path
) -> None:
    async with two_windows(tmp_path, market) as (here, there):
        await there.press("g", "enter", "c")
        chat = there.opened
        assert chat is not None
        await seen(here, chat, OPEN)
        await here.press("g", "enter")
        assert here.opened == chat
        await here.press("c")
        await here.write("mine")
        assert here.told == ""
        await there.until_told(TYPED_WORDS)
        await there.write("theirs")
        await here.until_told(TYPED_WORDS)
        await here.until_shown("typing elsewhere")
        assert (here.box, there.box) == ("mine", "theirs")
        # The first Enter asks, the second sends.
        await here.press("enter")
        assert here.told == f"{TYPED_WORDS} Enter again sends it."
        assert here.box == "mine"
        await here.press_again("enter")
        await here.until(lambda: (chat, "mine") in here.sent_texts)
        await there.press("escape")
        await seen(here, chat, OPEN)
        assert there.box == "theirs"


async def test_what_is_said_about_the_text_stays(market: Sandbox, tmp_path: Path) -> None:
    async with two_windows(tmp_path, market) as (here, there):
        await here.press("g", "enter", "c")
        chat = here.opened
        assert chat is not None
        await here.press("enter")
        said = here.told
        assert "nothing to send" in said
        await there.press("g", "enter")
        assert there.opened == chat
        await seen(here, chat, OPEN)
        await here.until_shown("open elsewhere")
        assert here.told == said


async def test_n_goes_to_a_chat_of_another_window_only_if_nobody_else_waits(
    market: Sandbox, tmp_path: Path
) -> None:
    async with two_windows(tmp_path, market) as (here, there):
        first, second, *rest = here.rows
        await there.press("g", "enter", "c")
        assert there.opened == first
        await busy(here, first)
        # The highlight shows the first chat; the other window has its caret there.
        await here.press("g", "n")
        assert here.opened == second
        assert here.told == ""
        for chat in (second, *rest):
            await here.app.inbox.marks.done(chat)
        while (more := await here.app.inbox.chats.next_waiting(second)) != first:
            assert more is not None
            await here.app.inbox.marks.done(more)
        await here.press("escape", "n")
        await here.until(lambda: here.opened == first)
        await here.until_told(OPEN_WORDS)


async def test_no_chat_of_another_window_opens_by_itself(market: Sandbox, tmp_path: Path) -> None:
    advancing = Preferences(queue=QueueSettings(auto_advance=True))
    async with two_windows(tmp_path, market, advancing) as (here, there):
        first, second, *_rest = here.rows
        await here.press("g", "enter", "c")
        assert here.opened == first
        await there.press("g", "j", "enter", "c")
        assert there.opened == second
        await busy(here, second)
        while (more := await here.app.inbox.chats.next_waiting(first)) != second:
            assert more is not None
            await here.app.inbox.marks.done(more)
        await here.answer("done with this one")
        await here.until(lambda: (first, "done with this one") in here.sent_texts)
        await here.until_shown("confirmed ✓")
        await here.until_told("The next chat is open in another window.")
        assert here.opened == first


async def test_who_it_is_is_said_if_it_is_somebody_else(market: Sandbox, tmp_path: Path) -> None:
    async with two_windows(tmp_path, market, who="Anna") as (here, there):
        await there.press("g", "enter", "c")
        chat = there.opened
        assert chat is not None
        await here.until_shown("open: Anna")
        await there.write("Hello")
        await seen(here, chat, ANNA_WRITES)
        await here.press("g", "enter")
        assert here.opened == chat
        await here.until_told("Anna is writing in this chat.")
        assert "typing: Anna" in here.screen


async def test_a_window_that_ends_has_no_chat_open(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market, settings=STILL) as here:
        await here.synced()
        async with desk(tmp_path, market, settings=STILL) as there:
            await there.synced()
            await there.press("g", "enter", "c")
            assert there.opened is not None
            await here.press("g", "enter")
            await here.until_told(OPEN_WORDS)
        await here.until(lambda: here.told == "")
        assert "open elsewhere" not in here.screen


@pytest.mark.parametrize(
    ("elsewhere", "en", "ru"),
    [
        (OPEN, "open elsewhere", "открыт рядом"),
        (TYPED, "typing elsewhere", "пишут рядом"),
        (ANNA, "open: Anna", "открыт: Anna"),
        (ANNA_WRITES, "typing: Anna", "пишет: Anna"),
    ],
)
def test_row_and_head_have_it_beside_the_order(elsewhere: Elsewhere, en: str, ru: str) -> None:
    item = replace(queue_item(), elsewhere=elsewhere)
    for language, words in (("en", en), ("ru", ru)):
        locale.use(language)
        _first, second = queue_row(item, NOW, 60)
        [span] = [span for span in second if span.text == words]
        assert span.role is Role.WARN
        before = text_of(second).partition(words)[0]
        assert before.endswith("…0001  ")
        assert f" · {words} · " in f"{chat_header(item)} · "


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_from_another_copy_is_harmless(name: str) -> None:
    for elsewhere in (Elsewhere(name), Elsewhere(name * 50, is_typing=True)):
        item = replace(queue_item(), elsewhere=elsewhere)
        assert is_harmless(chat_header(item))
        assert is_harmless(company_sentence(elsewhere))
        assert len(company_sentence(elsewhere)) < 100


@UP_TO_THE_LARGEST
def test_a_chat_in_which_a_colleague_writes(picture: Picture) -> None:
    there = {ref(2): ANNA_WRITES, ref(3): OPEN}

    def meet(app: ChatTuiApp) -> None:
        app.inbox._engine._copies.company.elsewhere = there  # type: ignore[attr-defined]

    assert picture("j", "enter", "c", change=meet)


@IN_BOTH_LANGUAGES
def test_the_signs_in_the_key_list(picture: Picture) -> None:
    assert picture("question_mark", *"late")
