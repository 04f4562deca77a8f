"""Typed texts that could not be saved are in a private file, and are drafts after the next start."""

from pathlib import Path

import pytest

from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from tests.support.refs import BUSINESS, ref

TEXTS = ["Привет", "two\nlines\t\x1b[31m", "👩‍👩‍👧", "\ud800 half"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    typed = (Draft(ref(2**63 - 1), text, 3), Draft(ref(2), "other", 0))
    drafts.keep_aside(tmp_path, "a-1", typed)
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert drafts.kept_aside(tmp_path, BUSINESS) == {"a-1": typed}


def test_none_left_means_no_file(tmp_path: Path) -> None:
    drafts.keep_aside(tmp_path, "a", [Draft(ref(1), "x", 0)])
    drafts.keep_aside(tmp_path, "b", [Draft(ref(1), "y", 0)])
    drafts.keep_aside(tmp_path, "a", [])
    assert list(drafts.kept_aside(tmp_path, BUSINESS)) == ["b"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"chat_id": "x"}]', b"\xff\xfe", b'{"a": 1}'])
def test_a_file_that_is_none_of_ours_stays_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "unsaved-broken.json"
    broken.write_bytes(content)
    drafts.keep_aside(tmp_path, "whole", [Draft(ref(1), "x", 0)])
    assert list(drafts.kept_aside(tmp_path, BUSINESS)) == ["whole"]
    assert broken.read_bytes() == content


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        drafts.keep_aside(tmp_path / "gone", "a", [Draft(ref(1), "x", 0)])
    assert not list(tmp_path.rglob("*"))
