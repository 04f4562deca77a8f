"""`doctor`: what it finds with a shop that works, with one that does not, and with none at all."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.commands.checks import Finding, State, files, terminal
from chat_tui.commands.checks import market as market_
from chat_tui.inbox.connect import OpenedByKey
from chat_tui.model.chat import KeyRights
from chat_tui.paths import locate
from chat_tui.store import inspection
from tests.commands.conftest import Ran, Run
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox

KEY = "ACMA:5entinelKey:0a1b2c3d"
LINE = re.compile(r"(ok|!!|\?\?)  \S.*|  +→ \S.*")


def told(ran: Ran) -> dict[str, str]:
    """State and words, by the name of the check."""
    rows = json.loads(ran.out)
    return {row["check"]: f"{row['state']}: {row['found']}" for row in rows}


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "TMUX_PANE"):
        monkeypatch.delenv(name, raising=False)


def test_with_nothing_set_up_and_no_network_it_tells_and_imports_no_screen() -> None:
    code = (
        "import sys; from chat_tui.cli import main; code = main(['doctor', '--lang', 'ru']);"
        " sys.exit(50 if {'textual', 'httpx'} & set(sys.modules) else code)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert [line for line in ran.stdout.splitlines() if not LINE.fullmatch(line)] == []
    assert re.search(r"(?m)^!!  ключ +не задано$", ran.stdout)
    assert "→ Подключите магазин: chat-tui login" in ran.stdout
    assert "ok  место на диске" in ran.stdout
    assert list(Path(os.environ["HOME"]).iterdir()) == [], "it makes nothing"


def test_a_shop_that_works_is_all_right(run: Run, market: Sandbox) -> None:
    ran = run("doctor", "--json")
    found = told(ran)
    assert (ran.code, ran.err) == (0, "")
    assert found["address"] == f"good: {market.url} answers"
    assert found["key"].startswith("good: allows: read and search the chats with buyers, answer")
    assert found["business"].startswith(f"good: {market.business_id} (")
    assert found["clock"] == "good: as the Market's"
    assert re.fullmatch(r"good: \d+ of 5000 list requests left this hour", found["quota"])
    assert found["term"] == "good: xterm-256color"
    assert market.api_key not in ran.out


def test_the_business_is_found_where_nobody_named_it(
    run: Run, market: Sandbox, environment: dict[str, str]
) -> None:
    del environment["CHAT_TUI_BUSINESS_ID"]
    assert told(run("doctor", "--json"))["business"].startswith(f"good: {market.business_id} (")
    environment["CHAT_TUI_BUSINESS_ID"] = "999"
    ran = run("doctor")
    assert ran.code == 1
    assert f"business_id to one of: {market.business_id}" in ran.out


def test_a_refused_key_is_said_and_not_repeated(run: Run, market: Sandbox) -> None:
    market.behaviour.unauthorized = f"no such key {market.api_key}"
    ran = run("doctor")
    assert ran.code == 1
    assert re.search(r"(?m)^!!  key +rejected$", ran.out)
    assert "no such key …" in ran.out
    assert market.api_key not in ran.out


def test_an_address_where_nothing_listens(run: Run, environment: dict[str, str]) -> None:
    environment["CHAT_TUI_API_URL"] = "http://127.0.0.1:9"
    ran = run("doctor", "--json")
    found = told(ran)
    assert (ran.code, found["address"]) == (1, "bad: http://127.0.0.1:9 cannot be reached")
    assert found["key"] == "unknown: unknown: no answer"
    assert "clock" not in found


def test_a_plain_http_address_and_a_wrong_file_are_told_with_the_rest(
    run: Run, environment: dict[str, str]
) -> None:
    environment["CHAT_TUI_API_URL"] = "http://market.example"
    ran = run("doctor", "--json")
    found = told(ran)
    assert ran.code == 1
    assert "write https://market.example" in found["settings"]
    assert "disk" in found


def test_a_clock_that_is_wrong(run: Run, market: Sandbox) -> None:
    market.script("getChats", [Answer(headers={"date": "Wed, 25 Nov 2099 10:00:00 GMT"})])
    ran = run("doctor", "--json")
    assert ran.code == 1
    assert re.fullmatch(r"bad: .+ behind the Market's", told(ran)["clock"])
    market.script("getChats", [Answer(headers={"date": "Wed, 25 Nov 2015 10:00:00 GMT"})])
    assert re.fullmatch(r"bad: .+ ahead of the Market's", told(run("doctor", "--json"))["clock"])


def test_a_quota_that_is_used_up(run: Run, market: Sandbox) -> None:
    market.script("getChats", [Answer(headers={"x-ratelimit-resource-remaining": "0"})])
    ran = run("doctor", "--json")
    assert (ran.code, told(ran)["quota"]) == (1, "bad: 0 of 5000 list requests left this hour")
    market.script("getChats", [Answer(headers={"x-ratelimit-resource-remaining": "200"})])
    assert told(run("doctor", "--json"))["quota"].startswith("unknown: 200")


@pytest.mark.parametrize(
    ("scopes", "state", "words"),
    [
        (("ALL_METHODS",), State.GOOD, ""),
        (("ALL_METHODS_READ_ONLY",), State.UNKNOWN, "View only"),
        (("PRICING",), State.BAD, "no access to chats"),
    ],
)
def test_what_the_key_may_not_is_told_with_its_fix(scopes: tuple[str, ...], state: State, words: str) -> None:
    found = market_._key(OpenedByKey(KeyRights("k", scopes), ()))
    assert found.state is state
    assert words in found.repair


# -- terminal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "state"),
    [((120, 40), "ok"), ((80, 24), "ok"), ((79, 24), "??"), ((39, 24), "!!"), ((80, 11), "!!"), (None, "??")],
)
def test_the_window(size: tuple[int, int] | None, state: str) -> None:
    assert terminal.size(size).state == state


@pytest.mark.parametrize(
    ("environ", "state", "words"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm-256color"}, "ok", "256"),
        ({"TERM": "xterm"}, "??", "16"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ok", "none"),
    ],
)
def test_colours(environ: dict[str, str], state: str, words: str) -> None:
    found = terminal.colours(environ)
    assert (str(found.state), words in found.found) == (state, True)


def test_a_terminal_that_cannot_draw() -> None:
    assert terminal.term({"TERM": "dumb"}).state is State.BAD
    assert "TERM=xterm-256color" in terminal.term({}).repair


TMUX = {"set-clipboard": "on", "allow-passthrough": "on", "escape-time": "10", "extended-keys": "on"}


@pytest.mark.parametrize(
    ("told", "check", "state", "fix"),
    [
        ({}, "tmux_escape-time", "ok", ""),
        ({"escape-time": "500"}, "tmux_escape-time", "!!", "set -s escape-time 10"),
        ({"extended-keys": "off"}, "tmux_extended-keys", "??", "set -s extended-keys on"),
        ({"set-clipboard": "external"}, "tmux_set-clipboard", "??", "set -s set-clipboard on"),
        ({"allow-passthrough": "off"}, "tmux_allow-passthrough", "??", "set -g allow-passthrough on"),
        ({"allow-passthrough": ""}, "tmux_allow-passthrough", "??", ""),
    ],
)
def test_options_of_tmux(told: dict[str, str], check: str, state: str, fix: str) -> None:
    found = {one.check: one for one in terminal.tmux(TMUX | told)}
    assert len(found) == 4
    assert found[check].state == state
    assert found[check].repair.endswith(fix)


def test_copying_and_calls_through_tmux() -> None:
    shut = TMUX | {"set-clipboard": "external", "allow-passthrough": "off"}
    assert terminal.clipboard({"TERM": "tmux"}, shut).state is State.BAD
    assert terminal.clipboard({"TERM": "tmux"}, TMUX | {"set-clipboard": "off"}).state is State.UNKNOWN
    assert terminal.clipboard({"TERM": "linux"}, None).state is State.BAD
    assert terminal.notifications("osc9", shut).state is State.BAD
    assert terminal.notifications("osc9", TMUX).state is State.UNKNOWN
    assert [terminal.notifications(how, shut).state for how in ("bell", "off")] == [State.GOOD] * 2


@pytest.mark.terminal
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_real_tmux_tells_its_options(tmp_path: Path) -> None:
    def ask(*words: str) -> str:
        environ = {**os.environ, "TMUX_TMPDIR": str(tmp_path), "TERM": "xterm"}
        command = ["tmux", "-L", "doctor", "-f", os.devnull, *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()

    ask("new-session", "-d", "-x", "80", "-y", "24", "cat")
    try:
        ask("set", "-s", "escape-time", "7")
        place = ask("display-message", "-p", "#{socket_path},#{pid},0")
        options = terminal.tmux_options(
            {**os.environ, "TMUX": place, "TMUX_PANE": ask("list-panes", "-F", "#D")}
        )
    finally:
        ask("kill-server")
    assert options is not None
    assert options["escape-time"] == "7"
    assert options["set-clipboard"] in {"on", "off", "external"}
    assert options["allow-passthrough"] in {"on", "off", "all", ""}


def test_the_question_to_tmux_carries_no_key(tmp_path: Path) -> None:
    (tmp_path / "tmux").write_text('#!/bin/sh\nenv > "$0.seen"\nprintf "on\\t1\\t10\\toff\\n"\n')
    (tmp_path / "tmux").chmod(0o755)
    environ = {"TMUX": "x,1,0", "PATH": f"{tmp_path}:{os.environ['PATH']}", "CHAT_TUI_API_KEY": KEY}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", environ["PATH"])
        assert terminal.tmux_options(environ) == {
            "set-clipboard": "on",
            "allow-passthrough": "on",
            "escape-time": "10",
            "extended-keys": "off",
        }
    assert "5entinel" not in (tmp_path / "tmux.seen").read_text()


def test_a_tmux_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert terminal.tmux_options({"TMUX": "x,1,0"}) == {}
    assert [one.state for one in terminal.tmux({})] == [State.UNKNOWN]
    assert terminal.tmux_options({}) is None


# -- files -------------------------------------------------------------------------------------------


def test_permissions_are_told_with_their_fix_and_left_alone(run: Run) -> None:
    run("list", "--fresh")
    paths = locate()
    assert [one for one in files.permissions(paths, None) if one.state is not State.GOOD] == []
    paths.cache.chmod(0o755)
    (state,) = paths.data.glob("*/state.db")
    state.chmod(0o644)
    ran = run("doctor")
    assert ran.code == 1
    assert f"→ chmod 700 {paths.cache}" in ran.out
    assert f"→ chmod 600 {state}" in ran.out
    assert (paths.cache.stat().st_mode & 0o777, state.stat().st_mode & 0o777) == (0o755, 0o644)


def test_a_place_where_nothing_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = {one.check: one for one in files.permissions(locate(), None)}
    assert found["data"].state is State.BAD
    assert "XDG_*_HOME" in found["data"].repair


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=files.LEAST_FREE - 1))
    assert files.disk(locate()).state is State.BAD
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=files.LEAST_FREE))
    assert files.disk(locate()).state is State.GOOD


@pytest.mark.parametrize(
    ("number", "has"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_which_sqlite_has_the_race(number: tuple[int, int, int], has: bool) -> None:
    assert inspection.has_log_race(number) is has


def test_sqlite_is_told_by_its_version() -> None:
    found = files.sqlite()
    assert isinstance(found, Finding)
    assert inspection.sqlite_version() in found.found
    assert found.state is State.GOOD
