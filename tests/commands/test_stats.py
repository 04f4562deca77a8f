"""`stats`."""

import csv
import io
import json

import pytest

from chat_tui.sandbox.generator import DAY
from tests.commands.conftest import Run
from tests.support.sandbox import Sandbox

FIELDS = ["answered", "chats", "chats_read", "covered_since", "hours", "longest_chat_id", "longest_wait_s"]


@pytest.fixture
def chat_id(run: Run, market: Sandbox) -> int:
    """A chat that was answered once, in a cache with the histories of some chats."""
    chat_id = market.open_direct("Когда?")
    market.say(chat_id, "Завтра", "PARTNER")
    run("sync", "--once")
    run("show", chat_id, "--fresh")
    return chat_id


def test_it_asks_nothing_and_says_how_much_it_knows(run: Run, market: Sandbox, chat_id: int) -> None:
    asked = len(market.requests)
    ran = run("stats")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert " replies" in lines[0]
    assert lines[1].startswith("first reply: median ")
    assert " waiting now, longest: chat " in lines[2]
    assert lines[3].split() == ["hour", "answered", "median", "95", "of", "100"]
    assert lines[-1].startswith(("All history of 13 chats", "less than", *"123456789"))
    assert len(market.requests) == asked


def test_programs_get_the_same(run: Run, chat_id: int) -> None:
    value = json.loads(run("stats", "--json").out)
    assert sorted(value) == sorted([*FIELDS, "since", "waiting", "median_s", "p95_s"])
    assert [hour["hour"] for hour in value["hours"]] == list(range(24))
    assert value["answered"] == sum(hour["answered"] for hour in value["hours"]) > 0
    assert (value["chats"], value["since"]) == (13, None)
    rows = list(csv.DictReader(io.StringIO(run("--lang", "ru", "stats", "--csv").out)))
    assert [row["hour"] for row in rows] == [*map(str, range(24)), "all"]
    for row, hour in zip(rows, value["hours"], strict=False):
        assert row["answered"] == str(hour["answered"])
    whole = rows[-1]
    assert (whole["answered"], whole["p95_s"]) == (str(value["answered"]), str(value["p95_s"]))
    assert whole["longest_chat_id"] == str(value["longest_chat_id"])
    waiting = json.loads(run("list", "--waiting", "--json").out)
    waits = [chat["waiting_since"] for chat in waiting if chat["waiting_since"] is not None]
    assert whole["waiting"] == str(len(waits))


def test_only_the_days_that_are_asked_for(
    run: Run, market: Sandbox, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = market.world.now_ms
    with monkeypatch.context() as earlier:
        earlier.setattr(market.world, "now_ms", lambda: now_ms() - 3 * DAY)
        before = market.open_direct("Когда?")
        market.say(before, "Завтра", "PARTNER")
    run("sync", "--once")
    run("show", before, "--fresh")
    ever, lately = (json.loads(run("stats", "--json", *more).out) for more in ([], ["--days", "1"]))
    assert 1 <= lately["answered"] < ever["answered"]
    assert lately["since"] is not None
    assert "replies, last 1 day\n" in run("stats", "--days", 1).out


def test_an_empty_cache(run: Run, market: Sandbox) -> None:
    ran = run("stats")
    assert (ran.code, ran.out) == (0, "0 replies\n0 chats are waiting now\nThere are no chats yet.\n")
    assert not market.requests
