"""A moving picture shows, at every moment, exactly the words of the frame of that moment."""

import io
import re

import pytest
from rich.console import Console

from tests.moving import moving_picture

SCREENS = (("first", "above", "same"), ("second", "above", "same"), ("first", "below", "same"))
SECONDS = (1.0, 0.5, 2.0)
GROUP = re.compile(r'(?:<g class="(f\d+)">)?(?:<text style="[^"]*"[^>]*>[^<]*</text>)+(?:</g>)?')


def picture(lines: tuple[str, ...]) -> str:
    console = Console(width=12, record=True, file=io.StringIO(), force_terminal=True)
    for number, line in enumerate(lines):
        console.print(line, style=f"{'bold red' if number else 'green'} on #101010")
    return console.export_svg()


def shown(svg: str, second: float) -> list[str]:
    """The words seen at a moment, by the rules of the animations in the picture."""
    rules = dict(re.findall(r"@keyframes (f\d+) \{ (.*) \}", svg))
    length = float(re.search(r"animation: f\d+ ([\d.]+)s step-end infinite", svg)[1])  # type: ignore[index]
    words = []
    for found in GROUP.finditer(svg):
        steps = re.findall(r"([\d.]+)% \{ visibility: (\w+) \}", rules.get(found[1], ""))
        passed = [state for share, state in steps if float(share) / 100 * length <= second + 1e-3]
        if not steps or passed[-1] == "visible":
            words += re.findall(r">([^<]+)</text>", found[0])
    return [word.replace("&#160;", " ").strip() for word in words if word.replace("&#160;", "").strip()]


@pytest.mark.parametrize(("second", "screen"), [(0.0, 0), (0.9, 0), (1.0, 1), (1.4, 1), (1.5, 2), (3.4, 2)])
def test_each_moment_shows_its_frame(second: float, screen: int) -> None:
    svg = moving_picture([(picture(lines), s) for lines, s in zip(SCREENS, SECONDS, strict=True)])
    assert shown(svg, second) == list(SCREENS[screen])


def test_what_never_changes_is_there_once() -> None:
    svg = moving_picture([(picture(lines), s) for lines, s in zip(SCREENS, SECONDS, strict=True)])
    assert [svg.count(f">{word}</text>") for word in ("first", "second", "above", "below", "same")] == [1] * 5
