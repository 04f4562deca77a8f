"""Several copies of the program on one account: one of them acts, whichever dies or is frozen."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.copies.rate_limit import PLACES
from chat_tui.market.network import Deadlines
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.timeline import Draft
from chat_tui.store.errors import StoreBusy
from chat_tui.store.locks import ByteLock, WriteLock
from tests.faults.support.checks import Typed, check_limits, check_sending, mark_of, read_rows
from tests.faults.support.end import settle_by_asking
from tests.faults.support.processes import PROJECT, Process, await_true
from tests.faults.support.seeds import a_seed
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial
from tests.support.faults import Answer, accepted_then, lost
from tests.support.refs import ref
from tests.support.shop import store_paths

Start = Callable[..., Process]
CHAT = ref(7)


def settled(process: Process, count: int = 0) -> bool:
    """Whether at most `count` items are open."""
    return len(process.ask("open_items")["items"]) <= count


def freeze_holding(trial: Trial, process: Process, requests: int) -> None:
    """Freeze the process while it holds exactly `requests` places for requests, and no other copy holds any.

    If it held all places, the others would wait for a free one; frozen within a transaction, it would block
    their writes as well. Other tests cover both.
    """

    def is_held() -> bool:
        process.freeze()
        if places_held(trial.root) == requests and not is_writing(trial.root):
            return True
        process.thaw()
        return False

    await_true(is_held, f"a moment with {requests} requests under way")


def places_held(root: Path) -> int:
    """The number of requests in flight, by the locks of the copies."""
    places = ByteLock(root / "data" / "slots.lock")
    free = [number for number in range(PLACES) if places.try_hold(number)]
    for number in free:
        places.release(number)
    return PLACES - len(free)


def is_writing(root: Path) -> bool:
    """Whether any copy is within a transaction, or holds the lock for the next one."""
    if any(is_being_written(path) for path in root.rglob("*.db")):
        return True
    try:
        for kind in ("cache", "state"):
            with WriteLock(store_paths(root).lock(kind)).held(0):
                pass
    except StoreBusy:
        return True
    return False


def is_being_written(path: Path) -> bool:
    """Whether any process holds the database's write lock."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as conn:
        try:
            conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        conn.execute("ROLLBACK")
    return False


def finish(trial: Trial, *processes: Process) -> None:
    """End the copies and record what they left, for the checks."""
    for process in processes:
        process.close()
    trial.typed = [Typed(row.chat_ref, mark_of(row), row.outbox_id) for row in read_rows(trial.root)]


ROUNDS = 50
OPENER = """
import sys
from pathlib import Path
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Store, StorePaths
from tests.support.refs import BUSINESS, ref
for line in sys.stdin:
    root = Path(line.rstrip())
    store = Store(StorePaths(root / "cache", root / "data", BUSINESS))
    store.write_state(drafts.save, Draft(ref(int(sys.argv[1])), "x", 0), 1).result()
    print(len(store.notices), flush=True)
    store.close()
"""


def test_f_128_two_start_at_once_on_an_empty_directory(tmp_path: Path) -> None:
    copies = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(number)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    for number in range(ROUNDS):
        for copy in copies:
            assert copy.stdin is not None
            copy.stdin.write(f"{tmp_path / str(number)}\n")
            copy.stdin.flush()
        for copy in copies:
            assert copy.stdout is not None
            assert copy.stdout.readline() == "0\n", "opened without repairs"
    for copy in copies:
        copy.communicate()
        assert copy.returncode == 0
    for number in range(ROUNDS):
        with closing(sqlite3.connect(tmp_path / str(number) / "data" / "state.db")) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert conn.execute("SELECT count(*) FROM draft").fetchone() == (2,)
    assert not list(tmp_path.rglob("*.damaged*"))


async def test_f_129_two_copies_one_row(trial: Trial, start: Start) -> None:
    chats = await trial.warm(4)
    one, other = start(), start()
    for process in (one, other):
        process.ready()
    for number in range(12):
        (one, other)[number % 2].ask("send", chat=chats[number % 4], text=f"m{number}")
    await_true(lambda: settled(one))
    assert len(trial.posts()) == 12
    finish(trial, one, other)
    check_sending(trial.market.ledger, trial.typed, read_rows(trial.root))


async def test_f_130_the_owner_is_killed(trial: Trial, start: Start) -> None:
    (chat,) = await trial.warm(1)
    trial.script(Answer(until=threading.Event()))
    owner, other = start(), start()
    for process in (owner, other):
        process.ready()
    # The other one is frozen until the first has the chat.
    other.freeze()
    owner.ask("send", chat=chat, text="m1")
    await_true(lambda: trial.market.ledger)
    # Before the other one goes on, which may look as soon as the owner is dead.
    seen = len(trial.market.requests)
    other.thaw()
    owner.kill()
    await_true(lambda: settled(other))
    after = [request.operation for request in trial.market.requests][seen:]
    assert "sendMessageToChat" not in after
    assert "getChatHistory" in after
    assert trial.texts(chat) == ["m1"]
    finish(trial, other)
    assert [row.state for row in await trial.check()] == [OutboxState.CONFIRMED]


async def test_f_131_the_owner_is_frozen(trial: Trial, start: Start) -> None:
    one, elsewhere = await trial.warm(2)
    broken_off = threading.Event()
    trial.script(Answer(until=broken_off, cut="reset"))
    # With long deadlines it still awaits the answer when it is frozen, however slow the machine.
    owner, other = start(deadlines=Deadlines()), start()
    for process in (owner, other):
        process.ready()
    freeze_holding(trial, other, 0)
    owner.ask("send", chat=one, text="m1")
    await_true(lambda: trial.market.ledger)
    freeze_holding(trial, owner, 1)
    other.thaw()
    for number in range(6):
        assert other.ask("send", chat=elsewhere, text=f"e{number}")["id"]
        await_true(lambda: settled(other, 1))
    (held,) = other.ask("open_items")["items"]
    assert (held["chat"], held["state"]) == (list(one), "sending"), (
        "no copy acts for a chat whose owner is frozen"
    )
    assert trial.texts(one) == ["m1"]
    broken_off.set()
    owner.thaw()
    await_true(lambda: settled(owner))
    assert trial.texts(one) == ["m1"]
    assert len(trial.posts()) == 7
    finish(trial, owner, other)
    await trial.check()


@pytest.mark.parametrize("count", with_quick([15, 45], 15))
async def test_f_132_three_copies_with_kills(trial: Trial, start: Start, count: int) -> None:
    chance = random.Random(a_seed())
    chats = await trial.warm(6)
    faults = [accepted_then("reset"), lost("reset"), Answer(status=500), Answer(status=502, accept=False)]
    trial.script(*[chance.choice(faults) if chance.random() < 0.15 else Answer() for _ in range(2 * count)])
    copies = [start() for _ in range(3)]
    typed: list[Typed] = []
    for process in copies:
        process.ready()
    for number in range(count):
        place = chance.randrange(3)
        chat = chance.choice(chats)
        said = copies[place].ask("send", chat=chat, text=f"m{number}")
        typed.append(Typed(chat, f"m{number}", said["id"]))
        if number % 15 == 9:
            copies[place].kill()
            copies[place] = start().ready()
    settle_by_asking(trial.market, copies[0], typed)
    finish(trial, *copies)
    check_sending(trial.market.ledger, typed, read_rows(trial.root))
    assert len(trial.market.ledger) == count


def test_f_133_a_draft_in_two_copies(trial: Trial, start: Start) -> None:
    one, other = start(background=False).ready(), start(background=False).ready()
    assert one.ask("draft", chat=7) == other.ask("draft", chat=7) == {"text": "", "others": []}
    one.ask("save", chat=7, text="Здравствуйте")
    other.ask("save", chat=7, text="Добрый день")
    saved_at = wall_clock_ms()
    while wall_clock_ms() == saved_at:
        pass  # two texts saved in the same millisecond have no latest one
    one.ask("save", chat=7, text="Здравствуйте, Ольга")
    assert one.ask("draft", chat=7) == {"text": "Здравствуйте, Ольга", "others": ["Добрый день"]}
    assert other.ask("draft", chat=7) == {"text": "Добрый день", "others": ["Здравствуйте, Ольга"]}
    one.kill()
    other.close()
    third = start(background=False).ready()
    assert third.ask("draft", chat=7) == {"text": "Здравствуйте, Ольга", "others": ["Добрый день"]}
    third.ask("save", chat=7, text="Здравствуйте, Ольга! Добрый день")
    assert third.ask("forget", chat=7, text="Добрый день") == {"problem": ""}
    assert third.ask("draft", chat=7) == {"text": "Здравствуйте, Ольга! Добрый день", "others": []}
    third.ask("save", chat=7, text="")
    assert third.ask("draft", chat=7) == {"text": "", "others": []}


async def test_f_133_sending_clears_only_what_was_sent(trial: Trial) -> None:
    one, other = (trial.open(background=False).inbox for _ in range(2))

    async def save(text: str) -> None:
        assert await one.drafts.save(Draft(CHAT, text, len(text))) is None

    await save("наше")
    assert (await other.drafts.get(CHAT)).text == "наше"
    await save("наше, но дальше")
    assert isinstance(await other.outbox.send_text(CHAT, "наше, но иначе"), OutboxItem)
    found = await other.drafts.get(CHAT)
    assert (found.text, found.others) == ("наше, но дальше", ())
    assert isinstance(await one.outbox.send_text(CHAT, "наше, но дальше"), OutboxItem)
    found = await one.drafts.get(CHAT)
    assert (found.text, found.others) == ("", ())


async def test_f_134_a_stale_lock_file(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    for name in ("chats.lock", "state.lock", "cache.lock"):
        (trial.root / "data" / name).write_text(f"{os.getppid()}\n")
    trial.open()
    await trial.confirmed(await trial.send(chat, "m1"))
    await trial.check()


async def test_f_132_at_most_four_requests_at_once_over_all_copies(trial: Trial, start: Start) -> None:
    chats = await trial.warm(12)
    trial.market.behaviour.latency_s = 0.1
    trial.market.behaviour.parallel_limit = 100
    copies = [start() for _ in range(2)]
    for copy in copies:
        copy.ready()
    for place, chat in enumerate(chats):
        copies[place % 2].tell("send", chat=chat, text="m")
    await_true(lambda: len(trial.market.ledger) == 12)
    check_limits(trial.market)
