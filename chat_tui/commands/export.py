"""`export`: a whole chat as a document, or as evidence for a dispute."""

import os
from argparse import Namespace
from functools import partial

from chat_tui.commands.speak import complain, report, say_document
from chat_tui.inbox.evidence import free_directory, keep_evidence
from chat_tui.inbox.records import whole_chat
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId
from chat_tui.model.problem import Problem
from chat_tui.model.record import Record
from chat_tui.private_files import write_new
from chat_tui.ui.zone import local_zone
from chat_tui.words import documents
from chat_tui.words.documents import evidence_documents, gap_words
from chat_tui.words.json import json_text
from chat_tui.words.problems import problem_words


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the document, or write it into a new file and print nothing but its name."""
    record = await _record(inbox, arguments)
    if record is None:
        return 1
    try:
        if arguments.evidence:
            await _keep_evidence(inbox, record, arguments)
        elif arguments.out is None:
            say_document(_document(record, arguments.format))
        else:
            write_new(arguments.out, _document(record, arguments.format).encode())
            report(str(arguments.out))
    except OSError as error:
        place = arguments.out or error.filename
        complain(f"{place}: {error.strerror}. {_('Nothing was written.')}")
        return 1
    return 0


async def _keep_evidence(inbox: Inbox, record: Record, arguments: Namespace) -> None:
    """Print the name of the directory; what is not in it is said where it does not mix with that."""
    zone = local_zone(os.environ)
    directory = arguments.out or free_directory(inbox, record, zone)
    evidence = await keep_evidence(inbox, record, directory, partial(evidence_documents, zone=zone))
    for words in gap_words(evidence.record, len(evidence.missing)):
        complain(words)
    report(str(evidence.directory))


async def _record(inbox: Inbox, arguments: Namespace) -> Record | None:
    """The chat, or None once it was said why not."""
    found = await whole_chat(inbox, ChatId(arguments.chat), ask=not arguments.offline)
    if isinstance(found, Record):
        return found
    if isinstance(found, Problem):
        is_here = await inbox.queue_item(ChatId(arguments.chat)) is not None
        hint = _("--offline exports what is here.") if is_here else ""
        complain(f"{problem_words(found)} {hint}".rstrip())
    else:
        complain(_("This chat is not in the copy on this computer; without --offline the Market is asked."))
    return None


def _document(record: Record, form: str) -> str:
    zone = local_zone(os.environ)
    if form == "json":
        return json_text(documents.as_json(record))
    return documents.as_text(record, zone) if form == "txt" else documents.as_markdown(record, zone)
