"""Colours as the terminal has them: the nearest of its palette, and letters that can be read on their ground.

Rich rounds each channel by itself, and takes whatever is not colourful from the grey ramp alone: dark
surfaces and muted words then become the same grey. Here the nearest colour is found in OKLab, where distances
are as the eye sees them. A letter that is too faint on its ground, in the theme or through the rounding, gets
the nearest colour that is not.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style

Channels = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""

READABLE: Final = 4.5
"""Least contrast of a letter and its ground, as WCAG counts it; 1 = none, 21 = black on white."""
_VISIBLE: Final = 1.5
"""Least contrast of a line in 16 colours: a frame may be faint, but not gone."""
_HUE: Final = 4.0
"""How much more a difference in hue counts than one in lightness: what is grey in a theme stays grey."""
_GREY: Final = 0.04
"""A colour less colourful than this in OKLab has no hue that matters."""
_ONE_HUE: Final = math.radians(60)
"""Hues no farther apart can stand for each other."""
_HALF_A_HUE: Final = math.radians(15)
"""Of two hues that differ by no more, the nearer colour is taken."""
_STEPS: Final = 64
"""Shades between a colour and black or white."""

_VGA: Final = "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa"
_VGA_BRIGHT: Final = "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
_XTERM: Final = "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
_XTERM_BRIGHT: Final = "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"


def _parsed(*rows: str) -> tuple[Channels, ...]:
    return tuple(
        (int(word[:2], 16), int(word[2:4], 16), int(word[4:], 16)) for row in rows for word in row.split()
    )


_SIXTEEN: Final = (_parsed(_VGA, _VGA_BRIGHT), _parsed(_XTERM, _XTERM_BRIGHT))
"""The 16 colours differ between terminals: what can be read in both can be read in all usual ones."""
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_CUBE: Final = tuple((red, green, blue) for red in _LEVELS for green in _LEVELS for blue in _LEVELS)
_FIRST: Final = 16
"""The number of the first of the 256 colours that is the same everywhere."""
_FIXED: Final[tuple[Channels, ...]] = (*_CUBE, *((level, level, level) for level in range(8, 239, 10)))
"""Those colours: a cube of 216, then 24 greys."""


@lru_cache(maxsize=8192)
def shown(style: Style, system: ColorSystem, *, is_text: bool = True) -> Style:
    """The style in colours of this system; with `is_text` its letters can be read on its ground.

    Colours that a theme leaves to the terminal stay as they are.
    """
    ink, paper = _channels(style.color), _channels(style.bgcolor)
    if ink is None and paper is None:
        return style
    least = READABLE if is_text else _VISIBLE if system is ColorSystem.STANDARD else 1.0
    if system is ColorSystem.TRUECOLOR:
        mended = None if ink is None or paper is None else _mended(ink, paper, least)
        return style if mended in {None, ink} else _inked(style, Color.from_triplet(ColorTriplet(*mended)))
    if system is not ColorSystem.STANDARD:
        return _in_fixed(style, ink, paper, least)
    return _in_sixteen(style, ink, paper, least)


def contrast(one: Channels, other: Channels) -> float:
    """From 1 (none) to 21 (black and white), as WCAG counts it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=8192)
def luminance(color: Channels) -> float:
    """Relative luminance from 0 to 1, as WCAG counts it."""
    red, green, blue = map(_linear, color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


@lru_cache(maxsize=8192)
def _lab(color: Channels) -> tuple[float, float, float]:
    """Lightness, green to red and blue to yellow in OKLab (Björn Ottosson, 2020)."""
    red, green, blue = map(_linear, color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def distance(one: Channels, other: Channels) -> float:
    """How different two colours look: the square of their distance in OKLab, with `_HUE` for the hue."""
    (light, red, yellow), (light_, red_, yellow_) = _lab(one), _lab(other)
    return (light - light_) ** 2 + _HUE * ((red - red_) ** 2 + (yellow - yellow_) ** 2)


# -- any colour ------------------------------------------------------------------------------------------


def _mended(ink: Channels, paper: Channels, least: float) -> Channels:
    """The ink, or the shade of it nearest to it that has this contrast."""
    if contrast(ink, paper) >= least:
        return ink
    shades = (_first_with(least, ink, end, paper) for end in ((0, 0, 0), (255, 255, 255)))
    return min((shade for shade in shades if shade is not None), key=lambda shade: distance(ink, shade))


def _first_with(least: float, ink: Channels, end: Channels, paper: Channels) -> Channels | None:
    """The first shade on the way to black or white that has this contrast; None if none has."""
    for step in range(1, _STEPS + 1):
        red, green, blue = (
            round(start + (stop - start) * step / _STEPS) for start, stop in zip(ink, end, strict=True)
        )
        if contrast((red, green, blue), paper) >= least:
            return red, green, blue
    return None


# -- 256 colours -----------------------------------------------------------------------------------------


def _in_fixed(style: Style, ink: Channels | None, paper: Channels | None, least: float) -> Style:
    ground = None if paper is None else _nearest_fixed(paper)
    letter = None if ink is None else _nearest_fixed(ink)
    if ink is not None and ground is not None and letter is not None:
        letter = _readable_fixed(ink, letter, ground, least)
    return _inked(
        style,
        style.color if letter is None else _numbered(_FIRST + letter),
        style.bgcolor if ground is None else _numbered(_FIRST + ground),
    )


@lru_cache(maxsize=8192)
def _nearest_fixed(color: Channels) -> int:
    # As `_nearest`, in a third of the time: a picture has thousands of colours.
    light, red, yellow = _lab(color)
    found = (
        ((light - light_) ** 2 + _HUE * ((red - red_) ** 2 + (yellow - yellow_) ** 2), number)
        for number, (light_, red_, yellow_) in enumerate(_fixed_labs())
    )
    return min(found)[1]


@lru_cache(maxsize=1)
def _fixed_labs() -> tuple[tuple[float, float, float], ...]:
    return tuple(map(_lab, _FIXED))


@lru_cache(maxsize=4096)
def _readable_fixed(ink: Channels, letter: int, ground: int, least: float) -> int:
    paper = _FIXED[ground]
    if contrast(_FIXED[letter], paper) >= least:
        return letter
    # Black or white has this contrast on any ground.
    return _nearest(ink, (n for n, one in enumerate(_FIXED) if contrast(one, paper) >= least), (_FIXED,))


# -- 16 colours ------------------------------------------------------------------------------------------


def _in_sixteen(style: Style, ink: Channels | None, paper: Channels | None, least: float) -> Style:
    ground = None if paper is None else _nearest(paper, _grounds(), _SIXTEEN)
    if ink is None or ground is None:
        letter = None if ink is None else _nearest_letter(ink, range(16))
        return _inked(
            style,
            style.color if letter is None else _standard(letter),
            style.bgcolor if ground is None else _standard(ground),
        )
    readable = _readable_on(ground, least, is_bold=bool(style.bold))
    if not readable:
        # Bold letters may become bright ones, and none of those can be read here.
        style += Style(bold=False)
        readable = _readable_on(ground, least, is_bold=False)
    return _inked(style, _standard(_nearest_letter(ink, readable)), _standard(ground))


def _nearest_letter(ink: Channels, numbers: Sequence[int]) -> int:
    """The number for a letter: of the same hue, if there is one, because pale colours have a meaning, too."""
    apart = {n: max(_hues_apart(ink, colors[n]) for colors in _SIXTEEN) for n in numbers}
    least = min(apart.values())
    same = [n for n in numbers if apart[n] <= least + _HALF_A_HUE]
    return _nearest(ink, same if least < _ONE_HUE else numbers, _SIXTEEN)


def _hues_apart(one: Channels, other: Channels) -> float:
    """The angle between two hues, from 0 to π; infinite if one of the colours is grey."""
    (_light, red, yellow), (_light, red_, yellow_) = _lab(one), _lab(other)
    if min(math.hypot(red, yellow), math.hypot(red_, yellow_)) < _GREY:
        return math.inf
    apart = abs(math.atan2(yellow, red) - math.atan2(yellow_, red_))
    return min(apart, math.tau - apart)


@lru_cache(maxsize=1)
def _grounds() -> tuple[int, ...]:
    """The colours for backgrounds: on each, some letters can be read.

    Only the first eight: the console of Linux draws a bright background as a dark one.
    """
    return tuple(number for number in range(8) if _readable_on(number, READABLE, is_bold=False))


@lru_cache(maxsize=64)
def _readable_on(ground: int, least: float, *, is_bold: bool) -> tuple[int, ...]:
    """The colours that have this contrast on a ground, wherever the 16 colours are the usual ones."""
    # Many terminals draw a bold letter in the bright colour.
    looks = (0, 8) if is_bold else (0,)
    return tuple(
        number
        for number in range(16)
        if all(
            contrast(colors[number + more if number < 8 else number], colors[ground]) >= least
            for colors in _SIXTEEN
            for more in looks
        )
    )


# -- both ------------------------------------------------------------------------------------------------


def _nearest(color: Channels, numbers: Iterable[int], palettes: Sequence[Sequence[Channels]]) -> int:
    """The number whose colour, over all these palettes, looks most like a colour."""
    return min(numbers, key=lambda number: sum(distance(color, colors[number]) for colors in palettes))


def _channels(color: Color | None) -> Channels | None:
    """The channels of a colour that a theme or a picture gives; None for those that the terminal chooses."""
    return None if color is None else color.triplet


def _inked(style: Style, ink: Color | None, paper: Color | None = None) -> Style:
    return style + Style.from_color(ink, paper)


def _numbered(number: int) -> Color:
    return Color(f"color({number})", ColorType.EIGHT_BIT, number=number)


def _standard(number: int) -> Color:
    return Color(f"color({number})", ColorType.STANDARD, number=number)
