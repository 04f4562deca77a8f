"""The first minute as pictures: the box and every step to a connected shop, in two sizes and languages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from chat_tui import locale
from chat_tui.inbox.connect import Opened, grouped
from chat_tui.model.chat import KeyRights, Shop
from chat_tui.model.ids import CampaignId
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.settings import SettingsProblem
from chat_tui.ui.screens import dialog
from chat_tui.ui.screens.welcome import Welcome
from chat_tui.ui.start_app import StartApp
from tests.support.scenes import NOW, make_scene

SnapCompare = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])
pytestmark = [SIZES, LANGUAGES]

WRONG = Problem(
    ProblemKind.UNAUTHORIZED,
    Certainty.REFUSED,
    "getAuthTokenInfo",
    http_status=401,
    message="Api-Key token is revoked",
)
SHOPS = (
    Shop(CampaignId(1), "Уютная кухня", 1185230, "Уютная кухня", "FBS", "AVAILABLE"),
    Shop(CampaignId(2), "Уютная кухня — экспресс", 1185230, "Уютная кухня", "FBS", "MANUALLY_DISABLED"),
    Shop(CampaignId(3), "[b]Уют[/b]\x1b[2J", 1185230, "Уютная кухня", "LAAS", "AVAILABLE"),
)
OTHER = Shop(CampaignId(9), "Тёплый дом", 77, "Тёплый дом", "DBS", "AVAILABLE")
FULL = KeyRights("chat terminal", ("COMMUNICATION", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY"))
READING = KeyRights("[red]viewer", ("ALL_METHODS_READ_ONLY",))


class Still:
    """A connector whose Market always says the same."""

    def __init__(self, answer: Opened | Problem) -> None:
        self._answer = answer

    async def look(self, key: str) -> Opened | Problem:
        return self._answer

    async def keep(self, key: str, business: Any) -> None:
        raise SettingsProblem("/home/anna/.config/chat-tui: No space left on device")


def start_app(tmp_path: Path, language: str, answer: Opened | Problem = WRONG) -> StartApp:
    locale.use(language)
    return StartApp(Still(answer), report=tmp_path / "log")  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ENTER_PAUSE_S", 0.0)


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            asked = [one for one in pilot.app.workers if one.group in {"check", "keep"}]
            if asked:
                await pilot.app.workers.wait_for_complete(asked)
            await pilot.pause()

    return press


def test_box(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language)
    assert snap_compare(app, terminal_size=size, run_before=pressing("down"))


def test_start_help(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language)
    assert snap_compare(app, terminal_size=size, run_before=pressing("3"))


def test_key(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", *"ACMA:5e"))


def test_wrong_key(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", *"ACMA:5e", "enter"))


def test_rights(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language, Opened(FULL, grouped(SHOPS)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", *"ACMA:5e", "enter"))


def test_view_only(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language, Opened(READING, grouped(SHOPS)))
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", *"ACMA:5e", "enter"))


def test_shops(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language, Opened(FULL, grouped(SHOPS)))
    keys = ("1", *"ACMA:5e", "enter", "enter", "enter")
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


def test_businesses(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    app = start_app(tmp_path, language, Opened(FULL, grouped((*SHOPS, OTHER))))
    keys = ("1", *"ACMA:5e", "enter", "enter", "down")
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


def test_welcome(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    scene = make_scene(tmp_path, language=language)

    async def greet(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        pilot.app.push_screen(Welcome(scene.inbox, now=lambda: NOW, zone=scene.app._zone))
        await pilot.pause()
        await scene.inbox.tab_counts()
        await pilot.pause()

    try:
        assert snap_compare(scene.app, terminal_size=size, run_before=greet)
    finally:
        scene.close()
