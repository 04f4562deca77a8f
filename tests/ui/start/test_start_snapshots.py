"""The first minute as pictures: the box and every step to a connected shop."""

from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from chat_tui import locale
from chat_tui.inbox.connect import OpenedByKey, grouped
from chat_tui.model.chat import KeyRights, Shop
from chat_tui.model.ids import CampaignId
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.settings import Preferences, SettingsProblem
from chat_tui.ui.dialogs.welcome import Welcome
from chat_tui.ui.kit import dialog
from chat_tui.ui.start.app import StartApp
from tests.support import pictures
from tests.support.pictures import IN_BOTH_LANGUAGES, UP_TO_THE_LARGEST, Compare
from tests.support.scenes import NOW, make_scene
from tests.support.settling import pressing, settled

compare = pictures.compare

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
KEY = "ACMA:5e"


class Still:
    """A connector whose Market always says the same."""

    def __init__(self, answer: OpenedByKey | Problem) -> None:
        self._answer = answer

    async def look(self, key: str) -> OpenedByKey | Problem:
        return self._answer

    async def keep(self, key: str, business: Any) -> None:
        raise SettingsProblem("/home/anna/.config/chat-tui: No space left on device")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialog, "ENTER_PAUSE_S", 0.0)


@pytest.fixture
def first_minute(tmp_path: Path, compare: Compare, language: str, size: tuple[int, int]) -> Compare:
    """Compare the picture of the first minute after some keys, with this answer of the Market."""

    def same(*keys: str, answer: OpenedByKey | Problem = WRONG) -> bool:
        locale.use(language)
        app = StartApp(Still(answer), Preferences(), report=tmp_path / "log")  # type: ignore[arg-type]
        return compare(app, size, pressing(*keys))

    return same


@UP_TO_THE_LARGEST
def test_box(first_minute: Compare) -> None:
    assert first_minute("down")


@IN_BOTH_LANGUAGES
def test_start_help(first_minute: Compare) -> None:
    assert first_minute("3")


@IN_BOTH_LANGUAGES
def test_key(first_minute: Compare) -> None:
    assert first_minute("1", *KEY)


@IN_BOTH_LANGUAGES
def test_wrong_key(first_minute: Compare) -> None:
    assert first_minute("1", *KEY, "enter")


@IN_BOTH_LANGUAGES
def test_rights(first_minute: Compare) -> None:
    assert first_minute("1", *KEY, "enter", answer=OpenedByKey(FULL, grouped(SHOPS)))


@IN_BOTH_LANGUAGES
def test_view_only(first_minute: Compare) -> None:
    assert first_minute("1", *KEY, "enter", answer=OpenedByKey(READING, grouped(SHOPS)))


@UP_TO_THE_LARGEST
def test_shops(first_minute: Compare) -> None:
    assert first_minute("1", *KEY, "enter", "enter", "enter", answer=OpenedByKey(FULL, grouped(SHOPS)))


@IN_BOTH_LANGUAGES
def test_businesses(first_minute: Compare) -> None:
    keys = ("1", *KEY, "enter", "enter", "down")
    assert first_minute(*keys, answer=OpenedByKey(FULL, grouped((*SHOPS, OTHER))))


@IN_BOTH_LANGUAGES
def test_welcome(compare: Compare, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    scene = make_scene(tmp_path, language=language)

    async def greet(pilot: Pilot[Any]) -> None:
        await settled(pilot.app)
        pilot.app.push_screen(Welcome(scene.inbox, now=lambda: NOW, zone=UTC))
        await settled(pilot.app)

    try:
        assert compare(scene.app, size, greet)
    finally:
        scene.close()
