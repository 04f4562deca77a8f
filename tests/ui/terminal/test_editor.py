"""The operator's own editor: which one, with what, and what comes back."""

import os
import stat
from pathlib import Path

import pytest

from chat_tui.ui.terminal.editor import (
    MOST_BYTES,
    EditorProblem,
    editor_words,
    read_back,
    without_secrets,
    written,
)


@pytest.fixture
def tools(tmp_path: Path) -> str:
    for name in ("nano", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"VISUAL": "mine -w", "EDITOR": "nano"}, ["mine", "-w"]),
        ({"EDITOR": "mine 'a b'"}, ["mine", "a b"]),
        ({}, ["nano"]),
        ({"EDITOR": "'"}, ["nano"]),
    ],
)
def test_the_chosen_editor_or_a_usual_one(tools: str, chosen: dict[str, str], words: list[str]) -> None:
    assert editor_words({"PATH": tools, **chosen}) == words


def test_no_editor_is_said(tools: str, tmp_path: Path) -> None:
    for environ in ({"PATH": tools, "EDITOR": "absent"}, {"PATH": str(tmp_path / "nothing")}):
        with pytest.raises(EditorProblem, match="EDITOR"):
            editor_words(environ)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = written(tmp_path, "текст")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "текст"


@pytest.mark.parametrize(
    ("before", "raw", "after"),
    [
        ("a", b"b\n", "b"),
        ("a\n", b"a\nb\n", "a\nb\n"),
        ("a", b"a\x1b[31mb\x00\r\nc\xff", "ab\nc\ufffd"),
        ("a", b"", ""),
    ],
)
def test_what_comes_back_is_text(tmp_path: Path, before: str, raw: bytes, after: str) -> None:
    path = tmp_path / "text"
    path.write_bytes(raw)
    assert read_back(path, before) == after


def test_what_is_far_too_long_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"x" * (MOST_BYTES + 1))
    with pytest.raises(EditorProblem):
        read_back(path, "")


def test_the_key_is_not_in_its_environment() -> None:
    environ = {"CHAT_TUI_API_KEY": "secret", "CHAT_TUI_OAUTH_TOKEN": "secret", "TERM": "xterm"}
    assert without_secrets(environ) == {"TERM": "xterm"}
