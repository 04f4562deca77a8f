"""The demo in a real terminal of 80×24: a newcomer answers a buyer, leaves, and comes back."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.support.pty_program import PtyProgram

PATIENCE_S = 30
CHATS = 30
HOSTILE_NAME = "[@click=app.quit]Жми[/]"
MINE = "Добрый день, уже везём"
CTRL_Q = "\x11"

pytestmark = pytest.mark.terminal


def demo(*options: str, **environment: str) -> PtyProgram:
    return PtyProgram(
        [
            sys.executable,
            "-P",
            "-m",
            "chat_tui",
            "demo",
            "--chats",
            str(CHATS),
            "--seed",
            "3",
            "--lang",
            "ru",
            *options,
        ],
        environment={**os.environ, "TERM": "xterm-256color", **environment},
    )


def processes_of(place: Path) -> list[int]:
    """The processes whose command line contains this path."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(place) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.fixture
def data() -> Path:
    """The data directory of the demo, with settings for no undo delay and no bell."""
    settings = locate().settings_file
    settings.parent.mkdir(parents=True)
    settings.write_text('[sending]\nundo_seconds = 0\n[ui]\nnotify = "off"\n')
    return locate(f"demo-ru-3-{CHATS}").data


def is_restored(program: PtyProgram, before: list[object]) -> bool:
    """Whether every changed mode was reset, and the line settings are as before."""
    switched = (
        (b"\x1b[?1049h", b"\x1b[?1049l"),
        (b"\x1b[?2004h", b"\x1b[?2004l"),
        (b"\x1b[?1004h", b"\x1b[?1004l"),
        (b"\x1b[?1003h", b"\x1b[?1003l"),
        (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?7l", b"\x1b[?7h"),
        (b"\x1b[>", b"\x1b[<u"),
    )
    assert program.raw.find(switched[0][0]) >= 0
    return program.attributes == before and all(
        program.raw.rfind(there) <= program.raw.rfind(back) for there, back in switched
    )


def until_everything_is_read(program: PtyProgram) -> None:
    """Wait until the list is in order: disputes, then the longest waits."""
    names = ("Денис", "Юлия Ш.", "Николай", "Покупатель", "Павел С.", "Екатерина В.", "Марина")
    in_order = re.compile(".*".join(map(re.escape, names)), re.DOTALL)
    program.wait_for(
        lambda: "● на связи" in program.text and bool(in_order.search(program.text)), timeout=PATIENCE_S
    )


def go_down_to(program: PtyProgram, word: str) -> None:
    """Press j from the top until the highlighted chat shows this word."""
    go_to_the_top(program)
    while word not in (before := highlighted(program)):
        if is_last(program):
            # It was missed: a buyer who writes meanwhile moves up.
            go_to_the_top(program)
            continue
        program.feed("j")
        # Other parts are drawn as well: only a moved highlight shows that the key has acted.
        program.wait_for(lambda: highlighted(program) != before or is_last(program))


def go_to_the_top(program: PtyProgram) -> None:
    """Press g and wait for the highlight there; the list is read again first, if it has more above."""
    program.feed("g")
    program.wait_for(
        lambda: is_highlighted(program.text.splitlines()[3]) and "↑" not in program.text[frame_at(program) :]
    )


def frame_at(program: PtyProgram) -> int:
    """Where in the text the lower frame of the list begins."""
    return next(found.start() for found in re.finditer("^[╰╚]", program.text, re.MULTILINE))


def is_last(program: PtyProgram) -> bool:
    """Whether the highlighted chat is the last of the list."""
    lines = program.text.splitlines()
    frame = next(number for number, line in enumerate(lines) if line.startswith(("╰", "╚")))
    return is_highlighted(lines[frame - 1]) and "↓" not in lines[frame]


def highlighted(program: PtyProgram) -> str:
    """The first line of the highlighted chat."""
    lines = program.text.splitlines()
    at = next((number for number, line in enumerate(lines) if is_highlighted(line)), 0)
    # The open chat has its mark on the first line, and the bar only on the second one.
    return lines[at - 1] if lines[at - 1].startswith(("│▸", "║▸")) else lines[at]


def is_highlighted(line: str) -> bool:
    """Whether a line begins with the bar of the highlight; a notice over the list has a bar, too."""
    return line.startswith(("│▌", "║▌"))


def test_an_answer_is_confirmed_and_replied_to_and_there_at_the_next_start(data: Path) -> None:
    """Promised: U60."""
    with demo() as program:
        before = program.attributes
        until_everything_is_read(program)
        program.wait_for_text("═ Чаты ═")
        # The next waiting chats are disputes; the first chat after them has a buyer who answers.
        for _ in range(4):
            program.feed("т")
            program.wait_for_text("╔═ Кому: ")
            program.feed("\x1b")
            program.wait_for_text("n следующий")
        program.feed("c")
        program.wait_for_text("Enter отправить")
        # What is not on the screen yet would count as written meanwhile.
        program.wait_for_text("Нужен чек", timeout=PATIENCE_S)
        program.feed(MINE)
        program.wait_for_text(MINE)
        title = next(line for line in program.text.splitlines() if "Кому: " in line).strip("╔═╗")
        program.feed("\r")
        # Who leaves the box stays in the chat: otherwise the next waiting one opens.
        program.feed("\x1b")
        program.wait_for_text("подтверждено ✓", timeout=PATIENCE_S)
        program.wait_for(
            lambda: any(" ‹ " in line for line in program.text.partition(MINE)[2].splitlines()),
            timeout=PATIENCE_S,
        )
        program.feed(CTRL_Q)
        assert program.wait_exit(timeout=PATIENCE_S) == 0
        assert is_restored(program, before)
    assert processes_of(data) == []
    with demo() as program:
        program.wait_for_text("═ Чаты ═", timeout=PATIENCE_S)
        program.feed("6")
        program.wait_for_text("[6 Все")
        program.feed("\r")
        program.wait_for_text(title, timeout=PATIENCE_S)
        program.wait_for_text(MINE, timeout=PATIENCE_S)
        program.feed(CTRL_Q)
        assert program.wait_exit(timeout=PATIENCE_S) == 0


@pytest.mark.thorough
def test_a_hostile_chat_reaches_the_screen_as_letters_only(data: Path) -> None:
    with demo("--hostile") as program:
        until_everything_is_read(program)
        program.feed("6")
        program.wait_for_text("[6 Все")
        # To the buyer whose messages try to move the cursor, ring the bell and change the title.
        for word, said in (
            ("Иван␛[31m", "␛[31mКРАСНЫЙ␛[0m ␛[2J␛[H"),
            (HOSTILE_NAME, "[@click=app.quit]нажмите"),
        ):
            go_down_to(program, word)
            program.feed("\r")
            program.wait_for_text("Кому: ", timeout=PATIENCE_S)
            program.wait_for_text(said, timeout=PATIENCE_S)
            program.feed("\x1b")
            program.wait_for_text("═ Чаты ═")
        program.feed(CTRL_Q)
        assert program.wait_exit(timeout=PATIENCE_S) == 0
        # The program itself sets the shape of the mouse pointer, and the title with the number that wait.
        own = rb"\x1b\]22;[a-z]+\x07|\x1b\]2;chat-tui( \xc2\xb7 \d+ [^\x1b]{6,8})?\x1b\\"
        written = re.sub(own, b"", bytes(program.raw))
        assert b"\x07" not in written
        assert not re.search(rb"\x1b[\]PX^_]", written)
        assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069]", written.decode())
        # The buyer's sequences that clear and colour the screen are shown as letters.
        assert not re.search("\x1b\\[31m(К|м)|\x1b\\[2J\x1b\\[H и экран", written.decode())


def test_a_termination_keeps_the_draft_and_restores_the_terminal(data: Path) -> None:
    with demo() as program:
        before = program.attributes
        until_everything_is_read(program)
        program.feed("n")
        program.wait_for_text("╔═ Кому: ")
        program.feed("недописано")
        program.wait_for_text("недописано")
        program.send_signal(signal.SIGTERM)
        assert program.wait_exit(timeout=PATIENCE_S) == 143
        assert is_restored(program, before)
    assert processes_of(data) == []
    with demo() as program:
        until_everything_is_read(program)
        assert "черновик" in program.text.partition("▌")[2].splitlines()[0]
        program.feed("\r")
        program.wait_for_text("недописано", timeout=PATIENCE_S)
        program.feed(CTRL_Q)
        assert program.wait_exit(timeout=PATIENCE_S) == 0


@pytest.mark.thorough
def test_a_paste_without_marks_stays_in_the_box(data: Path) -> None:
    with demo() as program:
        until_everything_is_read(program)
        program.feed("n")
        program.wait_for_text("╔═ Кому: ")
        program.feed_at_once("\r".join(f"строка {number}" for number in range(30)) + "\r")
        program.wait_for_text("строка 29")
        program.feed(CTRL_Q)
        # Nothing was sent, so that it does not ask whether to leave.
        assert program.wait_exit(timeout=PATIENCE_S) == 0


def test_a_dumb_terminal_gets_one_line() -> None:
    with demo(TERM="dumb") as program:
        assert program.wait_exit(timeout=PATIENCE_S) == 2
        assert program.raw.count(b"\n") == 1
        assert b"\x1b" not in program.raw


def test_without_a_terminal_the_demo_says_so() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    try:
        with PtyProgram(
            [sys.executable, "-P", "-m", "chat_tui", "demo"],
            environment={**os.environ, "TERM": "xterm-256color"},
            stdin=reader,
        ) as program:
            assert program.wait_exit(timeout=PATIENCE_S) == 2
            assert program.raw.count(b"\n") == 1
            assert b"\x1b" not in program.raw
    finally:
        os.close(reader)
