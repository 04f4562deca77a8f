"""A path that is pasted or dropped into the box is recognised, and nothing that was pasted is lost."""

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk
from tests.ui.chat.test_typed_text import HELD, open_next


@pytest.fixture(autouse=True)
def _ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator works over SSH from another computer."""
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.9 50112 198.51.100.7 22")


async def send_card(it: Desk) -> None:
    """Agree to the card of a file."""
    await it.until(lambda: it.dialog == "FileCardScreen")
    await it.press_again("enter")


@pytest.mark.parametrize(
    "form",
    ["{}", "{}\n", "'{}'", '"{}"', "\n{}\r\n", "file://{}", "spaced", "broken"],
)
async def test_a_file_that_is_here_is_offered_and_attached(
    market: Sandbox, tmp_path: Path, form: str
) -> None:
    path = Path.home() / "счёт за ноябрь.txt"
    path.write_text("500")
    pasted = form.format(path)
    if form == "spaced":
        pasted = str(path).replace(" ", "\\ ")
    if form == "broken":
        pasted = f"{str(path)[:9]}\n{str(path)[9:]}"
    async with desk(tmp_path, market) as it:
        await it.synced()
        chat = await open_next(it)
        await it.paste(pasted)
        await it.until_told("“счёт за ноябрь.txt” is a file on this computer. ctrl+o: attach it")
        assert it.box == pasted.replace("\r\n", "\n"), "nothing is lost"
        await it.press("ctrl+o")
        await send_card(it)
        await it.until(lambda: [one.name for one in it.sent] == ["счёт за ноябрь.txt"])
        await it.until(lambda: it.box == "")
        assert (it.opened, it.told) == (chat, "")


async def test_several_files_are_attached_one_after_the_other(market: Sandbox, tmp_path: Path) -> None:
    for name in ("a b.txt", "c.txt"):
        (Path.home() / name).write_text("x")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.write("Смотрите: ")
        await it.paste(f"'{Path.home()}/a b.txt' {Path.home()}/c.txt")
        await it.until_told("“a b.txt” and 1 more file are on this computer.")
        await it.press("ctrl+o")
        await send_card(it)
        await it.until_shown("c.txt", "Send this file?")
        await it.press("escape")
        await it.until(lambda: [one.name for one in it.sent] == ["a b.txt"])
        assert it.box.endswith("c.txt"), "one of them was not sent"


async def test_a_path_of_the_operators_own_computer_is_answered_with_the_line(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U52."""
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.paste("C:\\Фото\\1.jpg")
        await it.until_told('run there: scp "C:\\Фото\\1.jpg"')
        assert "@198.51.100.7:" in it.told
        assert (it.box, it.said) == ("C:\\Фото\\1.jpg", [])
        await it.write("!")
        assert it.told == ""
        await it.press("backspace", "ctrl+o")
        await it.until(lambda: it.dialog == "FilePicker")
        assert it.app.screen.query_one(Input).value == "C:\\Фото\\1.jpg"
        await it.until_shown("Ctrl+Y copies this line.")


@pytest.mark.parametrize(
    "text", ["/start", "/и/или", "Здравствуйте", "~", "'да'", "fine", "/home/nobody/на складе", "/ 5 шт."]
)
async def test_other_text_is_left_in_peace(market: Sandbox, tmp_path: Path, text: str) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.write("x")
        await it.paste(text)
        await it.answered()
        assert (it.box, it.told, it.said) == (f"x{text}", "", [])


async def test_a_path_broken_into_lines_is_whole_in_the_picker(market: Sandbox, tmp_path: Path) -> None:
    path = Path.home() / "счёт за ноябрь.txt"
    path.write_text("500")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await open_next(it)
        await it.press("ctrl+o")
        await it.until(lambda: it.dialog == "FilePicker")
        await it.paste(f"{str(path)[:9]}\n{str(path)[9:]}\n")
        await it.press_again("enter")
        await send_card(it)
        await it.until(lambda: [one.name for one in it.sent] == ["счёт за ноябрь.txt"])


async def test_a_file_is_reported_at_the_box_and_taken_back_like_a_text(
    market: Sandbox, tmp_path: Path
) -> None:
    (Path.home() / "a.txt").write_text("x")
    async with desk(tmp_path, market, settings=HELD) as it:
        await it.synced()
        chat = await open_next(it)
        await it.paste(str(Path.home() / "a.txt"))
        await it.until_told("attach it")
        await it.press("ctrl+o")
        await send_card(it)
        await it.until(lambda: it.outcome.startswith("Sends in ") and it.box == "")
        assert "ctrl+z: undo" in it.outcome
        await it.press("ctrl+z")
        await it.until(lambda: not it.outcome)
        assert (it.opened, it.focus, await it.app.inbox.outbox.open_items()) == (chat, "box", ())
