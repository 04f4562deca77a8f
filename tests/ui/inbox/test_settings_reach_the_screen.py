"""The settings of the operator take effect in the app."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.model.ids import Millis
from chat_tui.paths import Paths
from chat_tui.settings import Preferences
from chat_tui.settings.hours import read_hours
from chat_tui.settings.schema import KeySettings, QueueSettings, ScreenSettings
from chat_tui.ui import app
from chat_tui.ui.queue import pane
from chat_tui.ui.queue.list import QueueList
from chat_tui.words.chats import Patience
from chat_tui.words.times import HOUR, MINUTE
from chat_tui.zone import find_zone
from tests.support.scenes import make_scene

HOURS = "Mo-Fr 09:00-18:00"


async def test_every_setting_of_the_screen_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[app.ChatTuiApp] = []
    patience: list[Patience] = []
    shelves: list[tuple[Path, str]] = []

    def run(self: app.ChatTuiApp, *, mouse: bool) -> int:
        made.append(self)
        return int(mouse)

    class Watched(QueueList):
        def __init__(self, clock: Callable[[], Millis], given: Patience) -> None:
            patience.append(given)
            super().__init__(clock, given)

    monkeypatch.setattr(app.ChatTuiApp, "run_to_code", run)
    monkeypatch.setenv("TZ", "UTC")
    scene = make_scene(tmp_path, language="en")
    # After the scene, which makes an app of its own.
    monkeypatch.setattr(pane, "QueueList", Watched)
    preferences = Preferences(
        QueueSettings(warn=7, late=60, hours=HOURS, auto_advance=True),
        KeySettings("off"),
        ScreenSettings(theme="nord", mouse=True, notify="osc99", notify_text=True, operator="Анна"),
    )
    paths = Paths(
        config=tmp_path, data=tmp_path / "data", cache=tmp_path / "cache", log=tmp_path / "log" / "x"
    )
    assert app.run(scene.inbox, preferences, paths) == 1
    (it,) = made
    assert (it.jcuken, it.call_by, it.edited) == (False, "osc99", paths.data / "edited")
    assert str(paths.log) in it.farewell
    async with it.run_test():
        assert it.theme == "nord"
        assert patience == [Patience(7 * MINUTE, HOUR, read_hours(HOURS), find_zone(os.environ).zone)]
        commands = it.screen.commands  # type: ignore[attr-defined]
        shelves.append((commands.templates, commands.operator))
    scene.close()
    assert shelves == [(paths.templates, "Анна")]
