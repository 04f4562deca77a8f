"""The bars around the panes: tabs, status, notice, hints."""

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal

from chat_tui import locale
from chat_tui.model.link import Budget, Link, LinkState, Progress, Work
from chat_tui.model.queue import Tab
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.bars import HintLine, NoticeLine, StatusLine, TabBar, hints_line, hints_lines
from chat_tui.ui.kit.line_pane import LinePane
from chat_tui.words import glyphs
from chat_tui.words.line import text_of
from chat_tui.words.status import status_spans
from tests.support.settling import resize, settled
from tests.ui.pane_samples import NOW

COUNTS = dict(zip(Tab, (12, 1, 3, 2, 4, 60), strict=True))


class BarsApp(App[None]):
    """The four bars as the main screen stacks them."""

    CSS = "#top { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[Tab] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield TabBar()
            yield StatusLine()
        yield NoticeLine()
        yield HintLine()

    def on_tab_bar_tab_wanted(self, message: TabBar.TabWanted) -> None:
        self.wanted.append(message.tab)


def text(pane: LinePane, y: int = 0) -> str:
    return pane.render_line(y).text.rstrip()


async def test_tabs_and_status_share_the_first_line() -> None:
    locale.use("ru")
    app = BarsApp()
    async with app.run_test(size=(120, 24)) as pilot:
        tabs, status = app.query_one(TabBar), app.query_one(StatusLine)
        tabs.show(Tab.DISPUTES, COUNTS)
        status.show(Link(LinkState.ONLINE, budgets={"x": Budget("x", 100, 93, NOW)}), NOW)
        await settled(pilot.app)
        assert text(tabs).startswith(" 1 Ждут 12 [2 Споры 1] 3 Возвраты 3 ")
        assert text(status) == "● на связи  лимит: осталось 93 %"
        assert status.region.right == 120
        await resize(pilot.app, 100, 24)
        await settled(pilot.app)
        assert text(status) == "● на связи"
        assert text(tabs) == " 1 Ждут 12 [2 Споры 1] 3 Возвраты 3  4 Вопросы 2  5 Отложенные 4  6 Все"
        await resize(pilot.app, 80, 24)
        await settled(pilot.app)
        assert text(status) == "● на связи"
        assert text(tabs) == " 1 Ждут 12 [2 Споры 1] 3 Возвраты 3  4 Вопросы 2  5 Отлож. 4  6 Все"


async def test_a_long_work_moves_neither_the_tabs_nor_the_connection_off_the_line() -> None:
    locale.use("ru")
    app = BarsApp()
    link = Link(LinkState.ONLINE, works=(Progress(Work.LISTING, 1240, 9000, 130),))
    async with app.run_test(size=(120, 24)) as pilot:
        tabs, status = app.query_one(TabBar), app.query_one(StatusLine)
        tabs.show(Tab.DISPUTES, COUNTS)
        status.show(link, NOW)
        for columns, words in (
            (150, "загрузка чатов 1\xa0240 из ~9\xa0000, ещё 3 мин"),
            (120, "загрузка 13 %, ещё 3 мин"),
            (80, "загрузка 13 %"),
            (40, ""),
        ):
            await resize(pilot.app, columns, 24)
            await settled(pilot.app)
            assert text(status).startswith(text_of(status_spans(Link(LinkState.ONLINE), NOW)))
            assert text(status).endswith(words)
            assert glyphs.CUT not in text(status)
            assert "[2" in text(tabs)
            assert columns < 80 or "6" in text(tabs)
            assert columns < 120 or "3 Возвр" in text(tabs), "tabs keep their names"
        await resize(pilot.app, 80, 24)
        status.show(Link(LinkState.ONLINE), NOW)
        await settled(pilot.app)
        assert text(tabs).endswith("6 Все")


async def test_a_click_asks_for_the_tab_under_it() -> None:
    app = BarsApp()
    async with app.run_test(size=(110, 24)) as pilot:
        tabs = app.query_one(TabBar)
        tabs.show(Tab.WAITING, COUNTS)
        await settled(pilot.app)
        for title in ("3 Returns", "6 All", "1 Waiting"):
            await pilot.click(TabBar, offset=(text(tabs).index(title), 0))
        await pilot.click(TabBar, offset=(len(text(tabs)) + 3, 0))
        assert app.wanted == [Tab.RETURNS, Tab.ALL, Tab.WAITING]
        assert tabs._active is Tab.WAITING


async def test_nothing_is_drawn_when_nothing_changed() -> None:
    app = BarsApp()
    async with app.run_test() as pilot:
        tabs, status, hints = app.query_one(TabBar), app.query_one(StatusLine), app.query_one(HintLine)

        def tell() -> None:
            tabs.show(Tab.ALL, COUNTS)
            status.show(Link(LinkState.ONLINE), NOW)
            hints.show("commands", [("?", "keys")])

        tell()
        await settled(pilot.app)
        drawn: list[object] = []
        for pane in (tabs, status, hints):
            pane.refresh = lambda *_regions, **_how: drawn.append(1)  # type: ignore[method-assign,assignment]
        tell()
        assert drawn == []
        tabs.show(Tab.WAITING, COUNTS)
        assert drawn == [1]


async def test_the_notice_takes_the_lines_it_needs_and_then_goes() -> None:
    app = BarsApp()
    async with app.run_test(size=(40, 24)) as pilot:
        line = app.query_one(NoticeLine)
        assert not line.display
        line.say("No network. Showing data from 14:02. Messages are sent automatically when it is back.")
        await settled(pilot.app)
        assert [text(line, y) for y in range(line.size.height)] == [
            "No network. Showing data from 14:02.",
            "Messages are sent automatically when",
            "it is back.",
        ]
        line.say("")
        await settled(pilot.app)
        assert not line.display


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("focus", [Where.LIST, Where.HISTORY, Where.COMPOSE, Where.ORDER])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_hints_begin_with_where_letters_go_and_end_with_help_and_break_no_phrase(
    width: int, focus: Where, language: str
) -> None:
    """Promised: U69."""
    locale.use(language)
    words, hints = keys.letters_go(focus), keys.hints(focus)
    line = text_of(hints_line(words, hints, width))
    assert len(line) <= width
    first, *rest = line.strip().split("  ")
    assert (
        first == {"en": ("commands", "writing"), "ru": ("команды", "пишу")}[language][focus is Where.COMPOSE]
    )
    phrases = [" ".join(hint) for hint in hints]
    shown = len(rest) - 1
    assert rest == [*phrases[:shown], phrases[-1]]
    assert phrases[-1].split()[0] == ("F1" if focus is Where.COMPOSE else "?")
    # Nothing is left out for which there is room.
    if shown + 1 < len(phrases):
        assert len(line) + 2 + len(phrases[shown]) > width


def test_keys_of_a_dialog_take_as_many_lines_as_they_need() -> None:
    hints = [("Enter", "выбрать"), ("⌫", "вверх"), ("ctrl+g", "картинки"), ("Esc", "закрыть")]
    assert [text_of(line) for line in hints_lines(hints, 24)] == [
        "Enter выбрать  ⌫ вверх",
        "ctrl+g картинки",
        "Esc закрыть",
    ]
    assert text_of(hints_lines(hints, 22)[0]) == "Enter выбрать  ⌫ вверх"
    assert text_of(hints_lines(hints, 21)[0]) == "Enter выбрать"
    assert len(hints_lines(hints, 80)) == 1
