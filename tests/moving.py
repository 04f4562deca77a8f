"""One moving SVG of several screens: each content of a line of the terminal is stored once."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, groupby

Frame = tuple[str, float]
"""A picture that Textual exported, and for how many seconds it is shown."""
Drawn = dict[tuple[int, str], list[int]]
"""For each line and each content of it, the numbers of the frames that show it."""

_HEIGHT, _TOP, _BASELINE = 24.4, 1.5, 20.0
"""Of a line in an exported picture: its height, where the first begins, and where its letters stand."""
_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ (.*?) \}")
_SCREEN = re.compile(r'(<g transform="[^"]*" clip-path="[^"]*">)(.*)</g>\s*</svg>', re.DOTALL)
_BACKGROUND = re.compile(r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)"[^>]*/>')
_TEXT = re.compile(
    r'<text class="terminal-\d+-(r\d+)" x="([^"]*)" y="([^"]*)" textLength="([^"]*)"[^>]*>(.*?)</text>'
)


def moving_picture(frames: Sequence[Frame]) -> str:
    """All frames in one picture that repeats for ever; it needs no script, so that it moves within a page."""
    first = frames[0][0]
    screen = _SCREEN.search(first)
    assert screen is not None
    backdrop = Counter(fill for svg, _s in frames for fill, *_rest in _BACKGROUND.findall(svg)).most_common(
        1
    )[0][0]
    drawn: Drawn = {}
    for number, (svg, _seconds) in enumerate(frames):
        for line, content in _lines(svg, backdrop).items():
            drawn.setdefault((line, content), []).append(number)
    ends = list(accumulate(seconds for _svg, seconds in frames))
    rules: dict[str, str] = {}
    groups = []
    for (_line, content), numbers in sorted(drawn.items()):
        if len(numbers) == len(frames):
            groups.append(content)
            continue
        steps = _steps(numbers, ends)
        name = rules.setdefault(steps, f"f{len(rules)}")
        groups.append(f'<g class="{name}">{content}</g>')
    animations = "\n".join(
        f"@keyframes {name} {{ {steps} }}\n.{name} {{ animation: {name} {ends[-1]:g}s step-end infinite; }}"
        for steps, name in rules.items()
    )
    head = first[: screen.start()].replace("</style>", f"{animations}\n</style>", 1)
    filled = f'<rect fill="{backdrop}" width="100%" height="100%"/>'
    matrix = re.search(r"terminal-\d+-matrix", first)
    assert matrix is not None
    return "\n".join((head, screen[1], filled, f'<g class="{matrix[0]}">', *groups, "</g></g></svg>\n"))


def _lines(svg: str, backdrop: str) -> dict[int, str]:
    """The content of each line, which does not depend on the names of styles in its picture."""
    styles = dict(_STYLE.findall(svg))
    lines: dict[int, str] = {}
    for fill, x, y, width in _BACKGROUND.findall(svg):
        if fill != backdrop:
            line = round((float(y) - _TOP) / _HEIGHT)
            place = f'x="{x}" y="{y}" width="{width}" height="24.65" shape-rendering="crispEdges"'
            lines[line] = lines.get(line, "") + f'<rect fill="{fill}" {place}/>'
    for style, x, y, length, words in _TEXT.findall(svg):
        line = round((float(y) - _BASELINE) / _HEIGHT)
        text = f'<text style="{styles[style]}" x="{x}" y="{y}" textLength="{length}">{words}</text>'
        lines[line] = lines.get(line, "") + text
    return lines


def _steps(numbers: Sequence[int], ends: Sequence[float]) -> str:
    """When something is seen that only these frames show, as the steps of an animation."""
    starts = [0.0, *ends]
    seen = set(numbers)
    steps = []
    for is_seen, group in groupby(range(len(ends)), key=seen.__contains__):
        share = 100 * starts[next(group)] / ends[-1]
        steps.append(f"{share:.3f}% {{ visibility: {'visible' if is_seen else 'hidden'} }}")
    return " ".join(steps)
