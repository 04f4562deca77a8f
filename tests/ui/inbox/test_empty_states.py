"""Every screen with nothing in it says why, and what to do next."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widgets import Static

from chat_tui.inbox.events import LinkChanged
from chat_tui.model.chat import Attachment
from chat_tui.model.link import Link, LinkState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.ui.dialogs.app_dialogs import Help, Palette, ThemeList
from chat_tui.ui.dialogs.outbox import OutboxScreen
from chat_tui.ui.files.picker import FilePicker
from chat_tui.ui.files.save import SaveCard
from chat_tui.ui.keys import Where
from chat_tui.ui.order.panel import OrderPanel
from tests.support.scenes import NOW, OFFLINE, ONLINE, Scene, make_scene
from tests.support.settling import press, pressing, settled
from tests.support.unseen import picture
from tests.ui.dialogs.stage import DialogApp, staged, until

UNREAD = "Loading the chats…"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[list[Scene]]:
    made: list[Scene] = []
    yield made
    for scene in made:
        scene.close()


def words(screen: Screen[object]) -> str:
    """All that is on the screen, as one line without frames."""
    lines = [line.strip("│╭╮╰╯─ ▌") for line in picture(screen)]
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    ("tab", "key"), [("1", "6"), ("2", "6"), ("3", "a"), ("4", "6"), ("5", "z"), ("6", "a")]
)
async def test_an_empty_tab_names_the_key_that_leads_on(
    tab: str, key: str, language: str, tmp_path: Path, stage: list[Scene]
) -> None:
    """Promised: U13."""
    stage.append(make_scene(tmp_path, language=language, filled=False))
    app = stage[0].app
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing(tab)(pilot)
        sentence = stage[0].app.screen.query_one("QueueList").empty_text.plain  # type: ignore[attr-defined]
        assert f" {key} " in sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        (Link(LinkState.CONNECTING), UNREAD),
        (replace(ONLINE, fresh_at=None), UNREAD),
        (replace(OFFLINE, fresh_at=None), "The chats are not loaded yet. No network."),
        (
            Link(LinkState.REFUSED, problem=Problem(ProblemKind.UNAUTHORIZED)),
            "The chats are not loaded yet. The Market",
        ),
    ],
    ids=["connecting", "first round", "offline", "refused"],
)
async def test_an_unread_list_says_what_it_waits_for(
    link: Link, sentence: str, tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language="en", link=link, filled=False))
    app = stage[0].app
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing()(pilot)
        shown = app.screen.query_one("QueueList").empty_text.plain  # type: ignore[attr-defined]
        assert shown.startswith(sentence)
        assert sentence == UNREAD or shown.endswith(" r: try again")


async def test_the_sentence_follows_the_connection(tmp_path: Path, stage: list[Scene]) -> None:
    stage.append(make_scene(tmp_path, language="en", link=Link(LinkState.CONNECTING), filled=False))
    app, inbox = stage[0].app, stage[0].inbox
    async with app.run_test(size=(120, 24)) as pilot:
        await pressing()(pilot)
        assert "Loading the chats" in words(app.screen)
        for link, sentence in (
            (replace(OFFLINE, fresh_at=None), "The chats are not loaded yet."),
            (ONLINE, "Nobody is waiting for an answer."),
        ):
            inbox._still = link
            inbox._publish(LinkChanged())
            await settled(app)
            assert sentence in words(app.screen)


async def test_an_empty_list_says_its_sentence_once_and_nothing_is_beside_it(
    tmp_path: Path, stage: list[Scene]
) -> None:
    stage.append(make_scene(tmp_path, language="en", filled=False))
    app = stage[0].app
    async with app.run_test(size=(200, 24)) as pilot:
        await pressing()(pilot)
        await app.screen._order.show()  # type: ignore[attr-defined]
        await settled(app)
        assert words(app.screen).count("Nobody is waiting for an answer.") == 1
        panel = app.screen.query_one(OrderPanel)
        assert not any(panel.render_line(y).text.strip() for y in range(panel.content_size.height))


@pytest.mark.parametrize(
    ("dialog", "typed", "sentence"),
    [
        (OutboxScreen([], {}, now=lambda: NOW), "", "is listed here until it is confirmed."),
        (Palette(lambda _one: ""), "qqq", "Shorten what you typed."),
        (Help(Where.LIST, lambda _one: ""), "qqq", "Shorten what you typed."),
        (ThemeList(["nord"], "nord", lambda _name: None), "qqq", "Shorten what you typed."),
    ],
    ids=["outbox", "palette", "keys", "themes"],
)
async def test_an_empty_list_in_a_dialog_says_what_to_do(
    dialog: Screen[object], typed: str, sentence: str
) -> None:
    async with staged(dialog, (40, 24)) as (app, _pilot):
        await press(app, *typed)
        assert sentence in words(app.screen)


def at(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.mkdir() if name.endswith("/") else path.write_text("x")
    return folder


@pytest.mark.parametrize(
    ("names", "pressed", "sentence"),
    [
        ((), (), "This folder is empty. Backspace goes up."),
        ((".env",), (), "hidden files only. ctrl+r shows them"),
        (("a.txt",), ("ctrl+g",), "no pictures in this folder. ctrl+g shows every file"),
        (("a.txt",), tuple("zzz"), "Nothing found. Shorten the name."),
    ],
    ids=["empty", "hidden", "no pictures", "no match"],
)
async def test_a_folder_without_rows_says_which_key_shows_some(
    names: tuple[str, ...], pressed: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    async with staged(FilePicker(at(tmp_path, *names), now=NOW, zone=UTC)) as (app, pilot):
        await until(pilot, lambda: "Loading" not in app.says("#status"))
        await press(app, *pressed)
        assert sentence in str(app.dialog.query_one("#status", Static).render())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "There are no folders in this folder. Enter saves into it."),
        ("zzz", "No folder begins with this."),
        ("zzz/y", "There is no such folder."),
    ],
)
async def test_a_folder_to_save_into_says_what_enter_does(typed: str, sentence: str, tmp_path: Path) -> None:
    file = Attachment("a.png", "https://example.org/a.png", 5)
    async with staged(SaveCard([file], at(tmp_path, "a.txt"))) as (app, pilot):
        await press(app, *typed)
        await until(pilot, lambda: sentence in shown(app))


def shown(app: DialogApp) -> str:
    return " ".join(app.seen().split())
