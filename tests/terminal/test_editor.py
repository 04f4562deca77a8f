"""The operator's own editor: which one, and with what."""

from pathlib import Path

import pytest

from chat_tui.ui.inbox.editing import EditorProblem, editor_words, without_secrets


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


def test_the_key_is_not_in_its_environment() -> None:
    environ = {"CHAT_TUI_API_KEY": "secret", "CHAT_TUI_OAUTH_TOKEN": "secret", "TERM": "xterm"}
    assert without_secrets(environ) == {"TERM": "xterm"}
