"""What the operator set is what the app does."""

from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.paths import Paths
from chat_tui.settings import Settings
from chat_tui.settings.hours import read_hours
from chat_tui.ui import app
from chat_tui.words.times import HOUR, MINUTE
from chat_tui.words.turn import Patience
from tests.support.scenes import make_scene


def test_every_setting_of_the_screen_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[app.ChatTuiApp] = []

    def run(self: app.ChatTuiApp, *, mouse: bool) -> int:
        made.append(self)
        return int(mouse)

    monkeypatch.setattr(app.ChatTuiApp, "run_to_code", run)
    scene = make_scene(tmp_path, language="en")
    settings = Settings(warn_minutes=7, late_minutes=60, theme="nord", mouse=True, keys_layout="off")
    settings = replace(settings, notify="osc99", notify_text=True, operator="Анна")
    settings = replace(settings, hours="Mo-Fr 09:00-18:00", auto_advance=True)
    paths = Paths(
        config=tmp_path, data=tmp_path / "data", cache=tmp_path / "cache", log=tmp_path / "log" / "x"
    )
    assert app.run(scene.inbox, settings, paths) == 1
    scene.close()
    assert made[0].jcuken is False
    assert (made[0].call_by, made[0].calls_with_text) == ("osc99", True)
    assert (made[0].templates, made[0].operator) == (paths.templates, "Анна")
    assert (made[0].theme_wanted, made[0].patience) == (
        "nord",
        Patience(7 * MINUTE, HOUR, read_hours(settings.hours)),
    )
    assert made[0].auto_advance
