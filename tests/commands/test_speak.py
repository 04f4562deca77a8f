import io
import json
import sys
import unicodedata
from collections.abc import Callable

import pytest

from chat_tui.commands.context import complain, report, say, say_document, say_json
from chat_tui.commands.streams import Unprintable
from chat_tui.words.json import iso

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


class Broken(io.StringIO):
    """A stream that cannot be written, with the given error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str, /) -> int:
        raise self.error

    @property
    def buffer(self) -> io.StringIO:  # type: ignore[override]
        return self


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left"), OSError(5, "I/O error"), BrokenPipeError(), ValueError("closed file")],
)
def test_what_was_done_is_done_whatever_becomes_of_the_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 001: every error with which a line can fail to be written."""
    monkeypatch.setattr(sys, "stdout", Broken(error))
    report("confirmed")
    assert "Done; only this line could not be printed: confirmed" in capsys.readouterr().err
    printings: list[Callable[[], None]] = [lambda: say("x"), lambda: say_json({}), lambda: say_document("x")]
    for printing in printings:
        with pytest.raises(Unprintable) as lost:
            printing()
        assert lost.value.nobody_reads is isinstance(error, BrokenPipeError)
    monkeypatch.setattr(sys, "stderr", Broken(error))
    complain("nobody hears it")
    report("confirmed")


def test_a_stream_that_cannot_spell_a_letter_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", errors="strict"))
    report("отправлено ✓ ok")
    assert raw.getvalue().endswith(b"? ok\n")
