"""Case 021: while the files cannot be read, the screen stays, says why, and accepts typed text."""

import pytest

from chat_tui.store.database import Store
from chat_tui.store.errors import StoreProblem
from chat_tui.ui.kit.bars import NoticeLine
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk

WHY = "The disk failed while using cache.db: check its free space and health."
ODD = "\u001b[2J cache.db \u202e is damaged."


def fail(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    def refuse(*_: object) -> None:
        raise StoreProblem(why)

    monkeypatch.setattr(Store, "_read", refuse)


def noticed(there: Desk) -> str:
    return there.app.screen_stack[1].query_one(NoticeLine).words


async def test_the_screen_stays_and_an_answer_is_taken(
    tmp_path_factory: pytest.TempPathFactory, market: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path_factory.mktemp("root"), market) as there:
        await there.synced()
        await there.press("enter", "c")
        await there.until(lambda: there.opened is not None, "a chat open")
        rows, chat = there.rows, there.opened
        fail(monkeypatch, WHY)
        await there.write("уже едет")
        for key in ("escape", "6", "G", "g", "down", "1", "n", "O", "escape"):
            await there.press(key)
        await there.until(lambda: noticed(there) == WHY, "the sentence")
        assert there.rows == rows
        await there.until(lambda: there.opened == chat, "the chat of the highlight")
        await there.press("c")
        await there.press_again("enter")
        monkeypatch.undo()
        await there.press("6")
        await there.until(lambda: noticed(there) == "", "no sentence")
        await there.until(lambda: (chat, "уже едет") in there.sent_texts, "it is sent")


async def test_its_words_steer_no_terminal(
    tmp_path_factory: pytest.TempPathFactory, market: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path_factory.mktemp("root"), market) as there:
        await there.synced()
        fail(monkeypatch, ODD)
        await there.press("3")
        await there.until(lambda: "is damaged" in noticed(there), "the sentence")
        assert "\x1b" not in there.screen
        assert "\u202e" not in there.screen
