"""Unreadable items: counted once per run, saved once for all copies, limited in size, private."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chat_tui.model.chat import Unreadable
from chat_tui.store import quarantine
from chat_tui.store.quarantine import ITEM_LIMIT, LIMIT, Quarantine

NOW = 1_795_341_600_000
BAD = Unreadable("Expected `int`, got `str` - at `$.chatId`", '{"chatId":"7","name":"Ольга \x9b"}'.encode())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_an_item_is_kept_as_it_came(tmp_path: Path) -> None:
    place = Quarantine(tmp_path)
    assert not place.path.exists()
    assert place.add("getChats", (BAD,), NOW) == 1
    (line,) = lines(place.path)
    assert line == {
        "when": "2026-11-22T10:00:00+00:00",
        "operation": "getChats",
        "why": BAD.why,
        "bytes": len(BAD.raw),
        "raw": BAD.raw.decode(),
    }
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600
    assert place.path.read_text().isascii(), "printing it steers no terminal"


def test_the_same_item_counts_once_a_run_and_is_kept_once_for_all(tmp_path: Path) -> None:
    one, other = Quarantine(tmp_path), Quarantine(tmp_path)
    assert [one.add("getChats", (BAD, BAD), NOW + poll) for poll in range(3)] == [1, 0, 0]
    assert one.add("getChatHistory", (BAD,), NOW) == 1, "from another list it is another item"
    assert other.add("getChats", (BAD, Unreadable("x", b"5")), NOW + 9) == 2
    assert [(line["operation"], line["raw"]) for line in lines(one.path)] == [
        ("getChats", BAD.raw.decode()),
        ("getChatHistory", BAD.raw.decode()),
        ("getChats", "5"),
    ]


@pytest.mark.parametrize("letter", ["x", "я", '"', "\x7f"])
def test_of_a_long_item_the_beginning_is_kept(tmp_path: Path, letter: str) -> None:
    place = Quarantine(tmp_path)
    raw = (letter * 200_000).encode()
    assert place.add("getChats", (Unreadable("x", raw),), NOW) == 1
    assert len(place.path.read_bytes()) <= ITEM_LIMIT + 1
    (line,) = lines(place.path)
    assert line["bytes"] == len(raw)
    assert len(line["raw"]) > 5_000
    assert set(line["raw"]) <= {letter, "\ufffd"}


def test_the_file_is_bounded_and_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    place = Quarantine(tmp_path)
    items = [Unreadable("x", b"%d %s" % (number, b"y" * 60_000)) for number in range(40)]
    assert place.add("getChats", items, NOW) == 40
    assert LIMIT - ITEM_LIMIT < place.path.stat().st_size <= LIMIT
    assert lines(place.path)[0]["raw"].startswith("0 y")


def test_a_run_counts_up_to_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MOST_COUNTED", 5)
    place = Quarantine(tmp_path)
    items = [Unreadable("x", b"%d" % number) for number in range(9)]
    assert (place.add("getChats", items, NOW), place.add("getChats", items, NOW)) == (5, 0)


def test_a_torn_line_spoils_only_itself(tmp_path: Path) -> None:
    place = Quarantine(tmp_path)
    place.path.write_bytes(b'{"when": "2026-11-22T1')
    place.add("getChats", (BAD,), NOW)
    assert json.loads(place.path.read_bytes().splitlines()[1])["why"] == BAD.why


def test_it_is_made_private_again(tmp_path: Path) -> None:
    place = Quarantine(tmp_path)
    place.path.write_bytes(b"")
    place.path.chmod(0o644)
    place.add("getChats", (BAD,), NOW)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["link", "second name", "directory", "gone directory"])
def test_where_it_cannot_be_kept_it_is_counted_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    data.mkdir(mode=0o700)
    other.write_bytes(b"mine")
    place = Quarantine(data)
    if kind == "link":
        place.path.symlink_to(other)
    elif kind == "second name":
        place.path.hardlink_to(other)
    elif kind == "directory":
        place.path.mkdir()
    else:
        data.rmdir()
        data.write_bytes(b"a file")
    assert place.add("getChats", (BAD,), NOW) == 1
    assert other.read_bytes() == b"mine"
    assert "were not kept" in caplog.text
    assert "Ольга" not in caplog.text


_COPY = """
import sys
from pathlib import Path
from chat_tui.model.chat import Unreadable
from chat_tui.store.quarantine import Quarantine
place = Quarantine(Path(sys.argv[1]))
sys.stdin.read(1)
for number in range(25):
    items = b"%d" % number, sys.argv[2].encode() * number
    place.add("getChats", [Unreadable("x", raw) for raw in items], 0)
"""


def test_several_copies_write_whole_lines_and_each_item_once(tmp_path: Path) -> None:
    copies = [
        subprocess.Popen([sys.executable, "-c", _COPY, tmp_path, name], stdin=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for copy in copies:
        copy.communicate(b"!")
        assert copy.returncode == 0
    kept = [line["raw"] for line in lines(tmp_path / quarantine.NAME)]
    expected = {str(number) for number in range(25)} | {name * n for name in "abc" for n in range(25)}
    assert (len(kept), set(kept)) == (len(expected), expected)
