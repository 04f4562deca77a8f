"""A chat is opened while the Market has news of it."""

import asyncio
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.problem import Problem
from chat_tui.ui.queue.list import QueueList
from tests.support.sandbox import Sandbox
from tests.support.scenes import make_scene
from tests.support.settling import press, settled
from tests.support.waiting import until
from tests.ui.app_stage import desk

NEWS = "came meanwhile"


async def test_what_comes_while_a_chat_is_read_is_shown(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as operator:
        await operator.synced()
        inbox = operator.app.inbox
        read = inbox.drafts.get

        async def slow(chat_ref: ChatRef) -> object:
            market.say(chat_ref.number, NEWS)

            async def is_told() -> bool:
                return NEWS in operator.screen

            await until(is_told, "the news in the list")
            assert operator.opened != chat_ref
            return await read(chat_ref)

        monkeypatch.setattr(inbox.drafts, "get", slow)
        await operator.press("j")
        await operator.until(lambda: NEWS in operator.history)


async def test_a_chat_that_was_looked_at_loses_its_dot_however_late_the_disk_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene(tmp_path, language="en")
    marks, go_on = scene.inbox.marks, asyncio.Event()
    see = marks.see

    async def see_later(chat_ref: ChatRef, message_id: MessageId) -> Problem | None:
        await go_on.wait()
        return await see(chat_ref, message_id)

    monkeypatch.setattr(marks, "see", see_later)
    async with scene.app.run_test(size=(120, 40)):
        await settled(scene.app)
        await press(scene.app, "j", "enter")
        row = scene.app.screen.query_one(QueueList)
        assert row.view.place is not None
        assert row.view.window.items[row.view.place].is_unseen
        go_on.set()
        await settled(scene.app)
        assert not row.view.window.items[row.view.place].is_unseen
        scene.app.exit()
    scene.close()
