"""A restarted sandbox has every change from its journal."""

import json
import stat
from pathlib import Path

import pytest

from tests.sandbox.conftest import Asking
from tests.support.sandbox import Sandbox

_CHAT = 14_800_010


def test_a_restarted_world_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = tmp_path / "deep" / "world.jsonl"
    with Sandbox.start(chats=30, journal=journal, now_ms=lambda: 1_795_000_000_000) as sandbox:
        ask = Asking(sandbox)
        ask.send(_CHAT, "привет")
        ask.send_file(_CHAT, "a.bin", bytes(range(256)))
        opened = ask.create("ORDER", sandbox.unopened()).json()["result"]["chatId"]
        direct = sandbox.open_direct("вопрос")
        sandbox.start_dispute(15 + 14_800_000)
        shown = ask.chats(limit=20).json()["result"]["chats"]
        said = ask.history(_CHAT).json()["result"]["messages"]
        ask.client.close()
    with Sandbox.start(chats=30, journal=journal, now_ms=lambda: 1_795_000_900_000) as sandbox:
        ask = Asking(sandbox)
        assert ask.chats(limit=20).json()["result"]["chats"] == shown
        again = ask.history(_CHAT).json()["result"]["messages"]
        assert [{**message, "payload": 0} for message in again] == [{**m, "payload": 0} for m in said]
        assert ask.client.get(again[0]["payload"][0]["url"]).content == bytes(range(256))
        assert ask.create("ORDER", sandbox.unopened()).json()["result"]["chatId"] == direct + 1 != opened
        assert sandbox.say(_CHAT, "дальше") > said[0]["messageId"]
        ask.client.close()


def test_the_journal_is_private(tmp_path: Path) -> None:
    journal = tmp_path / "world.jsonl"
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        sandbox.open_direct("вопрос")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert len(journal.read_bytes().splitlines()) == 3


def test_a_line_cut_off_by_a_kill_is_dropped(tmp_path: Path) -> None:
    journal = tmp_path / "world.jsonl"
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        sandbox.open_direct("раз" * 500)
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:-20])
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        assert len(sandbox.world.listed("desc", None, 0, 9)) == 4
        sandbox.open_direct("два")
    assert all(json.loads(line) for line in journal.read_bytes().splitlines())
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        assert len(sandbox.world.listed("desc", None, 0, 9)) == 5


def test_a_first_line_without_its_end_is_completed(tmp_path: Path) -> None:
    journal = tmp_path / "world.jsonl"
    with Sandbox.start(chats=3, journal=journal, now_ms=lambda: 1_795_000_000_000):
        pass
    head = journal.read_bytes()
    journal.write_bytes(head.rstrip(b"\n"))
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        assert journal.read_bytes() == head
        sandbox.open_direct("раз")
    with Sandbox.start(chats=3, journal=journal) as sandbox:
        assert len(sandbox.world.listed("desc", None, 0, 9)) == 4


def test_the_journal_of_another_world_is_refused_and_kept(tmp_path: Path) -> None:
    journal = tmp_path / "world.jsonl"
    with Sandbox.start(chats=3, journal=journal):
        pass
    before = journal.read_bytes()
    with pytest.raises(ValueError, match="--seed 1 --chats 3"):
        Sandbox.start(chats=4, journal=journal)
    assert journal.read_bytes() == before


@pytest.mark.parametrize("words", ["молоко\nхлеб\n", "молоко", '{"type":"begun"'])
def test_a_file_that_is_no_journal_is_refused_and_kept(tmp_path: Path, words: str) -> None:
    journal = tmp_path / "notes.txt"
    journal.write_text(words)
    with pytest.raises(ValueError, match="not a journal"):
        Sandbox.start(chats=3, journal=journal)
    assert journal.read_text() == words
