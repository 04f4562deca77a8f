"""Pictures of what the operator sees: every screen, small and large, in Russian and in English."""

from dataclasses import replace

import pytest

from chat_tui.model.ids import MessageId
from chat_tui.model.link import Progress, Work
from chat_tui.model.mark import Hold, Labels, Note, Pin
from chat_tui.store import marks
from chat_tui.store.database import Store
from tests.support import pictures
from tests.support.pictures import IN_BOTH_LANGUAGES, UP_TO_THE_LARGEST, Picture
from tests.support.refs import ref
from tests.support.scenes import HOUR, NOW, OFFLINE, ONLINE, REFUSED, some_answers, unread_chats

compare = pictures.compare
picture = pictures.picture


@IN_BOTH_LANGUAGES
def test_queue(picture: Picture) -> None:
    assert picture("j")


@UP_TO_THE_LARGEST
def test_open_chat(picture: Picture) -> None:
    assert picture("j", "enter")


@IN_BOTH_LANGUAGES
def test_states_of_sending(picture: Picture) -> None:
    assert picture("j", "enter", prepare=some_answers)


@pytest.mark.parametrize("size", [pytest.param((120, 40), id=pytest.HIDDEN_PARAM)])
@pytest.mark.parametrize("language", [pytest.param("en", id=pytest.HIDDEN_PARAM)])
@pytest.mark.parametrize("theme", ["light", "high-contrast", "ansi"])
def test_states_in_a_theme(picture: Picture, theme: str) -> None:
    assert picture("j", "enter", prepare=some_answers, change=lambda app: setattr(app, "theme_wanted", theme))


@UP_TO_THE_LARGEST
def test_outbox(picture: Picture) -> None:
    assert picture("O", prepare=some_answers)


@IN_BOTH_LANGUAGES
def test_draft(picture: Picture) -> None:
    assert picture("j", "j", "j", "enter", "c", *"OK")


@IN_BOTH_LANGUAGES
def test_offline(picture: Picture) -> None:
    assert picture(link=OFFLINE)


@UP_TO_THE_LARGEST
def test_long_work(picture: Picture) -> None:
    assert picture(link=replace(ONLINE, works=(Progress(Work.LISTING, 1240, 9000, 170),)))


@IN_BOTH_LANGUAGES
def test_revoked_key(picture: Picture) -> None:
    assert picture(link=REFUSED)


@IN_BOTH_LANGUAGES
def test_empty_shop(picture: Picture) -> None:
    assert picture(filled=False)


@IN_BOTH_LANGUAGES
def test_hostile_chat(picture: Picture) -> None:
    assert picture("4", "j", "enter")


@UP_TO_THE_LARGEST
def test_help(picture: Picture) -> None:
    assert picture("question_mark")


@UP_TO_THE_LARGEST
def test_palette(picture: Picture) -> None:
    assert picture("ctrl+p")


@IN_BOTH_LANGUAGES
def test_keys_of_the_box_that_narrow(picture: Picture) -> None:
    assert picture("n", "f1", *"ctrl")


@IN_BOTH_LANGUAGES
def test_palette_says_why_a_command_cannot_run(picture: Picture) -> None:
    assert picture("j", "ctrl+p", *"file", "enter")


@IN_BOTH_LANGUAGES
def test_empty_outbox(picture: Picture) -> None:
    assert picture("O")


@IN_BOTH_LANGUAGES
def test_empty_tab(picture: Picture) -> None:
    assert picture("5")


@UP_TO_THE_LARGEST
def test_new_chat(picture: Picture) -> None:
    assert picture("a")


@UP_TO_THE_LARGEST
def test_snooze(picture: Picture) -> None:
    assert picture("j", "z", "5", *"+90m")


def marked_chats(store: Store) -> None:
    """Olga is pinned, with labels and a note; the next waiting chat is snoozed."""
    for mark in (Pin(True), Labels(("поставщик", "срочно")), Note("обещали перезвонить")):
        store.write_state(marks.put, ref(2), mark, NOW).result()
    store.write_state(marks.put, ref(3), Hold(snoozed=MessageId(2**40), until=NOW + HOUR), NOW).result()


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize("tab", ["1", "5"])
def test_marked_chats(picture: Picture, tab: str) -> None:
    assert picture(tab, *("jj" if tab == "1" else ""), prepare=marked_chats)


@UP_TO_THE_LARGEST
def test_search(picture: Picture) -> None:
    assert picture("f", *"ольга", "down")


@IN_BOTH_LANGUAGES
def test_search_that_finds_nothing(picture: Picture) -> None:
    assert picture("f", *"самовар")


@IN_BOTH_LANGUAGES
def test_search_before_all_is_read(picture: Picture) -> None:
    assert picture("f", prepare=unread_chats)


@IN_BOTH_LANGUAGES
def test_opened_from_search(picture: Picture) -> None:
    assert picture("f", *"чайник", "enter")


@IN_BOTH_LANGUAGES
def test_leaving_with_unsent_messages(picture: Picture) -> None:
    assert picture("q", prepare=some_answers)


@pytest.mark.parametrize("size", [(36, 10)], ids=["36x10"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_too_small(picture: Picture) -> None:
    """Promised: U04."""
    assert picture()
