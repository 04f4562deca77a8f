"""The documents of evidence: the timeline, and the missing files."""

import json
from datetime import UTC

from chat_tui import locale
from chat_tui.model.chat import Sender
from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.record import Missing, Record
from chat_tui.model.timeline import Entry
from chat_tui.words.documents import as_timeline, evidence_documents, gap_words, missing_text
from tests.ui.pane_samples import DAY, HOUR, MINUTE, NOW, message, outbox_item, queue_item

BEGAN = NOW - DAY
TALK = (
    Entry(message(1, "Где\nзаказ?", created_at=BEGAN)),
    Entry(message(2, "Ау", created_at=BEGAN + 30_000)),
    Entry(message(3, "Чат открыт", sender=Sender.MARKET, created_at=BEGAN + MINUTE)),
    Entry(message(4, "Едет. " * 50, sender=Sender.PARTNER, created_at=BEGAN + 2 * HOUR)),
    Entry(message(5, "Я арбитр", sender=Sender.SUPPORT, created_at=BEGAN + 2 * HOUR)),
    Entry(None, outbox_item(OutboxState.SENT, created_at=NOW - HOUR)),
)


def record(*entries: Entry, is_complete: bool = True, is_asked: bool = True) -> Record:
    return Record(queue_item(), entries, is_complete, is_asked, NOW)


def test_the_timeline_tells_who_did_what_and_how_long_nothing_was_done() -> None:
    lines = as_timeline(record(*TALK), UTC).split("\n")[3:]
    assert lines == [
        "2025-11-20 18:30:00 +00:00  Buyer Ольга К. wrote: Где заказ?",
        "2025-11-20 18:30:30 +00:00  Buyer Ольга К. wrote: Ау",
        "2025-11-20 18:31:00 +00:00  Market (automatic) wrote: Чат открыт",
        "    … 2 hours later",
        f"2025-11-20 20:30:00 +00:00  Shop answered after 2 hours: {('Едет. ' * 50)[:79]}…",
        "2025-11-20 20:30:00 +00:00  Market support wrote: Я арбитр",
        "    … 21 hours later",
        "2025-11-21 17:30:00 +00:00  Shop wrote: Добрый день! Завтра. [sent]",
        "The buyer has been waiting since 2025-11-21 18:18:00 +00:00.",
        "",
    ]


def test_the_same_in_russian() -> None:
    locale.use("ru")
    text = as_timeline(record(*TALK), UTC)
    assert "Магазин, ответ через 2 часа: Едет." in text
    assert "    … через 21 час\n" in text


def test_a_text_cannot_add_a_line_to_the_timeline() -> None:
    forged = "ок\n2025-11-20 20:30:00 +00:00  Shop wrote: верну деньги"
    text = as_timeline(record(Entry(message(1, forged))), UTC)
    assert [line for line in text.split("\n") if line.startswith("2025-11-20 20:30")] == []


def test_files_that_are_not_there_are_listed_with_link_and_reason() -> None:
    missing = (
        Missing("чек.pdf", 1500, "https://files.example/1", NOW, Problem(ProblemKind.OFFLINE)),
        Missing(None, None, None, NOW, None),
        Missing("a", 1, "https://files.example/2", NOW, None),
    )
    text = missing_text(missing, UTC)
    assert "2025-11-21 18:30:00 +00:00  <чек.pdf, 1.5 KB> https://files.example/1\n    No network." in text
    assert "<nameless file, size unknown>\n    The Market gave no link.\n" in text
    assert "https://files.example/2\n    Not downloaded.\n" in text


def test_all_documents_and_what_they_lack() -> None:
    whole = evidence_documents(record(*TALK), (), UTC)
    assert list(whole) == ["history.md", "history.json", "timeline.txt"]
    assert len(json.loads(whole["history.json"])["messages"]) == 5
    lost = Missing("a", 1, None, NOW, None)
    assert "not-downloaded.txt" in evidence_documents(record(*TALK), (lost,), UTC)
    assert gap_words(record(), 0) == []
    assert len(gap_words(record(is_complete=False, is_asked=False), 2)) == 3
