"""Evidence for a dispute by one key: nothing is chosen, and everything that is not in it is said."""

from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.notifications import SeverityLevel

from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.evidence import free_directory, keep_evidence, whole_chat
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef
from chat_tui.model.record import Record
from chat_tui.ui.kit.text import notify
from chat_tui.words.documents import evidence_documents, gap_words

TOLD_S: Final = 20.0
"""Seconds a path stays on the screen."""


async def keep(app: App[Any], inbox: InboxApi, chat_id: ChatRef, zone: tzinfo) -> None:
    """Write the chat down in a new directory and tell its name; without the network what is here."""
    notify(app, _("Reading the whole chat…"))
    inbox = inbox.own(chat_id)
    record = await whole_chat(inbox, chat_id, ask=True)
    if not isinstance(record, Record):
        # Perhaps there is no network. What is here is better than nothing, and says that it is not all.
        record = await whole_chat(inbox, chat_id, ask=False)
    assert isinstance(record, Record), "a chat on the screen is in the cache"
    try:
        directory = free_directory(inbox, record, zone)
        evidence = await keep_evidence(inbox, record, directory, partial(evidence_documents, zone=zone))
    except OSError as error:
        words = _("{place}: {error}. Nothing was written.")
        notify(app, words.format(place=error.filename, error=error.strerror), severity="error")
        return
    gaps = gap_words(record, len(evidence.missing))
    told = _("Evidence is in {directory}.").format(directory=_short(directory))
    severity: SeverityLevel = "warning" if gaps else "information"
    notify(app, " ".join([told, *gaps]), severity=severity, timeout=TOLD_S)


def _short(directory: Path) -> str:
    """The path as it may be typed in a shell, which is shorter at home."""
    home = Path.home()
    return f"~/{directory.relative_to(home)}" if directory.is_relative_to(home) else str(directory)
