"""Every glyph and every width of the panes, named with its purpose.

All are one cell wide in the terminals we know and are never drawn as emoji.
"""

from typing import Final

HIGHLIGHT: Final = "▌"
"""U+258C: gutter of the highlighted row."""
OPENED: Final = "▸"
"""U+25B8: gutter of the chat that is open in the history."""
DISPUTE: Final = "!"
"""A dispute: an arbiter of the Market takes part."""
WARNING: Final = "!"
"""Our own word on what somebody else wrote. Stands in a column no text can reach."""
UNSEEN: Final = "•"
"""U+2022: something came that the operator has not seen."""
PIN: Final = "▴"
"""U+25B4: pinned to the top."""
NOTE: Final = "¶"
"""U+00B6: we wrote a note on it."""
FILE: Final = "▤"
"""U+25A4: a file."""
BUYER: Final = "‹"
"""U+2039: written by the buyer. Stands in a column no name and no text can reach."""
OURS: Final = "›"
"""U+203A: written by the shop."""
THIRD: Final = "·"
"""U+00B7: written by the Market, its support or someone unknown."""
CONFIRMED: Final = "✓"
"""U+2713: seen in the history."""
FAILED: Final = "✗"
"""U+2717: refused."""
UNCONFIRMED: Final = "?"
"""May or may not have arrived."""
ONLINE: Final = "●"
"""U+25CF: the last round was answered."""
OFFLINE: Final = "○"
"""U+25CB: not connected."""
RULE: Final = "─"
"""U+2500: line beside a date."""
CUT: Final = "…"
"""U+2026: something was left out."""
UP: Final = "↑"
"""U+2191: there is more above."""
DOWN: Final = "↓"
"""U+2193: there is more below."""
JOIN: Final = " · "
"""Between the parts of a header."""

WIDE: Final = 100
"""Cells of a screen from which list and history stand side by side."""
LIST_WIDTH: Final = 38
"""Cells of the list pane, borders included, on a wide screen."""
ROW_HEIGHT: Final = 2
"""Lines of one chat in the list."""
GUTTER: Final = 3
"""Highlight, mark and a space before a buyer's name."""
AGE: Final = 6
"""Cells of a short duration: "12 min", "23 h"."""
TIME: Final = 5
"""Cells of a time of day."""
NAME_MAX: Final = 40
"""A buyer's name beyond this hides the order it stands before."""
BUSINESS_MIN: Final = 6
BUSINESS_MAX: Final = 16
"""Cells of the column of businesses at the narrowest and the widest."""
SENDER_MIN: Final = 4
SENDER_MAX: Final = 14
"""Cells of the sender column at the narrowest and the widest."""
TEXT_MAX: Final = 96
"""A text wider than this is hard to read: wider panes leave the rest free."""
FOLD: Final = 60
"""Lines of a message shown before the rest is folded away."""
