import json
import sys
import unicodedata

import pytest

from chat_tui.commands.speak import complain, say, say_json
from chat_tui.ui.view.chat_json import iso

HOSTILE = "\x1b[2J\x9b31m\x07\u202egpj.exe\u2028\u200bя😀\x7f\x00"


def test_people_get_marks_instead_of_controls(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"one\n{HOSTILE}")
    complain(f"two\n{HOSTILE}")
    out, err = capsys.readouterr()
    assert out.startswith("one\n")
    assert err.startswith("chat-tui: two ")
    assert err.count("\n") == 1
    for text in (out, err):
        assert {unicodedata.category(letter) for letter in text.replace("\n", "")}.isdisjoint({"Cc", "Cf"})


def test_programs_get_everything_and_the_terminal_nothing(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    say_json({"text": HOSTILE, "name": "Ольга"})
    out = capsysbinary.readouterr().out.decode()
    assert json.loads(out) == {"text": HOSTILE, "name": "Ольга"}
    assert "Ольга" in out
    assert {unicodedata.category(letter) for letter in out.replace("\n", "")}.isdisjoint({"Cc", "Cf", "Zl"})


def test_every_steering_character_is_escaped(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    steering = [
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]
    say_json("|".join(steering))
    out = capsysbinary.readouterr().out.decode()
    assert set(out.rstrip("\n")).isdisjoint(steering)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (None, None),
        (0, None),
        (1_700_000_000_123, "2023-11-14T22:13:20.123+00:00"),
        (2**62, None),
    ],
)
def test_moments_for_programs(at: int | None, words: str | None) -> None:
    assert iso(at) == words
