"""No letter reaches a buyer who is not on the screen; none meant as text is a command. Promised: U73."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef
from chat_tui.ui.kit.dialog import Legible
from tests.faults.support.seeds import a_seed
from tests.support.refs import ref
from tests.ui.letters import Walk, a_walk, walk


@asynccontextmanager
async def hands(place: Path, size: tuple[int, int]) -> AsyncIterator[Walk]:
    async with a_walk(place, size=size, seed=0) as ours:
        yield ours


async def typed(ours: Walk, *keys: str) -> None:
    for key in keys:
        await ours.press(key)


async def draft_of(ours: Walk, chat_ref: ChatRef) -> str:
    return (await ours.scene.inbox.drafts.get(chat_ref)).text


async def test_keys_and_sizes_of_a_short_walk(tmp_path: Path) -> None:
    """Press random keys at random sizes; after each step all promises are checked."""
    ours = await walk(tmp_path, seed=4, steps=60)
    assert ours.letters > 20


@pytest.mark.thorough
async def test_random_keys_and_sizes(tmp_path: Path) -> None:
    """The same for longer, with other random keys each time."""
    seed = a_seed()
    ours = await walk(tmp_path, seed=seed, steps=600)
    assert ours.letters > 20, f"seed {seed} hardly wrote"


async def test_undo_types_from_outside_the_box_and_a_slash_stands_behind_its_dialog(tmp_path: Path) -> None:
    """A walk must know of these texts; any other that gets into the box unseen breaks a promise."""
    async with hands(tmp_path, (80, 24)) as ours:
        await typed(ours, "n", "/", "escape", "backspace")
        await typed(ours, *"ab", "enter", "escape", "escape", "u")
        assert (ours.box.text, ours.is_writing) == ("ab", True)


async def test_an_attachment_is_asked_for_and_refused_and_the_walk_goes_on(tmp_path: Path) -> None:
    async with hands(tmp_path, (120, 40)) as ours:
        await typed(ours, "3", "enter", "o", "escape", "escape", "n", *"ab")
        assert ours.box.text.endswith("ab")


@pytest.mark.parametrize(
    ("write", "size"),
    [("c", (80, 24)), ("с", (120, 40)), ("tab", (40, 12)), ("tab", (120, 40))],
    ids=["c-80x24", "cyrillic-120x40", "tab-40x12", "tab-120x40"],
)
async def test_a_text_goes_to_the_highlighted_chat_not_to_the_one_left_open(
    tmp_path: Path, write: str, size: tuple[int, int]
) -> None:
    async with hands(tmp_path, size) as ours:
        await typed(ours, "n", "escape", "escape")
        left = ours.opened
        await typed(ours, *"jjjj", write, *(["tab"] if write == "tab" else []), *"text")
        chat_ref = ours.opened
        assert chat_ref not in {None, left}
        assert (ours.box.text, ours.desk.focused) == ("text", ours.box)
        await typed(ours, "enter")
        (item,) = await ours.scene.inbox.outbox.open_items()
        assert (item.chat_ref, item.text) == (chat_ref, "text")


async def test_a_smaller_window_leaves_the_caret_in_the_box_and_the_box_on_the_screen(
    tmp_path: Path,
) -> None:
    async with hands(tmp_path, (120, 40)) as ours:
        await typed(ours, "n", "escape", "escape", "c", *"ab")
        text = "ab"
        for size in ((80, 24), (60, 12), (99, 40), (40, 12)):
            await ours.resize(*size)
            await typed(ours, *"mxz", *"жщ")
            await ours.resize(120, 40)
            await typed(ours, "!")
            text += "mxzжщ!"
            assert ours.box.text == text, size


async def test_below_the_least_size_no_letter_acts_and_the_next_one_goes_on_in_the_same_box(
    tmp_path: Path,
) -> None:
    async with hands(tmp_path, (80, 24)) as ours:
        await typed(ours, "n", *"ab")
        text = "ab"
        for size in ((20, 5), (39, 12), (40, 11), (1, 1)):
            await ours.resize(*size)
            await typed(ours, *"xmnq", "enter", "escape", "ctrl+n", "ctrl+p", "f1")
            await ours.resize(80, 24)
            await typed(ours, "c")
            text += "c"
            assert ours.box.text == text, size
            assert await ours.scene.inbox.outbox.open_items() == ()


async def test_a_dialog_below_the_least_size_hears_nothing_either(tmp_path: Path) -> None:
    async with hands(tmp_path, (80, 24)) as ours:
        await typed(ours, "n", *"ab", "enter", "escape")
        for dialog in ("ctrl+p", "m", "z", "q", "f"):
            await typed(ours, dialog)
            front = ours.top
            assert isinstance(front, Legible), dialog
            assert front is not ours.desk, dialog
            had = front.focused
            await ours.resize(30, 8)
            assert front.query_one("#too-small").display, dialog
            await typed(ours, *"yнx1", "enter", "escape")
            await ours.resize(80, 24)
            assert (ours.top, front.focused) == (front, had), dialog
            await typed(ours, "escape")
            assert ours.top is ours.desk, dialog


async def test_a_click_into_the_box_takes_the_highlight_to_its_chat(tmp_path: Path) -> None:
    async with hands(tmp_path, (120, 40)) as ours:
        await typed(ours, "n", "escape", "escape", "j", "j")
        chat_ref = ours.opened
        assert ours.highlighted != chat_ref
        await ours.pilot.click(ours.box, offset=(3, 1))
        await typed(ours, "a")
        assert (ours.highlighted, ours.opened, ours.box.text) == (chat_ref, chat_ref, "a")


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_whoever_goes_on_within_the_box_takes_the_highlight_along(tmp_path: Path, times: int) -> None:
    """The focus stays where it is, so that no change of focus moves the highlight."""
    async with hands(tmp_path, (80, 24)) as ours:
        await typed(ours, "n", "a")
        left = ours.opened
        await typed(ours, *["ctrl+n"] * times, "b")
        assert ours.opened != left
        assert (ours.highlighted, ours.desk.focused) == (ours.opened, ours.box)
        assert ours.box.text.endswith("b"), "behind the draft that may stand there"


async def test_a_chat_that_is_in_no_row_has_the_highlight_on_no_row(tmp_path: Path) -> None:
    """A text written after a search in another tab is not for the row that happened to be highlighted."""
    async with hands(tmp_path, (120, 40)) as ours:
        await typed(ours, "4", "j", "c", *"ab", "escape", "escape", "2", "n")
        assert ours.highlighted == ours.opened
        rows = [item.chat.chat_ref for item in ours.list.view.window.items]
        await typed(ours, "escape", "escape")
        assert ours.highlighted in rows, "in the list some row has it again"


async def test_the_chat_wanted_last_is_the_one_that_opens(tmp_path: Path) -> None:
    async with hands(tmp_path, (120, 40)) as ours:
        opening = ours.desk.opening
        await asyncio.gather(opening.following.bring(ref(1)), opening.open(ref(5), write=True))
        await typed(ours, "a")
        assert (ours.opened, ours.box.text) == (ref(5), "a")
        assert await draft_of(ours, ref(1)) == ""
