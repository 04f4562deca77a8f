"""Cases 019 and 029 on the command line: verbs work, and `doctor` counts the rows that cannot be read."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.commands.conftest import Run
from tests.support.sandbox import Sandbox

LAST = "(SELECT chat_id FROM chat ORDER BY updated_at DESC LIMIT 1)"


def change(kind: str, statement: str) -> Path:
    root = locate().cache if kind == "cache" else locate().data
    [path] = root.glob(f"*/{kind}.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute(statement)
    return path


def told(run: Run) -> dict[str, str]:
    found = json.loads(run("doctor", "--json").out)
    return {one["found"]: one["state"] for one in found if one["check"] == "rows"}


def test_letters_that_are_none_in_a_name(run: Run) -> None:
    assert run("sync", "--once").code == 0
    change("cache", f"UPDATE chat SET customer_name = CAST(x'ff41ff' AS TEXT) WHERE chat_id = {LAST}")
    for verb in (("list",), ("list", "--json"), ("list", "--fresh"), ("sync", "--once")):
        ran = run(*verb)
        assert (ran.code, ran.err) == (0, "")
    assert told(run) == {"all are readable": "good"}


@pytest.mark.parametrize("column", ["kind", "snippet", "updated_at"])
def test_a_row_that_cannot_be_read_is_named_and_the_others_listed(run: Run, column: str) -> None:
    run("sync", "--once")
    before = run("list", "--json").out.count('"chat_id"')
    path = change("cache", f"UPDATE chat SET {column} = x'ff' WHERE chat_id = {LAST}")
    ran = run("list", "--json")
    assert (ran.code, ran.out.count('"chat_id"')) == (0, before - 1)
    assert told(run) == {f"{path}: rows that cannot be read: chat 1": "bad"}
    assert run("sync", "--once").code == 0
    assert told(run) == {"all are readable": "good"}


@pytest.mark.parametrize("statement", ["DROP TABLE chat", "PRAGMA user_version = 1", "DROP INDEX chat_all"])
def test_a_cache_that_is_none_is_said_once_and_read_anew(run: Run, statement: str) -> None:
    run("sync", "--once")
    path = change("cache", statement)
    assert told(run) == {f"{path} is damaged": "bad"} or "version" in statement
    ran = run("sync", "--once")
    assert ran.code == 0
    assert ran.err.count("loaded again") == 1
    ran = run("list")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


def test_a_lock_that_nobody_can_hold_is_said_before_anything_is_asked(run: Run, market: Sandbox) -> None:
    """All copies of a business share it, because they count their running requests with it."""
    assert run("list").code == 0
    (lock,) = locate().data.glob("*/slots.lock")
    lock.unlink()
    lock.symlink_to("elsewhere")
    asked = len(market.requests)
    refused = run("sync", "--once")
    assert refused.code != 0
    assert "slots.lock" in refused.err
    assert "Traceback" not in refused.err
    assert len(market.requests) == asked
