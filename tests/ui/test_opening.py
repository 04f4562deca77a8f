"""A chat is opened while the Market has news of it."""

from pathlib import Path

import pytest

from chat_tui.model.ids import ChatId
from chat_tui.sandbox.serve import Sandbox
from tests.support.waiting import until
from tests.ui.app_stage import desk

NEWS = "came meanwhile"


async def test_what_comes_while_a_chat_opens_is_shown(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as operator:
        await operator.synced()
        inbox = operator.app.inbox
        read = inbox.draft

        async def slow(chat_id: ChatId) -> object:
            market.say(chat_id, NEWS)

            async def is_told() -> bool:
                return NEWS in operator.screen

            await until(is_told, "the news in the list")
            assert operator.opened is None
            return await read(chat_id)

        monkeypatch.setattr(inbox, "draft", slow)
        await operator.press("n")
        await operator.until(lambda: NEWS in operator.history)
