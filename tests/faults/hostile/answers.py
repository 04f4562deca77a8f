"""Answers of a terminal are never typed: `python -m tests.faults.hostile.answers --count 10000 --seed 1`.

Random control sequences, of every kind and with every terminator, whole and cut, alone, in floods and
unterminated, go into the parser; some of them also into the real program, in its box and in its list. No
letter of them may be typed, no command may run, and the key pressed after them must work.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from typing import Final

from textual import events

from chat_tui.terminal.parser import TolerantParser
from tests.support.clock import ToldClock

ESCAPE_S: Final = 0.1
"""Seconds for which an Escape may be the beginning of a sequence."""
_GIVEN_UP_S: Final = 3.0
"""Seconds after which the parser stops waiting for the rest of a sequence."""
_COMMANDS: Final = "qnckjgGtmpezuialrO?123456/йтслощд "
_STRINGS: Final = {
    "]": ("\x9d", ("\x07", "\x1b\\", "\x9c")),
    "P": ("\x90", ("\x1b\\", "\x9c")),
    "_": ("\x9f", ("\x1b\\", "\x9c")),
    "^": ("\x9e", ("\x1b\\", "\x9c")),
    "X": ("\x98", ("\x1b\\", "\x9c")),
}
"""By the introducer after ESC: its one-character form, and its terminators."""
_BODY: Final = _COMMANDS + "0123456789;:=+/rgb\r\n\t\x05\x11абвWXYZ[]\\^_"
KNOWN: Final = (
    "\x1b[>41;390;0c",
    "\x1b[?62;22c",
    "\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    "\x1b]11;rgb:1111/1111/1111\x07",
    "\x1b[?2026;2$y",
    "\x1b[?2048;0$y",
    "\x1bP1+r436f=323536\x1b\\",
    "\x1bP>|XTerm(390)\x1b\\",
    "\x1b[2;3R",
    "\x1b[1;1R",
    "\x1b[1;300R",
    "\x1b[;5u",
    "\x1b[?1u",
    "\x1b[4;600;800t",
    "\x1b[0n",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b]52;c;0L/RgNC40LLQtdGC\x07",
    "\x1b]l/home/operator\x1b\\",
    "\x1b[?997;1n",
    "\x1b[1;1;1;120;120;1;0x",
    "\x9b>0;95;0c",
)
"""Answers of terminals to our queries and to those of editors."""


def control(chance: random.Random) -> str:
    """A control sequence that no key sends, with its terminator."""
    if chance.random() < 0.1:
        return chance.choice(KNOWN)
    if chance.random() < 0.5:
        return chance.choice(["\x1b[", "\x9b"]) + _command(chance)
    introducer = chance.choice([*_STRINGS])
    single, ends = _STRINGS[introducer]
    length = chance.choice([0, 1, 3, 20, 60, 60, 3000 if chance.random() < 0.05 else 10])
    body = "".join(chance.choices(_BODY, k=length))
    return chance.choice(["\x1b" + introducer, single]) + body + chance.choice(ends)


def _command(chance: random.Random) -> str:
    numbers = ";".join(str(chance.randrange(70000)) for _ in range(chance.randrange(1, 9)))
    final = chance.choice([chr(code) for code in range(0x40, 0x7F)])
    match chance.randrange(5):
        case 0:
            return chance.choice("=>?") + numbers + final
        case 1:
            return "<" + numbers + chance.choice("ABCJKcnhlqRy")
        case 2:
            return numbers + ";0" + chance.choice(" !\"#$%&'()*+,-./") + final
        case 3:
            return "1;1;1;" + numbers + chance.choice("JKLXcghilnrtxy")
        case _:
            return "0" * chance.choice([1, 300, 5000]) + ";" + numbers + chance.choice("JKLXghilr")


def unended(chance: random.Random) -> str:
    """The same without its terminator, cut anywhere after its introducer."""
    whole = control(chance)
    while len(whole) < 5 or whole[-2:] == "\x1b\\":
        whole = control(chance)
    return whole[: chance.randrange(3, len(whole))]


def pieces(text: str, chance: random.Random) -> Iterator[str]:
    """The text in the pieces in which it may be read: whole, in two, letter by letter, or in a few."""
    cuts = chance.choice([0, 1, 1, 3, len(text) if len(text) < 100 else 5])
    places = sorted(chance.randrange(len(text) + 1) for _ in range(cuts)) if cuts < len(text) else None
    if places is None:
        yield from text
        return
    for begin, end in zip([0, *places], [*places, len(text)], strict=True):
        if begin < end:
            yield text[begin:end]


def heard(parser: TolerantParser, clock: ToldClock, reads: Iterator[str], gap: float) -> list[object]:
    """The keys and pastes that the parser returns, each by its name."""
    found: list[object] = []
    for read in reads:
        for message in [*parser.feed(read), *parser.tick()]:
            if isinstance(message, events.Key | events.Paste | events.MouseEvent):
                found.append(getattr(message, "key", message))
        clock.now += gap
    return found


def trial(chance: random.Random) -> str:
    """Parse one random output of a terminal; return the fault, or an empty text."""
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    is_ended = chance.random() < 0.8
    count = chance.choice([1, 1, 1, 2, 5, 50])
    said = "".join(control(chance) for _ in range(count)) + ("" if is_ended else unended(chance))
    found = heard(parser, clock, pieces(said, chance), chance.uniform(0, ESCAPE_S * 0.9))
    if not is_ended:
        clock.now += _GIVEN_UP_S
        found += [getattr(message, "key", message) for message in parser.tick()]
        clock.now += _GIVEN_UP_S
    found += heard(parser, clock, iter("n"), 0)
    return "" if found == ["n"] else f"{said!r:.300} became {found!r:.200}"


def main() -> int:
    """Run the trials; 0 = nothing was typed and no command ran."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--count", type=int, default=10_000, help="sequences for the parser")
    asked.add_argument("--seed", type=int, default=random.randrange(10**6))
    told = asked.parse_args()
    chance = random.Random(told.seed)
    wrong = [words for _ in range(told.count) if (words := trial(chance))]
    for words in wrong[:20]:
        sys.stdout.write(f"{words}\n")
    sys.stdout.write(f"seed {told.seed}: {told.count} trials, {len(wrong)} typed or ran something\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
