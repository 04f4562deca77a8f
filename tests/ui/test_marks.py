"""x takes a chat out of the queue, u brings it back."""

from pathlib import Path

from chat_tui.sandbox.serve import Sandbox
from tests.ui.app_stage import desk


async def test_x_marks_the_open_chat_as_done_and_u_takes_it_back(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U33, U34."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.until(lambda: it.opened is not None)
        chat_id = it.opened
        await it.press("escape", "x")
        await it.until_said("Done until the buyer writes")
        await it.until(lambda: chat_id not in it.rows)
        await it.press("u")
        await it.until_said("The mark is taken back.")
        await it.press("r")
        await it.until(lambda: chat_id in it.rows)
