"""Terminal input as events: what was pasted is text whatever it holds, and no sequence ends the program."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

from textual import events
from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.keys import Keys
from textual.message import Message

PASTE_LIMIT: Final = 1_000_000
"""Characters of a paste that are kept."""
_DOUBT_S: Final = 0.1
"""Seconds after a paste in which more input may belong to it: the text may have held the mark of its end."""
_STREAM: Final = 256
"""Characters in one read that no hand types."""
_STREAM_DOUBT_S: Final = 0.5
"""Seconds after such a read in which more may come: a stream may falter on its way."""

_OTHER_KEYS: Final = re.compile(r"\x1b\[27;(\d+);(\d+)~")
_WITH_DETAILS: Final = re.compile(r"\x1b\[([\d:]*);([\d:]*)((?:;[\d:]*)?)([u~ABCDEFHPQRS])")
_RELEASED: Final = "3"
_COMMANDING: Final = 2 | 4 | 8
"""Alt, Ctrl and Super, as bits of a modifier number less one."""


class TolerantParser(XTermParser):
    """Textual's parser, but it takes pastes whole and never raises for a key."""

    def __init__(self, debug: bool = False, *, clock: Callable[[], float] = get_time) -> None:
        """`clock` is the one by which events tell their time, in seconds."""
        super().__init__(debug)
        self._clock = clock
        self._paste: str | None = None
        self._doubted: str | None = None
        """What came right after a paste: keys, or more of it if another end mark follows."""
        self._doubted_since = self._doubt_ends = 0.0
        self._begun = ""
        """A beginning of the paste mark that was given to the parser already."""

    def feed(self, data: str) -> Iterator[Message]:
        """Events for what was read; an empty string means the end of input."""
        if not data:
            yield from super().feed(data)
            return
        while data:
            if self._paste is not None:
                data = yield from self._feed_paste(data)
            elif self._doubted is not None and self._clock() < self._doubt_ends:
                data = yield from self._feed_doubted(data)
            else:
                yield from self._release_doubted()
                data = yield from self._feed_keys(data)

    def tick(self) -> Iterable[Message]:
        """Events for what has waited too long; a lone Escape is no beginning of anything then."""
        for message in super().tick():
            self._begun = ""
            yield message
        if self._doubted is not None and self._clock() >= self._doubt_ends:
            yield from self._release_doubted()

    def _feed_keys(self, data: str) -> Generator[Message, None, str]:
        mark = BRACKETED_PASTE_START
        joined = self._begun + data
        start = joined.find(mark)
        if start < 0:
            self._begun = _end_that_begins(joined, mark)
            yield from super().feed(data)
            return ""
        keys = joined[len(self._begun) : start]
        if start < len(self._begun):
            # The parser waits for the rest of the mark: give it that, and close the paste it believes in.
            rest = mark[len(self._begun) :] + BRACKETED_PASTE_END
            for message in super().feed(rest):
                if not isinstance(message, events.Paste):
                    yield message
        elif keys:
            yield from super().feed(keys)
        self._begun = ""
        self._paste = ""
        return joined[start + len(mark) :]

    def _feed_paste(self, data: str) -> Generator[Message, None, str]:
        assert self._paste is not None
        mark = BRACKETED_PASTE_END
        before = len(self._paste)
        self._paste += data
        end = self._paste.find(mark, max(0, before - len(mark)))
        if end < 0:
            if len(self._paste) > PASTE_LIMIT:
                self._paste = self._paste[:PASTE_LIMIT] + self._paste[-len(mark) :]
            return ""
        text, rest = self._paste[:end], self._paste[end + len(mark) :]
        self._paste = None
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
        # A begin mark before that end mark may be the terminal's or the text's: all of it is text.
        text, rest = self._doubted[:end], self._doubted[end + len(BRACKETED_PASTE_END) :]
        yield _pasted(text.replace(BRACKETED_PASTE_START, "").replace(BRACKETED_PASTE_END, ""))
        self._doubt()
        return rest

    def _release_doubted(self) -> Iterator[Message]:
        """No end mark came: these were keys, pressed when they came."""
        held, self._doubted = self._doubted, None
        if held:
            for message in self.feed(held):
                message.time = self._doubted_since
                yield message

    # Upstream keeps the answers of this method in a cache; there are few keys per second.
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
        try:
            keys = super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            return [_ignored(sequence)]
        if keys and any("\ud800" <= (key.character or "") <= "\udfff" for key in keys):
            return [_ignored(sequence)]
        return keys

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if alt and sequence == "\r":
            return [events.Key("alt+enter", None)]
        return super()._sequence_to_key_events(sequence, alt)


def _end_that_begins(text: str, mark: str) -> str:
    """The longest end of `text` with which `mark` begins."""
    return next((mark[:n] for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), "")


def _code(codes: str, modifiers: str) -> str:
    """The key's code; with Ctrl or Alt the code of the same key on a Latin layout, where it is told."""
    code, _shifted, base, *_more = [*codes.split(":"), "", ""]
    is_command = modifiers.isdecimal() and (int(modifiers) - 1) & _COMMANDING
    return base if base and is_command else code


def _pasted(text: str) -> events.Paste:
    return events.Paste(text[:PASTE_LIMIT].replace("\x00", ""))


def _ignored(sequence: str) -> events.Key:
    return events.Key(Keys.Ignore, sequence)
