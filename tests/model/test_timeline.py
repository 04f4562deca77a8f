"""When a message of the history may be the one an item became, unchanged or changed by the Market."""

from dataclasses import replace

import pytest

from chat_tui.model.chat import Attachment, Message, Sender
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.timeline import Entry, is_likeness, one_each, says_the_same
from tests.support.refs import ref


def item(text: str, name: str = "") -> OutboxItem:
    kind = OutboxKind.FILE if name else OutboxKind.TEXT
    return OutboxItem(OutboxId("a"), ref(1), 1, kind, text, name, 5, "", OutboxState.SENT, 0, 1)


def message(text: str | None, *files: str) -> Message:
    attached = tuple(Attachment(name, None, 5) for name in files)
    return Message(ref(1), MessageId(9), 1, Sender.PARTNER, text, attached)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Позвоните 89161234567", "Позвоните ***"),
        ("89161234567", "***"),
        ("Пишите на a@b.ru или 8916123, жду", "Пишите на *** или ***, жду"),
        ("код 11**22", "код **22"),
        (
            "Смотрите тут: http://пример.рф/x спасибо большое",
            "Смотрите тут: [ссылка удалена] спасибо большое",
        ),
        ("Добрый день, дорогой мой покупатель", "Добрый день, дорогой мой друг"),
    ],
)
def test_what_the_market_may_have_made_of_it(ours: str, theirs: str) -> None:
    assert is_likeness(item(ours), message(theirs))
    assert not says_the_same(item(ours), message(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Да", "Да, конечно"),
        ("Добрый день", "Добрый день! Чем помочь?"),
        ("Позвоните 8916 Анне", "Позвоните *** Олегу"),
        ("Позвоните 8916", "Не *** 8916"),
        ("аб", "аб**б"),
        ("Заказ отправлен сегодня утром", "Вернём деньги завтра"),
        ("Звоните", ""),
    ],
)
def test_what_a_colleague_may_have_written(ours: str, theirs: str) -> None:
    assert not is_likeness(item(ours), message(theirs))


def test_a_file_is_no_changed_text_and_a_text_no_changed_file() -> None:
    assert not is_likeness(item("***", ""), message("***", "чек.pdf"))
    assert not is_likeness(item("", "чек.pdf"), message("***"))
    assert says_the_same(item("", "чек.pdf"), message(None, "чек.pdf"))


# -- messages that are read before the answer to their request comes ---------------------------------------


def flying(name: str, seq: int, state: OutboxState = OutboxState.SENDING, text: str = "Да") -> OutboxItem:
    return replace(
        item(text),
        outbox_id=OutboxId(name),
        seq=seq,
        state=state,
        attempt=1,
        attempt_at=50_000,
        base_message_id=MessageId(10),
    )


def said(number: int, text: str = "Да", at: int = 50_000, sender: str = Sender.PARTNER) -> Entry:
    return Entry(Message(ref(1), MessageId(number), at, sender, text))


def shown(*entries: Entry) -> list[tuple[int | None, str | None]]:
    return [
        (e.message.message_id if e.message else None, e.item.outbox_id if e.item else None)
        for e in one_each(entries, 5_000)
    ]


def test_our_message_in_flight_is_one_with_what_is_read_back() -> None:
    assert shown(said(11), Entry(None, flying("a", 1))) == [(11, "a")]
    assert shown(said(11), Entry(None, flying("a", 1, OutboxState.SENT))) == [(11, "a")]
    two = shown(
        said(11), said(12), Entry(None, flying("a", 1, OutboxState.SENT)), Entry(None, flying("b", 2))
    )
    assert two == [(11, "a"), (12, "b")]


@pytest.mark.parametrize(
    "other",
    [
        said(11, "Нет"),
        said(10),
        said(11, at=44_000),
        said(11, sender=Sender.CUSTOMER),
        Entry(said(11).message, flying("x", 9, OutboxState.CONFIRMED)),
    ],
)
def test_what_others_said_stays_beside_it(other: Entry) -> None:
    known = other.item and other.item.outbox_id
    assert other.message is not None
    assert shown(other, Entry(None, flying("a", 1))) == [(other.message.message_id, known), (None, "a")]


@pytest.mark.parametrize(
    "state", [OutboxState.QUEUED, OutboxState.WAITING, OutboxState.FAILED, OutboxState.UNCONFIRMED]
)
def test_what_is_not_under_way_is_no_message(state: OutboxState) -> None:
    assert shown(said(11), Entry(None, flying("a", 1, state))) == [(11, None), (None, "a")]


CALL, MASKED = "Звоните 89161234567, Анна", "Звоните ***********, Анна"


def test_a_text_that_the_market_masked_is_one_message() -> None:
    """Promised: U76."""
    sent = flying("a", 1, OutboxState.SENT, CALL)
    assert shown(said(11, MASKED), Entry(None, sent)) == [(11, "a")]
    two = shown(said(11), said(12, MASKED), Entry(None, sent), Entry(None, flying("b", 2)))
    assert two == [(11, "b"), (12, "a")], "beside one that came as it was sent"


@pytest.mark.parametrize(
    ("others", "item_of"),
    [
        ([said(11, "Звоните 89160000000, Анна")], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, "Звоните Анне ***********")], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, "***")], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, MASKED, sender=Sender.CUSTOMER)], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(10, MASKED)], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, MASKED, at=44_000)], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, MASKED), said(12, MASKED)], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, MASKED), said(12, "Да")], flying("a", 1, OutboxState.SENT, CALL)),
        ([said(11, MASKED)], flying("a", 1, OutboxState.SENDING, CALL)),
    ],
    ids=["no mask", "words", "all masked", "buyer", "before", "too early", "two", "another", "not accepted"],
)
def test_a_message_that_need_not_be_ours_stays_beside_it(others: list[Entry], item_of: OutboxItem) -> None:
    numbers = [(one.message.message_id, None) for one in others if one.message is not None]
    assert shown(*others, Entry(None, item_of)) == [*numbers, (None, "a")]


def test_of_two_items_none_is_taken_for_a_masked_message() -> None:
    first, second = (flying(name, n, OutboxState.SENT, CALL) for n, name in enumerate("ab", 1))
    assert shown(said(11, MASKED), Entry(None, first), Entry(None, second)) == [
        (11, None),
        (None, "a"),
        (None, "b"),
    ]
