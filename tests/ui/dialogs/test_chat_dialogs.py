import pytest

from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.ui.dialogs.chat_dialogs import NewChatScreen
from chat_tui.words.orders import read_number
from tests.support.settling import press
from tests.ui.dialogs.stage import NOTHING, staged


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("51230874561", 51230874561),
        (" 512 308\u00a0745 61\u202f", 51230874561),
        ("№ 51230874561", 51230874561),
        ("Заказ №51230874561 от 21.11.2026", 51230874561),
        ("return 8812045.", 8812045),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_a_number_is_read_out_of_what_was_pasted(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type the number"),
        ("   ", "Type the number"),
        ("заказ", "no digits"),
        ("٣٤", "no digits"),
        ("512-308", "several"),
        ("9223372036854775808", "too long"),
        ("9" * 5000, "too long"),
        ("0", "zero"),
    ],
)
async def test_bad_input_is_explained_and_kept(text: str, sentence: str) -> None:
    async with staged(NewChatScreen()) as (app, pilot):
        app.field.value = text
        await press(pilot.app, "enter")
        assert app.result is NOTHING
        assert sentence in app.says("#problem")
        assert app.field.value == text
        await press(pilot.app, "1")
        assert app.says("#problem") == "", "typing takes the sentence away"


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ([], ContextKind.ORDER),
        (["tab"], ContextKind.RETURN),
        (["tab", "tab"], ContextKind.ORDER),
        (["right"], ContextKind.RETURN),
        (["down"], ContextKind.RETURN),
    ],
)
async def test_the_kind_is_chosen_from_the_field(keys: list[str], kind: ContextKind) -> None:
    async with staged(NewChatScreen()) as (app, pilot):
        await press(pilot.app, *keys, *"8812", "enter")
        assert app.result == NewChat(kind, 8812)


async def test_the_arrows_move_the_caret_once_there_is_text() -> None:
    async with staged(NewChatScreen()) as (app, pilot):
        await press(pilot.app, "2", "left", "1", "enter")
        assert app.result == NewChat(ContextKind.ORDER, 12)


async def test_it_opens_again_with_what_was_asked_and_why_not() -> None:
    async with staged(NewChatScreen(512, ContextKind.RETURN, "404: no [/] such \x1breturn")) as (app, pilot):
        assert app.says("#problem") == "404: no [/] such ␛return"
        await press(pilot.app, "3", "enter")
        assert app.result == NewChat(ContextKind.RETURN, 5123)


KNOWN = {ContextKind.ORDER: 512, ContextKind.RETURN: 77}


@pytest.mark.parametrize(
    ("keys", "about"),
    [
        ([], NewChat(ContextKind.ORDER, 512)),
        (["tab"], NewChat(ContextKind.RETURN, 77)),
        (["tab", "tab"], NewChat(ContextKind.ORDER, 512)),
        (["3"], NewChat(ContextKind.ORDER, 3)),
        (["tab", "3"], NewChat(ContextKind.RETURN, 3)),
        (["3", "tab"], NewChat(ContextKind.RETURN, 3)),
    ],
)
async def test_the_numbers_of_the_chat_are_offered_and_typed_over(keys: list[str], about: NewChat) -> None:
    """Promised: U36."""
    async with staged(NewChatScreen(known=KNOWN)) as (app, pilot):
        await press(pilot.app, *keys, "enter")
        assert app.result == about


async def test_a_chat_without_an_order_offers_no_number() -> None:
    async with staged(NewChatScreen(known={})) as (app, _pilot):
        assert app.field.value == ""


async def test_escape_gives_up() -> None:
    async with staged(NewChatScreen()) as (app, pilot):
        await press(pilot.app, "escape")
        assert app.results == [None]
