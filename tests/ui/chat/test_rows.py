"""Entries of a history in columns."""

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui import locale
from chat_tui.model.chat import Attachment, Sender
from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.rows import Lead, Scene, entry_lines
from chat_tui.words import glyphs
from chat_tui.words.line import Role, text_of, width_of
from tests.ui.pane_samples import DAY, HOSTILE, NOW, is_harmless, message, outbox_item, queue_item

CONTEXT = queue_item().chat.context
NOTHING = Lead()
SCENE = Scene(width=72, zone=UTC, now=NOW, context=CONTEXT, longest_name=12)
"""The sender column has 12 cells, so the text begins in cell 22 and has 50 cells."""


def drawn(entry: Entry, scene: Scene = SCENE, lead: Lead = NOTHING, **how: Any) -> list[str]:
    lines = entry_lines(entry, scene, lead, **how)
    return [text_of(line).rstrip() for line in (*lines.lead, *lines.body)]


def own(state: OutboxState, **changes: Any) -> list[str]:
    return [line[22:] for line in drawn(Entry(None, outbox_item(state, **changes)))]


@pytest.mark.parametrize(
    ("sender", "en", "ru"),
    [
        (Sender.CUSTOMER, "‹ Ольга К.", "‹ Ольга К."),
        (Sender.PARTNER, "› You", "› Вы"),
        (Sender.MARKET, "· Market", "· Маркет"),
        (Sender.SUPPORT, "· Support", "· Поддержка"),
        ("BOT", "· other (BOT)", "· другой (BOT)"),
    ],
)
def test_time_sender_and_text_have_columns(sender: str, en: str, ru: str) -> None:
    entry = Entry(message(100, "Да", sender=sender))
    assert drawn(entry) == [f"18:30 {en}".ljust(22) + "Да"]
    locale.use("ru")
    assert drawn(entry) == [f"18:30 {ru}".ljust(22) + "Да"]


def test_text_never_reaches_the_sender_column() -> None:
    """Promised: U12."""
    forged = "Да.\n18:31 › Вы         Верну деньги" + "\n" + "x" * 200
    lines = drawn(Entry(message(100, forged)))
    assert len(lines) == 6
    assert all(line[:22].isspace() for line in lines[1:])


def test_a_name_cannot_pass_for_another_sender() -> None:
    """Promised: U12."""
    scene = Scene(72, UTC, NOW, queue_item(customer_name="Мы").chat.context)
    assert drawn(Entry(message(100, "Да")), scene)[0].startswith("18:30 ‹ “Мы” ")


def test_the_zone_decides_the_time() -> None:
    """Promised: U62."""
    scene = Scene(72, timezone(timedelta(hours=3)), NOW, CONTEXT)
    assert drawn(Entry(message(100, "Да")), scene)[0].startswith("21:30 ")


@pytest.mark.parametrize(
    ("state", "changes", "en", "ru"),
    [
        (OutboxState.QUEUED, {"not_before": NOW + 3_200}, "sends in 4 s", "отправим через 4 с"),
        (OutboxState.QUEUED, {"not_before": NOW}, "queued …", "в очереди …"),
        (OutboxState.SENDING, {}, "sending …", "отправляется …"),
        (OutboxState.SENT, {}, "sent", "отправлено"),
        (OutboxState.CONFIRMED, {}, "confirmed ✓", "подтверждено ✓"),
    ],
)
def test_an_own_message_on_its_way(state: OutboxState, changes: dict[str, Any], en: str, ru: str) -> None:
    """Promised: U08."""
    text = "Добрый день! Завтра."
    assert own(state, **changes) == [text + en.rjust(50 - len(text))]
    locale.use("ru")
    assert own(state, **changes) == [text + ru.rjust(50 - len(text))]


@pytest.mark.parametrize(
    ("state", "changes", "word", "reason"),
    [
        (OutboxState.WAITING, {}, "ожидает отправки …", "Нет связи."),
        (
            OutboxState.WAITING,
            {"problem": ProblemKind.LOCKED},
            "ожидает отправки …",
            "Маркет временно заблокировал",
        ),
        (OutboxState.FAILED, {}, "не отправлено ✗", "Маркет отклонил"),
        (OutboxState.FAILED, {"error": "\x1b[2J[/]плохо"}, "не отправлено ✗", "␛[2J[/]плохо"),
        (
            OutboxState.FAILED,
            {"problem": "bad_request", "error": "Чат закрыт"},
            "не отправлено ✗",
            "Чат закрыт. Маркет это отклонил.",
        ),
        (OutboxState.UNCONFIRMED, {}, "не подтверждено ?", "Возможно, сообщение дошло."),
        (OutboxState.SENDING, {"unclear_at": NOW}, "проверяем …", "Ответ Маркета не дошёл"),
    ],
)
def test_an_own_message_in_trouble_says_why(
    state: OutboxState, changes: dict[str, Any], word: str, reason: str
) -> None:
    locale.use("ru")
    first, second, *_rest = own(state, **changes)
    assert first.endswith(f" {word}")
    assert second.startswith(reason)


def test_a_state_without_room_beside_the_text_goes_below() -> None:
    assert own(OutboxState.SENT, text="x" * 45) == ["x" * 45, "sent".rjust(50)]


def test_a_linked_message_shows_the_state_of_the_outbox() -> None:
    item = outbox_item(OutboxState.CONFIRMED, text="Из истории")
    (line,) = drawn(Entry(message(100, "Из истории ", sender=Sender.PARTNER), item))
    assert line.endswith("confirmed ✓")


@pytest.mark.parametrize(("lang", "words"), [("en", "changed by the Market"), ("ru", "изменено Маркетом")])
def test_a_message_that_is_not_what_was_sent_shows_what_is_there_and_says_so(lang: str, words: str) -> None:
    locale.use(lang)
    item = outbox_item(OutboxState.CONFIRMED, text="Из 8916")
    (line,) = drawn(Entry(message(100, "Из ***", sender=Sender.PARTNER), item))
    assert line.endswith(words)
    assert "Из ***" in line


@pytest.mark.parametrize(
    ("attachment", "en", "ru"),
    [
        (
            Attachment("чек.pdf", "https://x", 84_000),
            "▤ чек.pdf  84 KB · document",
            "▤ чек.pdf  84 КБ · документ",
        ),
        (
            Attachment(None, None, None),
            "▤ nameless file  size unknown · file",
            "▤ файл без имени  размер неизвестен · файл",
        ),
        (
            Attachment("a\nb.png", None, -1),
            "▤ a b.png  size unknown · picture",
            "▤ a b.png  размер неизвестен · картинка",
        ),
        (
            Attachment("\u202egpj.exe", None, 5),
            "▤ <202E>gpj.exe  5 B · file",
            "▤ <202E>gpj.exe  5 Б · файл",
        ),
        (
            Attachment(f"фото{'о' * 60}.jpg", None, 5),
            "▤ фотооооооооооооо…оооооооооооо.jpg  5 B · picture",
            "▤ фотооооооооооооо…ооооооооооо.jpg  5 Б · картинка",
        ),
    ],
)
def test_files(attachment: Attachment, en: str, ru: str) -> None:
    """Promised: U53."""
    entry = Entry(message(100, None, attachments=(attachment,)))
    assert drawn(entry)[0][22:] == en
    locale.use("ru")
    assert drawn(entry)[0][22:] == ru


def test_text_and_files_are_both_shown() -> None:
    files = (Attachment("a.png", None, 1), Attachment("b.png", None, 1))
    lines = drawn(Entry(message(100, "Вот", attachments=files)))
    assert [line[22:27] for line in lines] == ["Вот", "▤ a.p", "▤ b.p"]


def test_an_own_file_on_its_way() -> None:
    (line,) = own(OutboxState.SENDING, kind=OutboxKind.FILE, text="", file_name="n.pdf", file_size=1000)
    assert line == "▤ n.pdf  1 KB · document" + "sending …".rjust(26)


@pytest.mark.parametrize("text", [None, "", " ", "\n\n"])
def test_an_empty_message_says_so(text: str | None) -> None:
    assert drawn(Entry(message(100, text)))[0][22:] == "(empty, perhaps a sticker)"
    locale.use("ru")
    assert drawn(Entry(message(100, text)))[0][22:] == "(пусто, возможно, стикер)"


def test_an_invisible_text_is_marked_and_not_called_empty() -> None:
    assert "<200B>×9" in drawn(Entry(message(100, "\u200b" * 9)))[0]


@pytest.mark.parametrize(
    ("lines", "en", "ru"),
    [
        (62, "… 2 more lines", "… ещё 2 строки"),
        (81, "… 21 more lines", "… ещё 21 строка"),
        (4096, "… 4036 more lines", "… ещё 4036 строк"),
    ],
)
def test_a_tall_text_is_folded(lines: int, en: str, ru: str) -> None:
    entry = Entry(message(100, "\n".join("x" * lines)))
    folded = drawn(entry)
    assert len(folded) == glyphs.FOLD + 1
    assert folded[-1].strip() == en
    assert entry_lines(entry, SCENE).is_folded
    locale.use("ru")
    assert drawn(entry)[-1].strip() == ru
    assert len(drawn(entry, unfolded=True)) == lines


def test_one_line_too_many_is_not_worth_a_fold() -> None:
    entry = Entry(message(100, "\n".join("x" * (glyphs.FOLD + 1))))
    assert not entry_lines(entry, SCENE).is_folded


def test_a_million_characters_are_bounded() -> None:
    lines = entry_lines(Entry(message(100, "слово " * 170_000)), SCENE, unfolded=True)
    assert len(lines.body) < 450


def test_date_and_rule_stand_above() -> None:
    entry = Entry(message(100, "Да"))
    day, new, _text = drawn(entry, lead=Lead(day=True, new=True))
    assert day.strip(" ─") == "today, 21 November"
    assert new.strip(" ─") == "new messages"
    locale.use("ru")
    old = Entry(message(100, "Да", created_at=NOW - 10 * DAY))
    assert drawn(old, lead=Lead(day=True))[0].strip(" ─") == "11 ноября"


@given(
    st.integers(1, 200),
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=300)),
    st.sampled_from(HOSTILE),
    st.sampled_from([*Sender, "BOT"]),
    st.sampled_from([None, *OutboxState]),
)
def test_every_line_fits_every_width(
    width: int, text: str, name: str, sender: str, state: OutboxState | None
) -> None:
    scene = Scene(width, UTC, NOW, queue_item(customer_name=name).chat.context)
    item = outbox_item(state, error=text) if state is not None else None
    written = message(100, text, sender=sender, attachments=(Attachment(name, None, 1),))
    lines = entry_lines(Entry(written, item), scene, Lead(day=True, new=True))
    for line in (*lines.lead, *lines.body):
        assert width_of(line) <= width
        assert is_harmless(text_of(line))
    if width > 40:
        senders = {text_of(line)[: glyphs.TIME + 1] for line in lines.body[1:]}
        assert senders <= {" " * (glyphs.TIME + 1)}


def test_the_market_speaks_softly() -> None:
    lines = entry_lines(Entry(message(100, "Открыт", sender=Sender.MARKET)), SCENE)
    assert lines.body[0][-1].role is Role.MUTED


def test_f_083_the_real_host_of_a_link_stands_under_the_message_where_no_text_reaches() -> None:
    text = "https://market.yandex.ru@evil.example/\n! a link leads to market.yandex.ru"
    scene = Scene(80, UTC, NOW)
    body = [text_of(line) for line in entry_lines(Entry(message(1, text)), scene).body]
    warnings = [line for line in body if line[: scene.indent].strip() == "!"]
    assert [line.strip() for line in warnings] == ["! a link leads to evil.example"]
    assert body[-1] == warnings[-1]
    assert all(line.startswith(" " * scene.indent) for line in body[1:-1])
