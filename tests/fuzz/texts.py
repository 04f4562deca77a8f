"""Texts made of troublesome parts: payloads, pieces of sequences and markup, letters of every script."""

import random
from typing import Final

from tests.faults.support.payloads import PAYLOADS

_PIECES: Final = (
    *(payload.text for payload in PAYLOADS if len(payload.text) < 100),
    *(
        "\x1b",
        "\x1b[",
        "\x9b",
        "\x1b]",
        "\x07",
        "\x9c",
        "\r",
        "\b",
        "\x00",
        "\x7f",
        "\x85",
        "\u2028",
        "\t",
        "\n",
    ),
    *(
        "\u200b",
        "\u200c",
        "\u200d",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ufe0f",
        "\u20e3",
        "\u0301",
        "\u3164",
        "\u2800",
    ),
    *(
        "[/",
        "[@click=",
        "]",
        "[",
        "\\[",
        "[b]",
        "$x",
        "{",
        "%s",
        "https://",
        "@",
        "xn--",
        "漢",
        "👩",
        "🇷",
        "🏽",
    ),
    *("Ольга", "заказ", " ", "  ", "й", "и\u0306", "a", "1", "…", "·", "‹", "Мы", "Маркет"),
)
_PLANES: Final = (0x80, 0x600, 0x3000, 0x10000, 0x20000, 0x110000)


def text(chance: random.Random, longest: int) -> str:
    """A text of pieces and of any characters; most are short, a few very long."""
    pieces = []
    for _ in range(longest if chance.random() < 0.01 else chance.choice((1, 1, 2, 3, 5, 9))):
        if chance.random() < 0.7:
            piece = chance.choice(_PIECES)
        else:
            piece = chr(chance.randrange(1, chance.choice(_PLANES)))
        pieces.append(piece * (40 if chance.random() < 0.02 else 1))
    return "".join(pieces)[: 20 * longest]
