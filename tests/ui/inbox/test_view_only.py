"""View-only mode: the status line says so, the box says why, and nothing is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, NARROW, WIDE, desk

JOHN = ref(14_800_017)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_with_a_reading_key_all_is_read_and_nothing_sent(
    market: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    settings = replace(CALM, asks_rights=True)
    async with desk(tmp_path, market, size=size, settings=settings, key=market.read_only_key) as it:
        await it.synced()
        await it.until_shown("online  view only")
        await it.go_to(JOHN)
        await it.press("c")
        await it.until_shown("View only: the key has no right to send. Give it “Chats with buyers”")
        await it.write("Yes")
        await it.press("enter")
        await it.until_told("View only: the key has no right to send.")
        assert it.box == "Yes"
        await it.until_shown("═ view only · ")
        assert await it.app.inbox.outbox.open_items() == ()


async def test_with_the_flag_the_box_names_it(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market, settings=replace(CALM, read_only=True)) as it:
        await it.until_shown("view only")
        await it.synced()
        await it.go_to(JOHN)
        await it.until_shown("Started with --read-only. To send, restart without it.")
