"""Sizes of files in words."""

from chat_tui.locale import _


def size_words(size: int | None) -> str:
    """A number of bytes for a human: "512 B", "1.2 MB"; says so when it is unknown or impossible."""
    if size is None or size < 0:
        return _("size unknown")
    if size < 1000:
        return _("{n} B").format(n=size)
    if size < 1_000_000:
        return _("{n} KB").format(n=_short(size / 1000))
    if size < 1_000_000_000:
        return _("{n} MB").format(n=_short(size / 1_000_000))
    return _("{n} GB").format(n=_short(size / 1_000_000_000))


def _short(number: float) -> str:
    # The decimal mark differs: 1.2 MB, 1,2 МБ.
    text = f"{number:.1f}" if number < 9.95 else f"{number:.0f}"
    return text.removesuffix(".0").replace(".", _("."))
