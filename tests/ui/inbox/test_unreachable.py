"""Case 030: when proxy or certificates allow no client, the screen says so and shows the cache."""

from pathlib import Path

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.model.link import LinkState
from chat_tui.model.problem import Problem, ProblemKind
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import NARROW, WIDE, desk

JOHN = ref(14_800_017)
ELSEWHERE = "https://127.0.0.1:9"
"""An address that needs certificates, where no server listens."""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SSL_CERT_FILE", "/nowhere.pem", "SSL_CERT_FILE does not point to certificates: /nowhere.pem."),
        ("SSL_CERT_FILE", "/dev/null", "SSL_CERT_FILE does not point to certificates: /dev/null."),
        ("SSL_CERT_DIR", "/proc/self/fdinfo", "SSL_CERT_DIR does not point to certificates"),
    ],
)
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_reason_is_on_the_screen_and_not_connecting_for_ever(
    market: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(name, value)
    async with desk(tmp_path, market, size=size, url=ELSEWHERE) as it:
        await it.until(lambda: words in " ".join(it.screen.split()), "the reason on the screen")
        assert "connecting" not in it.screen
        assert "error" in it.screen


async def test_what_is_here_is_shown_what_is_wanted_is_refused_and_another_copy_leads(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    async with desk(tmp_path, market, url=ELSEWHERE) as it:
        inbox = it.app.inbox
        assert isinstance(inbox, Inbox)
        await it.until(lambda: len(it.rows) > 3, "the chats that are here")
        link = inbox.link()
        assert link.state is LinkState.REFUSED
        assert link.problem is not None
        assert link.problem.kind is ProblemKind.SURROUNDINGS
        await it.press("r")
        assert (await inbox.sync_once()).problem == link.problem
        assert isinstance(await inbox.fetch_chat(it.rows[0]), Problem)
        await it.go_to(JOHN)
        await it.answer("Kept")
        assert [item.text for item in await inbox.outbox.open_items()] == ["Kept"]
        # A copy without a client does not poll for the others; this one, beside it, does.
        async with desk(tmp_path, market) as other:
            await other.until(
                lambda: other.app.inbox.link().state is LinkState.ONLINE, "the other copy online"
            )
            await other.until(lambda: other.sent_texts == [(JOHN, "Kept")], "sent by the copy that can")
        assert inbox.link().state is LinkState.REFUSED
