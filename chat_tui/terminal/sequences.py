"""The input cut into text, keys behind Escape and whole control sequences, wherever a read ends.

Terminals send answers, to our questions and to those of earlier programs, in the same stream as keys. A
control sequence is one piece or is dropped: no part of it is left over as letters. Each character is examined
a bounded number of times, however long a sequence grows.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

LONGEST: Final = 256
"""Characters of parameters in the longest sequence that may be a key; `_SEQUENCE` repeats the number."""
STREAM: Final = 64
"""Characters in one read that are too many for typing: more of the same is still on its way."""
_DENSE_S: Final = 0.1
"""Seconds between two reads of one answer; few people type so fast, and nobody for long."""

_BARE_S: Final = 0.5
"""Seconds to wait for more after Escape and a bracket: nobody presses these two keys in this order."""
_REST_S: Final = 1.0
"""Seconds to wait for the rest of a sequence: the network may have cut it."""
_STRING_S: Final = 2.0
"""The same for a control string (OSC, DCS and the like): it is long, and may stall on its way."""
_DRIBBLE_S: Final = 10.0
"""Seconds for which a control string may come in small pieces: after them, somebody may be typing."""

_TEXT: Final = re.compile(r"[^\x1b\x80-\x9f]+")
_STRING: Final = re.compile(r"(?:\x1b[\]PX^_](?=.)|[\x90\x98\x9d-\x9f])", re.DOTALL)
_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)(?:\[[A-E]|[ -?]{0,256}[@-~])|(?:\x1bO|\x8f)[0-9;]{0,256}[@-~]|\x1b\\"
)
_UNFINISHED: Final = re.compile(
    r"(?:\x1b(?:[\]PX^_]|O[0-9;]*)?|\x8f[0-9;]*|(?:\x1b\[|\x9b)(?:\[|[ -?]*))\Z", re.DOTALL
)
_WITHOUT_END: Final = re.compile(r"(?:\x1b\[|\x9b)[ -?]+|\x9b|\x8f|\x1bO[0-9;]+")
_OF_THREE_BYTES: Final = re.compile(r"(?:\x1b\[|\x9b)M")
"""A mouse report in the oldest encoding (X10): three bytes follow."""
_PAYLOAD: Final = re.compile(r"[^\x00-\x1f\x80-\x9f]")
_LATE: Final = re.compile(r"\[[<=>?]?[\d:;]+[ -/]*[@-~]|\][^\x1b\x07]+[\x07\x1b]|[PX^_].+\x1b\\", re.DOTALL)
"""A sequence whose Escape came long before it: nobody types this in one read."""

_ENDS_TEXT: Final = re.compile(r"\x1b\\|[\x18\x1a\x9c]")
_ENDS_COMMAND: Final = re.compile(r"\x1b\\|[\x07\x18\x1a\x9c]")
_ENDS_LONG: Final = re.compile(r"[@-~]|(?=[^ -?])")


class Kind(Enum):
    """The kind of a piece of input."""

    TEXT = auto()
    """Characters without Escape."""
    SEQUENCE = auto()
    """A whole control sequence, with ESC in front."""
    ESCAPE = auto()
    """Escape alone."""
    ESCAPED = auto()
    """A character right after an Escape: Alt with this key, or Escape and this key."""


class Piece(NamedTuple):
    """One piece of the input."""

    kind: Kind
    text: str


class Cutter:
    """Cuts input into pieces; control strings, which are never keys, are dropped here."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` returns seconds and never goes back."""
        self._clock = clock
        self._data, self._at = "", 0
        self._begun = ""
        """An unfinished sequence, or the Escape that may end the control string that is being dropped."""
        self._until: re.Pattern[str] | None = None
        """The end of the input that is being dropped; None = nothing is being dropped."""
        self._due = self._due_at_last = 0.0
        self._late_until = 0.0
        """Until when the rest of a sequence may come whose Escape has already been passed on as a key."""
        self._fed_at = 0.0

    @property
    def due(self) -> float | None:
        """When `tick` must be called if nothing more comes, by `clock`; None = nothing is unfinished."""
        return self._due if self._begun or self._until is not None else None

    def feed(self, data: str) -> Iterator[Piece]:
        """The pieces that are complete with this input."""
        now = self._clock()
        if not self._begun and self._until is None and now < self._late_until and _LATE.match(data):
            self._begun = "\x1b"
        self._late_until = 0.0
        if len(data) >= STREAM:
            self._due, self._due_at_last = now + _STRING_S, now + _DRIBBLE_S
        elif self._until is not None and now - self._fed_at <= _DENSE_S:
            self._due = min(now + _STRING_S, self._due_at_last)
        self._fed_at = now
        self._data, self._at, self._begun = self._begun + data, 0, ""
        while self._at < len(self._data):
            if piece := self._next():
                yield piece

    def take_rest(self) -> str:
        """Hand over the input that is not cut yet: it belongs to a paste."""
        rest, self._data, self._at = self._data[self._at :], "", 0
        return rest

    def tick(self) -> Iterator[Piece]:
        """Pieces of an unfinished sequence that has waited too long for its end."""
        if self.due is None or self._clock() < self._due:
            return
        begun, self._begun = self._begun, ""
        if self._until is not None:
            self._until = None
        elif begun == "\x1b":
            self._late_until = self._clock() + _REST_S
            yield Piece(Kind.ESCAPE, begun)
        elif begun[0] == "\x1b" and len(begun) == 2:
            yield Piece(Kind.ESCAPED, begun[1])
        elif begun in ANSI_SEQUENCES_KEYS:
            yield Piece(Kind.SEQUENCE, begun)

    def _next(self) -> Piece | None:
        data, at = self._data, self._at
        if self._until is not None:
            self._swallow(self._until)
        elif match := _TEXT.match(data, at):
            return self._taken(Kind.TEXT, match.end())
        elif match := _STRING.match(data, at):
            self._swallow_until(_ENDS_COMMAND if match[0] in {"\x1b]", "\x9d"} else _ENDS_TEXT, _STRING_S)
            self._at = match.end()
        else:
            return self._sequence()
        return None

    def _sequence(self) -> Piece | None:
        data, at = self._data, self._at
        end = self._end_of_mouse(at)
        if end is None and (match := _SEQUENCE.match(data, at)):
            # The Linux console sends F1 to F5 as `ESC [ [`, which looks complete, and a letter.
            end = match.end() + (match[0] == "\x1b[[" and match.end() == len(data))
        if end is not None and end <= len(data):
            return self._taken(Kind.SEQUENCE, end)
        if end is None and not _UNFINISHED.match(data, at):
            return self._broken()
        self._wait()
        return None

    def _swallow(self, until: re.Pattern[str]) -> None:
        data = self._data
        if match := until.search(data, self._at):
            self._until, self._at = None, match.end()
        else:
            self._begun, self._at = "\x1b" if data[-1] == "\x1b" else "", len(data)

    def _taken(self, kind: Kind, end: int) -> Piece:
        text, self._at = self._data[self._at : end], end
        if kind is Kind.SEQUENCE and text[0] != "\x1b":
            text = "\x1b" + chr(ord(text[0]) - 0x40) + text[1:]
        return Piece(kind, text)

    def _end_of_mouse(self, at: int) -> int | None:
        """Where a mouse report ends, past the data if more must come; None = this is no mouse report.

        Three bytes follow, of which two may have been decoded as one letter.
        """
        if not (begin := _OF_THREE_BYTES.match(self._data, at)):
            return None
        end, missing = begin.end(), 3
        while missing > 0 and (byte := _PAYLOAD.match(self._data, end)):
            # U+FFFD stands for one byte that is not UTF-8.
            missing -= 1 if byte[0] == "\ufffd" else len(byte[0].encode())
            end += 1
        return end + 1 if missing > 0 and end == len(self._data) else end

    def _wait(self) -> None:
        """Keep an unfinished sequence for the next read; drop one that is too long for a key."""
        begun, self._at = self._data[self._at :], len(self._data)
        now = self._clock()
        if len(begun) > LONGEST:
            self._swallow_until(_ENDS_LONG, _REST_S)
            return
        self._begun = begun
        if begun == "\x1b" or begun[1:] in {"O", "P", "X"} or begun in ANSI_SEQUENCES_KEYS:
            self._due = now + constants.ESCAPE_DELAY
        else:
            self._due = now + (_BARE_S if len(begun) == 2 else _REST_S)

    def _broken(self) -> Piece | None:
        """Cut an incomplete sequence, after which another key or sequence begins."""
        data, at = self._data, self._at
        match = _WITHOUT_END.match(data, at)
        if match is None and data[at] == "\x1b":
            following = data[at + 1]
            if following == "\x1b" or "\x80" <= following <= "\x9f":
                return self._taken(Kind.ESCAPE, at + 1)
            self._at += 2
            is_cut_off = following == "[" and data[at + 2] == "\x1b"
            return None if is_cut_off else Piece(Kind.ESCAPED, following)
        if match is not None and data[at] == "\x1b" and match[0] in ANSI_SEQUENCES_KEYS:
            return self._taken(Kind.SEQUENCE, match.end())
        if match is not None and len(match[0]) > LONGEST:
            self._swallow_until(_ENDS_LONG, _REST_S)
        self._at = match.end() if match else at + 1
        return None

    def _swallow_until(self, end: re.Pattern[str], seconds: float) -> None:
        now = self._clock()
        self._until, self._due, self._due_at_last = end, now + seconds, now + _DRIBBLE_S
