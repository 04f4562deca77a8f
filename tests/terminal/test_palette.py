"""Colours are rounded to the nearest that the terminal has, and letters stay readable."""

import random

import pytest
from rich._palettes import EIGHT_BIT_PALETTE, STANDARD_PALETTE
from rich.color import Color, ColorSystem, ColorType
from rich.style import Style

from chat_tui.terminal import palette
from chat_tui.terminal.palette import Channels, contrast, shown

ALL, MANY, FEW = ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD
RNG = random.Random(11)
SOME = [(RNG.randrange(256), RNG.randrange(256), RNG.randrange(256)) for _ in range(300)]
GREYS = [(level, level, level) for level in range(0, 256, 3)]


def style(ink: Channels | None, paper: Channels | None = None, *, bold: bool = False) -> Style:
    inks = [None if color is None else Color.from_rgb(*color) for color in (ink, paper)]
    return Style(bold=bold or None) + Style.from_color(*inks)


def ink_of(drawn: Style) -> Color:
    assert drawn.color is not None
    return drawn.color


def number_of(color: Color | None) -> int:
    assert color is not None
    assert color.number is not None
    return color.number


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert contrast((9, 9, 9), (9, 9, 9)) == 1


@pytest.mark.parametrize("color", [*SOME[:100], *GREYS])
def test_of_256_colours_the_nearest_is_taken_from_cube_and_greys(color: Channels) -> None:
    found = number_of(shown(style(color), MANY).color)
    assert 16 <= found <= 255
    mine = palette.distance(color, EIGHT_BIT_PALETTE[found])
    richs = number_of(Color.from_rgb(*color).downgrade(MANY))
    assert mine <= palette.distance(color, EIGHT_BIT_PALETTE[richs])
    assert mine == min(palette.distance(color, EIGHT_BIT_PALETTE[n]) for n in range(16, 256))


def test_a_colour_of_the_palette_is_itself() -> None:
    for number in range(16, 256):
        found = number_of(shown(style(EIGHT_BIT_PALETTE[number]), MANY).color)
        assert EIGHT_BIT_PALETTE[found] == EIGHT_BIT_PALETTE[number]


def test_two_dark_surfaces_stay_two() -> None:
    grounds = [shown(style((224, 224, 224), (n, n, n)), MANY).bgcolor for n in (0x12, 0x1E, 0x2A)]
    assert len({number_of(ground) for ground in grounds}) == 3


@pytest.mark.parametrize(("ink", "paper"), [*zip(SOME[:150], SOME[150:], strict=True)])
def test_any_letter_on_any_ground_can_be_read_in_any_depth(ink: Channels, paper: Channels) -> None:
    mended = ink_of(shown(style(ink, paper), ALL)).triplet
    assert mended is not None
    assert contrast(mended, paper) >= 4.5
    rounded = shown(style(ink, paper), MANY)
    letter, ground = (EIGHT_BIT_PALETTE[number_of(c)] for c in (rounded.color, rounded.bgcolor))
    assert contrast(letter, ground) >= 4.5
    for bold in (False, True):
        few = shown(style(ink, paper, bold=bold), FEW)
        number = number_of(few.color)
        # Many terminals draw a bold letter in the bright colour.
        looks = {number, number % 8 + 8} if few.bold else {number}
        ground = STANDARD_PALETTE[number_of(few.bgcolor)]
        for look in looks:
            assert contrast(STANDARD_PALETTE[look], ground) >= 4.5, (number, few)


def test_what_can_be_read_is_left_alone() -> None:
    plain = style((224, 224, 224), (18, 18, 18))
    assert shown(plain, ALL) == plain
    faint = style((85, 85, 85), (18, 18, 18))
    assert shown(faint, ALL, is_text=False) == faint
    assert shown(faint, ALL) != faint


def test_the_mended_colour_is_a_shade_of_the_old_one() -> None:
    drawn = ink_of(shown(style((180, 30, 30), (40, 40, 40)), ALL)).triplet
    assert drawn is not None
    assert drawn.red > drawn.green == drawn.blue


def test_a_frame_does_not_vanish_in_16_colours() -> None:
    drawn = shown(style((50, 50, 50), (18, 18, 18)), FEW, is_text=False)
    assert number_of(drawn.color) != number_of(drawn.bgcolor)
    # Two halves of a picture may have one colour.
    block = shown(style((50, 50, 50), (50, 50, 50)), MANY, is_text=False)
    assert number_of(block.color) == number_of(block.bgcolor)


def test_a_background_is_one_that_every_terminal_has() -> None:
    for paper in SOME:
        number = number_of(shown(style((255, 255, 255), paper), FEW).bgcolor)
        assert number < 8


def test_greys_stay_grey() -> None:
    for grey in GREYS[40:]:
        few = shown(style(grey, (18, 18, 18)), FEW)
        assert number_of(few.color) in {7, 8, 15}
        assert number_of(few.bgcolor) == 0


@pytest.mark.parametrize("system", [ALL, MANY, FEW])
def test_colours_of_the_terminal_stay_its_own(system: ColorSystem) -> None:
    for own in (
        Style(color="red", bold=True),
        Style(),
        Style(dim=True),
        Style(color="default", bgcolor="blue"),
    ):
        assert shown(own, system) == own


def test_without_a_ground_the_nearest_is_taken() -> None:
    assert ink_of(shown(style((250, 250, 250)), FEW)) == Color("color(15)", ColorType.STANDARD, number=15)
    assert shown(style(None, (250, 250, 250)), MANY).color is None


@pytest.mark.parametrize(
    ("ink", "numbers"),
    [
        ((0xD1, 0x7E, 0x92), {9}),  # an error
        ((0xFF, 0xC4, 0x73), {3, 11}),  # a warning
        ((0x8A, 0xD4, 0xA1), {2, 10}),  # a success
        ((0x57, 0xA5, 0xE2), {6, 14}),  # blue itself cannot be read on black
        ((0xA0, 0xA0, 0xA0), {7}),
    ],
)
@pytest.mark.parametrize("bold", [False, True])
def test_pale_colours_keep_their_meaning_in_16(ink: Channels, numbers: set[int], bold: bool) -> None:
    assert number_of(shown(style(ink, (18, 18, 18), bold=bold), FEW).color) in numbers


def test_no_error_is_blue_where_no_red_can_be_read() -> None:
    assert number_of(shown(style((0x6B, 0x0A, 0x26), (0xE0, 0xE0, 0xE0)), FEW).color) == 0
