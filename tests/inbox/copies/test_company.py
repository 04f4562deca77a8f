"""Which chats other copies have open: seen within a look, gone with the process that had them open."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.clock import boot_clock
from chat_tui.inbox.copies import change_feed
from chat_tui.inbox.copies.copies import Company
from chat_tui.inbox.copies.leader import IDLE_MS
from chat_tui.inbox.events import MarksChanged
from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Elsewhere, Stage, Tab
from chat_tui.store import copies
from chat_tui.store.locks import COPIES, ByteLock
from tests.inbox.copies.test_several_copies import CALM, SILENT, hearing, is_listed
from tests.support import ready
from tests.support.clock import FrozenClock
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, open_store, store_paths
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
BOOT = boot_clock().boot
OTHER = """
import asyncio, sys, time
from pathlib import Path
from chat_tui.clock import boot_clock
from chat_tui.inbox.copies.copies import Company
from chat_tui.model.queue import Stage
from chat_tui.store.locks import COPIES, ByteLock
from tests.support.clock import FrozenClock
from tests.support.refs import ref
from tests.support.shop import open_store

async def main():
    store = open_store(Path(sys.argv[1]))
    company = Company(store, ByteLock(store.paths.data_dir / COPIES), boot_clock(), "other", "Anna")
    await company.open(ref(int(sys.argv[2])))
    await company.attend(ref(int(sys.argv[2])), Stage.TYPING)
    print("open", flush=True)
    time.sleep(600)

asyncio.run(main())
"""


async def waiting(shop: Shop, count: int = 3) -> list[ChatRef]:
    async def are_there() -> bool:
        return await is_listed(shop) and len((await shop.inbox.chats.page(Tab.WAITING)).items) >= count

    await until(are_there)
    return [item.chat.chat_ref for item in (await shop.inbox.chats.page(Tab.WAITING)).items]


async def elsewhere(shop: Shop, chat_ref: ChatRef) -> set[Elsewhere | None]:
    """Where else the chat is open, by its own row and by that of a page."""
    items = [*(await shop.inbox.chats.page(Tab.ALL)).items, await shop.inbox.chats.item(chat_ref)]
    found = {item.elsewhere for item in items if item is not None and item.chat.chat_ref == chat_ref}
    return {one and replace(one, is_busy=False) for one in found}


async def until_elsewhere(shop: Shop, chat_ref: ChatRef, wanted: Elsewhere | None) -> None:
    async def is_so() -> bool:
        return await elsewhere(shop, chat_ref) == {wanted}

    await until(is_so, f"{chat_ref} is open elsewhere: {wanted}")


async def test_an_open_chat_is_seen_by_the_others_and_never_by_itself(
    market: Sandbox, open_shop: OpenShop
) -> None:
    here, there = open_shop(settings=CALM), open_shop(settings=CALM)
    chat, other, *_rest = await waiting(here)
    heard = hearing(here)
    there.inbox.chats.open(chat)
    await until_elsewhere(here, chat, Elsewhere())
    assert MarksChanged(chat) in heard
    assert await elsewhere(there, chat) == {None}
    there.inbox.chats.attend(other, Stage.TYPING)
    there.inbox.chats.attend(chat, Stage.TYPING)
    await until_elsewhere(here, chat, Elsewhere(is_typing=True))
    assert await elsewhere(here, other) == {None}
    there.inbox.chats.attend(chat, Stage.OPEN)
    await until_elsewhere(here, chat, Elsewhere())
    there.inbox.chats.open(other)
    await until_elsewhere(here, chat, None)
    await until_elsewhere(here, other, Elsewhere())
    await there.close()
    await until_elsewhere(here, other, None)
    assert here.store.read(copies.opened, BOOT).result() == ()


async def test_what_is_open_already_is_seen_at_the_start(market: Sandbox, open_shop: OpenShop) -> None:
    there = open_shop(settings=replace(SILENT, operator="Anna"))
    chat, *_rest = await waiting(there)
    there.inbox.chats.open(chat)

    async def is_noted() -> bool:
        return there.store.read(copies.opened, BOOT).result() != ()

    await until(is_noted)
    here = open_shop(settings=replace(SILENT, operator="Boris"))
    await until_elsewhere(here, chat, Elsewhere("Anna"))


async def test_a_name_is_said_only_if_it_is_not_ones_own(market: Sandbox, open_shop: OpenShop) -> None:
    here = open_shop(settings=replace(CALM, operator="Anna"))
    twin, other = (open_shop(settings=replace(CALM, operator=name)) for name in ("Anna", "Boris"))
    chat, *_rest = await waiting(here)
    twin.inbox.chats.open(chat)
    await until_elsewhere(here, chat, Elsewhere())
    await until_elsewhere(other, chat, Elsewhere("Anna"))
    other.inbox.chats.open(chat)
    other.inbox.chats.attend(chat, Stage.TYPING)
    await until_elsewhere(here, chat, Elsewhere("Boris", is_typing=True))


async def test_n_passes_over_what_is_open_elsewhere_unless_nothing_else_waits(
    market: Sandbox, open_shop: OpenShop
) -> None:
    """Promised: U79."""
    here, there = open_shop(settings=CALM), open_shop(settings=CALM)
    await ready.synced(here.store, market)
    first, second, third, *_rest = await waiting(here)
    chats = here.inbox.chats
    assert await chats.next_waiting(first) == second
    there.inbox.chats.open(second)
    await until_elsewhere(here, second, Elsewhere())
    assert await chats.next_waiting(first) == second, "a highlight that rests there keeps no buyer waiting"
    there.inbox.chats.attend(second, Stage.CARET)

    async def is_passed_over() -> bool:
        return await chats.next_waiting(first) == third

    await until(is_passed_over)
    item = await chats.item(second)
    assert item is not None
    assert item.elsewhere == Elsewhere(is_busy=True)
    assert await chats.next_waiting(third, backwards=True) == first
    assert await there.inbox.chats.next_waiting(first) == second
    await here.inbox.marks.done(first)
    while (found := await chats.next_waiting(first)) not in {second, None}:
        assert found is not None
        await here.inbox.marks.done(found)
    assert found == second


@pytest.mark.terminal
async def test_a_killed_copy_has_nothing_open(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "SURE_S", 0.2)
    looks = 0
    look = Company.look

    async def counted(company: Company) -> frozenset[ChatRef]:
        nonlocal looks
        changed = await look(company)
        looks += 1
        return changed

    monkeypatch.setattr(Company, "look", counted)
    here = open_shop(settings=CALM)
    chat, other, *_rest = await waiting(here)
    root = here.store.paths.data_dir.parent
    command = [sys.executable, "-c", OTHER, str(root), str(chat.number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        await until_elsewhere(here, chat, Elsewhere("Anna", is_typing=True))
        os.kill(process.pid, signal.SIGSTOP)
        before = looks

        async def was_looked() -> bool:
            return looks >= before + 2

        await until(was_looked, "a look that began after the stop")
        # A stopped copy has its window open.
        assert await elsewhere(here, chat) == {Elsewhere("Anna", is_typing=True)}
        process.kill()
        process.wait()
        await until_elsewhere(here, chat, None)
    assert len(here.store.read(copies.opened, BOOT).result()) == 1, "its row is there, and does not count"
    here.inbox.chats.open(other)

    async def is_alone() -> bool:
        rows = here.store.read(copies.opened, BOOT).result()
        return [row.chat_ref for row in rows] == [other]

    await until(is_alone, "the row of the killed copy is removed with the next one written")


async def test_while_nobody_else_has_a_chat_open_no_lock_is_tried(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    tried: list[int] = []

    class Watched(ByteLock):
        def try_hold(self, number: int) -> bool:
            tried.append(number)
            return super().try_hold(number)

    company = Company(store, Watched(store_paths(tmp_path).data_dir / COPIES), boot_clock(), "ours", "")
    assert await company.look() == frozenset()
    await company.leave()
    assert tried == []
    store.close()


async def test_a_window_left_alone_holds_no_chat_back(tmp_path: Path) -> None:
    store, clock, chat = open_store(tmp_path), FrozenClock("this start"), ref(7)
    here, there = (
        Company(store, ByteLock(store.paths.data_dir / COPIES), clock, copy, "") for copy in ("here", "there")
    )
    held = []
    for stage in Stage:
        await there.attend(chat, stage)
        await there.open(chat)
        for idle_ms in (0, IDLE_MS, 5 * IDLE_MS):
            await store.write_state(copies.active, "there", clock.now() - idle_ms, clock.boot)
            await here.look()
            held.append(here.busy() == {chat})
    assert held == [False, False, False, True, False, False, True, True, False]
    await there.leave()
    store.close()


async def test_what_is_told_before_the_chat_is_open_counts_from_then_on(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    company = Company(store, ByteLock(store.paths.data_dir / COPIES), boot_clock(), "ours", "")
    await company.attend(ref(7), Stage.TYPING)
    assert store.read(copies.opened, BOOT).result() == ()
    await company.open(ref(7))
    await company.open(ref(7))
    [row] = store.read(copies.opened, BOOT).result()
    assert (row.chat_ref, row.stage) == (ref(7), Stage.TYPING)
    await company.open(ref(8))
    [row] = store.read(copies.opened, BOOT).result()
    assert (row.chat_ref, row.stage) == (ref(8), Stage.OPEN)
    await company.leave()
    assert store.read(copies.opened, BOOT).result() == ()
    store.close()
