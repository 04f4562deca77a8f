"""A newer version takes over the files while an operator types (case 020)."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.faults.support.program import inbox, run, surroundings
from tests.faults.support.tiers import thorough
from tests.store.sqlite.test_outdated import BY_HAND, RENAMED
from tests.support.sandbox import Sandbox

TYPED = "half a draft"
CTRL_Q = "\x11"


def raise_schema(market: Sandbox, *kinds: str) -> dict[str, tuple[Path, str, int]]:
    """Raise the versions by hand; return by kind the file, a table, and the previous version."""
    done = {}
    for kind in kinds:
        root = locate().data if kind == "state" else locate().cache
        place = root / str(market.business_id) / f"{kind}.db"
        with closing(sqlite3.connect(place, isolation_level=None)) as conn:
            version = conn.execute("PRAGMA user_version").fetchone()[0]
            conn.executescript(BY_HAND.format(table=RENAMED[kind], version=version + 1))
        done[kind] = place, RENAMED[kind], version
    return done


@pytest.mark.terminal
@pytest.mark.parametrize("kinds", [thorough((("state",),)), thorough((("cache",),)), ("state", "cache")])
def test_the_old_copy_stops_says_so_keeps_the_text_and_leaves(
    market: Sandbox, kinds: tuple[str, ...]
) -> None:
    with inbox(environ=surroundings(market)) as program:
        program.wait_for_text("online", timeout=30)
        program.feed("n")
        program.wait_for_text("╔═ To: ")
        raised = raise_schema(market, *kinds)
        program.wait_for_text("chat-tui was updated", timeout=30)
        program.feed(TYPED)
        program.wait_for_text(TYPED)
        refused = run("list", environ=surroundings(market))
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "newer version" in refused.stderr
        program.feed(CTRL_Q)
        assert program.wait_exit() == 1
    (kept,) = locate().data.rglob("unsaved-*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    # The newer version would know both tables; here they are restored instead.
    for place, table, version in raised.values():
        with closing(sqlite3.connect(place, isolation_level=None)) as conn:
            conn.executescript(f"ALTER TABLE other RENAME TO {table}; PRAGMA user_version = {version};")
    listed = run("list", "--json", environ=surroundings(market))
    assert [chat["has_draft"] for chat in json.loads(listed.stdout)].count(True) == 1
    assert not list(locate().data.rglob("unsaved-*"))
