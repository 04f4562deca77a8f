"""Verbs that take long show how far they are on a terminal, can be stopped, and continue where they were.

Promised: U68.
"""

import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.inbox.reading.sync import HISTORIES_AT_ONCE
from tests.support.faults import Answer
from tests.support.program import at_home, run
from tests.support.pty_program import PtyProgram
from tests.support.sandbox import Sandbox

CHATS = 400
PAGES = CHATS // 20
TOP = 5
"""The most pages at the top of the list that are read twice: first for the news, then by the scan."""
BAR = "━"
SYNC = ["-m", "chat_tui", "sync", "--once"]


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A Market that answers so slowly that its list takes some seconds."""
    with Sandbox.start(chats=CHATS, long_chat=600) as market:
        market.behaviour.latency_s = 0.1
        yield market


@pytest.fixture
def environment(market: Sandbox, tmp_path: Path) -> dict[str, str]:
    return at_home(tmp_path, market)


@pytest.mark.terminal
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_sync_shows_how_far_it_is_and_leaves_only_its_report(
    environment: dict[str, str], market: Sandbox, language: str
) -> None:
    words = {"en": r"\d+ chats loaded", "ru": r"загружено \d+ чатов"}[language]
    news, rest = threading.Event(), threading.Event()
    # Each work lasts until it was looked at.
    market.script("getChatHistory", [Answer(until=news)] * HISTORIES_AT_ONCE)
    market.script("getChats", [Answer()] * (TOP + 3) + [Answer(until=rest)])
    with PtyProgram.python(*SYNC, "--lang", language, environment=environment) as program:
        program.wait_for(lambda: BAR in program.text)
        news.set()
        program.wait_for(lambda: re.search(words, program.text) is not None)
        assert BAR not in program.text, "how many there are is not known"
        rest.set()
        assert program.wait_exit() == 0
        assert BAR not in program.text
        assert not re.search(words, program.text)
        assert program.text.startswith({"en": "chats seen ", "ru": "чатов просмотрено: "}[language])
        raw = bytes(program.raw)
    assert b"\x1b[?25l" not in raw, "a kill would leave the cursor hidden"


@pytest.mark.terminal
def test_progress_goes_to_standard_error_alone(environment: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = f"{sys.executable} {' '.join(SYNC)} >{out}"
    with PtyProgram(["sh", "-c", command], environment=environment) as program:
        assert program.wait_exit() == 0
        assert b"chats loaded" in program.raw
        assert program.text.strip() == ""
    assert out.read_text().startswith("chats seen ")
    assert "\x1b" not in out.read_text()


@pytest.mark.terminal
@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_keeps_every_line_is_not_drawn_on(environment: dict[str, str], term: str) -> None:
    with PtyProgram.python(*SYNC, environment=environment | {"TERM": term}) as program:
        assert program.wait_exit() == 0
        assert b"\x1b" not in program.raw
        assert b"chats loaded" not in program.raw


@pytest.mark.terminal
def test_without_colours_the_bar_has_none(environment: dict[str, str]) -> None:
    with PtyProgram.python(*SYNC, environment=environment | {"NO_COLOR": "1"}) as program:
        assert program.wait_exit() == 0
        assert b"chats loaded" in program.raw
        assert BAR.encode() in program.raw
        assert not re.search(rb"\x1b\[[0-9;]*[34][0-9][0-9;]*m", program.raw)


def test_a_pipe_gets_no_progress(environment: dict[str, str]) -> None:
    ran = run("sync", "--once", environment=environment)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.terminal
def test_a_sync_that_is_stopped_keeps_what_it_has_and_the_next_continues(
    environment: dict[str, str], market: Sandbox
) -> None:
    with PtyProgram.python(*SYNC, environment=environment) as program:
        program.wait_for(lambda: market.asked("getChats") > TOP + PAGES // 2)
        program.send_signal(signal.SIGINT)
        assert program.wait_exit() == 130
        words = "Stopped. What has been loaded is kept, and the same command continues from there."
        assert " ".join(program.text.split()) == f"chat-tui: {words}"
    before = market.asked("getChats")
    market.behaviour.latency_s = 0.0
    assert run("sync", "--once", environment=environment).returncode == 0
    # One page at the top, and the one that was under way when it was stopped.
    assert market.asked("getChats") <= TOP + PAGES + 3
    assert market.asked("getChats") - before < PAGES // 2 + 3
    listed = run("list", "--json", environment=environment).stdout
    assert listed.count('"chat_id"') == CHATS


@pytest.mark.terminal
@pytest.mark.parametrize("form", [[], ["--evidence"]])
def test_an_export_that_is_stopped_leaves_nothing_half_and_the_next_continues(
    environment: dict[str, str], market: Sandbox, tmp_path: Path, form: list[str]
) -> None:
    chat = market.open_direct("письмо 0")
    for number in range(1, 600):
        market.say(chat, f"письмо {number}", "PARTNER" if number % 2 else "CUSTOMER")
    out = tmp_path / "made" / "chat"
    out.parent.mkdir()
    go_on = threading.Event()
    market.script("getChatHistory", [Answer()] * 7 + [Answer(until=go_on)])
    export = ["export", str(chat), *form, "--out", str(out)]
    with PtyProgram.python("-m", "chat_tui", *export, environment=environment) as program:
        program.wait_for_text("messages loaded")
        program.send_signal(signal.SIGINT)
        assert program.wait_exit() == 130
        assert "Stopped." in program.text
        assert BAR not in program.text
    go_on.set()
    assert list(out.parent.iterdir()) == []
    market.behaviour.latency_s = 0.0
    assert run(*export, environment=environment).returncode == 0
    # Only the page that was under way is asked for again; and the newest, for what is new.
    assert market.asked("getChatHistory") <= 600 // 50 + 2
    found = out / "history.md" if form else out
    assert "письмо 0" in found.read_text(encoding="utf-8")


@pytest.mark.terminal
def test_evidence_that_is_stopped_while_files_are_saved_claims_to_keep_nothing(
    environment: dict[str, str], market: Sandbox, tmp_path: Path
) -> None:
    chat, go_on = market.open_direct("Вот фото"), threading.Event()
    market.say(chat, "И ещё", files=[("фото.png", b"x")])
    market.script("file", [Answer(until=go_on)])
    out = tmp_path / "chat"
    export = ["-m", "chat_tui", "export", str(chat), "--evidence", "--out", str(out)]
    with PtyProgram.python(*export, environment=environment) as program:
        program.wait_for(lambda: market.asked("file") > 0)
        program.send_signal(signal.SIGINT)
        assert program.wait_exit() == 130
        assert " ".join(program.text.split()) == "chat-tui: Stopped. Nothing was written."
    go_on.set()
    assert not out.exists()


@pytest.mark.terminal
def test_a_text_that_is_stopped_before_it_is_queued_was_not_sent(
    environment: dict[str, str], market: Sandbox
) -> None:
    market.behaviour.latency_s = 30.0
    with PtyProgram.python("-m", "chat_tui", "send", "5", "hi", environment=environment) as program:
        program.wait_for(lambda: market.asked("getChat") > 0)
        program.send_signal(signal.SIGINT)
        assert program.wait_exit() == 130
        assert program.text.strip() == "chat-tui: Stopped. Nothing was sent."


@pytest.mark.terminal
def test_an_upload_is_shown_and_stays_in_the_outbox_when_it_is_stopped(
    environment: dict[str, str], market: Sandbox, tmp_path: Path
) -> None:
    market.behaviour.latency_s = 0.0
    may_end = threading.Event()
    # The Market reads a part, and then nothing for a while.
    market.script("sendFileToChat", [Answer(read=500_000, until=may_end)])
    film = tmp_path / "film.bin"
    film.write_bytes(b"x" * 4_900_000)
    chat = str(market.open_direct("Пришлите видео"))
    sending = ["-m", "chat_tui", "send", chat, "--file", str(film)]
    with PtyProgram.python(*sending, environment=environment) as program:
        program.wait_for(lambda: "sending a file" in program.text and BAR in program.text)
        program.send_signal(signal.SIGINT)
        assert program.wait_exit() == 130
        assert BAR not in program.text
        said = " ".join(program.text.split())
    may_end.set()
    assert said.startswith("chat-tui: Stopped. It stays in the outbox")
