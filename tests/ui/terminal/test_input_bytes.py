"""What keyboards and pastes send, byte by byte, through a real terminal."""

import os
from pathlib import Path

import pytest

from tests.support.pty_program import PtyProgram
from tests.ui.terminal.conftest import Lasting, start

pytestmark = pytest.mark.terminal


@pytest.fixture
def desk(same_desk: PtyProgram) -> PtyProgram:
    return same_desk


@pytest.fixture
def draft(lasting: Lasting) -> Path:
    return lasting.place / "draft"


@pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.thorough)])
def test_keys_of_one_read_act_in_their_order_every_time(desk: PtyProgram, draft: Path, count: int) -> None:
    # write, type, correct, delete all, type, send, leave, two commands of the pane
    rounds = [f"cjunk\x15{number:02}ab\x7fd\r\x1b[27unn" for number in range(count)]
    keys = "".join(rounds)
    assert len(keys) < 4096
    desk.feed_at_once(keys)
    wanted = " ".join(f"sent:{number:02}ad n n" for number in range(count))
    notes = draft.with_suffix(".notes")
    desk.wait_for(lambda: notes.exists() and notes.read_text().count(" n") >= 2 * count)
    assert notes.read_text() == f"ready {wanted}"


def test_cyrillic_letters_command_outside_text_and_are_typed_inside(desk: PtyProgram) -> None:
    desk.feed_at_once("йтх")
    desk.wait_for_text("noted: ready q n bracket;")
    desk.feed_at_once("сйтх\r")
    desk.wait_for_text("n bracket sent:йтх;")
    # Ctrl+Й and Ctrl+Ц as the kitty protocol tells them, the second with the code of the Latin key
    desk.feed_at_once("\x1b[1081;5u\x1b[1094::119;5:1u\x1b[1094;5:3u")
    desk.wait_for_text("sent:йтх ctrl+q ctrl+w;")


def test_a_paste_with_escape_and_newline_split_over_two_writes_is_text(desk: PtyProgram) -> None:
    desk.feed_at_once("c\x1b[200~пер\x1b[31mвая\r\nвто")
    desk.pump(0.1)
    desk.feed_at_once("рая\r\x1b[20")
    desk.pump(0.1)
    desk.feed_at_once("1~!")
    desk.wait_for_text("length 15;")
    assert "первая" in desk.text
    assert "вторая" in desk.text
    assert "sent" not in desk.text


def test_a_hundred_kilobytes_are_pasted(desk: PtyProgram) -> None:
    desk.feed("c\x1b[200~" + "строка\tтекста\r\n" * 4000 + "\x1b[201~")
    desk.wait_for_text("length 56000;")
    assert "sent" not in desk.text


def test_a_byte_that_is_no_utf8_does_not_end_the_program(desk: PtyProgram) -> None:
    desk.feed_at_once(b"\xffc\xd0")
    desk.pump(0.05)
    desk.feed_at_once(b"\xb9!\xff\r")
    desk.wait_for_text("sent:й!�;")


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[1089::99;5u",
        "\x1b[99;5:1u",
        "\x1b[:;5u",
        "\x1b[99999999999;5u",
        "\x1b[55296;1;55296u",
        "\x1b[1;1;9999999u",
    ],
)
def test_no_key_sequence_ends_the_program(desk: PtyProgram, sequence: str) -> None:
    desk.feed_at_once(sequence + "n")
    desk.wait_for_text("noted: ready n;")


def test_new_lines_as_terminals_spell_them(desk: PtyProgram) -> None:
    # Ctrl+J, Alt+Enter of old terminals, Shift+Enter of kitty, and of xterm
    desk.feed_at_once("ca\nb\x1b\r")
    desk.wait_for_text("length 4;")
    desk.feed_at_once("c\x1b[13;2ud\x1b[27;2;13~e\x1b[27;6;99~")
    desk.wait_for_text("length 9;")
    assert "sent" not in desk.text


def test_pasted_lines_without_marks_do_not_send(report: Path, tmp_path: Path) -> None:
    # A program of its own: one that has seen a marked paste takes all others for marked, too.
    with start(report, tmp_path / "draft") as desk:
        desk.wait_for_text("noted: ready;")
        desk.feed_at_once("c" + "Здравствуйте, заказ собран\r" * 4)
        desk.feed_at_once("Здравствуйте, заказ собран\r" * 4)
        desk.wait_for_text("length 216;")
        assert "sent" not in desk.text


def test_the_end_of_the_input_ends_the_program(report: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    with open(os.devnull) as nothing:
        program = PtyProgram.python(
            "-m", "tests.ui.terminal.desk", str(report), str(draft), stdin=nothing.fileno()
        )
    with program:
        assert program.wait_exit() == 129
        assert draft.read_text() == ""
