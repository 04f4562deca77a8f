import pytest

from chat_tui.model.door import file_doubts
from chat_tui.model.file import FileCard
from chat_tui.ui.files.attach import FileCardScreen
from chat_tui.ui.kit.questions import Confirm
from tests.support.settling import press
from tests.ui.dialogs.stage import NOTHING, staged
from tests.ui.dialogs.test_questions import patient

TO = "To: Olga K. · order 51230874561 · Cosy kitchen"


def card(
    path: str = "/home/o/a.txt", *, name: str = "", size: int = 2000, head: tuple[str, ...] = ()
) -> FileCard:
    name = name or path.rpartition("/")[2]
    doubts = file_doubts((name, path.rpartition("/")[2]), b"")
    return FileCard(path, name, size, "text/plain", head, (1, 2, size, 4), doubts)


def screen(shown: FileCard) -> FileCardScreen:
    return FileCardScreen(shown, TO, clock=patient().__next__)


async def test_it_says_what_goes_to_whom() -> None:
    """Promised: U49."""
    shown = card(name="b\x1b[2J.txt", head=("first [/] line", "[@click=app.quit]x[/]"))
    async with staged(screen(shown)) as (app, _pilot):
        assert app.says("#recipient") == TO
        assert "b␛[2J.txt" in app.says("#name")
        assert "2 KB" in app.says("#details")
        assert "text/plain" in app.says("#details")
        assert "on this computer: a.txt" in app.says("#renamed")
        assert app.says("#head") == "first [/] line\n[@click=app.quit]x[/]"
        assert not app.dialog.query("#warning")


@pytest.mark.parametrize(("key", "result"), [("enter", True), ("escape", False)])
async def test_enter_sends_and_escape_does_not(key: str, result: bool) -> None:
    async with staged(screen(card())) as (app, pilot):
        await press(pilot.app, key)
        assert app.results == [result]


@pytest.mark.parametrize(("size", "warned"), [(5_000_000, False), (5_000_001, True)])
async def test_a_large_file_is_warned_of(size: int, warned: bool) -> None:
    """Promised: U50."""
    async with staged(screen(card(size=size))) as (app, _pilot):
        assert bool(app.dialog.query("#warning")) is warned


async def test_an_enter_that_still_belongs_to_the_picker_sends_nothing() -> None:
    clock = iter([0.0, 0.05]).__next__
    async with staged(FileCardScreen(card(), TO, clock=clock)) as (app, pilot):
        await press(pilot.app, "enter")
        assert app.result is NOTHING


async def test_f_177_a_private_file_takes_a_second_yes_that_names_the_recipient() -> None:
    async with staged(screen(card("/home/o/.env"))) as (app, pilot):
        await press(pilot.app, "enter")
        assert app.result is NOTHING
        assert isinstance(app.screen, Confirm)
        assert TO in str(app.screen.query_one("#question").render())
        await press(pilot.app, "up", "enter")
        assert app.result is True


async def test_a_private_file_is_kept_by_enter_alone() -> None:
    async with staged(screen(card("/home/o/.env"))) as (app, pilot):
        await press(pilot.app, "enter", "enter")
        assert app.result is False


async def test_the_keys_stay_on_a_small_screen() -> None:
    full = card("/x/.env", name="x", size=5_100_000, head=("line",) * 40)
    async with staged(screen(full)) as (app, _pilot):
        assert app.dialog.query_one("#keys").region.bottom <= 23
