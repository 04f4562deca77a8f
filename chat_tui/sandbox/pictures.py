"""Small real PNG files, drawn from numbers, so that photos can be shown without any being shipped."""

import struct
import zlib

from chat_tui.sandbox.draws import mix

_WIDTH, _HEIGHT = 120, 90


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*numbers: int) -> bytes:
    """An RGB picture of a round thing on a table, its colours and place drawn from `numbers`."""
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
