"""The inbox on a read-only disk: everything is shown, and the box says why nothing is sent (case 028)."""

import errno
from pathlib import Path

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.model.problem import Problem, ProblemKind
from tests.support.read_only import Protect, tell_read_only
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import NARROW, WIDE, desk

JOHN = ref(14_800_017)
REASON = "is on a read-only disk: mount it as writable again. View only:"


async def fill(root: Path, market: Sandbox) -> None:
    """All chats are in the cache."""
    async with desk(root, market) as it:
        await it.synced()


@pytest.mark.parametrize(
    ("parts", "size"),
    [
        (("data",), WIDE),
        ((".",), NARROW),
        pytest.param(("cache",), NARROW, marks=pytest.mark.thorough),
        pytest.param(("data", "cache"), WIDE, marks=pytest.mark.thorough),
    ],
)
async def test_all_is_shown_and_nothing_is_sent_or_asked(
    market: Sandbox, tmp_path: Path, read_only: Protect, parts: tuple[str, ...], size: tuple[int, int]
) -> None:
    root = tmp_path / "home"
    await fill(root, market)
    read_only(*(root / part for part in parts))
    asked = len(market.requests)
    async with desk(root, market, size=size) as it:
        await it.until(lambda: len(it.rows) > 3, "the chats that are here")
        await it.until_shown("offline", "view only")
        await it.until(lambda: "".join(REASON.split()) in "".join(it.screen.split()), "the reason")
        assert "room" not in it.screen
        await it.press("r")
        await it.go_to(JOHN)
        assert it.history.strip()
        await it.press("c", "enter")
        await it.until_told("View only: nothing new is loaded or sent, nothing is saved.")
        inbox = it.app.inbox
        assert isinstance(inbox, Inbox)
        for refused in (await inbox.outbox.send_text(it.rows[0], "No"), await inbox.fetch_chat(it.rows[0])):
            assert isinstance(refused, Problem)
            assert refused.kind is ProblemKind.UNWRITABLE
        assert (await inbox.sync_once()).problem is not None
        assert it.said == []
    assert it.sent == []
    assert len(market.requests) == asked


async def test_a_mark_that_cannot_be_kept_is_refused_in_words_that_fit(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "home"
    await fill(root, market)
    tell_read_only(root / "data", monkeypatch, errno.EACCES, disk=False)
    async with desk(root, market) as it:
        await it.until(lambda: len(it.rows) > 3, "the chats that are here")
        await it.press("x")
        await it.until_said("cannot be written: check its owner and permissions.")
        assert not any("room" in words for words in it.said)
        await it.go_to(JOHN)
        await it.press("c")
        await it.write("Y")
        await it.until_told("cannot be written: check its owner and permissions.")
        await it.press("enter")
        await it.until_told("View only: nothing new is loaded or sent, nothing is saved.")
        assert it.box == "Y"
        await it.press("backspace")
