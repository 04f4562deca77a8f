"""The bytes of keyboards and pastes, through a real terminal."""

import os
from pathlib import Path

import pytest

from tests.support.pty_program import PtyProgram
from tests.terminal.conftest import Lasting, start

pytestmark = pytest.mark.terminal


@pytest.fixture
def program(same_program: PtyProgram) -> PtyProgram:
    return same_program


@pytest.fixture
def draft(lasting: Lasting) -> Path:
    return lasting.place / "draft"


@pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.thorough)])
def test_keys_of_one_read_act_in_their_order_every_time(program: PtyProgram, draft: Path, count: int) -> None:
    # write, type, correct, delete all, type, send, leave, two commands of the pane
    rounds = [f"cjunk\x15{number:02}ab\x7fd\r\x1b[27unn" for number in range(count)]
    keys = "".join(rounds)
    assert len(keys) < 4096
    program.feed_at_once(keys)
    wanted = " ".join(f"sent:{number:02}ad n n" for number in range(count))
    notes = draft.with_suffix(".notes")
    program.wait_for(lambda: notes.exists() and notes.read_text().count(" n") >= 2 * count)
    assert notes.read_text() == f"ready {wanted}"


def test_cyrillic_letters_command_outside_text_and_are_typed_inside(program: PtyProgram) -> None:
    program.feed_at_once("йтх")
    program.wait_for_text("noted: ready q n bracket;")
    program.feed_at_once("сйтх\r")
    program.wait_for_text("n bracket sent:йтх;")
    # Ctrl+Й and Ctrl+Ц as the kitty protocol tells them, the second with the code of the Latin key
    program.feed_at_once("\x1b[1081;5u\x1b[1094::119;5:1u\x1b[1094;5:3u")
    program.wait_for_text("sent:йтх ctrl+q ctrl+w;")


def test_a_paste_with_escape_and_newline_split_over_two_writes_is_text(program: PtyProgram) -> None:
    program.feed_at_once("c\x1b[200~пер\x1b[31mвая\r\nвто")
    program.pump(0.1)
    program.feed_at_once("рая\r\x1b[20")
    program.pump(0.1)
    program.feed_at_once("1~!")
    program.wait_for_text("length 15;")
    assert "первая" in program.text
    assert "вторая" in program.text
    assert "sent" not in program.text


def test_a_hundred_kilobytes_are_pasted(program: PtyProgram) -> None:
    program.feed("c\x1b[200~" + "строка\tтекста\r\n" * 4000 + "\x1b[201~")
    program.wait_for_text("length 56000;")
    assert "sent" not in program.text


def test_a_byte_that_is_no_utf8_does_not_end_the_program(program: PtyProgram) -> None:
    program.feed_at_once(b"\xffc\xd0")
    program.pump(0.05)
    program.feed_at_once(b"\xb9!\xff\r")
    program.wait_for_text("sent:й!�;")


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
def test_no_key_sequence_ends_the_program(program: PtyProgram, sequence: str) -> None:
    program.feed_at_once(sequence + "n")
    program.wait_for_text("noted: ready n;")


def test_new_lines_as_terminals_spell_them(program: PtyProgram) -> None:
    # Ctrl+J, Alt+Enter of old terminals, Shift+Enter of kitty, and of xterm
    program.feed_at_once("ca\nb\x1b\r")
    program.wait_for_text("length 4;")
    program.feed_at_once("c\x1b[13;2ud\x1b[27;2;13~e\x1b[27;6;99~")
    program.wait_for_text("length 9;")
    assert "sent" not in program.text


def test_pasted_lines_without_marks_do_not_send(report: Path, tmp_path: Path) -> None:
    # A program of its own: one that has seen a marked paste takes all others for marked, too.
    with start(report, tmp_path / "draft") as program:
        program.wait_for_text("noted: ready;")
        program.feed_at_once("c" + "Здравствуйте, заказ собран\r" * 4)
        program.feed_at_once("Здравствуйте, заказ собран\r" * 4)
        program.wait_for_text("length 216;")
        assert "sent" not in program.text


def test_the_end_of_the_input_ends_the_program(report: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    with open(os.devnull) as nothing:
        program = PtyProgram.python(
            "-m", "tests.terminal.repaired", str(report), str(draft), stdin=nothing.fileno()
        )
    with program:
        assert program.wait_exit() == 129
        assert draft.read_text() == ""
