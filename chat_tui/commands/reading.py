"""The verbs that print from the copy on this computer: `list`, all chats, and `show`, one of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import tzinfo
from typing import Any, Final

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.context import Context, accepted, columns, say, say_json
from chat_tui.inbox.evidence import with_older
from chat_tui.locale import _
from chat_tui.model.chat import Message
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.model.timeline import Entry
from chat_tui.safetext import is_blank, one_line, safe
from chat_tui.words import glyphs
from chat_tui.words.chats import about, buyer_name, chat_title, sender_mark, sender_name, state_words
from chat_tui.words.delivery import delivery_reason, entry_state
from chat_tui.words.files import size_words
from chat_tui.words.json import chat_json, history_json, iso
from chat_tui.words.line import cut, wrap
from chat_tui.words.links import link_warnings
from chat_tui.words.times import age, moment

_PAGE: Final = 500
"""Chats or messages in one read of the store."""
_PREVIEW: Final = 80
"""Cells of the newest message in a line for people."""
_INDENT: Final = "    "


async def list_chats(context: Context) -> int:
    """Print the chats; with --fresh, or if there are none, fetch them first. Raises Refused, Unprintable."""
    inbox = context.inbox
    tab = Tab.WAITING if context.asked.waiting else Tab.ALL
    if context.asked.fresh or not (await inbox.chats.counts())[Tab.ALL]:
        context.loads()
        accepted((await inbox.sync_once()).problem)
    if context.asked.json:
        say_json([_as_json(item) async for item in _items(context, tab)])
        return 0
    now, width = wall_clock_ms(), columns()
    async for item in _items(context, tab):
        line = list_line(item, now)
        # A line that the terminal wraps would look like another chat.
        say(cut(line, width) if width else line)
    return 0


async def show_chat(context: Context) -> int:
    """Print one chat, oldest message first, then the items being sent. Raises Refused, Unprintable.

    Its history is fetched first with --fresh, or if there is none.
    """
    inbox = context.inbox
    page = await inbox.chats.timeline(context.chat, limit=_PAGE)
    if context.asked.fresh or not page.entries:
        context.loads()
        accepted(await inbox.fetch_chat(context.chat))
        page = await inbox.chats.timeline(context.chat, limit=_PAGE)
    entries = await with_older(inbox, page)
    item = await inbox.chats.item(context.chat)
    assert item is not None, "a chat whose history was read is in the cache"
    if context.asked.json:
        say_json(history_json(item, entries, is_complete=page.is_complete))
        return 0
    words, _role = state_words(item)
    say(f"{chat_title(item)} — {words}")
    if not page.is_complete:
        say(_("(Older messages are not in the local copy.)"))
    now = wall_clock_ms()
    for entry in entries:
        say()
        for line in entry_lines(item, entry, now, context.zone):
            say(line)
    return 0


async def _items(context: Context, tab: Tab) -> AsyncIterator[QueueItem]:
    after = None
    while True:
        page = await context.inbox.chats.page(tab, after=after, limit=_PAGE)
        for item in page.items:
            yield item
        if not page.has_after or not page.items:
            return
        after = page.items[-1].key
        # The inbox works on the same event loop and needs its turn between pages.
        await asyncio.sleep(0)


def list_line(item: QueueItem, now: int) -> str:
    parts = [
        str(item.chat.chat_ref.number),
        _turn(item, now),
        about(item.chat.context),
        buyer_name(item.chat.context),
        cut(one_line(item.snippet), _PREVIEW),
    ]
    return "  ".join(" ".join(part.split()) for part in parts)


def _turn(item: QueueItem, now: int) -> str:
    """The state of the chat and how long the buyer has waited, also if the state says something else."""
    words, _role = state_words(item)
    if item.waiting_since is None:
        return f"{words} {age(item.chat.updated_at, now)}"
    waits = f"{_('waiting')} {age(item.waiting_since, now)}"
    return waits if words == _("waiting") else f"{words}, {waits}"


def _as_json(item: QueueItem) -> dict[str, Any]:
    return {
        **chat_json(item),
        "updated_at": iso(item.chat.updated_at),
        "newest_sender": item.newest_sender,
        "snippet": item.snippet,
        "has_file": item.newest_has_file,
        "is_unseen": item.is_unseen,
        "has_draft": item.has_draft,
        "outbox": item.trouble,
        "is_pinned": item.is_pinned,
        "note": item.note,
        "labels": list(item.labels),
    }


def entry_lines(item: QueueItem, entry: Entry, now: int, zone: tzinfo) -> list[str]:
    """The head and the text of an entry; only a head starts at the left edge, so no text can imitate one."""
    then = moment(entry.created_at, zone)
    time = f"{then:%Y-%m-%d %H:%M}" if then is not None else _("date unknown")
    mark, _role = sender_mark(entry.sender)
    said = entry_state(entry, now)
    state = f" [{said.text}]" if said is not None else ""
    head = f"{time}  {mark} {sender_name(entry.sender, item.chat.context)}{state}"
    if entry.message is not None:
        return [head, *_message_lines(entry.message)]
    assert entry.item is not None
    return [head, *_echo_lines(entry.item)]


def _message_lines(message: Message) -> list[str]:
    text = safe(message.text or "")
    lines = [] if is_blank(text) else _indented(text)
    for file in message.attachments:
        name = one_line(file.name or "") or _("nameless file")
        lines += _indented(f"<{name}, {size_words(file.size)}>")
    lines = lines or _indented(_("(empty, perhaps a sticker)"))
    for words in link_warnings(message.text or ""):
        lines += _indented(words, f"  {glyphs.WARNING} ")
    return lines


def _echo_lines(item: OutboxItem) -> list[str]:
    name = f"<{one_line(item.file_name)}, {size_words(item.file_size)}>" if item.file_name else ""
    reason = delivery_reason(item)
    return _indented(safe(item.text or name)) + (_indented(f"({reason})") if reason else [])


def _indented(text: str, indent: str = _INDENT) -> list[str]:
    """Safe text after an indent, wrapped here, because a terminal would continue at its left edge."""
    width = columns() - len(indent)
    lines = wrap(text, width) if width > 0 else text.split("\n")
    return [f"{indent}{line}" for line in lines]
