"""`s` in the history: from the key to the file on the disk."""

import threading
from pathlib import Path

from textual.widgets import Input

from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import Desk, desk


async def opened(it: Desk, market: Sandbox, *files: tuple[str, bytes]) -> None:
    """A chat in which a buyer has just sent files."""
    chat = market.world.listed("desc", None, 0, 1)[0]
    message_id = market.say(chat.chat_id, None, files=files)
    await it.synced()
    await it.go_to(chat.chat_id)
    await it.until(lambda: it.newest_shown == message_id)


async def into(it: Desk, folder: Path) -> None:
    """Name the folder on the card and press Enter."""
    await it.until(lambda: it.dialog == "SaveCard")
    it.app.screen.query_one(Input).value = str(folder)
    await it.press("enter")


async def test_s_shows_the_harmless_name_saves_and_remembers_the_folder(
    market: Sandbox, tmp_path: Path
) -> None:
    """Promised: U39, U55."""
    folder = tmp_path / "снимки"
    folder.mkdir()
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("../\u202eфото.png", b"content"))
        await it.press("s")
        await it.until_shown("▤ _фото.png", "7 B", "picture", "original name: ../<202E>фото.png")
        assert [*folder.iterdir()] == []
        await into(it, folder)
        await it.until_said("Saved: ")
        assert (folder / "_фото.png").read_bytes() == b"content"
        await it.press("s")
        await it.until(lambda: it.dialog == "SaveCard")
        assert it.app.screen.query_one(Input).value == f"{folder}/"
        await it.press("enter")
        await it.until((folder / "_фото (1).png").exists)
    async with desk(tmp_path / "it", market) as it:
        assert await it.app.inbox.files.last_folder() == folder


async def test_the_field_leads_through_folders(market: Sandbox, tmp_path: Path) -> None:
    (Path.home() / "Downloads" / "Возвраты").mkdir(parents=True)
    (Path.home() / "Downloads" / "a file").write_text("x")
    async with desk(tmp_path, market) as it:
        await opened(it, market, ("a.txt", b"content"))
        await it.press("s")
        await it.until_shown("Возвраты/", "Downloads/")
        assert "a file" not in it.screen
        await it.press("tab")
        await it.press("enter")
        await it.until_said("Saved: ")
        assert (Path.home() / "Downloads" / "Возвраты" / "a.txt").exists()


async def test_of_several_files_one_or_all_are_saved(market: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("a.png", b"one"), ("b.png", b"two"))
        await it.press("s")
        await it.until_shown("a.png", "b.png", "all of them")
        await it.press("2")
        await into(it, folder)
        await it.until_said("b.png")
        assert [path.name for path in folder.iterdir()] == ["b.png"]
        await it.press("s", "3")
        await into(it, folder)
        await it.until_said("2 files saved into")
        assert sorted(path.name for path in folder.iterdir()) == ["a.png", "b (1).png", "b.png"]


async def test_f_159_a_folder_that_is_gone_is_said_and_another_is_offered(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("a.png", b"one"))
        await it.press("s")
        await into(it, tmp_path / "gone")
        await it.until_shown("No such file or directory", "Choose another one")
        await into(it, tmp_path)
        await it.until((tmp_path / "a.png").exists)
        await it.until(lambda: it.dialog == "")


async def test_f_157_a_refused_link_is_copied_and_the_reason_said(market: Sandbox, tmp_path: Path) -> None:
    """Promised: U56."""
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("a.png", b"one"))
        market.behaviour.files_status = 403
        await it.press("s")
        await into(it, tmp_path)
        await it.until_said("seller's cabinet")
        await it.until_said("clipboard")
        assert it.app.clipboard.startswith(f"{market.files_url}/file/")
        assert [path.name for path in tmp_path.iterdir()] == ["it"]


async def test_escape_breaks_it_off_and_leaves_nothing(market: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    go_on = threading.Event()
    async with desk(tmp_path / "it", market) as it:
        await opened(it, market, ("a.png", b"one"))
        market.script("file", [Answer(until=go_on)])
        await it.press("s")
        await into(it, folder)
        await it.until_shown("a.png", "0 B downloaded")
        await it.press("escape")
        await it.until_said("the file was not saved")
        await it.until(lambda: not [*folder.iterdir()])
        go_on.set()


async def test_a_message_without_files_says_so(market: Sandbox, tmp_path: Path) -> None:
    chat = market.open_direct("Подойдёт ли чехол?")
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(chat)
        await it.until_shown("Подойдёт ли чехол?")
        await it.press("s")
        await it.until_said("no file in this message")
