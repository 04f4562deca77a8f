"""A question stays until it is answered on purpose, and is answered only once."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import work
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen

from chat_tui import locale
from chat_tui.terminal.keys import OrderedKeys
from chat_tui.ui.kit.dialog import LegibleApp
from chat_tui.ui.kit.questions import Choose, Confirm
from chat_tui.ui.kit.text import plain
from chat_tui.words.line import Line, Span
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import NOTHING, DialogApp, staged


def patient() -> Iterator[float]:
    yield from range(1000)


def question(*, enter_is_yes: bool = False, clock: Iterable[float] | None = None) -> Confirm:
    times = iter(clock if clock is not None else patient())
    return Confirm(
        plain("Выйти? [/] 2 сообщения ждут"), "Leave", "Stay", enter_is_yes=enter_is_yes, clock=times.__next__
    )


@pytest.mark.parametrize(
    ("language", "keys", "result"),
    [
        ("en", ["enter"], False),
        ("en", ["escape"], False),
        ("en", ["up", "enter"], True),
        ("en", ["left", "enter"], True),
        ("en", ["tab", "enter"], True),
        ("en", ["y"], True),
        ("en", ["Y"], True),
        ("en", ["n"], False),
        ("en", ["н"], True),
        ("en", ["т"], False),
        ("ru", ["д"], True),
        ("ru", ["Д"], True),
        ("ru", ["l"], True),
        ("ru", ["н"], False),
        ("ru", ["т"], False),
        ("ru", ["n"], False),
        ("ru", ["y"], NOTHING),
        ("en", ["x"], NOTHING),
    ],
)
async def test_answers(language: str, keys: list[str], result: object) -> None:
    locale.use(language)
    async with staged(question()) as (app, pilot):
        assert "Выйти? [/] 2" in app.says("#question")
        await press(pilot.app, *keys)
        assert app.result is result


class JcukenStage(OrderedKeys[None], DialogApp):
    def __init__(self, dialog: Screen[Any]) -> None:
        super().__init__(dialog)


async def test_the_layout_repair_leaves_the_letters_alone() -> None:
    locale.use("ru")
    app: App[None] = JcukenStage(question())
    async with app.run_test() as pilot:
        await press(pilot.app, "н")
        assert isinstance(app, JcukenStage)
        assert app.result is False


async def test_enter_may_mean_yes() -> None:
    async with staged(question(enter_is_yes=True)) as (app, pilot):
        await press(pilot.app, "enter")
        assert app.result is True


async def test_an_enter_held_down_or_pressed_twice_answers_nothing() -> None:
    times = [0.0, 0.05, 0.1, 0.15, 0.26]
    async with staged(question(enter_is_yes=True, clock=times)) as (app, pilot):
        await press(pilot.app, "enter", "enter", "enter")
        assert app.result is NOTHING
        await press(pilot.app, "enter")
        assert app.result is True


async def test_answering_twice_at_once_is_answering_once() -> None:
    async with staged(question()) as (app, pilot):
        assert isinstance(app.dialog, Confirm)
        app.dialog.finish(True)
        app.dialog.finish(False)
        await settled(pilot.app)
        assert app.results == [True]


async def test_a_click_answers() -> None:
    async with staged(question()) as (app, pilot):
        await pilot.click("Answers", offset=(5, 0))
        await settled(pilot.app)
        assert app.result is True


def choice(count: int = 3) -> Choose:
    times = iter(range(1000))

    def draw(word: str) -> Callable[[int], Line]:
        def line(cells: int) -> Line:
            return (Span(word[:cells]),)

        return line

    return Choose("Which?", [draw(f"answer {n}") for n in range(count)], clock=lambda: float(next(times)))


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (["enter"], 0),
        (["j", "enter"], 1),
        (["down", "down", "enter"], 2),
        (["k", "enter"], 2),
        (["2"], 1),
        (["7"], NOTHING),
        (["escape"], None),
    ],
)
async def test_one_of_several_answers(keys: list[str], result: object) -> None:
    async with staged(choice()) as (app, pilot):
        assert [line.strip() for line in app.seen().splitlines()] == [
            "▌ 1  answer 0",
            "2  answer 1",
            "3  answer 2",
        ]
        await press(pilot.app, *keys)
        assert app.result is result or app.result == result


async def test_more_answers_than_digits_are_reached_by_moving() -> None:
    async with staged(choice(20)) as (app, pilot):
        await press(pilot.app, *["down"] * 15, "enter")
        assert app.result == 15


class Asking(LegibleApp[None]):
    """An app with a command that asks, as `ctrl+q` does."""

    BINDINGS = [Binding("f5", "ask", priority=True), Binding("f6", "cover", priority=True)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(Path("report"))
        self.heard: list[bool | None] = []

    @work(group="ask", exclusive=True)
    async def action_ask(self) -> None:
        self.heard.append(await self.push_screen_wait(Confirm(Content("Sure?"), yes="Yes", no="No")))

    def action_cover(self) -> None:
        self.push_screen(Confirm(Content("Above"), yes="Yes", no="No"))


@pytest.mark.parametrize("between", [[], ["f6"]])
async def test_a_command_pressed_again_asks_again_and_leaves_no_dialog_behind(between: list[str]) -> None:
    app = Asking()
    async with app.run_test():
        await press(app, "f5", *between, "f5")
        await press(app, "y")
        for _dialog in between:
            await press(app, "escape")
        assert app.heard == [True]
        assert len(app.screen_stack) == 1
