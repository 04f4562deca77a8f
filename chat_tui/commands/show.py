"""`show`: one chat with its messages, oldest first, and what is on its way."""

import os
from argparse import Namespace
from datetime import tzinfo

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.speak import columns, complain, say, say_json
from chat_tui.inbox.records import with_older
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.message import Message, Sender
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Coverage, Entry
from chat_tui.safetext import is_blank
from chat_tui.ui.zone import local_zone
from chat_tui.words import glyphs
from chat_tui.words.chats import chat_title, sender_name
from chat_tui.words.delivery import delivery_reason, entry_state
from chat_tui.words.files import size_words
from chat_tui.words.json import history_json
from chat_tui.words.line import shown, wrap
from chat_tui.words.links import link_warnings
from chat_tui.words.problems import problem_words
from chat_tui.words.times import moment
from chat_tui.words.turn import sender_mark, state_words

_PAGE = 500
_INDENT = "    "


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the chat; its history is read from the Market when told to, or when nothing of it is here."""
    chat_id = ChatId(arguments.chat)
    page = await inbox.timeline(chat_id, limit=_PAGE)
    if arguments.fresh or not page.entries:
        problem = await inbox.fetch_chat(chat_id)
        if problem is not None:
            complain(problem_words(problem))
            return 1
        page = await inbox.timeline(chat_id, limit=_PAGE)
    entries = await with_older(inbox, page)
    item = await inbox.queue_item(chat_id)
    assert item is not None, "a chat whose history was read is in the cache"
    if arguments.json:
        say_json(history_json(item, entries, is_complete=page.coverage is Coverage.DONE))
    else:
        _print(item, entries, page.coverage)
    return 0


def _print(item: QueueItem, entries: list[Entry], coverage: Coverage) -> None:
    words, _role = state_words(item)
    say(f"{chat_title(item)} — {words}")
    if coverage is not Coverage.DONE:
        say(_("(Older messages are not in the local copy.)"))
    now, zone = wall_clock_ms(), local_zone(os.environ)
    for entry in entries:
        say()
        for line in _lines(item, entry, now, zone):
            say(line)


def _lines(item: QueueItem, entry: Entry, now: Millis, zone: tzinfo) -> list[str]:
    """Head and text of an entry; only a head begins at the left edge, so no text can imitate one."""
    message, sent = entry.message, entry.item
    at = message.created_at if message is not None else sent.created_at if sent is not None else 0
    written_by = message.sender if message is not None else Sender.PARTNER
    mark, _role = sender_mark(written_by)
    sender = sender_name(written_by, item.chat.context)
    said = entry_state(entry, now)
    state = f" [{said.text}]" if said is not None else ""
    lines = [f"{_time(at, zone)}  {mark} {sender}{state}"]
    if message is not None:
        lines += _message_lines(message)
    elif sent is not None:
        lines += _item_lines(sent)
    return lines


def _message_lines(message: Message) -> list[str]:
    text = shown(message.text or "")
    lines = [] if is_blank(text) else _indented(text)
    for file in message.attachments:
        name = shown(file.name or "", lines=False) or _("nameless file")
        lines += _indented(f"<{name}, {size_words(file.size)}>")
    lines = lines or _indented(_("(empty: a sticker?)"))
    for words in link_warnings(message.text or ""):
        lines += _indented(words, f"  {glyphs.WARNING} ")
    return lines


def _item_lines(item: OutboxItem) -> list[str]:
    name = f"<{shown(item.file_name, lines=False)}, {size_words(item.file_size)}>" if item.file_name else ""
    reason = delivery_reason(item)
    return _indented(shown(item.text or name)) + (_indented(f"({reason})") if reason else [])


def _indented(text: str, indent: str = _INDENT) -> list[str]:
    """Safe text behind the indent, wrapped here: a terminal would go on at its left edge."""
    width = columns() - len(indent)
    lines = wrap(text, width) if width > 0 else text.split("\n")
    return [f"{indent}{line}" for line in lines]


def _time(at: Millis, zone: tzinfo) -> str:
    then = moment(at, zone)
    return f"{then:%Y-%m-%d %H:%M}" if then is not None else _("date unknown")
