"""A file left by an editor is taken if it is a text, and kept if it is not (cases 005 to 007)."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.ui.inbox.editing import (
    FORGOTTEN_S,
    MOST_BYTES,
    EditedText,
    Unusable,
    given_out,
    left_over,
    read_back,
)
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import desk

JOHN = 14_800_017


@pytest.fixture
def text(tmp_path: Path) -> EditedText:
    return given_out(tmp_path / "edited", "7", "прежний")


def found(text: EditedText) -> list[str]:
    """The texts that are offered for its chat."""
    return [saved for _text, saved in left_over(text.place.parent, "7")]


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        text = given_out(tmp_path / "edited", "7", "текст")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in text.place.iterdir()} == {0o600}
    assert {stat.S_IMODE(place.stat().st_mode) for place in (text.place, text.place.parent)} == {0o700}
    assert text.path.read_text() == "текст"
    assert text.saved() is None


@pytest.mark.parametrize(
    ("before", "raw", "after"),
    [
        ("a", b"b\n", "b"),
        ("a\n", b"a\nb\n", "a\nb\n"),
        ("a", b"a\x1b[31mb\r\nc", "ab\nc"),
        ("a", b"", ""),
        ("a", "добрый день\r\n".encode("utf-8-sig"), "добрый день"),
        ("a", "добрый день".encode("utf-16"), "добрый день"),
        ("a", b"\xfe\xff" + "добрый день".encode("utf-16-be"), "добрый день"),
        ("a", "👍".encode("utf-32"), "👍"),
    ],
)
def test_what_comes_back_is_text(tmp_path: Path, before: str, raw: bytes, after: str) -> None:
    path = tmp_path / "text"
    path.write_bytes(raw)
    assert read_back(path, before) == after


@pytest.mark.parametrize(
    "raw",
    [
        "добрый день".encode("cp1251"),
        "добрый день".encode("koi8-r"),
        "добрый день".encode("cp866"),
        "café".encode("latin-1"),
        "добрый день".encode()[:-1],
        b"\xff\xfe\x00",
        b"x" * (MOST_BYTES + 1),
    ],
    ids=["cp1251", "koi8-r", "cp866", "latin-1", "cut off", "UTF-16 cut off", "too long"],
)
def test_what_is_no_text_for_sure_is_kept_and_named(text: EditedText, raw: bytes) -> None:
    text.path.write_bytes(raw)
    with pytest.raises(Unusable) as told:
        text.saved()
    assert str(text.path) in str(told.value)
    assert text.path.read_bytes() == raw


def gone(path: Path) -> None:
    path.unlink()


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nothing")


@pytest.mark.parametrize("replace", [gone, a_directory, a_pipe, a_link_to_nothing])
def test_what_is_no_file_any_more_is_said(text: EditedText, replace: Callable[[Path], None]) -> None:
    replace(text.path)
    with pytest.raises(Unusable) as told:
        text.saved()
    assert str(text.place) in str(told.value)


@pytest.mark.parametrize("by", ["a new file", "a link"])
def test_an_editor_may_put_another_file_in_its_place(text: EditedText, by: str) -> None:
    other = text.place / "other"
    other.write_text("новый\n")
    if by == "a link":
        text.path.unlink()
        text.path.symlink_to(other)
    else:
        other.rename(text.path)
    assert text.saved() == "новый"


def test_what_was_saved_and_never_taken_is_found_for_its_chat_alone(text: EditedText) -> None:
    text.path.write_text("поздно")
    assert found(text) == [], "the editor of another copy of the program has it now"
    text.release()
    assert found(text) == ["поздно"]
    assert list(left_over(text.place.parent, "70")) == []
    assert list(left_over(text.place / "missing", "7")) == []
    text.path.write_bytes(b"\xff")
    assert found(text) == []
    assert text.path.exists()


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_nobody_saved_goes_after_a_week_and_not_before(text: EditedText, is_gone: bool) -> None:
    text.release()
    if is_gone:
        text.path.unlink()
    week = time.time() - FORGOTTEN_S
    for moment, is_there in ((week + 3600, True), (week - 1, False)):
        for path in text.place.iterdir():
            os.utime(path, (moment, moment))
        assert found(text) == []
        assert text.place.exists() is is_there


def test_what_somebody_saved_never_goes_by_itself(text: EditedText) -> None:
    text.release()
    text.path.write_bytes("двадцать минут".encode("cp1251"))
    for path in text.place.iterdir():
        os.utime(path, (1, 1))
    assert found(text) == []
    assert text.path.exists()
    text.path.write_text("прежний")
    (text.place / ".message.txt.swp").write_text("из vim")
    for path in text.place.iterdir():
        os.utime(path, (1, 1))
    assert found(text) == []
    assert text.path.exists()


def test_what_nano_saves_at_its_end_is_found(text: EditedText) -> None:
    text.release()
    (text.place / "message.txt.save").write_text("спасено\n")
    assert found(text) == ["спасено"]


def test_what_was_taken_is_not_found_again_though_its_file_stays(text: EditedText) -> None:
    text.path.write_text("взято")
    text.settle("взято")
    text.release()
    assert found(text) == []
    text.path.write_text("и ещё")
    assert found(text) == ["и ещё"]


@pytest.mark.parametrize(
    ("name", "words", "counts"),
    [
        ("message.txt.save", "из nano", True),
        (".message.txt.swp", "из vim", True),
        ("#message.txt#", "из emacs", True),
        ("message.txt~", "ещё прежний", False),
        ("copy", "прежний", False),
        ("empty", "", False),
    ],
)
def test_texts_beside_the_file_are_noticed(text: EditedText, name: str, words: str, counts: bool) -> None:
    (text.place / name).write_text(words)
    assert text.others() is counts


def test_where_nothing_can_be_written_nothing_is_given_out(tmp_path: Path) -> None:
    (tmp_path / "edited").write_text("a file")
    with pytest.raises(OSError, match="Not a directory"):
        given_out(tmp_path / "edited", "7", "текст")


def test_texts_of_other_chats_are_not_offered(text: EditedText) -> None:
    text.path.write_text("saved")
    text.release()
    for name in ("77", "1-7", "7-1"):
        other = given_out(text.place.parent, name, "прежний")
        other.path.write_text(name)
        other.release()
    assert found(text) == ["saved"]
    assert [saved for _text, saved in left_over(text.place.parent, "1-7", "77")] == ["77", "1-7"]


async def test_a_text_that_an_earlier_version_gave_out_is_offered(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        text = given_out(it.app.edited, str(JOHN), "")
        text.path.write_text("saved before the update")
        text.release()
        await it.go_to(JOHN)
        await it.until_shown("An editor saved this text", "saved before the update")
