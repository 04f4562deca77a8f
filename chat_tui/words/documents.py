"""A conversation as a document for people: plain text, Markdown or evidence, complete and without live links.

Text from outside cannot pass for a heading, a rule or a link: plain text indents it, Markdown escapes it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from chat_tui.locale import _, ngettext
from chat_tui.model.chat import ChatContext, Sender
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.record import Missing, Record, Turn
from chat_tui.model.timeline import Entry
from chat_tui.safetext import is_blank, one_line, safe
from chat_tui.words.chats import chat_title, other_words, sender_name, state_words
from chat_tui.words.delivery import delivery_reason, delivery_state
from chat_tui.words.files import size_words
from chat_tui.words.json import history_json, iso, json_text
from chat_tui.words.line import cut
from chat_tui.words.problems import problem_words
from chat_tui.words.times import MINUTE, moment, spoken

_INDENT = "    "
# Characters that begin markup anywhere, then those that do so only at the beginning of a line. A colon may
# belong to a link (https:) unless it is within a time, and so may the dot of `www.`.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&@$^]|(?<!\d):(?=\S)|:(?=[^\s\d])|(?<=[Ww]{3})\.")
_AT_BEGINNING = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=]))")


def exact_time(at: Millis, zone: tzinfo) -> str:
    """A moment to the second, with the offset from UTC: 2026-11-25 18:02:13 +03:00."""
    then = moment(at, zone)
    if then is None:
        return _("date unknown")
    words = then.isoformat(" ", "seconds")
    return f"{words[:19]} {words[19:]}"


def party(sender: str, context: ChatContext) -> str:
    """The author, for readers outside the shop: the shop is not “we”."""
    if sender == Sender.CUSTOMER:
        return _("Buyer {name}").format(name=sender_name(sender, context))
    known: dict[str, str] = {
        Sender.PARTNER: _("Shop"),
        Sender.MARKET: _("Market (automatic)"),
        Sender.SUPPORT: _("Market support"),
    }
    return known.get(sender) or other_words(sender)


def facts(record: Record, zone: tzinfo) -> list[str]:
    """The title of the chat, its number and when this was written, then `gaps`."""
    words, _role = state_words(record.item)
    return [
        f"{chat_title(record.item)} — {words}",
        _("Chat {number}, exported {time}").format(
            number=record.item.chat.chat_ref.number, time=exact_time(record.made_at, zone)
        ),
        *gaps(record),
    ]


def gaps(record: Record) -> list[str]:
    """One sentence for each part of the conversation that is or may be missing."""
    lines = []
    if not record.is_complete:
        lines.append(_("Older messages are missing: they have not been loaded to this computer."))
    if not record.is_asked:
        lines.append(_("This is the copy on this computer: the newest messages may be missing."))
    return lines


def as_text(record: Record, zone: tzinfo) -> str:
    """The conversation as plain text."""
    lines = facts(record, zone)
    for entry in record.entries:
        lines += ["", _head(entry, record, zone)]
        lines += [f"{_INDENT}{line}" for block in _blocks(entry) for line in block.split("\n")]
    return _joined(lines)


def as_markdown(record: Record, zone: tzinfo) -> str:
    """The conversation as Markdown: one heading per message, and its text as a quotation."""
    title, *others = facts(record, zone)
    lines = [f"# {escaped(title)}"]
    for fact in others:
        lines += ["", escaped(fact)]
    for entry in record.entries:
        lines += ["", f"## {escaped(_head(entry, record, zone))}", ""]
        lines += _quoted(_blocks(entry))
    return _joined(lines)


def as_json(record: Record) -> dict[str, Any]:
    """The conversation for programs: as `show --json`, with the time, and whether the Market was asked."""
    return {
        **history_json(record.item, record.entries, is_complete=record.is_complete),
        "exported_at": iso(record.made_at),
        "is_asked": record.is_asked,
    }


def escaped(text: str) -> str:
    """One line of safe text, escaped so that it contains no Markdown."""
    return _AT_BEGINNING.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text.strip()))


def whole(text: str) -> str:
    """Text from outside, safe and not shortened."""
    # `safe` turns one character into fewer than 12, for example into <10FFFF>.
    return safe(text, limit=max(1, 12 * len(text)))


def _head(entry: Entry, record: Record, zone: tzinfo) -> str:
    state = ""
    if entry.message is None and entry.item is not None:
        state = f" [{delivery_state(entry.item, record.made_at).text}]"
    return f"{exact_time(entry.created_at, zone)}  {party(entry.sender, record.item.chat.context)}{state}"


def _blocks(entry: Entry) -> list[str]:
    """The text of a message and a line for each of its files, to be written below each other."""
    message, item = entry.message, entry.item
    if message is not None:
        text = whole(message.text or "")
        files = [file_words(file.name, file.size, file.url) for file in message.attachments]
    elif item is not None:
        text, files = whole(item.text), list(_item_files(item))
    return [*([] if is_blank(text) else [text]), *files] or [_("(empty, perhaps a sticker)")]


def file_words(name: str | None, size: int | None, url: str | None) -> str:
    """A file on one line: name, size and link; `url` None = without a link."""
    title = f"<{one_line(name or '') or _('nameless file')}, {size_words(size)}>"
    return f"{title} {one_line(url)}" if url else title


def _item_files(item: OutboxItem) -> Iterator[str]:
    if item.file_name:
        yield file_words(item.file_name, item.file_size, None)
    if reason := delivery_reason(item):
        yield f"({reason})"


def _quoted(blocks: Iterable[str]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number:
            yield ">"
        lines = [escaped(line) for line in block.split("\n")]
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            # A backslash keeps the line break; at the end of a paragraph it would be shown.
            yield f"> {line}\\" if line and following else f"> {line}".rstrip()


def _joined(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])


# -- evidence: the conversation, a timeline, and the files that are missing ------------------------------


_WORDS = 80
"""Cells of a message in the timeline."""


def evidence_documents(record: Record, missing: Sequence[Missing], zone: tzinfo) -> dict[str, str]:
    """The text of each document, by the name of its file."""
    documents = {
        "history.md": as_markdown(record, zone),
        "history.json": json_text(as_json(record)),
        "timeline.txt": as_timeline(record, zone),
    }
    if missing:
        documents["not-downloaded.txt"] = missing_text(missing, zone)
    return documents


def as_timeline(record: Record, zone: tzinfo) -> str:
    """A line for each message, and between two of them the time that passed, from a minute on."""
    lines = [*facts(record, zone), ""]
    before: Millis = UNKNOWN_TIME
    turn = Turn()
    for entry in record.entries:
        at = entry.created_at
        if UNKNOWN_TIME not in {before, at} and at - before >= MINUTE:
            lines.append(f"{_INDENT}{_('… {wait} later').format(wait=spoken(at - before))}")
        before = at
        # An item that the Market does not show yet answers no buyer.
        waited = turn.hear(entry.sender, at) if entry.message is not None else None
        lines.append(f"{exact_time(at, zone)}  {_done(entry, waited, record)}")
    if record.item.waiting_since is not None:
        since = exact_time(record.item.waiting_since, zone)
        lines.append(_("The buyer has been waiting since {time}.").format(time=since))
    return _joined(lines)


def missing_text(missing: Sequence[Missing], zone: tzinfo) -> str:
    """The files that are missing, each with its link and the reason."""
    lines = [_("These files have not been downloaded. They are in the chat in the seller's cabinet.")]
    for file in missing:
        lines += ["", f"{exact_time(file.at, zone)}  {file_words(file.name, file.size, file.url)}"]
        lines.append(f"{_INDENT}{_reason(file)}")
    return _joined(lines)


def gap_words(record: Record, missing: int) -> list[str]:
    """One sentence for each kind of content that this evidence lacks."""
    words = gaps(record)
    if missing:
        words.append(
            ngettext(
                "{n} file was not downloaded: its link is in not-downloaded.txt.",
                "{n} files were not downloaded: their links are in not-downloaded.txt.",
                missing,
            ).format(n=missing)
        )
    return words


def _done(entry: Entry, waited: Millis | None, record: Record) -> str:
    who, what = party(entry.sender, record.item.chat.context), _what(entry, record)
    if waited is not None:
        return _("{who} answered after {wait}: {what}").format(who=who, wait=spoken(waited), what=what)
    return _("{who} wrote: {what}").format(who=who, what=what)


def _what(entry: Entry, record: Record) -> str:
    """The beginning of a message and its files on one line; with its state if the Market does not have it."""
    message, item = entry.message, entry.item
    text = (message.text if message is not None else item.text if item is not None else None) or ""
    parts = [cut(one_line(text[:1000]), _WORDS)]
    if message is not None:
        parts += [file_words(file.name, file.size, None) for file in message.attachments]
    elif item is not None:
        parts += [file_words(item.file_name, item.file_size, None)] if item.file_name else []
        parts.append(f"[{delivery_state(item, record.made_at).text}]")
    return " ".join(part for part in parts if part) or _("(empty, perhaps a sticker)")


def _reason(file: Missing) -> str:
    if file.problem is not None:
        return problem_words(file.problem)
    return _("Not downloaded.") if file.url else _("The Market gave no link.")
