"""Case 030: in odd environments the program opens, or is refused in one sentence: the short form."""

from pathlib import Path

import pytest

from tests.faults.support.tiers import thorough, with_quick
from tests.faults.terminal.surroundings import ODD, SHORT, on_a_terminal, surroundings, verb
from tests.support.sandbox import Sandbox


@pytest.mark.terminal
@pytest.mark.parametrize(
    ("name", "value"), with_quick(SHORT, ("PYTHONWARNINGS", "error"), ("SSL_CERT_FILE", "/nonexistent"))
)
def test_it_opens_or_is_refused_in_one_sentence(
    market: Sandbox, tmp_path: Path, name: str, value: str
) -> None:
    outcome = on_a_terminal(surroundings(tmp_path, market, name, value), tmp_path)
    assert outcome.is_right, outcome


@pytest.mark.parametrize(
    ("name", "value", "how"),
    [
        *(("PYTHONOPTIMIZE", "2", "opened"), thorough(("HOME", "", "opened"))),
        *(("XDG_DATA_HOME", "/dev/null", "refused"), thorough(("XDG_DATA_HOME", "{here}/\udcff", "opened"))),
        *(("CHAT_TUI_API_KEY", "ключ", "refused"),),
    ],
)
def test_a_verb_does_too(market: Sandbox, tmp_path: Path, name: str, value: str, how: str) -> None:
    outcome = verb(surroundings(tmp_path, market, name, value), "list")
    assert outcome.how == how, outcome


def test_there_are_forty_and_more() -> None:
    assert len(ODD) >= 40
    assert {name for name, _value in SHORT} <= set(ODD)
