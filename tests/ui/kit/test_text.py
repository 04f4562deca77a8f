"""A buyer's text is shown literally wherever it is shown."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from chat_tui.safetext import safe
from chat_tui.ui.kit.text import notify, plain
from tests.support.scenes import make_scene
from tests.support.settling import settled
from tests.support.unseen import picture


def test_plain_reads_no_markup_and_shows_controls() -> None:
    text = plain("[@click=app.quit]Да[/] \x1b[2J", "bold")
    assert isinstance(text, Content)
    assert text.plain == "[@click=app.quit]Да[/] ␛[2J"
    assert [span.style for span in text.spans] == ["bold"]


def test_plain_on_one_line() -> None:
    assert plain("a\nb", lines=False).plain == "a b"


class Poster(App[None]):
    """Shows one notification."""

    def compose(self) -> ComposeResult:
        yield Static()


@pytest.mark.parametrize("words", ["[/] \x1b]0;x\x07", "скидка [50%]"])
async def test_a_notification_reads_no_markup(words: str) -> None:
    app = Poster()
    async with app.run_test(notifications=True) as pilot:
        notify(app.query_one(Static), words, severity="error")
        await settled(pilot.app)
        (toast,) = app.screen.query("Toast")
    assert str(toast.render()) == safe(words)


async def test_f_082_a_notification_is_one_short_paragraph() -> None:
    app = Poster()
    async with app.run_test() as pilot:
        notify(app, "a\n" * 4096)
        await settled(pilot.app)
        (notice,) = app._notifications
        assert "\n" not in notice.message
        assert len(notice.message) <= 500


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_the_newest_notification_takes_the_place_of_the_last_and_has_one_line(
    tmp_path: Path, language: str
) -> None:
    """Promised: U75."""
    scene = make_scene(tmp_path, language=language)
    async with scene.app.run_test(size=(80, 24), notifications=True):
        for words in ("one", "two", "word " * 60):
            notify(scene.app, words)
        await settled(scene.app)
        (toast,) = scene.app.screen.query("Toast")
        assert toast.region.height == 1
        lines = [line for line in picture(scene.app.screen) if "word" in line]
        assert len(lines) == 1
        assert "word…" in lines[0]
        assert scene.app.screen.region.contains_region(toast.region)
    scene.close()
