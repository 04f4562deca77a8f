"""Files chosen by mistake or in good faith: the contents of the card, and the files refused at once."""

import os
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.inbox import files
from chat_tui.inbox.files import inspect
from chat_tui.model.file import FileCard
from chat_tui.model.problem import Problem, ProblemKind


def kind_of(path: Path) -> ProblemKind:
    """The reason for which a file is refused."""
    found = inspect(path, ())
    assert isinstance(found, Problem), path
    return found.kind


def card_of(path: Path) -> FileCard:
    """The card of a file that may be sent."""
    found = inspect(path, ())
    assert isinstance(found, FileCard), found
    return found


def sized(path: Path, size: int) -> Path:
    """A sparse file of `size` bytes, which takes no space on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_f_135_an_empty_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    assert kind_of(sized(tmp_path / "empty.txt", 0)) is ProblemKind.FILE_EMPTY


def test_f_136_the_middle_two_sizes_warn_and_the_last_is_refused(tmp_path: Path) -> None:
    cards = [card_of(sized(tmp_path / str(size), size)) for size in (5_000_000, 5_000_001, 5_242_880)]
    assert [card.is_large for card in cards] == [False, True, True]
    assert kind_of(sized(tmp_path / "more", 5_242_881)) is ProblemKind.FILE_TOO_LARGE


@pytest.fixture
def no_file(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A path that exists and is not a file."""
    place = tmp_path / "thing"
    match request.param:
        case "directory":
            place.mkdir()
            yield place
        case "pipe":
            os.mkfifo(place)
            yield place
        case "socket":
            with socket.socket(socket.AF_UNIX) as heard:
                # The path of a socket may have at most about a hundred bytes.
                here = Path.cwd()
                os.chdir(tmp_path)
                try:
                    heard.bind("thing")
                finally:
                    os.chdir(here)
                yield place
        case device:
            yield Path(device)


@pytest.mark.parametrize(
    "no_file", ["directory", "pipe", "socket", "/dev/null", "/dev/zero"], indirect=["no_file"]
)
def test_f_137_what_is_no_file_is_refused_without_being_opened(
    no_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_open_at_once", opened_by_mistake)
    assert kind_of(no_file) is ProblemKind.FILE_NOT_REGULAR


def test_f_138_a_file_that_may_not_be_read_is_refused_with_the_systems_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: str, _flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(files, "_open_at_once", forbidden)
    found = inspect(sized(tmp_path / "a.txt", 5), ())
    assert isinstance(found, Problem)
    assert (found.kind, found.message) == (ProblemKind.FILE_UNREADABLE, "Permission denied")


def test_f_141_the_target_of_a_link_is_shown_and_bad_links_are_refused(tmp_path: Path) -> None:
    target = sized(tmp_path / "target.png", 7)
    links = {name: tmp_path / name for name in ("good.png", "dangling", "loop", "folder")}
    links["good.png"].symlink_to(target)
    links["dangling"].symlink_to(tmp_path / "nothing")
    links["loop"].symlink_to(links["loop"])
    links["folder"].symlink_to(tmp_path)
    card = card_of(links["good.png"])
    assert (card.path, card.name, card.size) == (str(target), "good.png", 7)
    assert kind_of(links["dangling"]) is ProblemKind.FILE_UNREADABLE
    assert kind_of(links["loop"]) is ProblemKind.FILE_UNREADABLE
    assert kind_of(links["folder"]) is ProblemKind.FILE_NOT_REGULAR


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (b"a\nb.png", "a_b.png"),
        (b"\x1b[31mx.png", "_[31mx.png"),
        ("\u202egpj.exe".encode(), "_gpj.exe"),
        ("😀.png".encode(), "😀.png"),
        (("я" * 125 + ".pdf").encode(), "я" * 96 + ".pdf"),
        (b"\xff\xfe.png", "__.png"),
        (b" x", "x"),
        (b"-rf", "-rf"),
        (b".env", ".env"),
        (b'a"b;c.png', "a_b;c.png"),
        (b"a\r\nX: 1.png", "a__X: 1.png"),
    ],
)
def test_f_142_any_name_is_sent_as_a_safe_one_of_at_most_a_hundred_letters(
    tmp_path: Path, name: bytes, sent: str
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    card = card_of(sized(path, 3))
    assert card.name == sent
    assert len(card.name) <= 100
    assert not {unicodedata.category(letter) for letter in card.name} & {"Cc", "Cf", "Cs"}
    assert os.fsencode(card.path).endswith(name), "the file itself keeps its name"


def test_f_144_a_sparse_giant_is_refused_by_its_size_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_open_at_once", opened_by_mistake)
    assert kind_of(sized(tmp_path / "giant", 10_000_000_000)) is ProblemKind.FILE_TOO_LARGE


def opened_by_mistake(path: str, _flags: int) -> int:
    raise AssertionError(f"{path} was opened")
