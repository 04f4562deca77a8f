"""An answer with a few keys: `n`, `/` with two letters, Enter, Enter."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.ui.dialogs import templates
from chat_tui.ui.inbox.screen import MainScreen
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A very small shop: one waiting chat about an order is enough here."""
    with Sandbox.start(chats=6, seed=3) as sandbox:
        yield sandbox


def put(root: Path, **texts: str) -> None:
    (root / "templates").mkdir(exist_ok=True)
    for name, text in texts.items():
        (root / "templates" / f"{name}.txt").write_text(text, encoding="utf-8")


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
        await it.burst(["/", "l", "j", "enter"])
        await it.until(lambda: it.dialog == "" and it.box == filled)
        assert (it.caret, it.focus) == (len(filled), "box")
        await it.press_again("enter")
        await it.until(lambda: it.sent)
        assert it.sent_texts == [(chat_ref, filled)]


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
            await it.until_shown("Reading the templates")
            assert (it.dialog, it.box, it.sent) == ("TemplateList", "/", [])
            disk.set()
            await it.until(lambda: it.box == "Доставим завтра.")
        finally:
            disk.set()
        assert it.sent == []


async def test_escape_leaves_a_slash_and_a_slash_within_text_is_a_letter(
    market: Sandbox, tmp_path: Path
) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_shown("привет", "Здравствуйте!")
        await it.press("escape")
        await it.until(lambda: it.dialog == "")
        assert (it.box, it.focus) == ("/", "box")
        await it.write("a/b")
        assert (it.box, it.dialog) == ("/a/b", "")
        await it.press("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["/a/b"])


async def test_a_template_never_reaches_another_chat(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_shown("привет")
        other = next(chat_ref for chat_ref in it.rows if chat_ref != it.opened)
        desk_of_chats = it.app.screen_stack[1]
        assert isinstance(desk_of_chats, MainScreen)
        await desk_of_chats.talk.open(other)
        await it.press("enter")
        await it.until(lambda: it.dialog == "")
        assert (it.opened, it.box) == (other, "")


async def test_what_is_not_known_is_marked_and_not_sent(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, подпись="С уважением, {оператор}")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_shown("Not known here: {оператор}")
        await it.press("enter")
        await it.until(lambda: it.box == "С уважением, {оператор}")
        await it.until_shown("Not filled in: {оператор}. Write it yourself.")
        for _ in range(2):
            await it.press_again("enter")
        await it.until_told("{оператор} is not filled in, so nothing was sent")
        assert it.sent == []
        await it.press(*["backspace"] * len("{оператор}"))
        assert "not filled in" not in it.screen
        await it.write("Анна")
        await it.press("enter")
        await it.until(lambda: [text for _chat, text in it.sent_texts] == ["С уважением, Анна"])


async def test_the_palette_puts_a_template_at_the_caret(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n")
        await it.write("А: ")
        await it.press("ctrl+p")
        await it.write("template")
        await it.press("enter")
        await it.until(lambda: it.dialog == "TemplateList")
        await it.until_shown("привет")
        await it.press("enter")
        await it.until(lambda: it.box == "А: Здравствуйте!")


async def test_without_templates_the_list_says_where_they_go(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_shown("There are no templates yet", "Good day, {name}! Your order {order}")
        assert not it.app.screen.query_one("#preview").display
        await it.press("enter")
        assert it.dialog == "TemplateList"
        put(tmp_path, a="Good day!")
        (tmp_path / "templates" / "bad.txt").write_bytes(b"\xff")
        await it.press("escape", "backspace", "/")
        await it.until_shown("Good day!", "Left out: bad.txt: it is not UTF-8")


async def test_the_enter_that_chose_sends_nothing_when_it_bounces(market: Sandbox, tmp_path: Path) -> None:
    put(tmp_path, привет="Здравствуйте!")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.press("n", "/")
        await it.until_shown("привет")
        await it.burst(["enter", "enter", "enter"])
        await it.until(lambda: it.box == "Здравствуйте!" and it.dialog == "")
        assert (it.sent, await it.app.inbox.outbox.open_items()) == ([], ())
