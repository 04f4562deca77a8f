"""Text from outside, made harmless before it reaches a widget, a title, a notification or the log.

`safe` keeps everything visible: a character that could control a terminal becomes a mark. `stripped` removes
such characters, for text that leaves (clipboard, export) or enters the compose box. The store keeps the
original.
"""

import re
import unicodedata
from typing import Final

LIMIT: Final = 20_000
"""Characters of the longest text that is shown in one piece."""

_MARKS_IN_A_ROW: Final = 3
"""Combining marks in a row that are shown."""

# Printable, already in NFC, never combining: a text of these alone needs no change.
_COLD: Final = (
    "\n -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u2125\u2190-\u22ff\u2330-\u27bf\u2b00-\u2bff"
    "\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
)
_HOT: Final = re.compile(f"[^{_COLD}]")
_HOT_RUN: Final = re.compile(rf"([^{_COLD}])\1*")
_MANY_HOT: Final = re.compile(f"[^{_COLD}]{{{_MARKS_IN_A_ROW + 1},}}")
_NEW_LINE: Final = re.compile("\r\n|[\u2028\u2029]")
# All characters with which any system ends a line, a page or a record.
_ANY_NEW_LINE: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")

# Invisible characters of width zero that are not in Unicode's category of format characters (Cf).
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_BRAILLE_BLANK: Final = "\u2800"
_JOINERS: Final = frozenset("\u200c\u200d")
_NON_JOINER_RUN: Final = re.compile("\u200c{2,}")
# Terminals disagree about the width of these and of the emoji that they join: columns beside them shift.
_EMOJI_DRESS: Final = re.compile("[\u200d\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
_JOINED_EMOJI: Final = re.compile("(?:\u200d[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])+")

UNDRAWN: Final = "\u200b"
"""The placeholder that `undressed` puts for a character that is not drawn: width zero, never combining."""

_SEQUENCE: Final = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"  # OSC, DCS and kin
)


def safe(text: str, *, lines: bool = True, limit: int = LIMIT) -> str:
    """The text as it may be shown: whole up to `limit` characters, with a visible mark for each control.

    Its width in cells is the sum of its characters' widths. With `lines=False` all white space becomes single
    spaces. Applying it twice changes nothing.
    """
    is_long = len(text) > limit
    shown = text[:limit] if is_long else text
    if _HOT.search(shown):
        shown = _cooled(shown)
    if not lines:
        shown = " ".join(shown.split())
    return f"{shown[: limit - 1]}…" if is_long or len(shown) > limit else shown


def one_line(text: str, *, limit: int = LIMIT) -> str:
    """`safe` on a single line: for names, titles, previews and everything else in a column."""
    return safe(text, lines=False, limit=limit)


def stripped(text: str) -> str:
    """The text without escape sequences, controls and invisible direction marks; emoji stay as they are.

    Two words with a control between them stay apart, by a space or a new line.
    """
    if not _HOT.search(text):
        return text
    text = _CONTROLS.sub(_space_between, _ANY_NEW_LINE.sub("\n", _SEQUENCE.sub("", text)))
    return _HOT_RUN.sub(_without_control, text)


def undressed(text: str) -> str:
    """The text with emoji as `safe` shows them, but of the same length; UNDRAWN fills the gaps."""
    if not _EMOJI_DRESS.search(text):
        return text
    return _EMOJI_DRESS.sub(UNDRAWN, _JOINED_EMOJI.sub(lambda joined: UNDRAWN * len(joined[0]), text))


def is_blank(text: str) -> bool:
    """Whether nothing in the text is visible: only white space, controls and invisible characters."""
    return not any(map(_is_visible, text))


def _is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    if character.isspace() or character in _INVISIBLE or character == _BRAILLE_BLANK or category[0] == "M":
        return False
    # Python calls private-use icons, and emoji that are newer than its Unicode, unprintable.
    return character.isprintable() or category in {"Co", "Cn"}


def _cooled(text: str) -> str:
    text = _NEW_LINE.sub("\n", text).replace("\t", "    ")
    text = _HOT_RUN.sub(_marked, text)
    text = _EMOJI_DRESS.sub("", _JOINED_EMOJI.sub("", text))
    text = unicodedata.normalize("NFC", _NON_JOINER_RUN.sub("\u200c", text))
    return _MANY_HOT.sub(_unstacked, text)


def _marked(match: re.Match[str]) -> str:
    character, count = match[1], len(match[0])
    if not (_is_control(character) or _is_unassigned(character)):
        return match[0]
    code = ord(character)
    if code < 0x20:
        mark = chr(0x2400 + code)
    elif code == 0x7F:
        mark = "␡"
    elif 0xD800 <= code <= 0xDFFF:
        mark = "\ufffd"
    else:
        mark = f"<{code:04X}>"
    return mark if count == 1 else f"{mark}×{count}"


def _space_between(match: re.Match[str]) -> str:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return " " if before.strip() and after.strip() else ""


def _without_control(match: re.Match[str]) -> str:
    if not _is_control(match[1]) or match[1] == "\t":
        return match[0]
    return "\ufffd" if unicodedata.category(match[1]) == "Cs" else ""


def _unstacked(match: re.Match[str]) -> str:
    kept: list[str] = []
    row = 0
    for character in match[0]:
        row = row + 1 if _is_stacking(character) else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def _is_control(character: str) -> bool:
    if character in _JOINERS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in _INVISIBLE


def _is_unassigned(character: str) -> bool:
    # Its width is unknown, except in the two planes of rare Chinese characters, which are all wide.
    return unicodedata.category(character) == "Cn" and not 0x20000 <= ord(character) < 0x40000


def _is_stacking(character: str) -> bool:
    """Whether it has no cell of its own: a mark, a joiner, a vowel or final of a Korean syllable."""
    is_jamo = "\u1161" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"
    return is_jamo or character in _JOINERS or unicodedata.category(character).startswith("M")
