"""`export`."""

import json
import stat
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.support.sandbox import Sandbox


@pytest.fixture
def chat_id(market: Sandbox) -> int:
    chat_id = market.open_direct("письмо 0")
    for number in range(1, 130):
        market.say(chat_id, f"письмо {number}", "PARTNER" if number % 2 else "CUSTOMER")
    return chat_id


def test_a_document_is_whole_however_little_was_here(run: Run, chat_id: int) -> None:
    ran = run("export", chat_id, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    value = json.loads(ran.out)
    assert [message["text"] for message in value["messages"]] == [f"письмо {n}" for n in range(130)]
    assert (value["is_complete"], value["is_asked"]) == (True, True)
    assert "exported_at" in value


def test_documents_for_people_are_of_the_same_chat(run: Run, chat_id: int) -> None:
    text = run("export", chat_id, "--format", "txt")
    marked = run("--read-only", "export", chat_id)
    assert text.code == marked.code == 0
    assert text.out.startswith("Ольга К. · question")
    assert marked.out.startswith("# Ольга К. · question")
    for number in range(130):
        assert f"\n    письмо {number}\n" in text.out
        assert f"\n> письмо {number}\n" in marked.out
    assert text.out.count(" +00:00  Shop") == 65


def test_without_the_network_it_says_what_to_do_and_then_what_is_missing(
    run: Run, market: Sandbox, environment: dict[str, str], chat_id: int
) -> None:
    run("show", chat_id)
    asked = len(market.requests)
    value = json.loads(run("export", chat_id, "--offline", "--format", "json").out)
    assert (len(value["messages"]), value["is_complete"], value["is_asked"]) == (50, False, False)
    assert len(market.requests) == asked
    environment["CHAT_TUI_API_URL"] = "http://127.0.0.1:1"
    ran = run("export", chat_id)
    assert (ran.code, ran.out) == (1, "")
    assert "No network" in ran.err
    assert "--offline exports what is here" in ran.err
    assert ran.err.count("\n") == 1


def test_a_chat_nobody_knows(run: Run) -> None:
    ran = run("export", 5)
    assert (ran.code, ran.out) == (1, "")
    assert "Can't find chat by id: '5'" in ran.err
    assert "--offline" not in ran.err
    assert "not in the copy" in run("export", 5, "--offline").err


def test_a_file_is_new_private_and_whole(run: Run, chat_id: int, tmp_path: Path) -> None:
    place = tmp_path / "chat.txt"
    ran = run("export", chat_id, "--format", "txt", "--out", place)
    assert (ran.code, ran.out, ran.err) == (0, f"{place}\n", "")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "письмо 129" in place.read_text(encoding="utf-8")
    before = place.read_bytes()
    ran = run("export", chat_id, "--offline", "--out", place)
    assert (ran.code, ran.out) == (1, "")
    assert "File exists. Nothing was written." in ran.err
    assert place.read_bytes() == before
    assert list(tmp_path.iterdir()) == [place]


def test_evidence_is_a_new_directory_whose_name_is_printed(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path
) -> None:
    market.say(chat_id, "Вот", files=[("чек.pdf", b"bytes")])
    ran = run("export", chat_id, "--evidence")
    place = Path(ran.out.rstrip("\n"))
    assert (ran.code, place.parent) == (0, Path.home() / "Downloads")
    assert {found.name for found in place.iterdir()} == {
        *("files", "history.md", "history.json", "timeline.txt")
    }
    (kept,) = (place / "files").iterdir()
    assert (kept.name[-10:], kept.read_bytes()) == ("-1-чек.pdf", b"bytes")
    assert len(json.loads((place / "history.json").read_text(encoding="utf-8"))["messages"]) == 131
    named = run("export", chat_id, "--evidence", "--out", tmp_path / "pack")
    assert (named.code, named.out) == (0, f"{tmp_path / 'pack'}\n")
    again = run("export", chat_id, "--evidence", "--offline", "--out", tmp_path / "pack")
    assert (again.code, again.out) == (1, "")
    assert "File exists. Nothing was written." in again.err


def test_evidence_without_the_market_says_what_it_lacks(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path
) -> None:
    market.say(chat_id, "Вот", files=[("чек.pdf", b"x")])
    run("show", chat_id)
    asked = len(market.requests)
    ran = run("export", chat_id, "--evidence", "--offline", "--out", tmp_path / "pack")
    assert ran.code == 0
    assert [line.partition(": ")[2].split(":")[0] for line in ran.err.splitlines()] == [
        "Older messages are missing",
        "This is the copy on this computer",
        "1 file was not downloaded",
    ]
    told = (tmp_path / "pack" / "not-downloaded.txt").read_text(encoding="utf-8")
    assert f"<чек.pdf, 1 B> {market.files_url}" in told
    assert len(market.requests) == asked
