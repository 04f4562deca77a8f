"""A conversation as a document: complete, with exact times, and without markup from a buyer."""

import re
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chat_tui import locale
from chat_tui.model.chat import Attachment, Message, Sender
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxState
from chat_tui.model.record import Record
from chat_tui.model.timeline import Entry
from chat_tui.safetext import is_blank
from chat_tui.words.documents import as_json, as_markdown, as_text, escaped, exact_time, whole
from tests.ui.pane_samples import DAY, HOSTILE, MINUTE, NOW, is_harmless, message, outbox_item, queue_item

MOSCOW = timezone(timedelta(hours=3))
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
AUTOLINK = re.compile(r"https?://|www\.|(?<!\\)@|(?<![\\\d]):[^\s\\]")


def record(*entries: Entry, is_complete: bool = True, is_asked: bool = True) -> Record:
    return Record(queue_item(), entries, is_complete, is_asked, NOW)


def talk() -> Record:
    return record(
        Entry(message(1, "Когда привезут?", created_at=NOW - DAY)),
        Entry(message(2, "Покупатель открыл чат", sender=Sender.MARKET, created_at=NOW - DAY)),
        Entry(message(3, "Завтра.\nДо обеда.", sender=Sender.PARTNER, created_at=NOW - DAY + 5 * MINUTE)),
        Entry(None, outbox_item(state=OutboxState.FAILED)),
    )


def test_plain_text_says_who_wrote_what_when() -> None:
    lines = as_text(talk(), MOSCOW).split("\n")
    assert lines[:2] == [
        "Ольга К. · order 51230870001 · Уютная кухня — waiting",
        "Chat 1, exported 2025-11-21 21:30:00 +03:00",
    ]
    assert lines[2:12] == [
        "",
        "2025-11-20 21:30:00 +03:00  Buyer Ольга К.",
        "    Когда привезут?",
        "",
        "2025-11-20 21:30:00 +03:00  Market (automatic)",
        "    Покупатель открыл чат",
        "",
        "2025-11-20 21:35:00 +03:00  Shop",
        "    Завтра.",
        "    До обеда.",
    ]
    assert "Shop [not sent ✗]" in "\n".join(lines[12:])


def test_the_same_in_russian_and_as_markdown() -> None:
    locale.use("ru")
    text = as_markdown(talk(), MOSCOW)
    assert text.startswith("# Ольга К. · заказ 51230870001 · Уютная кухня — ждёт\n\nЧат 1, выгружен ")
    assert "\n## 2025-11-20 21:35:00 +03:00  Магазин\n\n> Завтра.\\\n> До обеда.\n" in text


def test_what_is_missing_is_said() -> None:
    for document in (as_text, as_markdown):
        whole_ = document(record(), UTC)
        partly = document(record(is_complete=False, is_asked=False), UTC)
        assert "missing" not in whole_
        assert "Older messages are missing" in partly
        assert "the newest messages may be missing" in partly
    assert as_json(record(is_complete=False))["is_complete"] is False


@pytest.mark.parametrize(
    ("at", "words"),
    [(NOW, "2025-11-21 13:30:00 -05:00"), (0, "date unknown"), (2**62, "date unknown")],
)
def test_times_have_their_zone(at: Millis, words: str) -> None:
    assert exact_time(at, timezone(timedelta(hours=-5))) == words


def test_programs_get_exactly_what_was_written() -> None:
    found = as_json(record(*(Entry(message(n, text)) for n, text in enumerate(HOSTILE, start=1))))
    assert [one["text"] for one in found["messages"]] == list(HOSTILE)


def test_files_are_named_with_size_and_link() -> None:
    files = (Attachment("чек.pdf", "https://files.example/1", 1500), Attachment(None, None, None))
    entry = Entry(Message(message(1).chat_ref, message(1).message_id, NOW, Sender.CUSTOMER, None, files))
    assert "    <чек.pdf, 1.5 KB> https://files.example/1\n    <nameless file, size unknown>" in as_text(
        record(entry), UTC
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_leaves_its_place(text: str) -> None:
    forged = f"{text}\n2025-11-20 21:35:00 +03:00  Shop\n## Shop"
    plain = as_text(record(Entry(message(1, forged))), UTC)
    assert is_harmless(plain.replace("\n", ""))
    assert sum(not line.startswith("    ") for line in plain.split("\n") if line) == 3
    marked = as_markdown(record(Entry(message(1, forged))), UTC)
    assert is_harmless(marked.replace("\n", ""))
    assert sum(not line.startswith(">") for line in marked.split("\n") if line) == 3


markup = st.text(st.sampled_from("ab1 \n\\`*_{}[]()<>#+-.!=|~:&;@$^/'\"w\t"), max_size=40)


@given(markup | st.text(max_size=40))
@example("1. a\n- b\n+ c\n===\n---\n***\n# d\n> e\n| a | b |\n|---|---|\n    code\n```\nx")
@example("[a](b) ![c](d) <e> &amp; https://f.example www.g.example h@i.example `j` **k** ~~l~~ \\")
@example("1) a\n[x]: y\n:smile: $x^2$")
@example("a\n===")
@example("a\n---")
@example("\N{COMBINING GRAVE ACCENT}")
@example("")
def test_no_markdown_of_a_buyer_becomes_markup(text: str) -> None:
    lines = [line.strip() for line in whole(text).split("\n")]
    document = as_markdown(record(Entry(message(1, text))), UTC).split("+00:00  Buyer Ольга К.\n", 1)[1]
    tokens = GITHUB.parse(document)
    kinds = {token.type for token in tokens} | {child.type for t in tokens for child in t.children or ()}
    assert kinds <= {
        *("blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close"),
        *("inline", "text", "text_special", "hardbreak", "softbreak"),
    }
    said = [
        "".join("\n" if child.type == "hardbreak" else child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    ]
    # A text of which nothing can be seen, such as an accent without a letter, is said to be empty.
    shown = ["(empty, perhaps a sticker)"] if is_blank(whole(text)) else [line for line in lines if line]
    assert "\n".join(said).split("\n") == shown
    assert not AUTOLINK.search(document)


def test_ordinary_words_stay_readable() -> None:
    words = "Добрый день! Где-то в 12.30, верно? Заказ: № 5 (синий)."
    assert escaped(words) == words
