"""Repeatable randomness and pictures: equal numbers give equal results, on every machine, in every run.

Where several things are drawn for one chat, each has a last number of its own: none follows from another.
"""

import struct
import tomllib
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import cos, hypot, pi, sin
from pathlib import Path
from random import Random
from typing import Final

_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
_WIDTH, _HEIGHT = 160, 120
"""The paper on which `drawings.toml` is drawn."""
_SCALE: Final = 2
"""Pixels for each of its units."""
_CORNERS: Final = 36
"""Of an oval."""
_THINGS: Final = ("2f8f83", "c8453b", "3d6fb4", "d9a441", "5f8f4e", "8a5fa3", "d9795d")
_ROOMS: Final = (
    ("e9e2d6", "a97c50"),
    ("cfdbe2", "6f5540"),
    ("e6d3c4", "8c8f94"),
    ("d5e0cd", "b98e5f"),
    ("ded5e4", "5c4a3d"),
)
"""Colours of wall and table."""

Point = tuple[float, float]


def mix(*numbers: int) -> int:
    """A 64-bit number that looks random and depends on all of `numbers` (splitmix64)."""
    x = 0x9E3779B97F4A7C15
    for number in numbers:
        x = ((x ^ number) + 0x9E3779B97F4A7C15) & _MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
        x ^= x >> 31
    return x


def seeded(*numbers: int) -> Random:
    """A generator of random numbers whose stream depends on all of `numbers`."""
    return Random(mix(*numbers))


# ---- pictures: a photo in a chat must be a real one, or the program could not show it


def png(drawing: str, *numbers: int) -> bytes:
    """A PNG (RGB) of a drawing of `drawings.toml`, in colours that depend on `numbers`."""
    bits = mix(*numbers)
    return _drawn(drawing, bits % len(_ROOMS), (bits >> 8) % len(_THINGS))


@cache
def _drawn(drawing: str, room: int, thing: int) -> bytes:
    wall, table = (_rgb(colour) for colour in _ROOMS[room])
    main = _rgb(_THINGS[thing])
    colours = {"main": main, "dark": _lit(main, 0.65), "light": _lit(main, 1.45)}
    edge = _HEIGHT * _SCALE * 13 // 20
    rows = [bytearray(_lit(wall, 0.82 + 0.25 * y / edge) * (_WIDTH * _SCALE)) for y in range(edge)]
    for y in range(_HEIGHT * _SCALE - edge):
        # Boards of a table, which are lighter in front.
        rows.append(bytearray(_lit(table, (0.85 if y % 22 < 2 else 1.0) + y / 600) * (_WIDTH * _SCALE)))
    for shape in _shapes(drawing):
        kind, colour, *numbers_of = shape
        filled = colours[colour] if colour in colours else _rgb(colour[1:])
        for polygon in _polygons(kind, numbers_of):
            _fill(rows, polygon, filled)
    header = struct.pack(">IIBBBBB", _WIDTH * _SCALE, _HEIGHT * _SCALE, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour)


def _lit(colour: bytes, light: float) -> bytes:
    return bytes(min(255, int(part * light)) for part in colour)


@cache
def _drawings() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("drawings.toml").read_text(encoding="utf-8"))


def _shapes(drawing: str) -> list[list[str]]:
    """The shapes of a drawing as words, with those of the drawings that it uses."""
    shapes = []
    for line in _drawings()[drawing].splitlines():
        words = line.split()
        shapes += _shapes(words[1]) if words[0] == "use" else [words]
    return shapes


def _polygons(kind: str, words: Sequence[str]) -> list[list[Point]]:
    """What to fill for a shape."""
    if kind == "line":
        width, *path = float(words[0]), *map(_point, words[1:])
        joints = [_oval(joint, (width / 2, width / 2)) for joint in path]
        return joints + [_stroke(start, end, width / 2) for start, end in pairwise(path)]
    points = [_point(word) for word in words]
    return [_oval(*points)] if kind == "oval" else [points]


def _point(word: str) -> Point:
    x, y = word.split(",")
    return float(x), float(y)


def _oval(middle: Point, radii: Point) -> list[Point]:
    turns = (2 * pi * corner / _CORNERS for corner in range(_CORNERS))
    return [(middle[0] + radii[0] * cos(turn), middle[1] + radii[1] * sin(turn)) for turn in turns]


def _stroke(start: Point, end: Point, half: float) -> list[Point]:
    (x, y), (to_x, to_y) = start, end
    length = hypot(to_x - x, to_y - y)
    aside_x, aside_y = (to_y - y) / length * half, (x - to_x) / length * half
    return [
        (x + aside_x, y + aside_y),
        (to_x + aside_x, to_y + aside_y),
        (to_x - aside_x, to_y - aside_y),
        (x - aside_x, y - aside_y),
    ]


def _fill(rows: list[bytearray], polygon: Sequence[Point], colour: bytes) -> None:
    """Fill a polygon row by row, between the edges that cross the middle of a row."""
    corners = [(x * _SCALE, y * _SCALE) for x, y in polygon]
    edges = list(pairwise([*corners, corners[0]]))
    top = max(0, int(min(y for _, y in corners)))
    bottom = min(len(rows), int(max(y for _, y in corners)) + 1)
    for place in range(top, bottom):
        level = place + 0.5
        crossed = sorted(
            x + (level - y) * (to_x - x) / (to_y - y)
            for (x, y), (to_x, to_y) in edges
            if (y <= level) != (to_y <= level)
        )
        for left, right in zip(crossed[::2], crossed[1::2], strict=True):
            first, last = max(0, round(left)), min(_WIDTH * _SCALE, round(right))
            if last > first:
                rows[place][3 * first : 3 * last] = colour * (last - first)
