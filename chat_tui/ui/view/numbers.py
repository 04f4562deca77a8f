"""The number of an order or a return, as it is typed or pasted."""

import re
from typing import Final

from chat_tui.locale import _

_LARGEST: Final = 2**63 - 1


def read_number(text: str) -> int | str:
    """The number in the text, or a sentence that says why there is none.

    Blanks between digits, № and words around do not matter.
    """
    joined = re.sub(r"(?<=[0-9])[\s\u200b]+(?=[0-9])", "", text)
    groups = re.findall(r"[№#]\s*([0-9]+)", joined) or re.findall(r"[0-9]+", joined)
    if not text.strip():
        return _("Type the number of the order or the return.")
    if not groups:
        return _("There are no digits in this. The number stands in the seller's cabinet.")
    if len(groups) > 1:
        return _("There are several numbers here: leave one.")
    number = int(groups[0]) if len(groups[0]) < 25 else _LARGEST + 1
    if number > _LARGEST:
        return _("This number is too long: an order has at most 19 digits.")
    return number or _("A number cannot be zero.")
