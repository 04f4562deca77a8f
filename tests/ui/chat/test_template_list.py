"""Which files become templates; a bad file is named and does no harm to the others."""

import os
import stat
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.template import Field, Template, marker, unfilled
from chat_tui.ui.chat.templates import (
    MOST_BYTES,
    MOST_FILES,
    Shelf,
    begun_shelf,
    found_templates,
    read_shelf,
)


def test_a_text_file_is_a_template(tmp_path: Path) -> None:
    (tmp_path / "Привет.txt").write_bytes("\ufeffДобрый день!\r\nАнна\r\n\r\n".encode())
    (tmp_path / "a.TXT").write_text("A")
    (tmp_path / "notes.md").write_text("no")
    (tmp_path / ".hidden.txt").write_text("no")
    (tmp_path / "old.txt~").write_text("no")
    shelf = read_shelf(tmp_path)
    assert [(one.name, one.text) for one in shelf.templates] == [("a", "A"), ("Привет", "Добрый день!\nАнна")]
    assert shelf.skipped == ()


def test_no_directory_means_no_templates(tmp_path: Path) -> None:
    shelf = read_shelf(tmp_path / "none")
    assert (shelf.templates, shelf.skipped) == ((), ())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_first_time_there_are_three_to_begin_with(tmp_path: Path, language: str) -> None:
    """Promised: U59."""
    locale.use(language)
    directory = tmp_path / "templates"
    begun = begun_shelf(directory).templates
    assert len(begun) == 3
    assert {field for one in begun for field in unfilled(one.text)} == {
        marker(field, language) for field in (Field.NAME, Field.ORDER, Field.SHOP)
    }
    assert [read_shelf(directory), stat.S_IMODE(directory.stat().st_mode)] == [Shelf(begun), 0o700]


def test_from_then_on_they_are_the_operators(tmp_path: Path) -> None:
    directory = tmp_path / "templates"
    for one in begun_shelf(directory).templates:
        (directory / f"{one.name}.txt").unlink()
    assert begun_shelf(directory) == Shelf()


def test_where_nothing_can_be_written_they_can_be_used_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(begun_shelf(tmp_path / "file" / "templates").templates) == 3


def test_those_that_can_be_filled_in_come_first(tmp_path: Path) -> None:
    about_return, greeting = Template("a", "{return}"), Template("b", "{name}")
    assert found_templates([about_return, greeting], "", {Field.NAME: "Anna"}) == [greeting, about_return]
    assert found_templates([greeting, about_return], "a", {Field.NAME: "Anna"})[0] == about_return


def test_bad_files_are_named_with_the_reason_and_the_good_ones_stay(tmp_path: Path) -> None:
    locale.use("en")
    (tmp_path / "good.txt").write_text("Good day!")
    (tmp_path / "latin.txt").write_bytes("Привет".encode("cp1251"))
    (tmp_path / "wide.txt").write_bytes("Привет".encode("utf-16"))
    (tmp_path / "big.txt").write_bytes(b"x" * (MOST_BYTES + 1))
    (tmp_path / "blank.txt").write_text(" \n\u200b\n")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    shelf = read_shelf(tmp_path)
    assert [one.name for one in shelf.templates] == ["good"]
    assert dict(shelf.skipped) == {
        "latin.txt": "it is not UTF-8",
        "big.txt": f"it is larger than {MOST_BYTES} bytes",
        "blank.txt": "it is empty",
        "folder.txt": "it is not a file",
        "gone.txt": "it is a broken link",
        "wide.txt": "it is UTF-16; save it as UTF-8",
        "pipe.txt": "it is not a file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("A")
    (tmp_path / "mine.txt").chmod(0)
    assert read_shelf(tmp_path).skipped == (("mine.txt", "Permission denied"),)
    tmp_path.chmod(0)
    try:
        assert read_shelf(tmp_path).skipped == ((tmp_path.name, "Permission denied"),)
    finally:
        tmp_path.chmod(0o700)


def test_names_and_texts_lose_what_could_steer_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb.txt").write_text("x\x1b[2Jy\u202ez")
    (template,) = read_shelf(tmp_path).templates
    assert (template.name, template.text) == ("a b", "xyz")


def test_more_files_than_anybody_writes_are_not_read(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 2):
        (tmp_path / f"{number:05}.txt").write_text("x")
    shelf = read_shelf(tmp_path)
    assert (len(shelf.templates), len(shelf.skipped)) == (MOST_FILES, 2)
