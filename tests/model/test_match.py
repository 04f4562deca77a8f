"""When a message of the history may be what an item became, as it was or changed by the Market."""

import pytest

from chat_tui.model.ids import ChatId, MessageId, OutboxId
from chat_tui.model.match import is_likeness, says_the_same
from chat_tui.model.message import Attachment, Message, Sender
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState


def item(text: str, name: str = "") -> OutboxItem:
    kind = OutboxKind.FILE if name else OutboxKind.TEXT
    return OutboxItem(OutboxId("a"), ChatId(1), 1, kind, text, name, 5, "", OutboxState.SENT, 0, 1)


def message(text: str | None, *files: str) -> Message:
    attached = tuple(Attachment(name, None, 5) for name in files)
    return Message(ChatId(1), MessageId(9), 1, Sender.PARTNER, text, attached)


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
