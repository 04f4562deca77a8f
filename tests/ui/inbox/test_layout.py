"""How the panes share a window of any width, and what a window that is too small says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat_tui.ui.chat.history import History
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.order.panel import OrderPanel
from chat_tui.ui.queue.list import QueueList
from tests.support.scenes import Scene, make_scene
from tests.support.settling import pressing, resize
from tests.support.unseen import picture


@contextmanager
def scene(root: Path, language: str = "en") -> Iterator[Scene]:
    made = make_scene(root, language=language)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize(
    ("columns", "list_width"), [(100, 34), (110, 37), (120, 40), (140, 47), (160, 54), (177, 60), (250, 60)]
)
async def test_the_list_takes_about_a_third_and_never_less_than_it_needs(
    tmp_path: Path, columns: int, list_width: int
) -> None:
    """Promised: U02."""
    with scene(tmp_path) as it:
        async with it.app.run_test(size=(columns, 30)):
            screen = it.app.screen
            assert screen.query_one(QueueList).outer_size.width == list_width
            assert screen.query_one(TalkPane).outer_size.width == columns - list_width


@pytest.mark.parametrize("columns", [60, 80, 99, 100, 120, 139, 140, 160, 200, 250])
async def test_the_messages_have_their_least_width_in_every_window(tmp_path: Path, columns: int) -> None:
    """Promised: U02, U64."""
    with scene(tmp_path) as it:
        async with it.app.run_test(size=(columns, 30)) as pilot:
            await pressing("j", "enter")(pilot)
            screen = it.app.screen
            before = screen.query_one(History).content_size.width
            await pressing("i")(pilot)
            panel = screen.query_one(OrderPanel)
            history = screen.query_one(History)
            assert panel.is_on_screen
            assert screen.query_one(QueueList).is_on_screen is (columns >= 140)
            assert history.is_on_screen is (columns >= 100)
            if 100 <= columns < 140:
                assert history.content_size.width == before
            await pressing("i")(pilot)
            assert not screen.query_one(OrderPanel).is_on_screen
            assert history.view is not None
            assert history.view.drawn.scene.text_width >= 40


async def test_the_list_alone_takes_the_whole_of_a_narrow_window(tmp_path: Path) -> None:
    with scene(tmp_path) as it:
        async with it.app.run_test(size=(99, 30)) as pilot:
            queue = it.app.screen.query_one(QueueList)
            assert queue.outer_size.width == 99
            await resize(pilot.app, 100, 30)
            assert queue.outer_size.width == 34


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("keys", [("j", "enter"), ("j", "enter", "escape", "question_mark")])
async def test_a_window_that_is_too_small_says_so_in_a_few_words(
    tmp_path: Path, language: str, keys: tuple[str, ...]
) -> None:
    """Promised: U04."""
    with scene(tmp_path, language) as it:
        async with it.app.run_test(size=(80, 24)) as pilot:
            await pressing(*keys)(pilot)
            before = picture(it.app.screen)
            for columns, rows in ((39, 24), (20, 12), (20, 4), (80, 11)):
                await resize(pilot.app, columns, rows)
                said = [line.strip() for line in picture(it.app.screen) if line.strip()]
                assert " ".join(said).endswith("40 × 12.")
                assert len(said) == 1 or columns < 39
            await resize(pilot.app, 80, 24)
            assert picture(it.app.screen) == before, "nothing is lost"
