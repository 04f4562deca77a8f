"""F-182 … F-184, F-192: other users of the same machine."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.faults.support.checks import check_key, check_modes
from tests.faults.support.program import inbox, run, surroundings, watched
from tests.faults.support.tiers import with_quick
from tests.support.audited import events
from tests.support.sandbox import Sandbox

SOMEBODY = 65534
"""The user id of nobody: certainly another user."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's files")


def settings(text: str) -> None:
    """Write settings.toml as the operator would."""
    path = locate().settings_file
    path.parent.mkdir(parents=True, mode=0o700)
    path.parent.parent.chmod(0o700)
    path.write_text(text)
    path.chmod(0o600)


def files(home: Path) -> set[str]:
    return {path.name for path in home.rglob("*") if path.is_file()}


# -- F-182 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", with_quick([0o000, 0o022, 0o077], 0o000))
def test_f_182_everything_is_private_whatever_the_umask(market: Sandbox, tmp_path: Path, umask: int) -> None:
    (tmp_path / "photo.txt").write_text("x")
    chat = market.world.listed("desc", None, 0, 1)[0].chat_id
    environ = surroundings(market)
    ran = run(
        "send", str(chat), "--file", str(tmp_path / "photo.txt"), "--queue", environ=environ, umask=umask
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert {"cache.db", "state.db", "slots.lock"} <= files(Path.home())
    assert list(locate().data.rglob("spool/*")), "the copy of the file is there"
    check_modes([Path.home()])
    check_key(market.api_key, [Path.home()], market, ran.stdout)


@pytest.mark.terminal
def test_f_182_an_open_inbox_leaves_nothing_open_to_others(market: Sandbox) -> None:
    settings('[log]\nlevel = "debug"\n')
    with inbox(environ=surroundings(market), umask=0o000) as program:
        program.wait_for_text("Chats")
        program.wait_for_text("online", timeout=30)
        program.feed("n")
        program.wait_for_text("╔═ To: ")
        program.feed("half a draft")
        program.wait_for_text("half a draft")
        there = {"cache.db-wal", "cache.db-shm", "state.db-wal", "state.db-shm"}
        program.wait_for(lambda: there <= files(Path.home()))
        check_modes([Path.home()])
        program.feed("\x11")
        assert program.wait_exit() == 0
    check_modes([Path.home()])
    check_key(market.api_key, [Path.home()], market, program.raw.decode())


# -- F-183 -------------------------------------------------------------------------------------------


def of_another(place: Path) -> None:
    place.mkdir(mode=0o700)
    os.chown(place, SOMEBODY, SOMEBODY)


def open_to_the_group(place: Path) -> None:
    place.mkdir()
    place.chmod(0o770)


def link_of_another(place: Path) -> None:
    real = place.with_name("real")
    real.mkdir(mode=0o700)
    place.symlink_to(real)
    os.lchown(place, SOMEBODY, SOMEBODY)


def link_to_another(place: Path) -> None:
    of_another(place.with_name("theirs"))
    place.symlink_to(place.with_name("theirs"))


@pytest.mark.parametrize(
    ("which", "spoil", "words"),
    [
        pytest.param("data", of_another, "belongs to another user", marks=as_root),
        pytest.param("data", link_of_another, "belongs to another user", marks=as_root),
        pytest.param("data", link_to_another, "belongs to another user", marks=as_root),
        ("data", open_to_the_group, "chmod 700"),
        pytest.param("cache", of_another, "belongs to another user", marks=as_root),
        ("log", open_to_the_group, "chmod 700"),
    ],
)
def test_f_183_a_directory_with_somebody_elses_hand_in_it_is_refused(
    market: Sandbox, which: str, spoil: Callable[[Path], None], words: str
) -> None:
    place = {"data": locate().data, "cache": locate().cache, "log": locate().log.parent}[which]
    place.parent.mkdir(parents=True, mode=0o700)
    spoil(place)
    before = sorted(place.parent.rglob("*"))
    ran = run("list", environ=surroundings(market))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert words in ran.stderr
    assert sorted(place.parent.rglob("*")) == before
    assert not market.requests


@as_root
def test_f_183_settings_of_another_user_are_not_obeyed(market: Sandbox, tmp_path: Path) -> None:
    settings(f'[market]\napi_key_command = "touch {tmp_path / "ran"}"')
    os.chown(locate().settings_file, SOMEBODY, SOMEBODY)
    environ = surroundings(market)
    del environ["CHAT_TUI_API_KEY"]
    ran = run("list", environ=environ)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "settings.toml belongs to another user" in ran.stderr
    assert not (tmp_path / "ran").exists()


# -- F-184 -------------------------------------------------------------------------------------------


def readable(key: Path) -> None:
    key.chmod(0o644)


def taken(key: Path) -> None:
    os.chown(key, SOMEBODY, SOMEBODY)


def linked(key: Path) -> None:
    key.rename(key.with_name("real"))
    key.symlink_to(key.with_name("real"))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (readable, "chmod 600"),
        pytest.param(taken, "belongs to another user", marks=as_root),
        (linked, "symbolic link"),
        (None, ""),
    ],
)
def test_f_184_a_key_file_open_to_others_is_refused(
    market: Sandbox, spoil: Callable[[Path], None] | None, words: str
) -> None:
    settings('[market]\napi_key_file = "key"')
    key = locate().config / "key"
    key.write_text(f"{market.api_key}\n")
    key.chmod(0o600)
    environ = surroundings(market)
    del environ["CHAT_TUI_API_KEY"]
    if spoil:
        spoil(key)
    ran = run("list", environ=environ)
    assert market.api_key not in ran.stdout + ran.stderr
    if not spoil:
        assert (ran.returncode, ran.stderr) == (0, "")
        return
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert words in ran.stderr
    assert not market.requests


# -- F-192 -------------------------------------------------------------------------------------------


def test_f_192_nothing_is_written_but_in_its_own_places(market: Sandbox, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    victim = tmp_path / "victim"
    for name in ("chat-tui", "chat-tui.log", "chat_tui", "business", "sandbox.log", "demo.lock"):
        (shared / name).symlink_to(victim)
    told = tmp_path / "told"
    chat = str(market.world.listed("desc", None, 0, 1)[0].chat_id)
    environ = surroundings(market, TMPDIR=str(shared), TEMP=str(shared), TMP=str(shared))
    del environ["CHAT_TUI_BUSINESS_ID"]
    (tmp_path / "photo.txt").write_text("x")
    ran = run("send", chat, "--file", str(tmp_path / "photo.txt"), environ=environ, program=watched(told))
    assert (ran.returncode, ran.stderr) == (0, "")
    own = {str(Path.home()), os.devnull}
    written = [str(path) for path, _mode, _flags in events(told, "open")]
    written += [str(path) for (path,) in events(told, "sqlite3.connect")]
    assert any(path.endswith("state.db") for path in written)
    assert [path for path in written if not any(place in path for place in own)] == []
    assert not victim.exists()
    assert all(path.is_symlink() for path in shared.iterdir())
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
