"""A bare app for testing one dialog."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from chat_tui.ui.kit.choice_list import ChoiceList
from tests.support import waiting
from tests.support.settling import drawn, settled

NOTHING = object()


class DialogApp(App[None]):
    """Shows the dialog and records its results."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, dialog: Screen[Any]) -> None:
        super().__init__()
        self.dialog = dialog
        self.results: list[Any] = []

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.results.append)

    @property
    def result(self) -> Any:
        return self.results[0] if self.results else NOTHING

    @property
    def field(self) -> Input:
        return self.dialog.query_one(Input)

    @property
    def choices(self) -> ChoiceList[Any]:
        return self.dialog.query_one(ChoiceList)

    def says(self, selector: str) -> str:
        """The words of a Static of the dialog."""
        return str(self.dialog.query_one(selector, Static).render())

    def seen(self) -> str:
        """All lines that the list draws now."""
        choices = self.choices
        return "\n".join(choices.render_line(y).text.rstrip() for y in range(choices.size.height))


@asynccontextmanager
async def staged(
    dialog: Screen[Any], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[DialogApp, Pilot[None]]]:
    app = DialogApp(dialog)
    async with app.run_test(size=size) as pilot:
        await settled(app)
        yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until `condition` is true."""

    async def holds() -> bool:
        await drawn(pilot.app)
        return bool(condition())

    await waiting.until(holds)
