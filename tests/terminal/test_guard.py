"""The crash page cannot fail, whatever the error is."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat_tui.ui.kit.text import farewell
from tests.terminal.test_repairs import AskingApp


class Nameless(type):
    """A metaclass whose classes raise when their name is read."""

    def __getattribute__(cls, name: str) -> Any:
        if name in {"__qualname__", "__name__"} and fails:
            raise RuntimeError("no name")
        return super().__getattribute__(name)


fails: list[bool] = []
"""Whether reading the name fails; pytest reads it."""


class WordlessError(Exception, metaclass=Nameless):
    """An error that raises when its text or its truth is asked for."""

    def __str__(self) -> str:
        raise RuntimeError("no words")

    __repr__ = __str__

    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")


class FalseError(Exception):
    """An error that is false, and raises when its cause is read."""

    def __bool__(self) -> bool:
        return False

    @property
    def __cause__(self) -> Any:  # type: ignore[override]
        raise RuntimeError("no cause")


def own_cause() -> Exception:
    error = ValueError("words")
    error.__cause__ = error
    return error


def circle() -> Exception:
    errors = [ValueError(str(number)) for number in range(3)]
    for error, behind in zip(errors, [*errors[1:], errors[0]], strict=True):
        error.__context__ = behind
    return errors[0]


def chain() -> Exception:
    error = last = ValueError("0")
    for number in range(5000):
        last.__cause__ = last = ValueError(str(number))
    return error


def group() -> Exception:
    inner = own_cause()
    return ExceptionGroup("words", [inner, WordlessError()])


SENTENCE = "chat-tui crashed because of an error in the program."
ERRORS = [own_cause, circle, chain, group, WordlessError, FalseError]


class FailingApp(AskingApp):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def action_help(self) -> None:
        raise self._error


@pytest.mark.parametrize(("make", "most"), [(own_cause, 1), (circle, 3), (chain, 20)])
def test_an_error_that_comes_round_is_told_once(
    make: Callable[[], Exception], most: int, caplog: pytest.LogCaptureFixture
) -> None:
    AskingApp()._close_after(make())
    (told,) = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert logging.Formatter().format(told).count("CrashError") == most


@pytest.mark.parametrize("make", ERRORS)
async def test_an_error_of_any_kind_ends_it_in_one_sentence(
    make: type[Exception], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FailingApp(make())
    fails.append(True)
    try:
        async with app.run_test() as pilot:
            await pilot.press("f1")
            await app.keys_settled()
    except Exception:  # noqa: BLE001 - most are raised again on leaving `run_test`
        pass
    finally:
        fails.clear()
    assert app.return_code == 1
    (told,) = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert told.exc_info
    words = logging.Formatter().format(told)
    assert "test_guard.py" in words
    assert "CrashError" in words
    assert len(words) < 100_000
    assert capsys.readouterr().err.startswith(SENTENCE)


async def test_a_log_that_cannot_be_written_does_not_keep_it_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logging.getLogger("chat_tui.terminal.guard"), "critical", fail)
    app = FailingApp(ValueError("words"))
    with pytest.raises(ValueError, match="words"):  # noqa: PT012 - it is raised on leaving `run_test`
        async with app.run_test() as pilot:
            await pilot.press("f1")
            await app.keys_settled()
    assert app.return_code == 1
    assert capsys.readouterr().err.startswith(SENTENCE)


def test_the_report_may_be_any_path() -> None:
    app = AskingApp()
    app.farewell = farewell(Path("\udcff[red]\x1b[31m"))
    app._close_after(None)
    assert len(app._exit_renderables) == 1
