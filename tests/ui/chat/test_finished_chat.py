"""F-179: a finished chat. The Market may take or refuse another message, so both are tested."""

from pathlib import Path

import pytest

from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk


def finished_chat(market: Sandbox) -> int:
    return next(
        chat.chat_id for chat in market.world.listed("desc", None, 0, 1000) if chat.status == "FINISHED"
    )


@pytest.mark.parametrize("refused", [True, False])
async def test_f_179_the_operator_is_warned_first_and_no_text_is_lost(
    market: Sandbox, tmp_path: Path, *, refused: bool
) -> None:
    market.behaviour.finished_refused = refused
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(finished_chat(market))
        await it.answer("One more thing")
        await it.until_told("This chat is finished")
        assert (it.box, it.sent) == ("One more thing", [])
        await it.press_again("enter")
        await it.until(lambda: it.box == "")
        await it.until_shown("not sent" if refused else "confirmed")
        assert len(it.sent) == (0 if refused else 1)
        assert "One more thing" in it.history
        if not refused:
            await it.answer("And thanks")
            await it.until(lambda: len(it.sent) == 2, "no second warning in the same chat")
