"""Writing only what changes shows the same as writing everything."""

import io
import re
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyte.screens import Char
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from chat_tui.terminal.display import Cells
from chat_tui.terminal.palette import shown
from tests.support.pty_program import PtyProgram, plain_environment

WIDTH, HEIGHT = 12, 4
CONSOLE = Console(file=io.StringIO(), width=WIDTH, color_system="256", force_terminal=True)
STYLES = [None, Style(), Style(bold=True), Style(color="red"), Style(bgcolor="blue", italic=True)]
STYLES += [Style(underline=True), Style(reverse=True, color="red"), Style(bold=True, color="#0a64c8")]
STYLES += [Style(strike=True, bold=True, dim=True), Style(dim=True, italic=True, color="red")]
STYLES += [Style(bgcolor="bright_blue", color="bright_red"), Style(color="red", bgcolor="blue", bold=True)]
LETTERS = " aбя│…漢👍"


class Terminal:
    """An emulated terminal."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)

    def show(self, output: str) -> None:
        self._stream.feed(output)

    @property
    def cells(self) -> list[object]:
        return [seen(self.screen.buffer[y][x]) for y in range(HEIGHT) for x in range(WIDTH)]


def seen(cell: Char) -> Char:
    """A cell as it looks: foreground colour and weight of a blank are invisible."""
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return cell._replace(fg="default", bold=False, italics=False)
    return cell


@st.composite
def strips(draw: st.DrawFn, width: int) -> Strip:
    segments = []
    left = width
    while left:
        letter = draw(st.sampled_from(LETTERS))
        size = 2 if letter in "漢👍" else 1
        count = draw(st.integers(1, max(1, left // size)))
        if size * count > left:
            letter, count = " ", left
            size = 1
        segments.append(Segment(letter * count, draw(st.sampled_from(STYLES))))
        left -= size * count
    return Strip(segments, width)


@st.composite
def frames(draw: st.DrawFn) -> LayoutUpdate | ChopsUpdate:
    cut = draw(st.integers(1, WIDTH - 1))
    rows = [[draw(strips(cut)), draw(strips(WIDTH - cut))] for _row in range(HEIGHT)]
    if draw(st.booleans()):
        return LayoutUpdate([*rows], Region(0, 0, WIDTH, HEIGHT))
    chops = [{0: left, cut: right} for left, right in rows]
    spans = [
        (y, *sorted((draw(st.integers(0, WIDTH)), draw(st.integers(0, WIDTH)))))
        for y in range(draw(st.integers(1, HEIGHT)))
    ]
    narrow = [(y, x1, x2) for y, x1, x2 in spans if x1 < x2] or [(0, 0, WIDTH)]
    return ChopsUpdate(chops, narrow, [[cut, WIDTH]] * HEIGHT)


@given(st.lists(frames(), min_size=1, max_size=6), st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_the_screen_is_the_same_as_without(shown: list[LayoutUpdate | ChopsUpdate], forget_at: int) -> None:
    cells, lean, stock = Cells(), Terminal(), Terminal()
    for number, frame in enumerate(shown):
        if number == forget_at:
            cells.forget()
        lean.show(cells.update(frame, CONSOLE))
        stock.show(frame.render_segments(CONSOLE))
        assert lean.cells == stock.cells
        place = (number * 5 % WIDTH, number * 3 % HEIGHT)
        lean.show(cells.place_cursor(*place))
        assert (lean.screen.cursor.x, lean.screen.cursor.y) == place


def test_the_same_frame_again_costs_nothing() -> None:
    cells = Cells()
    frame = LayoutUpdate(
        [[Strip([Segment("Ольга К.", Style(bold=True)), Segment("    ")])]], Region(0, 0, WIDTH, 1)
    )
    assert cells.update(frame, CONSOLE)
    assert cells.update(frame, CONSOLE) == ""
    changed = LayoutUpdate(
        [[Strip([Segment("Ольгa К.", Style(bold=True)), Segment("    ")])]], Region(0, 0, WIDTH, 1)
    )
    assert cells.update(changed, CONSOLE) == "\x1b[1;5Ha"
    assert cells.place_cursor(7, 0) == "\x1b[2C"
    assert cells.place_cursor(7, 0) == ""
    assert cells.update(frame, CONSOLE) == "\x1b[3Dа"  # Cyrillic
    cells.forget()
    assert cells.update(changed, CONSOLE).startswith("\x1b[1;1H\x1b[0;1mОльг")


@pytest.mark.parametrize(
    ("writes", "now", "is_trusted"), [(7, 10.9, True), (8, 10.1, False), (7, 11.1, False)]
)
def test_the_cursor_is_where_a_frame_left_it_unless_something_else_may_have_been_written(
    writes: int, now: float, is_trusted: bool
) -> None:
    cells = Cells()
    one, other = (
        LayoutUpdate([[Strip([Segment(words)])]], Region(0, 0, WIDTH, 1)) for words in ("Ольга", "Ольгб")
    )
    cells.begin(6, 10.0)
    assert cells.update(one, CONSOLE)
    assert cells.place_cursor(4, 0)
    cells.end(7, 10.0)
    cells.begin(writes, now)
    assert cells.update(other, CONSOLE) == ("б" if is_trusted else "\x1b[1;5Hб")


def test_a_style_is_changed_in_the_fewest_codes() -> None:
    cells = Cells()
    line = [
        Style(bold=True, dim=True, color="red"),
        Style(dim=True, color="red"),
        Style(color="red"),
        Style(),
    ]
    frame = LayoutUpdate([[Strip([Segment("a", style) for style in line])]], Region(0, 0, WIDTH, 1))
    assert cells.update(frame, CONSOLE) == "\x1b[1;1H\x1b[0;1;2;31ma\x1b[22;2ma\x1b[22ma\x1b[0ma"


_STOCK = """
import runpy, sys
from chat_tui.terminal.display import Cells
Cells.update = lambda self, frame, console: frame.render_segments(console)
sys.argv = ["program", *sys.argv[1:]]
runpy.run_module("tests.terminal.repaired", run_name="__main__")
"""


@pytest.mark.terminal
def test_a_real_program_shows_the_same_for_a_fraction_of_the_bytes(tmp_path: Path) -> None:
    shown, cost = [], []
    # With fewer colours ours are not those of Textual: see `test_palette`.
    colourful = plain_environment(COLORTERM="truecolor")
    for how in (["-m", "tests.terminal.repaired"], ["-c", _STOCK]):
        files = str(tmp_path / "report"), str(tmp_path / "draft")
        with PtyProgram.python(*how, *files, environment=colourful) as program:
            program.wait_for_text("noted: ready;")
            program.feed_at_once("cДобрый день\nЗаказ")
            program.wait_for_text("length 17;")
            settle(program)
            before = len(program.raw)
            program.feed_at_once("ы")
            program.wait_for_text("length 18;")
            settle(program)
            cost.append(len(program.raw) - before)
            program.resize(60, 20)
            program.wait_for(lambda program=program: "╗" in program.screen.display[5][59])  # type: ignore[misc]
            program.feed_at_once("\x7f\r\x1b[27un")
            program.wait_for_text("n;")
            settle(program)
            shown.append([seen(program.screen.buffer[y][x]) for y in range(20) for x in range(60)])
    assert shown[0] == shown[1]
    assert cost[0] <= 128
    assert cost[0] * 10 < cost[1]


def settle(program: PtyProgram) -> None:
    """Read until no more output comes."""
    while program.pump(0.2):
        pass


@pytest.mark.parametrize("text", ["letters", "漢字"])
def test_what_is_written_has_the_colours_of_the_palette(text: str) -> None:
    style = Style(color="#4c566a", bgcolor="#2e3440")
    drawn = shown(style, ColorSystem.EIGHT_BIT)
    assert drawn.color != style.color.downgrade(ColorSystem.EIGHT_BIT)  # type: ignore[union-attr]
    frame = LayoutUpdate([[Strip([Segment(text, style)])]], Region(0, 0, WIDTH, 1))
    output = Cells().update(frame, CONSOLE)
    assert Strip.render_ansi(drawn, ColorSystem.EIGHT_BIT) in output


def test_frames_stay_faint_beside_readable_letters() -> None:
    console = Console(file=io.StringIO(), width=WIDTH, color_system="truecolor", force_terminal=True)
    style = Style(color="#404040", bgcolor="#121212")
    frame = LayoutUpdate([[Strip([Segment("── a ──", style)])]], Region(0, 0, WIDTH, 1))
    output = Cells().update(frame, console)
    letter = Strip.render_ansi(shown(style, ColorSystem.TRUECOLOR), ColorSystem.TRUECOLOR)
    faint = "38;2;64;64;64"
    assert faint in Strip.render_ansi(style, ColorSystem.TRUECOLOR)
    assert letter.partition(";48")[0] != faint
    pieces = re.findall(r"\x1b\[([\d;]*)m([^\x1b]*)", output)
    assert [text.strip() for codes, text in pieces if faint in codes] == ["──", "──"]
    assert [text.strip() for codes, text in pieces if letter.partition(";48")[0] in codes] == ["a"]
