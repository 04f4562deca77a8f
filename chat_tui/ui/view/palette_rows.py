"""Commands as the palette finds and lists them."""

from rich.cells import cell_len

from chat_tui.locale import in_all
from chat_tui.ui.keys import Command, commands
from chat_tui.words.layouts import fits, spellings
from chat_tui.words.line import Line, Role, Span, spread


def palette_commands(query: str = "") -> list[Command]:
    """The commands whose words fit the query in either language and on either layout, best first.

    What begins with the query comes before what only holds it; otherwise the order of the declaration stays.
    """
    found = [
        command
        for command in commands()
        if command.id != "palette" and fits(query, *in_all(command.words), command.id.replace("_", " "))
    ]
    return sorted(found, key=lambda command: not _begins(command, query))


def palette_line(command: Command, cells: int) -> Line:
    """The words of a command and, at the end of the line, its keys."""
    keys = Span(command.label, Role.ACCENT)
    return spread((Span(command.title),), (keys,) if cell_len(command.label) < cells // 2 else (), cells)


def _begins(command: Command, query: str) -> bool:
    words = " ".join(in_all(command.words)).casefold().split()
    return any(word.startswith(spelling) for spelling in spellings(query) for word in words)
