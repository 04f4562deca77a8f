"""A full disk of the cache only is reported at once and blocks no message (case 022)."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxState
from chat_tui.store import messages
from chat_tui.store.database import Store
from tests.faults.storage.test_full import LONG, cap
from tests.faults.support.trial import FILE, SEND, Trial
from tests.support.sandbox import Sandbox
from tests.support.waiting import until
from tests.ui.app_stage import desk

WORDS = "No space left on the disk"


def full(store: Store, *, is_full: bool = True) -> None:
    """Leave no space for the cache."""
    store.write_cache(cap, is_full=is_full).result()


async def until_said(inbox: Inbox, words: str) -> None:
    async def is_so() -> bool:
        told = inbox.link().storage
        return words in told if words else not told

    await until(is_so, f"“{words}” on the notice line")


async def held_by_none(trial: Trial, *sent: OutboxId) -> None:
    """All are confirmed although the cache could not save the messages that were read."""
    for outbox_id in sent:
        await trial.reaches(outbox_id, OutboxState.CONFIRMED)


async def hoard(trial: Trial, chat: ChatRef) -> set[int]:
    """Add more messages than the cache has space for; return their ids."""
    return {trial.market.say(chat.number, LONG) for _ in range(4)}


async def cached(trial: Trial, chat: ChatRef) -> set[int]:
    """The ids of a chat's cached messages."""
    page = await trial.shop.inbox.chats.timeline(chat)
    return {entry.message.message_id for entry in page.entries if entry.message}


async def test_texts_of_one_chat_go_one_after_the_other(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    full(shop.store)
    said = await hoard(trial, chat)
    sent = [await trial.send(chat, f"m{number}") for number in range(3)]
    await held_by_none(trial, *sent)
    await until_said(shop.inbox, WORDS)
    assert trial.texts(chat) == ["m0", "m1", "m2"]
    page = await shop.inbox.chats.timeline(chat)
    assert [e.item.text for e in page.entries if e.item is not None] == ["m0", "m1", "m2"], "shown as sent"
    full(shop.store, is_full=False)
    await until_said(shop.inbox, "")

    async def is_read() -> bool:
        found = await shop.inbox.chats.timeline(chat)
        return [e.item.text for e in found.entries if e.item and e.message] == ["m0", "m1", "m2"]

    await until(is_read, "the cache has it all")
    assert said <= await cached(trial, chat), "without a gap"
    await trial.check()


async def test_a_chat_that_was_never_read(trial: Trial) -> None:
    chat = trial.chats(1)[0]
    shop = trial.open(background=False)
    assert (await shop.inbox.sync_once()).problem is None
    full(shop.store)
    await hoard(trial, chat)
    await trial.close()
    shop = trial.open()
    full(shop.store)
    sent = [await trial.send(chat, "m1"), await trial.send(chat, "m2")]
    await held_by_none(trial, *sent)
    await trial.check()


async def test_equal_texts_and_files_are_told_apart(trial: Trial, tmp_path: Path) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    full(shop.store)
    await hoard(trial, chat)
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    sent = [await trial.send(chat, "same"), await trial.send(chat, "same")]
    sent.append(await trial.send_file(chat, photo))
    await held_by_none(trial, *sent)
    assert len(trial.posts(SEND)) == 2
    assert len(trial.posts(FILE)) == 1
    links = [item.message_id for one in sent if (item := await trial.item(one)) is not None]
    assert len(set(links)) == 3
    await trial.check()


async def test_a_base_newer_than_a_cache_that_fell_behind_leaves_no_gap(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open(background=False)
    before = shop.store.read(messages.cursor, chat).result()
    full(shop.store)
    said = await hoard(trial, chat)
    first = await trial.send(chat, "m1")
    await shop.inbox.outbox.deliver(first)
    assert shop.store.read(messages.cursor, chat).result().hi == before.hi, "the cache has no new messages"
    full(shop.store, is_full=False)
    await shop.inbox.outbox.deliver(await trial.send(chat, "m2"))
    assert said <= await cached(trial, chat)
    await trial.check()


async def test_it_stands_on_the_screen_until_there_is_room(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        full(there.store)
        market.say(there.rows[0].number, LONG * 3)
        await there.until_shown(WORDS)
        full(there.store, is_full=False)
        await there.until(lambda: WORDS not in there.screen, "the notice disappears automatically")


def fill(path: Path) -> None:
    """Use all of the free space."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"0" * 4096):
            pass


@pytest.fixture
def small_disk(trial: Trial) -> Iterator[Path]:
    """The cache on a disk of its own, of two megabytes."""
    place = trial.root / "cache"
    place.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here; the tests above cause the same fault in another way")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_real_disk_that_is_full(small_disk: Path, trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    filler = small_disk / "filler"
    fill(filler)
    await hoard(trial, chat)
    await until_said(shop.inbox, WORDS)
    sent = [await trial.send(chat, "m1"), await trial.send(chat, "m2")]
    await held_by_none(trial, *sent)
    filler.unlink()
    await until_said(shop.inbox, "")
    await trial.check()
    await trial.close()
