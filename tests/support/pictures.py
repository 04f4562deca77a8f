"""Pictures of the whole screen, compared with those in `__snapshots__`; look at each one that changes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from textual.app import App

from chat_tui.model.link import Link
from chat_tui.store.database import Store
from chat_tui.ui.app import ChatTuiApp
from chat_tui.ui.inbox import opening
from tests.support.scenes import ONLINE, Scene, make_scene
from tests.support.settling import pressing, settled

_SMALL = pytest.param("ru", (80, 24), id="ru-80x24")
_LARGE = pytest.param("en", (120, 40), id="en-120x40")
_HUGE = pytest.param("ru", (200, 60), id="ru-200x60")

IN_BOTH_LANGUAGES = pytest.mark.parametrize(("language", "size"), [_SMALL, _LARGE])
"""The longer words on the smaller screen, the shorter ones on the larger one."""
UP_TO_THE_LARGEST = pytest.mark.parametrize(("language", "size"), [_SMALL, _LARGE, _HUGE])
"""As above plus the largest size: used once for every screen."""

Compare = Callable[..., bool]


class Picture(Protocol):
    """Checks that the scene looks as before, after some keys."""

    def __call__(
        self,
        *keys: str,
        link: Link = ONLINE,
        filled: bool = True,
        prepare: Callable[[Store], None] | None = None,
        change: Callable[[ChatTuiApp], object] = ...,
    ) -> bool: ...


@pytest.fixture
def compare(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Checks that an app looks as before: `compare(app, size, run_before)`."""

    def same(app: App[Any], size: tuple[int, int], run_before: Callable[..., Any]) -> bool:
        async def no_guess(*_seconds: float) -> None:
            await settled(app)

        # The plugin would wait five more times before it draws, though nothing is left to wait for.
        monkeypatch.setattr("textual.pilot.wait_for_idle", no_guess)
        return snap_compare(app, terminal_size=size, run_before=run_before)

    return same


@pytest.fixture
def picture(
    tmp_path: Path, compare: Compare, language: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Picture]:
    """The scene in the language and size of the test.

    However fast or slow the machine: each key in the list shows its chat, and passes it by.
    """
    monkeypatch.setattr(opening, "FAST_S", 0.0)
    monkeypatch.setattr(opening, "STAY_S", 3600.0)
    scenes: list[Scene] = []

    def same(*keys: str, change: Callable[[ChatTuiApp], object] = lambda _app: None, **how: Any) -> bool:
        scene = make_scene(tmp_path, language=language, **how)
        scenes.append(scene)
        change(scene.app)
        return compare(scene.app, size, pressing(*keys))

    yield same
    for scene in scenes:
        scene.close()
