"""A read-only disk: verbs that read work and say so, the others say why they do not (case 028)."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from chat_tui.commands.checks import State, files
from chat_tui.paths import locate
from tests.commands.conftest import Run
from tests.faults.support.tiers import with_quick
from tests.support.read_only import Protect, tell_read_only
from tests.support.sandbox import Sandbox

READING = (("list",), ("list", "--json"), ("show",), ("export", "--offline"), ("stats",))
ASKING = (
    ("send", "Hello"),
    ("new", "--order", "1"),
    ("sync", "--once"),
    ("list", "--fresh"),
    ("show", "--fresh"),
)


def places(what: str) -> tuple[Path, ...]:
    paths = locate()
    home = Path(os.environ["HOME"])
    return {
        "data": (paths.data,),
        "cache": (paths.cache,),
        "data and cache": (paths.data, paths.cache),
        "home": (home,),
    }[what]


def argv(verb: tuple[str, ...], chat_id: int) -> tuple[object, ...]:
    """The verb with the id of the chat, if it takes one."""
    about = (chat_id,) if verb[0] in {"show", "export", "send"} else ()
    return (verb[0], *about, *verb[1:])


@pytest.fixture
def chat_id(run: Run) -> int:
    """A chat that is stored with its messages; the rest of the list is stored, too."""
    found: int = json.loads(run("list", "--json").out)[0]["chat_id"]
    assert run("show", found).code == 0
    return found


@pytest.mark.parametrize("what", with_quick(["data", "cache", "data and cache", "home"], "cache", "home"))
def test_what_is_here_is_read_and_nothing_else_is_done(
    run: Run, market: Sandbox, chat_id: int, read_only: Protect, what: str
) -> None:
    before = {verb: run(*argv(verb, chat_id)) for verb in READING}
    asked = len(market.requests)
    read_only(*places(what))
    for verb in READING:
        ran = run(*argv(verb, chat_id))
        assert (ran.code, len(ran.out)) == (0, len(before[verb].out)), verb
        (line,) = ran.err.splitlines()
        assert "is on a read-only disk: mount it as writable again. View only:" in line
        assert str(places(what)[0]) in line
    for asking in ASKING:
        ran = run(*argv(asking, chat_id))
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), asking
        assert "mount it as writable again. View only: nothing new is loaded or sent" in ran.err
        assert "room" not in ran.err
    assert len(market.requests) == asked


def test_what_is_not_here_is_not_asked_for(
    run: Run, market: Sandbox, chat_id: int, read_only: Protect
) -> None:
    new = market.open_direct("Here?")
    asked = len(market.requests)
    read_only(locate().data)
    for verb in (("show", new), ("export", chat_id)):
        ran = run(*verb)
        assert (ran.code, ran.out) == (1, "")
        assert "View only: nothing new is loaded" in ran.err
    assert "--offline exports what is here." in ran.err
    assert len(market.requests) == asked


@pytest.mark.parametrize("gone", ["data", "cache"])
def test_a_directory_that_is_gone_and_cannot_be_made_again(
    run: Run, chat_id: int, read_only: Protect, gone: str
) -> None:
    shutil.rmtree(getattr(locate(), gone))
    read_only(Path(os.environ["HOME"]))
    ran = run("list")
    assert "mount it as writable again. View only" in ran.err
    assert ran.code == int(gone == "cache"), "the cache has the list"
    assert bool(ran.out) == (gone == "data")


def test_where_nothing_was_ever_kept_one_sentence_refuses(run: Run, read_only: Protect) -> None:
    read_only(Path(os.environ["HOME"]))
    ran = run("list")
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert "is on a read-only disk: mount it as writable again." in line
    assert "room" not in line


def test_login_says_it_in_one_sentence(run: Run, market: Sandbox, read_only: Protect) -> None:
    read_only(Path(os.environ["HOME"]))
    ran = run("login", "--token-stdin", "--business", market.business_id, typed=market.api_key.encode())
    assert ran.code != 0
    assert ran.err.count("\n") == 1
    assert "is on a read-only disk: mount it as writable again." in ran.err


@pytest.mark.parametrize("check", with_quick(["config", "data", "cache", "log"], "data", "log"))
def test_doctor_names_the_disk_and_the_way_out(
    run: Run, chat_id: int, read_only: Protect, check: str
) -> None:
    paths = locate()
    place = {"config": paths.config, "data": paths.data, "cache": paths.cache, "log": paths.log.parent}[check]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    read_only(place)
    found = json.loads(run("doctor", "--json").out)
    (told,) = [one for one in found if one["check"] == check]
    assert told["state"] == "bad"
    assert told["found"] == f"{place}: it is on a read-only disk"
    assert "Mount it as writable" in told["repair"]
    assert [one["state"] for one in found if one["check"] == "rows"] == ["good"]


def test_doctor_names_a_directory_that_cannot_be_made_there(tmp_path: Path, read_only: Protect) -> None:
    read_only(tmp_path)
    told = files._directory("data", "data", tmp_path / "gone" / "data")
    assert told.state is State.BAD
    assert told.found == f"{tmp_path / 'gone' / 'data'} cannot be created: it is on a read-only disk"


@pytest.mark.parametrize(
    "error", with_quick([errno.EACCES, errno.EPERM, errno.EROFS], errno.EACCES, errno.EROFS)
)
def test_without_a_log_the_program_goes_on(
    run: Run, chat_id: int, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    shutil.rmtree(locate().log.parent, ignore_errors=True)
    tell_read_only(locate().log.parent, monkeypatch, error)
    ran = run("list")
    assert (ran.code, ran.err) == (0, "")
    assert str(chat_id) in ran.out
