"""The documents of evidence: the conversation, who did what when, and which files are not with it."""

from collections.abc import Sequence
from datetime import tzinfo

from chat_tui.locale import _, ngettext
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.record import Missing, Record, Step, steps
from chat_tui.ui.view.chat_export import (
    as_json,
    as_markdown,
    exact_time,
    facts,
    file_words,
    gaps,
    party,
)
from chat_tui.ui.view.chat_json import json_text
from chat_tui.ui.view.delivery_words import delivery_state
from chat_tui.ui.view.line import cut, shown
from chat_tui.ui.view.problems import problem_words
from chat_tui.ui.view.waits import MINUTE, spoken

_WORDS = 80
"""Cells of a message in the timeline."""
_INDENT = "    "


def evidence_documents(record: Record, missing: Sequence[Missing], zone: tzinfo) -> dict[str, str]:
    """The documents by the names of their files."""
    documents = {
        "history.md": as_markdown(record, zone),
        "history.json": json_text(as_json(record)),
        "timeline.txt": as_timeline(record, zone),
    }
    if missing:
        documents["not-downloaded.txt"] = missing_text(missing, zone)
    return documents


def as_timeline(record: Record, zone: tzinfo) -> str:
    """A line for everything that was done, and between them how long nothing was."""
    lines = [*facts(record, zone), ""]
    before: Millis = UNKNOWN_TIME
    for step in steps(record):
        if UNKNOWN_TIME not in {before, step.at} and step.at - before >= MINUTE:
            lines.append(f"{_INDENT}… {spoken(step.at - before)}")
        before = step.at
        lines.append(f"{exact_time(step.at, zone)}  {_done(step, record)}")
    if record.item.waiting_since is not None:
        since = exact_time(record.item.waiting_since, zone)
        lines.append(_("The buyer has waited since {time}.").format(time=since))
    return "\n".join([*lines, ""])


def missing_text(missing: Sequence[Missing], zone: tzinfo) -> str:
    """The files that are not there: each with its link and the reason."""
    lines = [_("These files are not here. The chat in the seller's cabinet shows them.")]
    for file in missing:
        lines += ["", f"{exact_time(file.at, zone)}  {file_words(file.name, file.size, file.url)}"]
        lines.append(f"{_INDENT}{_reason(file)}")
    return "\n".join([*lines, ""])


def gap_words(record: Record, missing: int) -> list[str]:
    """What evidence does not hold, a sentence each."""
    words = gaps(record)
    if missing:
        words.append(
            ngettext(
                "{n} file is not downloaded: not-downloaded.txt has its link.",
                "{n} files are not downloaded: not-downloaded.txt has their links.",
                missing,
            ).format(n=missing)
        )
    return words


def _done(step: Step, record: Record) -> str:
    who = party(step.sender, record.item.chat.context)
    if step.waited is not None:
        words = _("{who} answered after {wait}: {what}")
        return words.format(who=who, wait=spoken(step.waited), what=_what(step, record))
    return _("{who} wrote: {what}").format(who=who, what=_what(step, record))


def _what(step: Step, record: Record) -> str:
    """The beginning of a message and its files, on one line; of what is not at the Market, how it stands."""
    message, item = step.entry.message, step.entry.item
    text = (message.text if message is not None else item.text if item is not None else None) or ""
    parts = [cut(shown(text[:1000], lines=False), _WORDS)]
    if message is not None:
        parts += [file_words(file.name, file.size, None) for file in message.attachments]
    elif item is not None:
        parts += [file_words(item.file_name, item.file_size, None)] if item.file_name else []
        parts.append(f"[{delivery_state(item, record.made_at).text}]")
    return " ".join(part for part in parts if part) or _("(empty: a sticker?)")


def _reason(file: Missing) -> str:
    if file.problem is not None:
        return problem_words(file.problem)
    return _("Not downloaded.") if file.url else _("The Market told no link.")
