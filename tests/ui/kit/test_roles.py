"""The colours of roles are those that Textual's style sheets would give."""

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.kit.line_pane import FramedPane, LinePane
from chat_tui.words.line import Role, Span
from tests.support.settling import settled


class BySheet(Widget):
    """Roles as component classes."""

    COMPONENT_CLASSES = {f"role--{role}" for role in Role}  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    BySheet {
        & > .role--text { color: $foreground; }
        & > .role--soft { color: $foreground 80%; }
        & > .role--muted { color: $text-muted; }
        & > .role--strong { color: $foreground; text-style: bold; }
        & > .role--accent { color: $text-accent; }
        & > .role--good { color: $text-success; }
        & > .role--warn { color: $text-warning; }
        & > .role--bad { color: $text-error; text-style: bold; }
        & > .role--ours { color: $text-success; }
        & > .role--buyer { color: $text-primary; text-style: bold; }
        & > .role--third { color: $text-secondary; }
        & > .role--rule { color: $text-disabled; }
        & > .role--active { color: $text-accent; text-style: bold; }
        & > .role--found { color: $text-accent; text-style: bold underline; }
        &:ansi {
            & > .role--soft { color: $foreground; }
            & > .role--muted, & > .role--rule { text-style: dim; }
        }
    }
    """


class ByTheme(LinePane, can_focus=True):
    """Roles as a pane draws them."""

    forgotten = 0

    def forget(self) -> None:
        self.forgotten += 1


class Framed(FramedPane, can_focus=True):
    """A pane without content."""

    def paint(self, size: Size) -> list[Strip]:
        return []


class RolesApp(App[None]):
    """Both widgets, one above the other."""

    CSS = "BySheet, ByTheme { height: 1; } .marked { background: $primary 20%; }"

    def compose(self) -> ComposeResult:
        yield BySheet()
        yield ByTheme()


THEMES = ["textual-dark", "textual-light", "nord", "gruvbox", "solarized-light", "ansi-dark", "ansi-light"]


@pytest.mark.parametrize("theme", THEMES)
async def test_every_role_has_the_colour_of_the_style_sheet(theme: str) -> None:
    app = RolesApp()
    async with app.run_test() as pilot:
        sheet, pane = app.query_one(BySheet), app.query_one(ByTheme)
        for first in ("nord", theme):
            app.theme = first
            for widget in (sheet, pane):
                widget.toggle_class("marked")
            await settled(pilot.app)
            for role in Role:
                [drawn, *_rest] = pane.strip((Span(str(role), role),), 20)
                assert drawn.style == sheet.get_component_rich_style(f"role--{role}"), role


async def test_what_is_drawn_is_kept_while_the_colours_stay() -> None:
    app = RolesApp()
    async with app.run_test() as pilot:
        pane = app.query_one(ByTheme)
        await settled(pilot.app)
        before = pane.forgotten
        pane.focus()
        await settled(pilot.app)
        pane.add_class("-some")
        await settled(pilot.app)
        assert pane.forgotten == before
        pane.add_class("marked")
        await settled(pilot.app)
        assert pane.forgotten == before + 1
        app.theme = "nord"
        await settled(pilot.app)
        assert pane.forgotten > before + 1


@pytest.mark.parametrize("theme", ["textual-dark", "ansi-dark"])
async def test_the_focused_pane_differs_without_colour(theme: str) -> None:
    """Promised: U06."""

    class Panes(App[None]):
        def compose(self) -> ComposeResult:
            yield Framed()
            yield Compose()

    app = Panes()
    async with app.run_test(size=(20, 10)) as pilot:
        app.theme = theme
        pane, box = app.query_one(Framed), app.query_one(Compose)
        for focused, left in ((pane, box), (box, pane)):
            focused.focus()
            await settled(pilot.app)
            assert focused.render_lines(focused.region.reset_offset)[0].text[0] == "╔"
            assert left.render_lines(left.region.reset_offset)[0].text[0] == "╭"
