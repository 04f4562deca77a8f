"""What the Market accepts, as far as it is published."""

from typing import Final

TEXT_LIMIT: Final = 4096
"""Characters of a message; whether code points or UTF-16 units is not published."""


def text_length(text: str) -> int:
    """The length of a message by the stricter count: UTF-16 units, in which an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
