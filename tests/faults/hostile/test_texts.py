"""Section C of the fault catalogue, F-073 to F-087: hostile texts are shown complete and in their place."""

import asyncio
import logging
from argparse import Namespace
from datetime import UTC
from typing import cast

import pytest
from textual.pilot import Pilot

from chat_tui.commands import acting, reading
from chat_tui.commands import context as printing
from chat_tui.commands.context import Context
from chat_tui.inbox.service import Inbox
from chat_tui.logs import Redacting
from chat_tui.model.ids import BusinessId, ChatRef
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.rows import Scene, entry_lines
from chat_tui.ui.kit.text import notify
from chat_tui.ui.queue.view import queue_row
from chat_tui.words import glyphs
from chat_tui.words.chats import recipient
from chat_tui.words.line import text_of, width_of
from tests.faults.support.hostile_stage import SIZE, HostileApp
from tests.faults.support.payloads import PAYLOADS, STEERING, Payload
from tests.faults.support.places import card
from tests.support.settling import settled
from tests.support.unseen import picture
from tests.ui.pane_samples import NOW, message, queue_item

SCENE = Scene(100, UTC, NOW)
TEXTS = [payload.text for payload in PAYLOADS]


def of_fault(*faults: int) -> list[str]:
    return [payload.text for payload in PAYLOADS if payload.fault in faults]


def body(text: str, *, unfolded: bool = False) -> list[str]:
    lines = entry_lines(Entry(message(1, text)), SCENE, unfolded=unfolded).body
    return [text_of(line)[SCENE.indent :] for line in lines]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Оплачено\rНе оплачено", "Оплачено␍Не оплачено"),
        ("abc\b\b\bxyz", "abc␈×3xyz"),
        ("a\x00b", "a␀b"),
        ("a\x7fb", "a␡b"),
        ("a\x0b\x0cb", "a␋␌b"),
    ],
)
def test_f_073_nothing_is_overwritten_and_every_control_can_be_seen(text: str, line: str) -> None:
    assert body(text) == [line]


@pytest.mark.parametrize("text", of_fault(75, 76, 77, 85))
def test_f_075_f_076_f_085_markup_is_shown_character_by_character(text: str) -> None:
    assert body(text) == [text]
    assert text in text_of(queue_row(queue_item(snippet=text), NOW, 100)[1])


async def press_on(pilot: Pilot[None], stage: HostileApp, text: str) -> None:
    """Click on every line that contains the text, then press Enter."""
    lines = picture(stage.screen)
    for y, line in enumerate(lines):
        if text[:9] in line:
            await pilot.click(offset=(line.index(text[:9]) + 3, y))
    await pilot.press("enter")
    await settled(stage)


@pytest.mark.parametrize("text", of_fault(77))
async def test_f_077_a_click_or_enter_on_acting_markup_does_nothing(text: str) -> None:
    stage = HostileApp()
    async with stage.run_test(size=SIZE, notifications=True) as pilot:
        stage.talk(Entry(message(1, text)), customer_name=text, shop_name=text)
        stage.rows(queue_item(customer_name=text, snippet=text))
        notify(stage, text)
        await settled(stage)
        assert sum(text[:9] in line for line in picture(stage.screen)) >= 5
        await press_on(pilot, stage, text)
        assert (stage.quits, stage.is_running, len(stage.screen_stack)) == (0, True, 1)


@pytest.mark.parametrize("text", of_fault(78))
def test_f_078_direction_marks_are_seen_and_the_rest_keeps_its_place(text: str) -> None:
    (line,) = body(f"до {text} после")
    assert line.startswith("до <2")
    assert line.endswith(" после")


@pytest.mark.parametrize("text", of_fault(79))
def test_f_079_stacked_and_invisible_letters_take_little_room(text: str) -> None:
    (line,) = body(text)
    assert 0 < len(line) < 12
    assert line.isprintable()
    first, second = queue_row(queue_item(customer_name=text, snippet=text), NOW, 38)
    assert max(len(text_of(first)), len(text_of(second))) < 60


@pytest.mark.parametrize("text", ["\u2800", " \n ", "\u0301", "\ufe0f"])
def test_f_079_a_text_of_nothing_to_see_is_said_to_be_empty(text: str) -> None:
    assert body(text) == ["(empty, perhaps a sticker)"]


@pytest.mark.parametrize("text", [*TEXTS, "x" * 3000, "слово " * 300 + "\n12:00 › You  верну"])
def test_f_080_no_line_of_a_text_reaches_the_columns_of_time_and_sender(text: str) -> None:
    entry = Entry(message(1, text))
    for unfolded in (False, True):
        first, *others = entry_lines(entry, SCENE, unfolded=unfolded).body
        assert text_of(first).startswith(text_of(entry_lines(Entry(message(1, "x")), SCENE).body[0])[:24])
        columns = {text_of(line)[: SCENE.indent].strip() for line in others}
        assert columns <= {"", glyphs.WARNING}


@pytest.mark.parametrize("text", TEXTS)
def test_f_080_a_verb_begins_only_heads_at_the_left_edge(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.commands.reading.columns", lambda: 40)
    item = queue_item(customer_name=text)
    long = f"{text} {'слово ' * 30}"
    head, *lines = reading.entry_lines(item, Entry(message(1, long, sender="CUSTOMER")), NOW, UTC)
    assert head.startswith("2025-11-21 16:51  ‹ ")
    assert all(line.startswith(("    ", "  ! ")) for line in lines)
    assert all(len(line) <= 40 for line in lines)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [38, 60])
def test_f_081_every_row_is_as_wide_as_its_neighbours(text: str, width: int) -> None:
    first, _second = queue_row(queue_item(customer_name=text), NOW, width)
    assert width_of(first) == width
    for line in entry_lines(Entry(message(1, text)), SCENE).body:
        assert width_of(line) <= SCENE.width


def test_f_082_a_very_tall_text_is_folded_and_can_be_unfolded() -> None:
    text = "a\n" * 4096 + "конец"
    folded = body(text)
    assert len(folded) == glyphs.FOLD + 1
    assert folded[-1] == f"… {4097 - glyphs.FOLD} more lines"
    unfolded = body(text, unfolded=True)
    assert (len(unfolded), unfolded[-1]) == (4097, "конец")


class Unchecked:
    """An inbox that checks nothing before it sends."""

    @property
    def outbox(self) -> "Unchecked":
        return self

    def chat(self, number: int) -> ChatRef:
        return ChatRef(BusinessId(1), number)

    async def check_text(self, _chat_id: object, text: str, _agreed: object) -> str:
        return text

    async def check_file(self, _chat_id: object, _file: object, _agreed: object) -> None:
        return None


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_f_086_what_verbs_print_is_harmless(
    payload: Payload, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, seen = payload.text, payload.seen
    item = queue_item(customer_name=text, snippet=text, shop_name=text, context_kind=text)
    printing.say(reading.list_line(item, NOW))
    for line in reading.entry_lines(item, Entry(message(1, text, sender=text)), NOW, UTC):
        printing.say(line)
    context = Context(Namespace(chat=1, private=False), opened=cast(Inbox, Unchecked()))
    asyncio.run(acting.rehearse(context, recipient(item), [text, card(name=text)]))
    printing.complain(text)
    out, err = capsys.readouterr()
    for line in [*out.split("\n"), *err.split("\n")]:
        assert not STEERING.search(line), line
    assert seen[:6] in out
    assert err.count("\n") == 1


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_f_087_printing_the_log_is_harmless(payload: Payload) -> None:
    record = logging.LogRecord("chat_tui.x", logging.DEBUG, "x.py", 1, "said %s", (payload.text,), None)
    record.stack_info = payload.text
    head, *stack = Redacting(()).format(record).split("\n")
    assert [line for line in [head, *stack] if STEERING.search(line)] == []
    assert payload.seen[:6] in head
    assert all(line.startswith("  | ") for line in stack)
