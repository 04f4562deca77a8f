import pytest

from chat_tui.ui.screens.questions import Choose
from chat_tui.words.line import Line, Span
from tests.support.settling import press
from tests.ui.screens.stage import NOTHING, staged


def question(count: int = 3) -> Choose:
    times = iter(range(1000))

    def draw(word: str) -> object:
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
async def test_answers(keys: list[str], result: object) -> None:
    async with staged(question()) as (app, pilot):
        assert [line.strip() for line in app.seen().splitlines()] == [
            "▌ 1  answer 0",
            "2  answer 1",
            "3  answer 2",
        ]
        await press(pilot.app, *keys)
        assert app.result is result or app.result == result


async def test_more_answers_than_digits_are_reached_by_moving() -> None:
    async with staged(question(20)) as (app, pilot):
        await press(pilot.app, *["down"] * 15, "enter")
        assert app.result == 15
