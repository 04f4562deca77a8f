"""The parts of a message that can be copied."""

from chat_tui.model.chat import Attachment, ChatContext
from chat_tui.model.ids import OrderId, ReturnId
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.rows import copies_of, copy_line
from chat_tui.words.line import text_of, width_of
from tests.ui.pane_samples import HOSTILE, is_harmless, message, outbox_item


def test_text_links_files_and_numbers_each_as_they_are() -> None:
    url = "https://files.messenger.yandex.net/file/1f0c?x=1"
    text = "Смотрите (https://market.yandex.ru/a_(b)?q=1), дважды: https://market.yandex.ru/a_(b)?q=1."
    entry = Entry(message(1, text, attachments=(Attachment("a.jpg", url, 5), Attachment("b", None, 1))))
    about = ChatContext("RETURN", order_id=OrderId(51230870001), return_id=ReturnId(8812))
    assert [(one.what, one.text) for one in copies_of(entry, about)] == [
        ("text of the message", text),
        ("link", "https://market.yandex.ru/a_(b)?q=1"),
        ("link to the file", url),
        ("order number", "51230870001"),
        ("return number", "8812"),
    ]


def test_a_sticker_in_a_question_to_the_shop_has_nothing() -> None:
    assert copies_of(Entry(message(1, "")), ChatContext("DIRECT")) == []
    assert copies_of(Entry(message(1, "\u200b \n")), None) == []


def test_what_is_on_its_way_is_copied_too() -> None:
    [one] = copies_of(Entry(None, outbox_item(OutboxState.QUEUED)), None)
    assert one.text == "Добрый день! Завтра."


def test_lines_are_harmless_and_fit() -> None:
    for text in HOSTILE:
        for one in copies_of(Entry(message(1, text)), None):
            for cells in (20, 60):
                line = copy_line(one, cells)
                assert is_harmless(text_of(line))
                assert "\n" not in text_of(line)
                assert width_of(line) <= max(cells, 32)
