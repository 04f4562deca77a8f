"""The search screen with a pretend inbox, which answers when the test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from chat_tui.inbox.events import ChatsChanged, Event, LinkChanged, TimelineChanged
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import Sender
from chat_tui.model.ids import MessageId
from chat_tui.model.link import Link, LinkState, Progress, Work
from chat_tui.model.search import SearchCoverage, SearchHit, SearchPage, SearchQuery
from chat_tui.ui.search import screen as search
from chat_tui.ui.search.screen import NEAR, PAGE, LastSearch, SearchScreen
from tests.support.refs import ref
from tests.support.settling import press, settled
from tests.ui.dialogs.stage import DialogApp, staged, until
from tests.ui.pane_samples import DAY, HOSTILE, MINUTE, NOW, is_harmless, queue_item

PARTLY = SearchCoverage(100, 34, NOW - 250 * DAY)
DONE = SearchCoverage(100, 100, None)


def hit(number: int, text: str = "", **changes: Any) -> SearchHit:
    """A hit: a message in the chat of the same number; a higher number is older."""
    item = queue_item(number, customer_name=f"Buyer {number}")
    text = text or f"Message {number} says kettle"
    found = SearchHit(item, MessageId(number), NOW - number * MINUTE, Sender.CUSTOMER, text)
    return replace(found, **changes)


def hits(first: int, last: int) -> tuple[SearchHit, ...]:
    return tuple(hit(number) for number in range(first, last))


class Archive:
    """The inbox as a search sees it: answers from `found`, at once or when `held` is opened."""

    def __init__(self, found: Iterable[SearchHit] = (), coverage: SearchCoverage = DONE) -> None:
        self.search = self
        self.found = tuple(found)
        self.covers = coverage
        self.state = LinkState.ONLINE
        self.works: tuple[Progress, ...] = ()
        self.asked: list[tuple[tuple[str, ...], int | None, int]] = []
        self.covered = 0
        self.wishes: list[bool] = []
        self.held: dict[str, asyncio.Event] = {}
        self.hear: Callable[[Event], None] | None = None

    async def find(self, query: SearchQuery, after: int | None = None, limit: int = 50) -> SearchPage:
        self.asked.append((query.words, after, limit))
        first = after or 0
        found = tuple(one for one in self.found if all(word in one.text for word in query.words))
        page = SearchPage(found[first : first + limit], first + limit if len(found) > first + limit else None)
        for word in query.words:
            if word in self.held:
                await self.held[word].wait()
        return page

    async def coverage(self) -> SearchCoverage:
        self.covered += 1
        return self.covers

    def fetch_rest(self, wanted: bool) -> None:
        self.wishes.append(wanted)
        self.covers = replace(self.covers, is_fetching=wanted)

    def link(self) -> Link:
        return Link(self.state, works=self.works)

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        self.hear = hear

        def leave() -> None:
            self.hear = None

        return leave

    def tell(self, event: Event) -> None:
        """Something changed."""
        assert self.hear is not None
        self.hear(event)


@asynccontextmanager
async def searching(
    archive: Archive, last: LastSearch | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[DialogApp, Pilot[None]]]:
    screen = SearchScreen(cast(Inbox, archive), now=lambda: NOW, zone=UTC, last=last or LastSearch())
    async with staged(screen, size) as (app, pilot):
        yield app, pilot


async def test_hits_come_as_one_types() -> None:
    async with searching(Archive(hits(1, 4))) as (app, pilot):
        await press(pilot.app, *"kett")
        await until(pilot, lambda: app.choices.rows)
        assert app.field.value == "kett"
        first, second, *_rest = app.seen().splitlines()
        assert first.startswith("▌ Buyer 1 · order 51230870001 · Уютная кухня")
        assert first.endswith("18:29")
        assert second == "▌ ‹ Message 1 says kettle"
        assert app.says("#status") == "3 found"


async def test_a_late_answer_never_replaces_a_newer_one() -> None:
    archive = Archive([hit(1, "mo more"), hit(2, "mo")])
    archive.held["m"] = asyncio.Event()
    async with searching(archive) as (app, pilot):
        await press(pilot.app, "m")
        await until(pilot, lambda: len(archive.asked) == 1)
        await press(pilot.app, *"ore")
        await until(pilot, lambda: [one.text for one in app.choices.rows] == ["mo more"])
        archive.held["m"].set()
        await settled(pilot.app)
        assert [one.text for one in app.choices.rows] == ["mo more"]
        assert app.says("#status") == "1 found"


async def test_letters_are_there_while_an_answer_is_awaited() -> None:
    archive = Archive(hits(1, 4))
    archive.held = {word: asyncio.Event() for word in ("k", "ke", "ket")}
    async with searching(archive) as (app, pilot):
        await press(pilot.app, *"ket")
        assert app.field.value == "ket"
        assert [words for words, _after, _limit in archive.asked] == [("k",), ("ke",), ("ket",)]


async def test_enter_opens_the_highlighted_hit() -> None:
    async with searching(Archive(hits(1, 9))) as (app, pilot):
        await press(pilot.app, *"kettle")
        await until(pilot, lambda: len(app.choices.rows) == 8)
        await press(pilot.app, "down", "down", "up", "enter")
        assert app.result == hit(2)


async def test_enter_before_the_answer_opens_the_first_hit_once_it_is_there() -> None:
    archive = Archive(hits(1, 9))
    archive.held["kettle"] = asyncio.Event()
    async with searching(archive) as (app, pilot):
        await press(pilot.app, *"kettle", "enter")
        assert not app.results
        archive.held["kettle"].set()
        await until(pilot, lambda: app.results)
        assert app.result == hit(1)


async def test_escape_gives_nothing_and_the_search_is_opened_again_where_it_was_left() -> None:
    archive = Archive(hits(1, 200))
    async with searching(archive) as (app, pilot):
        await press(pilot.app, *"kettle")
        await until(pilot, lambda: app.choices.rows)
        app.choices.move(PAGE - 3)
        await until(pilot, lambda: len(app.choices.rows) == 2 * PAGE)
        await press(pilot.app, "down")
        chosen = app.choices.current
        await press(pilot.app, "escape")
        assert app.results == [None]
        last = cast(SearchScreen, app.dialog).last
    archive.found = (hit(1000), *archive.found)
    async with searching(archive, last) as (app, pilot):
        await until(pilot, lambda: app.choices.rows)
        assert app.field.value == "kettle"
        assert app.choices.current == chosen
        assert archive.asked[-1] == (("kettle",), None, 2 * PAGE)
        assert chosen is not None
        assert f"Message {chosen.message_id} says" in app.seen()
        await press(pilot.app, "x")
        assert app.field.value == "x"


async def test_more_come_before_the_end_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 2 * PAGE)
    async with searching(Archive(hits(1, 3 * PAGE))) as (app, pilot):
        await press(pilot.app, "k")
        await until(pilot, lambda: len(app.choices.rows) == PAGE)
        assert app.says("#status") == f"the first {PAGE}, more below"
        app.choices.move(PAGE - NEAR - 1)
        await settled(pilot.app)
        assert len(app.choices.rows) == PAGE
        await press(pilot.app, "pagedown")
        await until(pilot, lambda: len(app.choices.rows) == 2 * PAGE)
        assert [one.message_id for one in app.choices.rows] == list(range(1, 2 * PAGE + 1))
        app.choices.move(PAGE)
        await settled(pilot.app)
        assert len(app.choices.rows) == 2 * PAGE
        assert "add a word" in app.says("#status")


@pytest.mark.parametrize(("typed", "meant"), [("ghbdtn", "привет"), ("ываф", "sdfa")])
async def test_what_was_typed_on_the_other_layout_is_found(typed: str, meant: str) -> None:
    async with searching(Archive([hit(1, f"{meant} Ольга")])) as (app, pilot):
        await press(pilot.app, *typed)
        await until(pilot, lambda: app.choices.rows)
        assert app.field.value == typed
        assert app.says("#status") == f"1 found, for “{meant}”"
        await press(pilot.app, "enter")
        await until(pilot, lambda: app.results)


async def test_an_answer_without_hits_is_not_the_end() -> None:
    class Slow(Archive):
        """Looks at one message at a time."""

        async def find(self, query: SearchQuery, after: int | None = None, limit: int = 50) -> SearchPage:
            at = after or 0
            found = [one for one in self.found[at : at + 1] if query.words[0] in one.text]
            return SearchPage(tuple(found), at + 1 if at + 1 < len(self.found) else None)

    async with searching(Slow([*hits(1, 30), hit(30, "the rare one"), hit(31)])) as (app, pilot):
        await press(pilot.app, *"rare", "enter")
        await until(pilot, lambda: app.results)
        assert app.result == hit(30, "the rare one")


@pytest.mark.parametrize(
    "event", [ChatsChanged(frozenset({ref(1)})), TimelineChanged(ref(1))], ids=["chats", "timeline"]
)
async def test_news_are_looked_at_and_the_highlight_stays_on_its_hit(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWS_S", 0.01)
    archive = Archive(hits(1, 30), PARTLY)
    async with searching(archive) as (app, pilot):
        await press(pilot.app, *"kettle")
        await until(pilot, lambda: app.choices.rows)
        app.choices.move(14)
        app.choices.move(-2)
        before = app.seen().splitlines()
        archive.found = (hit(100), hit(101), *archive.found)
        archive.covers = replace(PARTLY, read=56)
        archive.tell(event)
        await until(pilot, lambda: len(app.choices.rows) == 31)
        assert app.choices.current == hit(13)
        marked = [line for line in before if line.startswith("▌")]
        assert [line for line in app.seen().splitlines() if line.startswith("▌")] == marked
        assert before.index(marked[0]) == app.seen().splitlines().index(marked[0])
        assert "56 %" in app.says("#coverage")


async def test_without_news_nothing_is_asked() -> None:
    archive = Archive(hits(1, 3), PARTLY)
    async with searching(archive) as (app, pilot):
        await press(pilot.app, "k")
        await until(pilot, lambda: app.choices.rows)
        asked, covered = len(archive.asked), archive.covered
        archive.tell(LinkChanged())
        await pilot.pause(0.02)
        assert (len(archive.asked), archive.covered) == (asked, covered)
        for _ in range(100):
            archive.tell(ChatsChanged(frozenset({ref(1)})))
        await pilot.pause(0.02)
        assert (len(archive.asked), archive.covered) == (asked, covered)


async def test_nobody_hears_after_the_search_is_left() -> None:
    archive = Archive()
    async with searching(archive) as (_app, pilot):
        assert archive.hear is not None
        await press(pilot.app, "escape")
        await until(pilot, lambda: archive.hear is None)


async def test_the_rest_is_fetched_on_request_and_stopped_again() -> None:
    archive = Archive(coverage=PARTLY)
    async with searching(archive) as (app, pilot):
        await until(pilot, lambda: app.says("#coverage"))
        assert app.says("#coverage") == "34 % of history loaded (since March)  ctrl+r load the rest"
        await press(pilot.app, "ctrl+r")
        await until(pilot, lambda: "loading the rest" in app.says("#coverage"))
        assert (
            app.says("#coverage") == "34 % of history loaded (since March)  · loading the rest…  ctrl+r stop"
        )
        archive.works = (Progress(Work.HISTORY, 1, 3, 700),)
        archive.tell(LinkChanged())
        await until(pilot, lambda: "· loading the rest, 12 min left  ctrl+r stop" in app.says("#coverage"))
        archive.state = LinkState.OFFLINE
        archive.tell(LinkChanged())
        await until(pilot, lambda: "connection" in app.says("#coverage"))
        await press(pilot.app, "ctrl+r")
        await until(pilot, lambda: "load the rest" in app.says("#coverage"))
        assert archive.wishes == [True, False]


async def test_the_end_of_the_fetching_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEWS_S", 0.01)
    archive = Archive(coverage=replace(PARTLY, is_fetching=True))
    async with searching(archive) as (app, pilot):
        await until(pilot, lambda: "loading the rest" in app.says("#coverage"))
        archive.covers = replace(PARTLY, read=99)
        archive.tell(LinkChanged())
        await until(pilot, lambda: "99 %" in app.says("#coverage"))
        assert "load the rest" in app.says("#coverage")


async def test_there_is_nothing_to_fetch_when_everything_is_read() -> None:
    archive = Archive(coverage=DONE)
    async with searching(archive) as (app, pilot):
        await until(pilot, lambda: app.says("#coverage"))
        assert app.says("#coverage") == "All history of 100 chats is loaded."
        await press(pilot.app, "ctrl+r")
        assert archive.wishes == []


async def test_nothing_typed_shows_the_words_that_narrow() -> None:
    async with searching(Archive(hits(1, 3))) as (app, pilot):
        assert "These words narrow the search" in app.says("#instead")
        await press(pilot.app, "k")
        await until(pilot, lambda: app.choices.rows)
        assert not app.dialog.query_one("#instead").display
        await press(pilot.app, "backspace")
        await until(pilot, lambda: not app.choices.rows)
        assert app.dialog.query_one("#instead").display
        assert app.says("#status") == ""


async def test_a_filter_that_nobody_knows_is_named_with_the_fix() -> None:
    async with searching(Archive(hits(1, 3))) as (app, pilot):
        await press(pilot.app, *"kind:table", "space")
        await until(pilot, lambda: "is not a filter" in app.says("#status"))
        assert "use order, return" in app.says("#status")
        assert "kind:order" in app.says("#instead")
        await press(pilot.app, *"kettle")
        await until(pilot, lambda: app.choices.rows)
        assert "“kind:table” is not a filter" in app.says("#status")


async def test_nothing_found_says_what_to_do_and_how_much_was_looked_through() -> None:
    async with searching(Archive(coverage=PARTLY)) as (app, pilot):
        await press(pilot.app, *"zzz")
        await until(pilot, lambda: "Nothing found" in app.says("#instead"))
        assert "Only 34 % of history is loaded so far" in app.says("#instead")
        await press(pilot.app, "enter", "down", "pagedown")
        assert not app.results


async def test_hostile_text_stays_in_its_row() -> None:
    found = [
        replace(
            hit(n, f"x {text}", file_names=(text,)),
            item=queue_item(n, customer_name=text, shop_name=text),
        )
        for n, text in enumerate(HOSTILE, 1)
    ]
    async with searching(Archive(found), size=(80, 40)) as (app, pilot):
        await press(pilot.app, "x")
        await until(pilot, lambda: app.choices.rows)
        for _page in range(2):
            for y in range(app.choices.size.height):
                strip = app.choices.render_line(y)
                assert is_harmless(strip.text)
                assert strip.cell_length == app.choices.scrollable_content_region.width
            await press(pilot.app, "pagedown")


async def test_every_key_works_where_there_is_no_room() -> None:
    archive = Archive(hits(1, 4), PARTLY)
    async with searching(archive, size=(2, 2)) as (app, pilot):
        await press(pilot.app, "ctrl+r", "k")
        await until(pilot, lambda: app.choices.rows)
        await press(pilot.app, "down", "pagedown", "pageup", "up", "up", "enter")
        await until(pilot, lambda: app.results)
        assert app.result == hit(1)
