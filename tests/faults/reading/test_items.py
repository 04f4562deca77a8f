"""Reading malformed items: each is skipped alone, counted, and kept."""

import json
from collections.abc import Iterator
from datetime import UTC
from functools import partial
from typing import Any, Literal

import pytest

from chat_tui.model.chat import Message
from chat_tui.model.ids import UNKNOWN_TIME
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Entry
from chat_tui.store import quarantine
from chat_tui.ui.chat.rows import Scene, entry_lines
from chat_tui.ui.queue.view import queue_row
from chat_tui.words.line import text_of
from chat_tui.words.status import status_spans
from tests.faults.support.pages import (
    HISTORY,
    LIST,
    Json,
    as_json,
    history,
    listed,
    long_chat,
    open_patiently,
    page,
    read_to_the_beginning,
    ready,
    said,
    spoil,
    true_ids,
)
from tests.faults.support.trial import Trial
from tests.market.examples import chat
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

NOW = 1_795_341_600_000
SCENE = Scene(width=120, zone=UTC, now=NOW)


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A smaller Market, with one chat of more than a page."""
    with Sandbox.start(chats=8, seed=3, long_chat=120) as sandbox:
        yield sandbox


def drawn(one: Message) -> str:
    """A message as it is on the screen."""
    return "\n".join(text_of(line) for line in entry_lines(Entry(one), SCENE).body)


async def read(trial: Trial, *items: Json) -> list[Message]:
    """The cached messages of a chat whose history is these items."""
    shop = open_patiently(trial)
    one = trial.chats(1)[0]
    trial.script(page("messages", items), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    return await history(shop, one)


async def test_f_048_wrong_types_one_at_a_time(trial: Trial) -> None:
    ids = ["12", 12.0, None, True, -1, 0, 2**63]
    bad = [
        *(item | {"messageId": wrong} for wrong in ids for item in said(1)),
        *(item | {"message": wrong} for wrong in (5, ["a"]) for item in said(1)),
    ]
    good = said(101, 102)
    assert [m.message_id for m in await read(trial, good[0], *bad, good[1])] == [101, 102]
    link = trial.shop.inbox.link()
    assert link.skipped == len(bad) == 9
    assert "unreadable: 9" in text_of(status_spans(link, NOW))
    kept = (trial.root / "data" / quarantine.NAME).read_text().splitlines()
    assert [json.loads(json.loads(line)["raw"]) for line in kept] == bad
    await trial.check()


async def test_f_048_the_same_bad_item_is_counted_and_kept_once(trial: Trial) -> None:
    items = [*said(101), {"messageId": "12"}]
    await read(trial, *items)
    for _ in range(3):
        trial.script(page("messages", items), operation=HISTORY)
        assert await trial.shop.inbox.fetch_chat(trial.chats(1)[0]) is None
    assert trial.shop.inbox.link().skipped == 1
    assert len((trial.root / "data" / quarantine.NAME).read_text().splitlines()) == 1
    await trial.check()


async def test_f_048_a_bad_chat_met_in_every_poll_is_counted_once(trial: Trial) -> None:
    bad = {"chatId": "12", "status": "NEW"}
    spoil(trial, LIST, lambda result: {**result, "chats": [bad, *result["chats"]]})
    shop = open_patiently(trial, background=True)
    await until(lambda: asked(trial, 6))
    assert len(await listed(shop)) == 8
    assert shop.inbox.link().skipped == 1
    kept = [json.loads(line) for line in (trial.root / "data" / quarantine.NAME).read_text().splitlines()]
    assert [(line["operation"], json.loads(line["raw"])) for line in kept] == [(LIST, bad)]
    await trial.check()


async def asked(trial: Trial, times: int) -> bool:
    return len(trial.posts(LIST)) >= times


async def test_f_048_an_item_that_repeats_our_key_is_not_kept(trial: Trial) -> None:
    key = trial.market.api_key
    spelled = "".join(f"\\u{ord(letter):04x}" for letter in key)
    raw = f'{{"messageId":"{key}"}},{{"messageId":"{spelled}"}},{{"messageId":"x"}}'
    spoil(trial, HISTORY, lambda _: b'{"status":"OK","result":{"messages":[' + raw.encode() + b"]}}")
    shop = open_patiently(trial)
    assert await shop.inbox.fetch_chat(trial.chats(1)[0]) is None
    kept = (trial.root / "data" / quarantine.NAME).read_text()
    assert [json.loads(line)["raw"] for line in kept.splitlines()] == ["", '{"messageId":"x"}']
    assert spelled not in kept.replace("\\\\", "\\")
    await trial.check()


@pytest.mark.parametrize("chats", [{}, None, 5])
async def test_f_048_a_list_that_is_none(trial: Trial, chats: Any) -> None:
    shop = await ready(trial)
    before = await listed(shop)
    spoil(trial, LIST, lambda _: {"chats": chats, "paging": {}})
    assert (await shop.inbox.sync_once()).problem is None
    assert await listed(shop) == before
    assert shop.inbox.link().skipped == 1
    await trial.check()


async def test_f_049_unknown_values(trial: Trial) -> None:
    trial.market.behaviour.words = {
        **dict.fromkeys(("NEW", "WAITING_FOR_PARTNER", "FINISHED"), "WAITING_FOR_ROBOT"),
        **dict.fromkeys(("ORDER", "RETURN", "DIRECT"), "SUBSCRIPTION"),
        "CUSTOMER": "BOT",
        "CHAT": "GROUP",
    }
    one = trial.market.open_direct("Добрый день")
    shop = await ready(trial)
    item = next(item for item in await listed(shop) if item.chat.chat_ref.number == one)
    first, second = (text_of(line) for line in queue_row(item, NOW, 120))
    assert "other (WAITING_…" in first
    assert "other (SUBSCRIPTION)" in second
    assert item.chat.kind == "GROUP"
    assert await shop.inbox.fetch_chat(item.chat.chat_ref) is None
    assert "other (BOT)" in drawn((await history(shop, item.chat.chat_ref))[-1])
    await shop.close()
    open_patiently(trial, background=True)
    outbox_id = await trial.send(item.chat.chat_ref, "m1")
    await trial.reaches(outbox_id, OutboxState.CONFIRMED)
    await trial.check()


async def test_f_052_a_lone_surrogate(trial: Trial) -> None:
    def torn(result: Any) -> bytes:
        result["messages"][7]["message"] = "ok \ud83d конец"
        return as_json(result)

    one = long_chat(trial)
    spoil(trial, HISTORY, torn)
    shop = open_patiently(trial)
    assert await shop.inbox.fetch_chat(one) is None
    found = await history(shop, one)
    assert [m.message_id for m in found] == true_ids(trial, one)[-50:]
    assert [m.text for m in found if m.text and "\ufffd" in m.text] == ["ok \ufffd конец"]
    assert shop.inbox.link().skipped == 0
    await trial.check()


DATES = (
    ("0001-01-01T00:00:00Z", False),
    ("9999-12-31T23:59:59-12:00", True),
    ("2016-12-31T23:59:60Z", True),
    ("2017-11-21", True),
    ("2017-11-21T00:00:00", True),
    ("2017-11-21T00:00:00.123456789+03:00", True),
    ("2017-11-21T24:00:00+03:00", True),
    ("2017-11-21T00:00:00+26:00", False),
    ("", False),
    (1511211600, False),
)


async def test_f_053_dates(trial: Trial) -> None:
    items = [item for n, (date, _) in enumerate(DATES) for item in said(100 + n, createdAt=date)]
    found = await read(trial, *reversed(items))
    assert [m.message_id for m in found] == [100 + n for n in range(len(DATES))], "messages are ordered by id"
    assert [m.created_at != UNKNOWN_TIME for m in found] == [known for _, known in DATES]
    for one, (_, known) in zip(found, DATES, strict=True):
        lines = entry_lines(Entry(one), SCENE)
        assert text_of(lines.body[0]).startswith("--:--") != known
    await trial.check()


async def test_f_053_dates_of_chats(trial: Trial) -> None:
    result = [
        {**chat(chatId=n), "createdAt": date, "updatedAt": date, "status": "WAITING_FOR_CUSTOMER"}
        for n, (date, _) in enumerate(DATES, 1)
    ]
    spoil(trial, LIST, lambda _: {"chats": result, "paging": {}})
    shop = open_patiently(trial)
    assert (await shop.inbox.sync_once()).problem is None
    found = await listed(shop)
    assert {item.chat.chat_ref.number for item in found} == set(range(1, len(DATES) + 1))
    for item in found:
        words = text_of(queue_row(item, NOW, 120)[0])
        assert ("?" in words) == (not DATES[item.chat.chat_ref.number - 1][1])
    await trial.check()


FILE = {"name": "чек.pdf", "url": "https://f.example/1", "size": 1500}


async def test_f_054_text_and_files(trial: Trial) -> None:
    first, second, third, fourth = said(101, 102, 103, 104)
    both = {**third, "payload": [FILE]}
    bare = {key: value for key, value in fourth.items() if key != "message"}
    found = await read(
        trial, {**first, "message": None, "payload": None}, {**second, "payload": []}, both, bare
    )
    words = [drawn(one) for one in found]
    assert "(empty, perhaps a sticker)" in words[0]
    assert "да 102" in words[1]
    assert "да 103" in words[2]
    assert "чек.pdf" in words[2]
    assert "(empty, perhaps a sticker)" in words[3]
    await trial.check()


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"name": ...}, "nameless file"),
        ({"url": ...}, "чек.pdf"),
        ({"url": 5}, "чек.pdf"),
        ({"size": -1}, "чек.pdf"),
        ({"size": 2**31}, "чек.pdf"),
        ({"size": "5"}, "чек.pdf"),
    ],
)
async def test_f_055_bad_file_entries(trial: Trial, wrong: Json, name: str) -> None:
    file = {key: value for key, value in (FILE | wrong).items() if value is not ...}
    (one,) = await read(trial, *said(101, payload=[file]))
    assert name in drawn(one)
    assert (one.attachments[0].url is None) == ("url" in wrong), "without a link there is nothing to download"
    assert (one.attachments[0].size is None) == ("size" in wrong)
    await trial.check()


@pytest.mark.parametrize("order", ["desc", "asc", "shuffled"])
@pytest.mark.parametrize("inclusive", [True, False])
async def test_f_059_duplicates_and_order(
    trial: Trial, order: Literal["desc", "asc", "shuffled"], *, inclusive: bool
) -> None:
    behaviour, one = trial.market.behaviour, long_chat(trial)
    behaviour.message_order, behaviour.from_inclusive, behaviour.page_overlap = order, inclusive, 5
    open_patiently(trial)
    assert await read_to_the_beginning(trial.shop, one) == true_ids(trial, one)
    trial.market.say(one.number, "Последнее слово")
    assert await read_to_the_beginning(trial.shop, one) == true_ids(trial, one)
    await trial.check()


async def test_f_060_changed_and_removed(trial: Trial) -> None:
    shop = open_patiently(trial)
    one = trial.chats(1)[0]
    trial.script(page("messages", said(101, 102, 103)), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    trial.script(page("messages", said(103, 104, text="иначе")), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    trial.script(page("messages", said(105)), operation=HISTORY)
    assert await shop.inbox.fetch_chat(one) is None
    texts = [m.text for m in await history(shop, one)]
    assert texts == ["да 101", "да 102", "иначе 103", "иначе 104", "да 105"], "changed, and none lost"
    await trial.check()


async def test_f_065_the_same_chat_twice_in_a_page(trial: Trial) -> None:
    early, late = chat(status="NEW"), chat(status="FINISHED", updatedAt="2026-11-22T09:15:00+03:00")
    for pair in ([early, late], [late, early]):
        spoil(trial, LIST, partial(lambda pair, _: {"chats": pair, "paging": {}}, pair))
        shop = open_patiently(trial)
        assert (await shop.inbox.sync_once()).problem is None
        assert [item.chat.status for item in await listed(shop)] == ["FINISHED"]
        await shop.close()
        (trial.root / "cache" / "cache.db").unlink()
    await trial.check()
