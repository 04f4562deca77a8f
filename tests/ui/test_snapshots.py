"""What the operator sees, as pictures: every screen in two sizes and two languages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from chat_tui.model.ids import ChatId, MessageId
from chat_tui.model.mark import Hold, Labels, Note, Pin
from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.store import marks
from chat_tui.store.database import Store
from chat_tui.ui.app import ChatTuiApp
from tests.support.scenes import HOUR, NOW, OFFLINE, REFUSED, Scene, make_scene, queue_an_answer, unread_chats

SnapCompare = Callable[..., bool]
Stage = Callable[..., Scene]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    scenes: list[Scene] = []

    def make(**how: Any) -> Scene:
        scenes.append(make_scene(tmp_path, **how))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.close()


async def settle(pilot: Pilot[None]) -> None:
    """Let what was asked of the store come back to the screen."""
    app = pilot.app
    assert isinstance(app, ChatTuiApp)
    for _ in range(3):
        await app.keys_settled()
        # One thread reads: when this answer is here, so are all that were asked for before.
        await app.inbox.tab_counts()
        await pilot.pause()


def pressing(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return press


@SIZES
@LANGUAGES
def test_queue(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("j"))


@SIZES
@LANGUAGES
def test_open_chat(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("j", "enter"))


def some_answers(store: Store) -> None:
    """One answer in every state, in the chat of Olga."""
    olga = ChatId(2)
    queue_an_answer(store, olga, "Уточняем у службы доставки.", OutboxState.SENDING, OutboxState.SENT)
    queue_an_answer(
        store, olga, "Это не дошло.", OutboxState.SENDING, OutboxState.FAILED, problem=ProblemKind.BAD_REQUEST
    )
    queue_an_answer(
        store,
        olga,
        "А это — неизвестно.",
        OutboxState.SENDING,
        OutboxState.UNCONFIRMED,
        problem=ProblemKind.TIMEOUT,
    )
    queue_an_answer(store, olga, "Ждёт связи.", OutboxState.WAITING, problem=ProblemKind.OFFLINE)
    queue_an_answer(store, olga, "Ещё можно отменить.")


@SIZES
@LANGUAGES
def test_states_of_sending(
    snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str
) -> None:
    scene = stage(language=language, prepare=some_answers)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("j", "enter"))


@pytest.mark.parametrize("theme", ["light", "high-contrast", "ansi"])
def test_states_in_a_theme(snap_compare: SnapCompare, stage: Stage, theme: str) -> None:
    scene = stage(language="en", prepare=some_answers)
    scene.app.theme_wanted = theme
    assert snap_compare(scene.app, terminal_size=(120, 40), run_before=pressing("j", "enter"))


@SIZES
@LANGUAGES
def test_outbox(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language, prepare=some_answers)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("O"))


@SIZES
@LANGUAGES
def test_draft(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(
        scene.app, terminal_size=size, run_before=pressing("j", "j", "j", "enter", "c", *"OK")
    )


@SIZES
@LANGUAGES
def test_offline(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language, link=OFFLINE)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing())


@SIZES
@LANGUAGES
def test_revoked_key(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language, link=REFUSED)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing())


@SIZES
@LANGUAGES
def test_empty_shop(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language, filled=False)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing())


@SIZES
@LANGUAGES
def test_hostile_chat(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("4", "j", "enter"))


@SIZES
@LANGUAGES
def test_help(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("question_mark"))


@SIZES
@LANGUAGES
def test_palette(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("ctrl+p"))


@SIZES
@LANGUAGES
def test_new_chat(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("a"))


@SIZES
@LANGUAGES
def test_snooze(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("j", "z", "5", *"+90m"))


def marked_chats(store: Store) -> None:
    """Olga is pinned, with labels and a note; the next one waiting is put off."""
    for mark in (Pin(True), Labels(("поставщик", "срочно")), Note("обещали перезвонить")):
        store.write_state(marks.put, ChatId(2), mark, NOW).result()
    store.write_state(marks.put, ChatId(3), Hold(snoozed=MessageId(2**40), until=NOW + HOUR), NOW).result()


@SIZES
@LANGUAGES
@pytest.mark.parametrize("tab", ["1", "5"])
def test_marked_chats(
    snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str, tab: str
) -> None:
    scene = stage(language=language, prepare=marked_chats)
    assert snap_compare(
        scene.app, terminal_size=size, run_before=pressing(tab, *("jj" if tab == "1" else ""))
    )


@SIZES
@LANGUAGES
def test_search(snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("f", *"ольга", "down"))


@SIZES
@LANGUAGES
def test_search_that_finds_nothing(
    snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str
) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("f", *"самовар"))


@SIZES
@LANGUAGES
def test_search_before_all_is_read(
    snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str
) -> None:
    scene = stage(language=language, prepare=unread_chats)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("f"))


@SIZES
@LANGUAGES
def test_opened_from_search(
    snap_compare: SnapCompare, stage: Stage, size: tuple[int, int], language: str
) -> None:
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=size, run_before=pressing("f", *"чайник", "enter"))


@LANGUAGES
def test_leaving_with_unsent_messages(snap_compare: SnapCompare, stage: Stage, language: str) -> None:
    scene = stage(language=language, prepare=some_answers)
    assert snap_compare(scene.app, terminal_size=(80, 24), run_before=pressing("q"))


@LANGUAGES
def test_too_small(snap_compare: SnapCompare, stage: Stage, language: str) -> None:
    """Promised: U04."""
    scene = stage(language=language)
    assert snap_compare(scene.app, terminal_size=(36, 10), run_before=pressing())
