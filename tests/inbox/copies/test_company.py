"""Which chats other copies have open: seen within a look, gone with the process that had them open."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.inbox.copies import change_feed
from chat_tui.inbox.copies.copies import Company
from chat_tui.inbox.events import MarksChanged
from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Elsewhere, Tab
from chat_tui.store import copies
from chat_tui.store.locks import COPIES, ByteLock
from tests.inbox.copies.test_several_copies import CALM, SILENT, hearing, is_listed
from tests.support import ready
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, open_store, store_paths
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
OTHER = """
import asyncio, sys, time
from pathlib import Path
from chat_tui.inbox.copies.copies import Company
from chat_tui.store.locks import COPIES, ByteLock
from tests.support.refs import ref
from tests.support.shop import open_store

async def main():
    store = open_store(Path(sys.argv[1]))
    company = Company(store, ByteLock(store.paths.data_dir / COPIES), "Anna")
    await company.open(ref(int(sys.argv[2])))
    await company.typing(ref(int(sys.argv[2])), is_so=True)
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
    return {item.elsewhere for item in items if item is not None and item.chat.chat_ref == chat_ref}


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
    there.inbox.chats.typing(other, is_so=True)
    there.inbox.chats.typing(chat, is_so=True)
    await until_elsewhere(here, chat, Elsewhere(is_typing=True))
    assert await elsewhere(here, other) == {None}
    there.inbox.chats.typing(chat, is_so=False)
    await until_elsewhere(here, chat, Elsewhere())
    there.inbox.chats.open(other)
    await until_elsewhere(here, chat, None)
    await until_elsewhere(here, other, Elsewhere())
    await there.close()
    await until_elsewhere(here, other, None)
    assert here.store.read(copies.opened).result() == ()


async def test_what_is_open_already_is_seen_at_the_start(market: Sandbox, open_shop: OpenShop) -> None:
    there = open_shop(settings=replace(SILENT, operator="Anna"))
    chat, *_rest = await waiting(there)
    there.inbox.chats.open(chat)

    async def is_noted() -> bool:
        return there.store.read(copies.opened).result() != ()

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
    other.inbox.chats.typing(chat, is_so=True)
    await until_elsewhere(here, chat, Elsewhere("Boris", is_typing=True))


async def test_n_passes_over_what_is_open_elsewhere_unless_nothing_else_waits(
    market: Sandbox, open_shop: OpenShop
) -> None:
    here, there = open_shop(settings=CALM), open_shop(settings=CALM)
    await ready.synced(here.store, market)
    first, second, third, *_rest = await waiting(here)
    chats = here.inbox.chats
    assert await chats.next_waiting(first) == second
    there.inbox.chats.open(second)
    await until_elsewhere(here, second, Elsewhere())
    assert await chats.next_waiting(first) == third
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
    here = open_shop(settings=CALM)
    chat, other, *_rest = await waiting(here)
    root = here.store.paths.data_dir.parent
    command = [sys.executable, "-c", OTHER, str(root), str(chat.number)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        await until_elsewhere(here, chat, Elsewhere("Anna", is_typing=True))
        os.kill(process.pid, signal.SIGSTOP)
        # A stopped copy has its window open.
        assert await elsewhere(here, chat) == {Elsewhere("Anna", is_typing=True)}
        process.kill()
        process.wait()
        await until_elsewhere(here, chat, None)
    assert len(here.store.read(copies.opened).result()) == 1, "its row is there, and does not count"
    here.inbox.chats.open(other)

    async def is_alone() -> bool:
        rows = here.store.read(copies.opened).result()
        return [row.chat_ref for row in rows] == [other]

    await until(is_alone, "the row of the killed copy is removed with the next one written")


async def test_while_nobody_else_has_a_chat_open_no_lock_is_tried(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    tried: list[int] = []

    class Watched(ByteLock):
        def try_hold(self, number: int) -> bool:
            tried.append(number)
            return super().try_hold(number)

    company = Company(store, Watched(store_paths(tmp_path).data_dir / COPIES), "")
    assert await company.look() == frozenset()
    await company.leave()
    assert tried == []
    store.close()
