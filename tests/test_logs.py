import errno
import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui import logs

KEY = "ACMA:5entinelKey:0a1b2c3d/e+f="
LOG = logging.getLogger("chat_tui.test")


def fail(error: Exception) -> None:
    raise error


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    raises, warned = logging.raiseExceptions, logging.getLogger("chat_tui").level
    logs.open_log(tmp_path / "chat-tui.log", level="debug", secrets=[KEY])
    yield tmp_path / "chat-tui.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("chat_tui").setLevel(warned)
    logging.captureWarnings(False)
    logging.raiseExceptions = raises


def test_the_key_is_hidden_in_text_arguments_and_addresses(path: Path) -> None:
    LOG.info("key %s, header %r", KEY, {"Api-Key": KEY})
    LOG.info("https://host/?k=ACMA%3A5entinelKey%3A0a1b2c3d%2Fe%2Bf%3D")
    text = path.read_text()
    assert "5entinelKey" not in text
    assert text.count(logs.HIDDEN) == 3


def test_the_key_is_hidden_in_an_error_and_in_its_cause(path: Path) -> None:
    try:
        try:
            fail(ValueError(KEY))
        except ValueError as cause:
            raise RuntimeError(KEY) from cause
    except RuntimeError:
        LOG.exception("it failed", stack_info=True)
    text = path.read_text()
    assert "5entinelKey" not in text
    assert "RuntimeError" in text
    assert "test_logs.py" in text


def test_a_secret_cannot_hide_behind_the_cut(path: Path) -> None:
    LOG.info("%s%s", "x" * (logs.LINE_LIMIT - 60), KEY)
    assert "5entinel" not in path.read_text()


def test_one_record_is_one_line_without_controls(path: Path) -> None:
    LOG.warning("\x1b[2J\x9b31m first\n2026 INFO forged \u202e")
    text = path.read_text()
    assert text.count("\n") == 1
    assert not set(text) & set("\x1b\x9b\u202e")


def test_an_error_tells_kind_and_place_but_no_words_and_no_values(path: Path) -> None:
    text_of_a_buyer = " ".join(["secret", "wish"])
    try:
        try:
            fail(ExceptionGroup(text_of_a_buyer, [KeyError(text_of_a_buyer)]))
        except ExceptionGroup as group:
            raise RuntimeError(text_of_a_buyer) from group
    except RuntimeError:
        LOG.exception("broken")
    text = path.read_text()
    assert "secret wish" not in text
    for kind in ("RuntimeError", "ExceptionGroup", "KeyError"):
        assert f"builtins.{kind}\n" in text
    assert "test_logs.py" in text
    assert all(line.startswith("  | ") for line in text.splitlines()[1:])


def test_the_system_may_say_why(path: Path) -> None:
    name = " ".join(["my", "file"])
    try:
        fail(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name))
    except FileNotFoundError:
        LOG.exception("broken")
    assert "FileNotFoundError (No such file or directory)" in path.read_text()
    assert name not in path.read_text()


def test_http_libraries_stay_quiet_below_warning(path: Path) -> None:
    for name in ("httpx", "httpcore.http11", "httpcore.connection", "asyncio"):
        logging.getLogger(name).debug("headers %s", "Api-Key")
        logging.getLogger(name).info("POST https://host/")
    LOG.debug("told")
    assert path.read_text().count("\n") == 1


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_file_is_private_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        LOG.info("one")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_older_open_file_is_tightened(path: Path) -> None:
    path.touch()
    path.chmod(0o644)
    LOG.info("one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rotation_keeps_everything_below_ten_megabytes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert logs.FILE_BYTES * logs.FILES <= 10_000_000
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logs.PrivateFile)
    assert (handler.maxBytes, handler.backupCount) == (logs.FILE_BYTES, logs.FILES - 1)
    monkeypatch.setattr(handler, "maxBytes", 2_000)
    for number in range(200):
        LOG.info("line %d %s", number, "x" * 100)
    files = sorted(path.parent.glob("chat-tui.log*"))
    assert len(files) == logs.FILES
    assert sum(file.stat().st_size for file in files) <= 2_000 * logs.FILES
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_copy_goes_on_in_the_new_file_after_another_copy_rotated(path: Path) -> None:
    LOG.info("first")
    path.rename(path.with_suffix(".log.1"))
    path.touch(0o600)
    LOG.info("second")
    assert "second" in path.read_text()
    assert "second" not in path.with_suffix(".log.1").read_text()


def test_a_link_is_not_followed_and_nothing_is_printed(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    LOG.info("one")
    assert not (tmp_path / "elsewhere").exists()
    assert capsys.readouterr() == ("", "")


def test_nothing_is_opened_before_the_first_line(path: Path) -> None:
    assert not path.exists()
    assert sys.stderr is not None
