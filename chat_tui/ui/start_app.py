"""The program while nothing is set up: the box, and the steps that connect a shop. Leads to the inbox."""

import os
from pathlib import Path

from textual import work

from chat_tui.inbox.connect import Connector
from chat_tui.settings import Preferences
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys, themes
from chat_tui.ui.keys import Where
from chat_tui.ui.screens.connect import KeyScreen, RightsScreen, ShopsScreen
from chat_tui.ui.screens.dialog import LegibleApp
from chat_tui.ui.screens.start import Start, StartBox, StartHelp

HEARD = frozenset({"help", "quit"})
"""The commands of the inbox that work here too."""


class StartApp(LegibleApp[Start]):
    """Ends with the way that was gone to its end: a shop connected, the demo wanted, or None."""

    TITLE = "chat-tui"

    def __init__(self, connector: Connector, preferences: Preferences, *, report: Path) -> None:
        """`report` is the private file that gets the details of a crash."""
        super().__init__(report, jcuken=preferences.keys.is_jcuken)
        bind(self, [one for one in keys.bindings(Where.ANYWHERE) if one.id in HEARD])
        self._connector = connector
        self._theme = preferences.ui.theme

    def on_mount(self) -> None:
        themes.choose(self, self._theme, os.environ)
        self._walk()

    @work(exclusive=True)
    async def _walk(self) -> None:
        """The box again and again, until a way leads out of it."""
        way: Start | None = Start.CONNECT
        while way is not None:
            way = await self.push_screen_wait(StartBox(way))
            if way is Start.HELP:
                await self.push_screen_wait(StartHelp())
            elif way is not Start.CONNECT or await self._connect():
                break
        self.exit(way)

    async def _connect(self) -> bool:
        """Key, rights, shops, each step back by Escape; whether a shop was connected."""
        while True:
            checked = await self.push_screen_wait(KeyScreen(self._connector.look))
            if checked is None:
                return False
            key, opened = checked
            while await self.push_screen_wait(RightsScreen(opened)):
                keep = ShopsScreen(opened, lambda business: self._connector.keep(key, business))  # noqa: B023
                if await self.push_screen_wait(keep) is not None:
                    return True

    def action_help(self) -> None:
        """Show what a newcomer wants to know; close it when it is shown."""
        self.turn(StartHelp)


def run(connector: Connector, preferences: Preferences, *, report: Path) -> tuple[int, Start | None]:
    """Show the box until a way leads out of it; the exit code and that way."""
    app = StartApp(connector, preferences, report=report)
    code = app.run_to_code(mouse=preferences.ui.mouse)
    return code, app.return_value
