"""A buyer's text is shown literally wherever it is shown."""

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from chat_tui.ui.kit.text import notify, plain
from tests.support.settling import settled


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


async def test_a_notification_reads_no_markup() -> None:
    app = Poster()
    async with app.run_test(notifications=True) as pilot:
        notify(app, "[/] \x1b]0;x\x07", title="[/x]\n!", severity="error")
        notify(app.query_one(Static), "скидка [50%]")
        await settled(pilot.app)
        toasts = [str(toast.render()) for toast in app.screen.query("Toast")]
    assert toasts == ["[/x] !\n[/] ␛]0;x␇", "скидка [50%]"]


async def test_f_082_a_notification_is_one_short_paragraph() -> None:
    app = Poster()
    async with app.run_test() as pilot:
        notify(app, "a\n" * 4096, title="b\n" * 4096)
        await settled(pilot.app)
        (notice,) = app._notifications
        assert "\n" not in notice.message + notice.title
        assert max(len(notice.message), len(notice.title)) <= 500
