"""The fault class: a way to send that skips a check of another way.

Every way to send is tried with everything that must not be sent, or not without confirmation. The
rules themselves are tested in tests/model/test_door.py, the questions on the screen in tests/ui.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.model.doubt import Doubt, DoubtKind
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox
from chat_tui.store.database import Connection
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.shop import QUICK, Shop, item_of
from tests.support.waiting import until

KEY = "s3cret-of:this/run+1"
GUARDED = replace(QUICK, secrets=(KEY,))
REFUSED = Answer(status=400, accept=False)

TEXTS = {
    "our key": (f"вот {KEY}", ProblemKind.TEXT_SECRET),
    "our key, blanks": (" ".join(KEY), ProblemKind.TEXT_SECRET),
    "a private key": ("-----BEGIN RSA PRIVATE KEY-----\nMII", ProblemKind.TEXT_SECRET),
    "blank": (" \n\u200b ", ProblemKind.TEXT_EMPTY),
    "too long": ("я" * 4097, ProblemKind.TEXT_TOO_LONG),
    "a marker": ("Добрый день, {имя}!", ProblemKind.TEXT_UNFILLED),
    "no UTF-8": ("a\udcff", ProblemKind.TEXT_GARBLED),
}


@pytest.mark.parametrize(("text", "kind"), TEXTS.values(), ids=TEXTS)
async def test_no_text_that_is_refused_leaves_by_any_way_whatever_was_agreed(
    trial: Trial, text: str, kind: ProblemKind
) -> None:
    shop = trial.open(settings=GUARDED, background=False)
    (chat,) = trial.chats(1)
    everything = [Doubt(one, text) for one in DoubtKind]
    kept = await smuggled(shop, chat, text.replace("\udcff", "\ufffd"))
    for outcome in (
        await shop.inbox.outbox.send_text(chat, text, everything),
        await shop.inbox.outbox.check_text(chat, text, everything),
        *(
            []
            if kind is ProblemKind.TEXT_GARBLED
            else [await shop.inbox.outbox.resend(await item_of(shop.inbox, kept), everything)]
        ),
    ):
        assert isinstance(outcome, Problem)
        assert outcome.kind is kind
        assert KEY not in repr(outcome)
    assert trial.market.ledger == []


async def smuggled(shop: Shop, chat: ChatRef, text: str) -> OutboxId:
    """An item that an older version, or a run with another key, left in the outbox: refused once."""
    outbox_id = OutboxId("5b1c6f3e-0000-4000-8000-000000000001")

    def put(conn: Connection) -> None:
        item = outbox.enqueue(
            conn,
            NewItem(outbox_id=outbox_id, chat_ref=chat, kind=OutboxKind.TEXT, text=text, created_at=1),
        )
        outbox.move(conn, item.outbox_id, OutboxState.QUEUED, OutboxState.FAILED)

    await shop.store.write_state(put)
    return outbox_id


FILES = {
    "the whole file": KEY.encode(),
    "in the middle": b"\xff\xd8" * 200_000 + KEY.encode() + b"\0" * 1000,
    "over the edge of a piece": b"x" * (256 * 1024 - 5) + KEY.encode(),
    "UTF-16": f"ключ {KEY}".encode("utf-16"),
    "in lines": "\r\n".join(KEY).encode(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
async def test_no_file_with_our_key_leaves_by_any_way(trial: Trial, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    shop = trial.open(settings=GUARDED, background=False)
    (chat,) = trial.chats(1)
    shown = await shop.inbox.files.inspect(file)
    assert shown == Problem(ProblemKind.FILE_SECRET)
    # A screen that does not check: the card comes from another run.
    card = await trial.open(background=False).inbox.files.inspect(file)
    assert isinstance(card, FileCard)
    assert await shop.inbox.outbox.send_file(chat, card, card.doubts) == Problem(ProblemKind.FILE_SECRET)
    assert await shop.inbox.outbox.check_file(chat, card, card.doubts) == Problem(ProblemKind.FILE_SECRET)
    assert list((shop.store.paths.data_dir / "spool").iterdir()) == [], "no copy of it may stay"
    assert await shop.inbox.outbox.open_items() == ()


@pytest.mark.parametrize("what", ["text", "file", "file name"])
async def test_what_was_queued_before_the_key_was_ours_does_not_leave(
    trial: Trial, what: str, tmp_path: Path
) -> None:
    (chat,) = trial.chats(1)
    name = KEY.replace("/", "_")
    file = tmp_path / (f"{name}.txt" if what == "file name" else "a.txt")
    file.write_bytes(KEY.encode() if what == "file" else b"x")
    before = trial.open(background=False)
    if what == "text":
        queued: OutboxItem | Problem = await before.inbox.outbox.send_text(chat, f"вот {KEY}")
    else:
        card = await before.inbox.files.inspect(file)
        assert isinstance(card, FileCard)
        queued = await before.inbox.outbox.send_file(chat, card)
    assert isinstance(queued, OutboxItem)
    await before.close()
    now = trial.open(settings=replace(QUICK, secrets=(name if what == "file name" else KEY,)))
    item = await in_state(now, queued.outbox_id, OutboxState.FAILED)
    assert item.problem == (ProblemKind.TEXT_SECRET if what == "text" else ProblemKind.FILE_SECRET)
    again = await now.inbox.outbox.resend(queued)
    assert again == Problem(ProblemKind(item.problem))
    assert trial.market.ledger == []


async def in_state(shop: Shop, outbox_id: OutboxId, state: OutboxState) -> OutboxItem:
    async def there() -> OutboxItem | None:
        item = await shop.inbox.outbox.item(outbox_id)
        return item if item is not None and item.state is state else None

    return await until(there, f"{outbox_id} {state}")


Way = Callable[[Shop, ChatRef, Sequence[Doubt]], Awaitable[object]]


async def by_text(shop: Shop, chat: ChatRef, agreed: Sequence[Doubt]) -> object:
    return await shop.inbox.outbox.send_text(chat, "Пишите: olga@example.com", agreed)


async def by_file(shop: Shop, chat: ChatRef, agreed: Sequence[Doubt]) -> object:
    file = shop.store.paths.data_dir.parent / "id_rsa"
    file.write_text("x")
    # Not one of the program's own files: those are refused by their location.
    card = FileCard(str(file), "id_rsa", 1, "text/plain", (), fingerprint(file))
    return await shop.inbox.outbox.send_file(chat, card, agreed)


def fingerprint(file: Path) -> tuple[int, int, int, int]:
    found = file.stat()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@pytest.mark.parametrize(("way", "kind"), [(by_text, DoubtKind.CONTACTS), (by_file, DoubtKind.PRIVATE)])
async def test_nothing_doubtful_leaves_before_all_of_it_is_agreed_to(
    trial: Trial, way: Way, kind: DoubtKind
) -> None:
    """Into a finished chat, so that there are two doubts; then again when it is resent."""
    chat = next(
        ref(c.chat_id) for c in trial.market.world.listed("desc", None, 0, 60) if c.status == "FINISHED"
    )
    shop = trial.open(background=False)
    assert await shop.inbox.fetch_chat(chat) is None
    refusal = await way(shop, chat, ())
    assert isinstance(refusal, Problem)
    assert [doubt.kind for doubt in refusal.doubts] == [DoubtKind.FINISHED, kind]
    for some in ((refusal.doubts[0],), (refusal.doubts[1],), (Doubt(kind, "another"), refusal.doubts[0])):
        still = await way(shop, chat, some)
        assert isinstance(still, Problem)
        assert still.doubts
    trial.script(REFUSED)
    trial.script(REFUSED, operation="sendFileToChat")
    queued = await way(shop, chat, refusal.doubts)
    assert isinstance(queued, OutboxItem)
    assert (await shop.inbox.outbox.deliver(queued.outbox_id)).state is OutboxState.FAILED
    assert trial.market.ledger == []
    asked = await shop.inbox.outbox.resend(queued)
    assert isinstance(asked, Problem)
    assert [doubt.kind for doubt in asked.doubts] == [DoubtKind.FINISHED, kind]
    assert await shop.inbox.outbox.resend(queued, asked.doubts) is None
    assert (await shop.inbox.outbox.deliver(queued.outbox_id)).state is OutboxState.CONFIRMED


@pytest.mark.parametrize("typed", ["одна строка\n", "одна строка \t\r\n\n", "одна строка\u00a0\u2028"])
async def test_what_stands_at_the_end_of_the_whole_is_not_sent(trial: Trial, typed: str) -> None:
    """Case 010."""
    shop = trial.open(background=False)
    (chat,) = trial.chats(1)
    queued = await shop.inbox.outbox.send_text(chat, f"  a \n{typed}")
    assert isinstance(queued, OutboxItem)
    assert queued.text == "  a \nодна строка"
