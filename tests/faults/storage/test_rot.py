"""Cases 019, 021 and 035: no content of the files makes the program unusable.

The short form of `python -m tests.faults.rot`: invalid text in every text column of both files,
and random bytes over pages before the start and while the inbox is open.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.rot import master, trial
from tests.faults.rot.master import FILES, QUEUED
from tests.faults.rot.spoil import columns, rounds_of_text
from tests.faults.support.tiers import thorough, with_quick
from tests.support.sandbox import Sandbox
from tests.support.shop import open_store
from tests.ui.app_stage import NARROW, desk

ROUNDS = list(rounds_of_text())
OTHERS = [column for found in ROUNDS[1:] for column in found]
"""All columns except those of the first round, at once: some of them damage the same row."""
PAGE_SEEDS = (100_004, 100_007, 100_012)


@pytest.fixture(scope="module")
def market() -> Iterator[Sandbox]:
    with Sandbox.start(chats=12, seed=3, buyers=False, long_chat=8) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def whole(market: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole") / "master"
    master.run(root, market)
    return root


def test_the_rounds_have_every_column_of_text_once() -> None:
    met = [column for found in ROUNDS for column in found]
    assert len(met) == len(set(met)) == sum(column.is_text for column in columns()) > 50


@pytest.mark.parametrize("number", with_quick(range(len(ROUNDS) + 1), 0, len(ROUNDS)))
async def test_letters_that_are_none_in_every_column_of_text(
    market: Sandbox, whole: Path, tmp_path: Path, number: int
) -> None:
    assert await trial.run(tmp_path / "trial", whole, market, number, [*ROUNDS, OTHERS][number]) == []


@pytest.mark.parametrize("seed", with_quick(PAGE_SEEDS, PAGE_SEEDS[0]))
async def test_random_bytes_over_pages(market: Sandbox, whole: Path, tmp_path: Path, seed: int) -> None:
    assert await trial.run(tmp_path / "trial", whole, market, seed) == []


@pytest.mark.parametrize(
    "change",
    [
        "state = 'scheduled'",
        thorough("kind = 'sticker'"),
        "text = CAST(x'ff41ff' AS TEXT)",
        thorough("attempt = 'two'"),
        "seq = 9223372036854775807",
        thorough("created_at = -5"),
    ],
)
async def test_one_rotten_row_of_four_costs_itself_and_is_said(
    market: Sandbox, whole: Path, tmp_path: Path, change: str
) -> None:
    root = tmp_path / "root"
    master_to(whole, root)
    with closing(sqlite3.connect(root / FILES["state"])) as conn:
        conn.execute(f"UPDATE outbox SET {change} WHERE outbox_id = 'q1'")
        conn.commit()
    before = len(market.ledger)
    async with desk(root, market, size=NARROW) as there:
        await there.until(lambda: len(market.ledger) == before + 3, "three sent")
        assert {one.text for one in market.ledger[before:]} == {*QUEUED} - {"rot 1"}
        assert any("cannot be read: 1. They are not sent" in one for one in there.store.notices)
        await trial.leave(there)
    assert any("state.db: rows that cannot be read: outbox 1" in one for one in trial.look_at(root))
    with closing(sqlite3.connect(root / FILES["state"])) as conn:
        assert conn.execute("SELECT count(*) FROM outbox WHERE outbox_id = 'q1'").fetchone() == (1,)


async def test_a_rotten_head_holds_back_nothing_and_what_is_behind_it_goes(
    market: Sandbox, whole: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    master_to(whole, root)
    with closing(sqlite3.connect(root / FILES["state"])) as conn:
        conn.execute("UPDATE outbox SET chat_id = (SELECT chat_id FROM outbox WHERE outbox_id = 'q0'),"
                     " seq = seq + 1 WHERE outbox_id = 'q3'")  # fmt: skip
        conn.execute("UPDATE outbox SET state = 'gone ahead' WHERE outbox_id = 'q0'")
        conn.commit()
    before = len(market.ledger)
    async with desk(root, market, size=NARROW) as there:
        await there.until(lambda: len(market.ledger) == before + 3, "three sent")
        assert "rot 0" not in {one.text for one in market.ledger[before:]}
        await trial.leave(there)


@pytest.mark.parametrize(
    "change",
    [
        "hist_hi = 9223372036854775807",
        thorough("hist_hi = 9007199254740993, hist_full = 1"),
        thorough("hist_lo = 9223372036854775807, hist_hi = 5000000000000"),
    ],
)
async def test_histories_that_end_where_no_message_lies_hold_back_nothing(
    market: Sandbox, whole: Path, tmp_path: Path, change: str
) -> None:
    root = tmp_path / "root"
    master_to(whole, root)
    with closing(sqlite3.connect(root / FILES["cache"])) as conn:
        conn.execute(f"UPDATE chat SET {change}")
        conn.commit()
    before = len(market.ledger)
    async with desk(root, market, size=NARROW) as there:
        await there.until(lambda: len(market.ledger) == before + len(QUEUED), "all sent")
        await trial.leave(there)


def master_to(whole: Path, root: Path) -> None:
    """Copy the files in the way that the program creates them."""
    for name in FILES.values():
        (root / name).parent.mkdir(parents=True, mode=0o700)
        (root / name).write_bytes((whole / name).read_bytes())
        (root / name).chmod(0o600)
    root.chmod(0o700)
    open_store(root).close()
