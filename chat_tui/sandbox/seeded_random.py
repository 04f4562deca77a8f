"""Repeatable randomness and pictures: equal numbers give equal results, on every machine, in every run.

Where several things are drawn for one chat, each has a last number of its own: none follows from another.
"""

import struct
import zlib
from random import Random
from typing import Final

_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
_WIDTH, _HEIGHT = 120, 90


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


def png(*numbers: int) -> bytes:
    """A small PNG (RGB) of a round thing on a table, with colours and a place drawn from `numbers`.

    A photo in a chat must be a real picture, or the program could not show it; drawn here, none is shipped.
    """
    bits = mix(*numbers)
    wall, table, thing = (
        bytes((bits >> shift + step) & 0xBF | 0x40 for step in (0, 8, 16)) for shift in (0, 16, 32)
    )
    middle_x, middle_y, radius = 30 + bits % 60, 35 + (bits >> 8) % 25, 14 + (bits >> 20) % 18
    rows = []
    for y in range(_HEIGHT):
        ground = wall if y < _HEIGHT * 2 // 3 else table
        reach = radius * radius - (y - middle_y) ** 2
        half = int(reach**0.5) if reach > 0 else 0
        left, right = max(0, middle_x - half), min(_WIDTH, middle_x + half)
        rows.append(b"\0" + ground * left + thing * (right - left) + ground * (_WIDTH - right))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
