"""An answer with a few keys: `n`, `/` with two letters, Enter, Enter."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.ui.chat import templates
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import History
from chat_tui.ui.inbox.screen import MainScreen
from chat_tui.ui.kit.bars import LineList
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A very small shop: one waiting chat about an order is enough here."""
    with Sandbox.start(chats=6, seed=3) as sandbox:
        yield sandbox


def put(root: Path, **texts: str) -> None:
    (root / "templates").mkdir(exist_ok=True)
    for name, text in texts.items():
        (root / "templates" / f"{name}.txt").write_text(text, encoding="utf-8")


def listed(it: Desk) -> list[str]:
    """The lines of the list above the box."""
    drawn = it.app.screen.query_one(LineList)
    if not drawn.is_on_screen:
        return []
    return [drawn.render_line(y).text.strip() for y in range(drawn.content_size.height)]


def previewed(it: Desk) -> str:
    """What the box shows while it has no text."""
    return str(it.app.screen.query_one(Compose).placeholder)


async def test_four_keys_and_two_letters_send_the_filled_text(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U01, U42."""
    put(tmp_path, привет="Здравствуйте!", доставка="{имя}, заказ {заказ} приедет завтра.\n{shop}")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        for _ in range(6):
            if " · order " not in it.addressee:
                await it.press("escape", "n")
        chat_ref = it.opened
        buyer, order, shop = it.addressee.removeprefix("To: ").split(" · ")
        filled = f"{buyer.split()[0]}, заказ {order.removeprefix('order ')} приедет завтра.\n{shop}"
        await it.press("/", "l", "j")
        await it.until(lambda: listed(it))
        assert (previewed(it), it.box) == (filled, "")
        await it.press("enter")
        assert (it.box, it.caret, it.focus, listed(it)) == (filled, len(filled), "box", [])
        await it.press_again("enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(chat_ref, filled)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_the_question_stays_in_view_and_the_list_has_six_lines_at_most(
    market: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    put(tmp_path, **{f"ответ {n}": "Здравствуйте! " * 30 for n in range(20)})
    async with desk(tmp_path, market, size=size) as it:
        await it.synced()
        await it.press("n")
        question = it.history.split("\n")[-1]
        await it.press("/")
        await it.until(lambda: listed(it))
        box, history = it.app.screen.query_one(Compose), it.app.screen.query_one(History)
        assert 1 <= len(listed(it)) <= 6
        assert history.content_size.height >= 1
        assert it.history.split("\n")[-1] == question
        assert it.app.screen.region.contains_region(box.region)
        assert it.addressee in it.screen
        assert "Здравствуйте!" in it.screen.split(it.addressee)[1]


async def test_arrows_move_and_letters_narrow_and_backspace_widens(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, **{f"ответ {n}": f"Текст {n}" for n in range(9)}, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: len(listed(it)) == 6)
        assert previewed(it) == "Текст 0"
        await it.press(*["down"] * 8)
        assert previewed(it) == "Текст 8"
        assert any("ответ 8" in line and "▌" in line for line in listed(it))
        await it.press("up", "up")
        assert previewed(it) == "Текст 6"
        await it.write("пр")
        assert (previewed(it), len(listed(it))) == ("Здравствуйте!", 1)
        assert "/пр" in it.outcome
        await it.press("backspace", "backspace")
        assert len(listed(it)) == 6
        await it.press("backspace")
        assert (listed(it), previewed(it), it.box) == ([], "", "")


@pytest.mark.parametrize("again", ["", "enter"])
async def test_a_burst_does_the_same_and_sends_nothing_that_was_not_previewed(
    market: Sandbox, tmp_path: Path, again: str
) -> None:
    put(tmp_path, привет="Здравствуйте!", доставка="Доставим завтра.")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.burst(["/", "д", "о", "enter", *([again] if again else [])])
        await it.until(lambda: it.box == "Доставим завтра.")
        assert (it.caret, it.sent, await it.app.inbox.outbox.open_items()) == (len(it.box), [], ())
        assert ("nothing was sent" in it.told) is bool(again)
        await it.press_again("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["Доставим завтра."])


async def test_an_enter_pressed_before_the_files_are_read_is_not_lost(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, привет="Здравствуйте!", доставка="Доставим завтра.")
    disk = threading.Event()
    read = templates.read_shelf

    def slowly(directory: Path) -> templates.Shelf:
        disk.wait(30)
        return read(directory)

    monkeypatch.setattr(templates, "read_shelf", slowly)
    async with desk(tmp_path, market) as it:
        try:
            await it.synced()
            await it.press("n", "/", "д", "о", "enter")
            assert "Loading the templates" in it.outcome
            await it.write(" Да.")
            await it.press_again("enter")
            assert "still being chosen" in it.told
            assert (it.box, it.sent) == ("", [])
            disk.set()
            await it.until(lambda: it.box == "Доставим завтра. Да.")
        finally:
            disk.set()
        assert it.sent == []


async def test_escape_leaves_the_box_empty_and_a_slash_within_text_is_a_letter(
    market: Sandbox, tmp_path: Path
) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: listed(it))
        await it.write("пр")
        await it.press("escape")
        assert (it.box, it.focus, listed(it), previewed(it)) == ("", "box", [], "")
        await it.write("a/b")
        assert (it.box, listed(it)) == ("a/b", [])
        await it.press("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["a/b"])


async def test_the_key_of_the_slash_asks_on_both_layouts_and_pressed_twice_it_is_text(
    market: Sandbox, tmp_path: Path
) -> None:
    """A text may begin with an ellipsis: nothing that was typed is lost."""
    put(tmp_path, доставка="Завтра")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        for sign in ("/", "."):
            await it.press(sign)
            await it.until(lambda: listed(it))
            assert it.box == ""
            await it.until_shown(f"· {sign} again: as text")
            await it.press(sign)
            assert (listed(it), it.box) == ([], 2 * sign)
            await it.write(f"{sign} б")
            assert it.box == f"{3 * sign} б"
            await it.press(*["backspace"] * 5)
        await it.press(".", "д", ".")
        await it.until(lambda: listed(it))
        assert it.box == "", "a sign among the letters does not end the choice"


async def test_a_template_never_reaches_another_chat(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, привет="Здравствуйте!")
    disk = threading.Event()
    read = templates.read_shelf
    monkeypatch.setattr(templates, "read_shelf", lambda directory: disk.wait(30) and read(directory))
    async with desk(tmp_path, market) as it:
        try:
            await it.synced()
            await it.press("n", "/", "enter")
            other = next(chat_ref for chat_ref in it.rows if chat_ref != it.opened)
            desk_of_chats = it.app.screen_stack[1]
            assert isinstance(desk_of_chats, MainScreen)
            (reading,) = (thread for thread in threading.enumerate() if thread.name == "templates")
            await desk_of_chats.talk.show(other)
        finally:
            disk.set()
        # What it read is for the box now.
        await asyncio.to_thread(reading.join)
        await it.answered()
        assert (it.opened, it.box, previewed(it)) == (other, "", "")


async def test_leaving_the_box_gives_the_choice_up(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: listed(it))
        await it.press("tab")
        assert (it.focus == "box", listed(it), it.box) == (False, [], "")
        assert (await it.app.inbox.drafts.get(it.opened or ref(1))).text == ""


async def test_what_is_not_known_is_marked_and_not_sent(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, подпись="С уважением, {оператор}")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_told("Not filled in: {оператор}. Write it yourself.")
        await it.press("enter")
        assert it.box == "С уважением, {оператор}"
        assert it.outcome.startswith("Not filled in: {оператор}. Write it yourself.")
        for _ in range(2):
            await it.press_again("enter")
        await it.until_told("{оператор}. Nothing was sent. Fill it in")
        assert it.sent == []
        await it.press(*["backspace"] * len("{оператор}"))
        assert "Not filled in" not in it.screen
        await it.write("Анна")
        await it.press("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["С уважением, Анна"])


async def test_a_field_that_does_not_exist_is_named_and_asked_about(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, подпись="Ждём вас, {имечко}!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_told("Not filled in: {имечко}. Write it yourself.")
        await it.press("enter")
        assert it.box == "Ждём вас, {имечко}!"
        await it.press_again("enter")
        await it.until_told("This looks like a field that is not filled in: {имечко}.")
        assert (it.sent, it.box) == ([], "Ждём вас, {имечко}!")
        await it.press_again("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["Ждём вас, {имечко}!"])


async def test_the_palette_puts_a_template_at_the_caret(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.write("А: ")
        await it.press("ctrl+p")
        await it.write("template")
        await it.press("enter")
        await it.until(lambda: it.dialog == "" and listed(it))
        await it.press("enter")
        await it.until(lambda: it.box == "А: Здравствуйте!")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_without_templates_the_list_says_where_they_go(
    market: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "templates").mkdir()
    async with desk(tmp_path, market, size=size) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: listed(it))
        said = " ".join(listed(it))
        assert "No templates yet" in said
        assert "Hello {name}! Your order {order}" in said
        await it.press("enter")
        assert (it.told, it.box, it.sent) == ("There is no template to insert. Esc closes the list.", "", [])
        put(tmp_path, a="Good day!")
        (tmp_path / "templates" / "bad.txt").write_bytes(b"\xff")
        await it.press("escape", "/")
        await it.until(lambda: previewed(it) == "Good day!")
        assert listed(it)[-1].startswith("Left out: bad.txt: it is not UTF-8")


async def test_at_first_there_are_three_and_the_first_is_filled_in(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: len(listed(it)) == 3)
        assert previewed(it).startswith("Hello ")
        assert it.told == ""
        await it.press("escape")
    assert len(list((tmp_path / "templates").iterdir())) == 3


async def test_a_click_takes_a_template(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, а="раз", б="два")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until(lambda: len(listed(it)) == 2)
        await it.pilot.click(LineList, offset=(3, 1))
        await it.until(lambda: it.box == "два")
