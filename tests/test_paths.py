import os
import pwd
import stat
from pathlib import Path

import pytest

from chat_tui.paths import ForeignDirectory, downloads, locate, make_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_xdg_variables_say_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    paths = locate("shop")
    assert paths.settings_file == tmp_path / "CONFIG" / "chat-tui" / "settings.toml"
    assert paths.templates == paths.settings_file.parent / "templates"
    assert paths.data == tmp_path / "DATA" / "chat-tui" / "shop"
    assert paths.cache == tmp_path / "CACHE" / "chat-tui" / "shop"
    assert paths.log.parent == tmp_path / "STATE" / "chat-tui"


@pytest.mark.parametrize("value", ["relative", "", ".", "./x", "../up", "~/x", "$HOME/x", " /x"])
def test_a_relative_directory_is_ignored_as_the_standard_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    expected = locate("shop")
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", value)
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", value)
    assert locate("shop") == expected
    assert all(place.is_absolute() for place in (expected.config, expected.data, expected.log, downloads()))


@pytest.mark.parametrize("home", ["", "relative", ".", "~", None])
def test_a_home_that_is_none_is_looked_up(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    if home is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", home)
    own = pwd.getpwuid(os.getuid()).pw_dir
    assert str(locate().settings_file).startswith(own)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    monkeypatch.setattr(pwd, "getpwuid", _nobody)
    with pytest.raises(OSError, match="Set HOME to it"):
        locate()


def _nobody(_uid: int) -> None:
    raise KeyError


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_every_directory_it_makes_is_private(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_private(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_a_readable_directory_is_tightened(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    make_private(tmp_path / "old")
    assert mode(tmp_path / "old") == 0o700


@pytest.mark.parametrize("open_to", [0o770, 0o702])
def test_a_directory_others_may_write_to_is_refused(tmp_path: Path, open_to: int) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(open_to)
    with pytest.raises(ForeignDirectory) as refused:
        make_private(tmp_path / "shared")
    assert refused.value.is_owned
    assert mode(tmp_path / "shared") == open_to


def test_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(ForeignDirectory) as refused:
        make_private(tmp_path)
    assert not refused.value.is_owned


def test_a_link_made_by_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    assert make_private(link) == link
    of_another = os.stat_result((*link.lstat()[:4], link.lstat().st_uid + 1, *link.lstat()[5:]))
    monkeypatch.setattr(Path, "lstat", lambda _: of_another)
    with pytest.raises(ForeignDirectory):
        make_private(link)


def test_a_file_in_its_place_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make_private(tmp_path / "file" / "data")
