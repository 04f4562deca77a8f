"""Every key that a real terminal can send is read as that key alone, whole or cut after any byte."""

from collections.abc import Iterator

import pytest
from textual import events

from chat_tui.terminal.parser import TolerantParser
from tests.support.clock import ToldClock

MOVES = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
XTERM = {
    **{f"\x1b[{end}": name for end, name in MOVES.items()},
    **{f"\x1bO{end}": name for end, name in MOVES.items()},
    **{f"\x1bO{end}": f"f{number}" for number, end in enumerate("PQRS", 1)},
    **{
        f"\x1b[{code}~": f"f{number}"
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
    "\x1b[2~": "insert",
    "\x1b[3~": "delete",
    "\x1b[5~": "pageup",
    "\x1b[6~": "pagedown",
    "\x1b[Z": "shift+tab",
    "\x1b[1;2A": "shift+up",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[1;3D": "alt+left",
    "\x1b[1;6F": "ctrl+shift+end",
    "\x1b[1;2P": "shift+f1",
    "\x1b[1;2R": "shift+f3",
    "\x1b[1;5R": "ctrl+f3",
    "\x1b[3;5~": "ctrl+delete",
    "\x1b[5;3~": "alt+pageup",
    "\x1b[24;5~": "ctrl+f12",
    "\x1b[27;5;99~": "ctrl+c",
    "\x1b[27;2;13~": "shift+enter",
    "\x1bOM": "enter",
    "\x1bO2P": "shift+f1",
}
KITTY = {
    "\x1b[27u": "escape",
    "\x1b[13;2u": "shift+enter",
    "\x1b[106;3u": "alt+j",
    "\x1b[99;5u": "ctrl+c",
    "\x1b[1094::119;5u": "ctrl+w",
    "\x1b[97;1:1u": "a",
    "\x1b[97;;1092u": "ф",
    "\x1b[1;1:2A": "up",
    "\x1b[57376u": "f13",
    "\x1b[13~": "f3",
    "\x1b[9;2u": "shift+tab",
}
LINUX = {
    **{f"\x1b[[{end}": f"f{number}" for number, end in enumerate("ABCDE", 1)},
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[25~": "f13",
    "\x1b\t": "alt+tab",
}
RXVT = {
    "\x1b[7~": "home",
    "\x1b[8~": "end",
    "\x1b[a": "shift+up",
    "\x1b[d": "shift+left",
    "\x1bOc": "ctrl+right",
    "\x1bOd": "ctrl+left",
    "\x1b[3$": "shift+delete",
    "\x1b[3^": "ctrl+delete",
    "\x1b[5^": "ctrl+pageup",
    "\x1b[23$": "f23",
    "\x1b[11^": "ctrl+f1",
    "\x1b[23@": "ctrl+f21",
    "\x1bOj": "asterisk",
    "\x1bOp": "0",
}
TYPED = {
    "q": "q",
    "ж": "ж",
    "\r": "enter",
    "\n": "ctrl+j",
    "\t": "tab",
    "\x7f": "backspace",
    "\x11": "ctrl+q",
    "\x00": "ctrl+@",
    "\x1bj": "alt+j",
    "\x1bJ": "alt+shift+j",
    "\x1bо": "alt+о",
    "\x1b\r": "alt+enter",
    "\x1b\x7f": "alt+backspace",
    "\x1b ": "alt+space",
    "\x1bN": "alt+shift+n",
}
TABLE = {**XTERM, **KITTY, **LINUX, **RXVT, **TYPED}
MOUSE = {
    "\x1b[<0;10;5M": events.MouseDown,
    "\x1b[<0;10;5m": events.MouseUp,
    "\x1b[<32;11;5M": events.MouseMove,
    "\x1b[<64;10;5M": events.MouseScrollUp,
    "\x1b[<65;10;5M": events.MouseScrollDown,
    "\x1b[I": events.AppFocus,
    "\x1b[O": events.AppBlur,
}


def heard(reads: Iterator[str] | list[str], gap: float = 0.02) -> list[events.Event]:
    """The events of these reads and of the quiet second after them."""
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = []
    for read in reads:
        found += [*parser.feed(read), *parser.tick()]
        clock.now += gap
    clock.now += 1
    return [event for event in [*found, *parser.tick()] if isinstance(event, events.Event)]


def names(found: list[events.Event]) -> list[str]:
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(("sequence", "name"), TABLE.items(), ids=[ascii(text) for text in TABLE])
def test_it_is_the_key_it_is_wherever_it_is_cut(sequence: str, name: str) -> None:
    wanted = [name]
    assert names(heard([sequence])) == wanted
    assert names(heard(iter(sequence))) == wanted
    for cut in range(1, len(sequence)):
        assert names(heard([sequence[:cut], sequence[cut:]])) == wanted


@pytest.mark.parametrize("sequence", MOUSE, ids=[ascii(text) for text in MOUSE])
def test_the_mouse_and_the_focus_are_heard(sequence: str) -> None:
    for reads in ([sequence], [*sequence]):
        (event,) = heard(reads)
        assert type(event) is MOUSE[sequence]


def test_many_keys_in_one_read_are_heard_one_by_one() -> None:
    # What rxvt sends for a key with Shift looks unfinished: it needs a moment without input.
    several = {text: name for text, name in TABLE.items() if not text.endswith("$")}
    assert names(heard(["".join(several)])) == [*several.values()]


def test_escape_alone_is_escape_after_its_delay_and_not_later() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    assert [*parser.feed("\x1b"), *parser.tick()] == []
    assert parser.due == clock.now + 0.1
    clock.now += 0.11
    (key,) = parser.tick()
    assert isinstance(key, events.Key)
    assert (key.key, key.character) == ("escape", "\x1b")
    assert parser.due is None


@pytest.mark.parametrize("letter", "[]OPX^_")
def test_escape_and_what_may_introduce_more_are_both_kept(letter: str) -> None:
    (key,) = heard(["\x1b" + letter])
    assert isinstance(key, events.Key)
    assert (key.key.startswith("alt+"), key.character) == (True, letter)


def test_old_mouse_reports_are_no_text() -> None:
    assert heard(["\x1b[M q5"]) == []
    assert names(heard(["\x1b[M", " é", "n"])) == ["n"]
    assert names(heard(["\x1b[M !", "\x1b[A"])) == ["up"]
