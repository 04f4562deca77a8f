"""Every glyph and every width of the panes, with its purpose.

All glyphs are one cell wide in all known terminals, and are never drawn as emoji.
"""

from typing import Final

HIGHLIGHT: Final = "▌"
"""U+258C: gutter of the highlighted row."""
LEFT: Final = "▸"
"""U+25B8: gutter of the highlighted row while the operator is in another pane."""
DISPUTE: Final = "!"
"""A dispute: an arbiter of the Market takes part."""
WARNING: Final = "!"
"""Our own warning about a text from outside; in a column that no such text can reach."""
WARNED: Final = "!"
"""Before the age of a wait that is long: the shop's own threshold `warn`."""
LATE: Final = "!!"
"""Before the age of a wait that is too long: the shop's own threshold `late`."""
UNSEEN: Final = "•"
"""U+2022: the operator has not seen the newest message."""
PIN: Final = "▴"
"""U+25B4: pinned to the top."""
NOTE: Final = "¶"
"""U+00B6: our own note on a chat."""
FILE: Final = "▤"
"""U+25A4: a file."""
BUYER: Final = "‹"
"""U+2039: written by the buyer; in a column that no name and no text can reach."""
OURS: Final = "›"
"""U+203A: written by the shop."""
THIRD: Final = "·"
"""U+00B7: written by the Market, its support or someone unknown."""
CONFIRMED: Final = "✓"
"""U+2713: the message is in the history."""
FAILED: Final = "✗"
"""U+2717: refused."""
UNCONFIRMED: Final = "?"
"""The message may or may not have arrived."""
ONLINE: Final = "●"
"""U+25CF: the Market answered the last poll."""
OFFLINE: Final = "○"
"""U+25CB: not connected."""
RULE: Final = "─"
"""U+2500: line beside a date."""
CUT: Final = "…"
"""U+2026: a part was left out."""
UP: Final = "↑"
"""U+2191: more is above."""
DOWN: Final = "↓"
"""U+2193: more is below."""
JOIN: Final = " · "
"""Between the parts of a header."""

ROW_HEIGHT: Final = 2
"""Lines of one chat in the list."""
GUTTER: Final = 3
"""Cells for the highlight, a mark and a space before a buyer's name."""
AGE: Final = 6
"""Cells of a short duration: "12 min", "23 h"."""
TIME: Final = 5
"""Cells of a time of day."""
NAME_MAX: Final = 40
"""Cells of a buyer's name: a longer one would hide the order behind it."""
BUSINESS_CUT: Final = 3
BUSINESS_MIN: Final = 6
BUSINESS_MAX: Final = 16
"""Cells of the column of businesses: the least beside a long subject, the least and the most else."""
SENDER_MAX: Final = 14
"""The most cells of the sender column."""
STACKED: Final = 60
"""Cells of the narrowest history with a sender column; in a narrower one the sender has its own line."""
TEXT_MIN: Final = 40
TEXT_MAX: Final = 96
"""Cells of a line of text: for less the sender column becomes narrower, of more the rest stays empty."""
FOLD: Final = 60
"""Lines of a message that are shown before the rest is folded."""
