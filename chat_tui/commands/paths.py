"""`paths`: where the program keeps its files."""

from chat_tui.commands.speak import say
from chat_tui.locale import _
from chat_tui.paths import Paths
from chat_tui.store import quarantine


def run(paths: Paths) -> int:
    """Print one place a line; nothing is created."""
    for words, place in (
        (_("settings"), paths.settings_file),
        (_("templates"), paths.templates),
        (_("outbox, drafts, marks"), paths.data),
        (_("copy of the chats"), paths.cache),
        (_("log"), paths.log),
    ):
        say(f"{words}: {place}")
    for place in sorted(paths.data.glob(f"*/{quarantine.NAME}")):
        say(f"{_('what nobody could read, for a bug report')}: {place}")
    return 0
