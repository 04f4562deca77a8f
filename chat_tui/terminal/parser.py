"""Terminal input as events: a paste is text, a key is a key, and reports of the terminal are neither."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._time import get_time
from textual._xterm_parser import (
    BRACKETED_PASTE_END,
    BRACKETED_PASTE_START,
    FOCUSIN,
    FOCUSOUT,
    XTermParser,
)
from textual.keys import Keys
from textual.message import Message

from chat_tui.terminal.sequences import STREAM, Cutter, Kind, Piece

PASTE_LIMIT: Final = 1_000_000
"""Characters of a paste that are kept."""
_DOUBT_S: Final = 0.1
"""Seconds after a paste in which more input may belong to it: the text may have contained the end mark."""
_STREAM: Final = 256
"""Characters in one read that are too many for typing."""
_STREAM_DOUBT_S: Final = 0.5
"""Seconds after such a read in which more may come: a stream may pause on its way."""
_QUIET_S: Final = 2.0
"""Seconds without a stream after which a paste ends without its end mark."""
_DENSE_S: Final = 0.05
"""Seconds between two reads of a stream: too short for typing."""
_LATE_S: Final = 60.0
"""Seconds after such an end in which the rest of the paste may still come, with its end mark."""
_MOST_ESCAPES: Final = 4
"""Escapes in a row in one read that act: no screen is nested deeper."""

# Keys as xterm sends them with modifyOtherKeys: CSI 27 ; modifiers ; code ~.
_OTHER_KEYS: Final = re.compile(r"\x1b\[27;(\d+);(\d+)~")
_WITH_DETAILS: Final = re.compile(r"\x1b\[([\d:]*);([\d:]*)((?:;[\d:]*)?)([u~ABCDEFHPQRS])")
_NUMBERED: Final = re.compile(r"\x1b\[(\d+)(?::[\d:]*)?(?:;[\d:]*){0,2}u")
_NAMED: Final = re.compile(r"\x1b\[(\d*)(?:;([\d:]*))?([~ABCDEFHPQRS])")
_OLD_SHIFTED: Final = re.compile(r"\x1bO(?:1;)?(\d)([ABCDFHPQRS])")
_MODE: Final = re.compile(r"\x1b\[\?(\d+);(\d)\$y")
_IDENTITY: Final = re.compile(r"\x1b\[\?[\d;]*c")
_MOUSE: Final = re.compile(r"\x1b\[<\d{1,9};-?\d{1,9};-?\d{1,9}[mM]")
_SHOWN_AT_ONCE, _MARKED_PASTES = "2026", "2004"
_RELEASED: Final = "3"
_MOST_MODIFIERS: Final = 256
_COMMANDING: Final = 2 | 4 | 8
"""Alt, Ctrl and Super, as bits of a modifier number less one."""


class TolerantParser(XTermParser):
    """Textual's table of keys behind our own cutter: only a sequence that is known as a key becomes one."""

    def __init__(self, debug: bool = False, *, clock: Callable[[], float] = get_time) -> None:
        """`clock` returns seconds; it must be the clock of `Message.time`."""
        super().__init__(debug)
        self._clock = clock
        self._cutter = Cutter(clock)
        self._paste: str | None = None
        """The open paste so far; None = none is open."""
        self._paste_due = self._fed_at = 0.0
        """When an open paste ends without its end mark, and when the last input came."""
        self._unended_until = 0.0
        """Until when the rest may come of a paste that was ended without its end mark."""
        self._doubted: str | None = None
        """Input right after a paste: keys, or more of it if another end mark follows; None = no doubt."""
        self._doubted_since = self._doubt_ends = 0.0
        self._escapes = 0
        """Escapes in a row in this read."""
        self._knows_marks = False
        self.identities = 0
        """How often the terminal has identified itself: it has then answered all earlier questions."""

    @property
    def marks_pastes(self) -> bool:
        """Whether this terminal is known to mark pastes, and no paste is open."""
        return self._knows_marks and self._paste is None and self._clock() >= self._unended_until

    @property
    def due(self) -> float | None:
        """When `tick` must be called at the latest, by `clock`; None = it has nothing to do."""
        waits = [
            self._paste_due if self._paste is not None else None,
            self._doubt_ends if self._doubted is not None else None,
            self._cutter.due,
        ]
        return min((due for due in waits if due is not None), default=None)

    def feed(self, data: str) -> Iterator[Message]:
        """Events for input; an empty string is the end of input, which also ends a paste."""
        if not data:
            yield from self._end_paste()
            return
        self._escapes = 0
        is_stream = len(data) >= STREAM or self._clock() - self._fed_at <= _DENSE_S
        self._fed_at = self._clock()
        if self._paste is not None and is_stream:
            self._paste_due = self._fed_at + _QUIET_S
        # A single character is a key.
        if self._clock() < self._unended_until and self._doubted is None and len(data) > 1:
            self._doubt()
        yield from self._take(data)

    def _take(self, data: str) -> Iterator[Message]:
        """Give input to the open paste, to the doubt after a paste, or to the keys, until none is left."""
        while data:
            if self._paste is not None:
                data = yield from self._feed_paste(data)
            elif self._doubted is not None and self._clock() < self._doubt_ends:
                data = yield from self._feed_doubted(data)
            else:
                yield from self._release_doubted()
                data = yield from self._feed_keys(data)

    def tick(self) -> Iterable[Message]:
        """Events for input that has waited too long for the rest."""
        for piece in self._cutter.tick():
            yield from self._events(piece)
        if self._doubted is not None and self._clock() >= self._doubt_ends:
            yield from self._release_doubted()
        if self._paste is not None and self._clock() >= self._paste_due:
            self._unended_until = self._clock() + _LATE_S
            yield from self._end_paste()

    def _end_paste(self) -> Iterator[Message]:
        """End a paste whose end mark did not come, or only a part of it."""
        text, self._paste = self._paste, None
        if text:
            yield _pasted(text.removesuffix(_end_that_begins(text, BRACKETED_PASTE_END)))

    def _feed_keys(self, data: str) -> Generator[Message, None, str]:
        for piece in self._cutter.feed(data):
            if piece.text == BRACKETED_PASTE_START:
                self._paste = ""
                self._paste_due = self._clock() + _QUIET_S
                return self._cutter.take_rest()
            yield from self._events(piece)
        return ""

    def _events(self, piece: Piece) -> Iterator[Message]:
        self._escapes = self._escapes + 1 if piece.kind is Kind.ESCAPE else 0
        match piece.kind:
            case Kind.TEXT:
                for character in piece.text:
                    yield from self._known(character)
            case Kind.ESCAPE if self._escapes <= _MOST_ESCAPES:
                yield events.Key("escape", "\x1b")
            case Kind.ESCAPED:
                yield from self._behind_escape(piece.text)
            case Kind.SEQUENCE:
                yield from self._said(piece.text)

    def _known(self, sequence: str) -> Iterator[events.Key]:
        return (key for key in self._sequence_to_key_events(sequence) if key.key != Keys.Ignore)

    def _behind_escape(self, character: str) -> Iterator[events.Key]:
        """Alt and a key, or Escape and that key: the event has a character, unlike an Alt that is certain."""
        for key in self._known(character):
            name = f"shift+{key.key.lower()}" if len(key.key) == 1 and key.key.isupper() else key.key
            yield events.Key(f"alt+{name}", character)

    def _said(self, sequence: str) -> Iterator[Message]:
        """Events for a control sequence; one that is unknown may be any answer, and gives none."""
        if sequence == FOCUSIN:
            yield events.AppFocus()
        elif sequence == FOCUSOUT:
            yield events.AppBlur()
        elif sequence == BRACKETED_PASTE_END:
            self._unended_until = 0.0
        elif _MOUSE.fullmatch(sequence):
            if (event := self.parse_mouse_code(sequence)) is not None:
                yield event
        elif match := _MODE.fullmatch(sequence):
            yield from self._mode(*match.groups())
        elif _IDENTITY.fullmatch(sequence):
            self.identities += 1
        elif _is_key(sequence):
            yield from self._known(_OLD_SHIFTED.sub("\x1b[1;\\1\\2", sequence))

    def _mode(self, mode: str, setting: str) -> Iterator[Message]:
        """Handle the answer about a mode: 0 = unknown, 1 = on, 2 = off, 3 = always on, 4 = always off."""
        if mode == _MARKED_PASTES and setting in "13":
            self._knows_marks = True
        if mode == _SHOWN_AT_ONCE and setting != "0":
            yield messages.TerminalSupportsSynchronizedOutput()

    def _feed_paste(self, data: str) -> Generator[Message, None, str]:
        assert self._paste is not None
        mark = BRACKETED_PASTE_END
        before = len(self._paste)
        self._paste += data
        # The mark may have begun in the read before.
        end = self._paste.find(mark, max(0, before - len(mark)))
        if end < 0:
            if len(self._paste) > PASTE_LIMIT:
                # The end stays as well: it may be the beginning of the end mark.
                self._paste = self._paste[:PASTE_LIMIT] + self._paste[-len(mark) :]
            return ""
        text, rest = self._paste[:end], self._paste[end + len(mark) :]
        self._paste, self._unended_until, self._knows_marks = None, 0.0, True
        yield _pasted(text)
        self._doubt()
        return rest

    def _doubt(self) -> None:
        self._doubted = ""
        self._doubted_since = self._clock()
        self._doubt_ends = self._doubted_since + _DOUBT_S

    def _feed_doubted(self, data: str) -> Generator[Message, None, str]:
        assert self._doubted is not None
        before = len(self._doubted)
        self._doubted += data
        end = self._doubted.rfind(BRACKETED_PASTE_END, max(0, before - len(BRACKETED_PASTE_END)))
        if end < 0:
            if len(data) >= _STREAM:
                self._doubt_ends = self._clock() + _STREAM_DOUBT_S
            return ""
        # A begin mark before that end mark may come from the terminal or from the text: all of it is text.
        text, rest = self._doubted[:end], self._doubted[end + len(BRACKETED_PASTE_END) :]
        self._unended_until = 0.0
        yield _pasted(text.replace(BRACKETED_PASTE_START, "").replace(BRACKETED_PASTE_END, ""))
        self._doubt()
        return rest

    def _release_doubted(self) -> Iterator[Message]:
        """No end mark came: these were keys, pressed when they arrived."""
        held, self._doubted = self._doubted, None
        if held:
            for message in self._take(held):
                message.time = self._doubted_since
                yield message

    # Upstream caches the results of this method; there are few keys per second.
    def _parse_extended_key(  # type: ignore[override]
        self, sequence: str
    ) -> list[events.Key] | None:
        if match := _OTHER_KEYS.fullmatch(sequence):
            sequence = f"\x1b[{match[2]};{match[1]}u"
        elif ":" in sequence and (match := _WITH_DETAILS.fullmatch(sequence)):
            codes, modifiers, text, end = match.groups()
            number, _colon, kind = modifiers.partition(":")
            if kind == _RELEASED:
                return [_ignored(sequence)]
            sequence = f"\x1b[{_code(codes, number)};{number}{text}{end}"
        if (match := _NAMED.fullmatch(sequence)) and not _is_functional(match):
            return None  # Textual would read the number in an old terminal's sequence as a code point
        try:
            keys = super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            return [_ignored(sequence)]
        if keys and any("\ud800" <= (key.character or "") <= "\udfff" for key in keys):
            return [_ignored(sequence)]
        return keys


def _is_key(sequence: str) -> bool:
    """Whether a key is known to send this; answers to questions look similar."""
    forms = (_OTHER_KEYS, _OLD_SHIFTED, _NUMBERED)
    if sequence in ANSI_SEQUENCES_KEYS or any(form.fullmatch(sequence) for form in forms):
        return True
    match = _NAMED.fullmatch(sequence)
    if match is None or not _is_functional(match):
        return False
    # A report of the cursor position has the form of F3 with modifiers.
    modifiers = (match[2] or "").partition(":")[0]
    return match[3] != "R" or match[2] is None or 1 < int(modifiers or 0) <= _MOST_MODIFIERS


def _is_functional(named: re.Match[str]) -> bool:
    return f"{named[1] or 1}{named[3]}" in FUNCTIONAL_KEYS


def _end_that_begins(text: str, mark: str) -> str:
    """The longest end of `text` that is a proper beginning of `mark`."""
    return next((mark[:n] for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), "")


def _code(codes: str, modifiers: str) -> str:
    """The key's code; with Ctrl, Alt or Super the code of the same key on a Latin layout, if it was sent."""
    code, _shifted, base, *_more = [*codes.split(":"), "", ""]
    is_command = modifiers.isdecimal() and (int(modifiers) - 1) & _COMMANDING
    return base if base and is_command else code


def _pasted(text: str) -> events.Paste:
    return events.Paste(text[:PASTE_LIMIT].replace("\x00", ""))


def _ignored(sequence: str) -> events.Key:
    return events.Key(Keys.Ignore, sequence)
