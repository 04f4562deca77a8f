"""The line at the top says how far long works are, and is itself again when they are done.

Promised: U67.
"""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui import locale
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, NARROW, WIDE, Desk, desk

CHATS = 400
ONLY_ASKED = replace(CALM, backfill=False)


def top(it: Desk) -> str:
    return it.screen.splitlines()[0]


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [(WIDE, "en", " chats loaded"), (NARROW, "ru", "загружено "), (WIDE, "ru", " чатов")],
)
async def test_the_first_listing_is_counted_until_it_is_done(
    tmp_path: Path, size: tuple[int, int], language: str, words: str
) -> None:
    locale.use(language)
    with Sandbox.start(chats=CHATS, long_chat=8) as market:
        go_on = threading.Event()
        market.script("getChats", [Answer()] * 12 + [Answer(until=go_on)])
        async with desk(tmp_path, market, size=size, settings=ONLY_ASKED, fresh=True) as it:
            await it.until(lambda: words in top(it) and "●" in top(it) and "[1" in top(it))
            go_on.set()
            await it.synced()
            await it.until(lambda: words not in top(it) and "●" in top(it))


async def test_the_rest_of_the_history_is_counted_while_the_operator_wants_it(
    tmp_path: Path, market: Sandbox
) -> None:
    async with desk(tmp_path, market, size=WIDE, settings=ONLY_ASKED) as it:
        await it.synced()
        await it.press("f")
        await it.until_shown("load the rest")
        go_on = threading.Event()
        # The rest is not there before it is stopped.
        market.script("getChatHistory", [Answer()] * 3 + [Answer(until=go_on)])
        await it.press("ctrl+r", "escape")
        await it.until(lambda: "loading history " in top(it))
        await it.press("f", "ctrl+r", "escape")
        await it.until(lambda: "loading history " not in top(it))
        go_on.set()
