"""One trial: list, inbox and doctor on damaged files, used as an operator would."""

import io
import logging
import random
import shutil
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from chat_tui.commands import arguments
from chat_tui.commands.checks import files
from chat_tui.commands.context import Context
from chat_tui.commands.reading import list_chats
from chat_tui.inbox.service import Inbox
from chat_tui.paths import Paths
from chat_tui.store.errors import StoreError, StoreProblem
from tests.faults.rot.master import QUEUED
from tests.faults.rot.spoil import Column, Spoilt, columns, spoil_column, spoil_pages
from tests.support.sandbox import Sandbox
from tests.support.settling import drawn
from tests.support.shop import client_of, open_store
from tests.ui.app_stage import NARROW, Desk, desk

SECONDS = 20.0
"""For steps that need the Market, on a loaded machine."""


class Faults(logging.Handler):
    """Logged errors of the program that do not appear on the screen."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.name != "chat_tui.store.sqlite.writer" and not isinstance(error, StoreError):
            self.found.append(f"{record.name}: {record.getMessage()}: {error!r}")


async def run(
    root: Path, master: Path, market: Sandbox, seed: int, wanted: list[Column] | None = None
) -> list[str]:
    """Damage a copy of the files by a seed (`wanted` columns with bad text) and use it; return the faults."""
    chance = random.Random(seed)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(master, root)
    spoilt = Spoilt([], set())
    is_late = False
    if wanted is not None:
        for column in wanted:
            spoil_column(root, column, chance, spoilt, value=0)
    elif chance.random() < 0.3:
        kind = chance.choice(("cache", "state"))
        is_late = chance.random() < 0.5
        if not is_late:
            spoil_pages(root, kind, chance, spoilt)
    else:
        every = columns()
        for column in {every[seed % len(every)], *chance.sample(every, chance.randint(0, 3))}:
            spoil_column(root, column, chance, spoilt)
    wrong: list[str] = []
    faults = Faults()
    logging.getLogger().addHandler(faults)
    try:
        await _use(root, market, wrong, (kind, chance, spoilt) if is_late else None, spoilt)
    except Exception as error:  # noqa: BLE001 - a crash is a result of the trial
        wrong.append(f"{type(error).__name__}: {error}")
    finally:
        logging.getLogger().removeHandler(faults)
    wrong += faults.found
    return [f"seed {seed}: {one} ({'; '.join(spoilt.did)})" for one in wrong]


async def _use(
    root: Path, market: Sandbox, wrong: list[str], late: tuple[str, Any, Spoilt] | None, spoilt: Spoilt
) -> None:
    look_at(root)
    # A command that repairs pages would leave none for the screen.
    if not spoilt.pages and not (await listed(root, market)).strip():
        wrong.append("list says nothing")
    before = len(market.ledger)
    try:
        async with desk(root, market, size=NARROW) as there:
            await drawn(there.app)
            if late is not None:
                spoil_pages(root, *late)
            await there.press("6", "G", "g", "j", "enter")
            await there.until(lambda: bool(there.screen.strip()), "a screen")
            await _sent(there, market, before, spoilt, wrong)
            await leave(there)
    except StoreProblem as refusal:
        if not str(refusal).strip():
            wrong.append("refused without a word")
    look_at(root)


async def listed(root: Path, market: Sandbox) -> str:
    """The output of `chat-tui list`, or the error with which it ends."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        try:
            store = open_store(root)
        except StoreError as refusal:
            return str(refusal)
        inbox = Inbox(store, lambda: client_of(market))
        inbox.start(background=False)
        try:
            code = await list_chats(Context(arguments.parse(["list"]), opened=inbox))
        except StoreError as refusal:
            return str(refusal)
        finally:
            await inbox.close()
    return out.getvalue() if code == 0 else ""


def look_at(root: Path) -> list[str]:
    """The findings of `doctor` about the files."""
    found = list(files.rows(cast("Paths", SimpleNamespace(data=root, cache=root))))
    assert found
    return [one.found for one in found]


async def _sent(there: Desk, market: Sandbox, before: int, spoilt: Spoilt, wrong: list[str]) -> None:
    """Wait until every undamaged row was sent, unless the program said why not."""
    due = {text for n, text in enumerate(QUEUED) if f"q{n}" not in spoilt.items}
    end = time.monotonic() + SECONDS
    while True:
        sent = [one.text for one in market.ledger[before:]]
        if due <= set(sent):
            break
        if time.monotonic() > end:
            if not there.store.notices and not there.app.inbox.link().unread:
                wrong.append(f"not sent: {sorted(due - set(sent))}, and nothing said\n{there.screen}")
            elif spoilt.pages != "state" and not any(
                "Recovered from it" in one for one in there.store.notices
            ):
                wrong.append(f"not sent: {sorted(due - set(sent))}; said {there.store.notices}")
            break
        if any("Recovered from it" in one for one in there.store.notices):
            break  # texts may be damaged: the operator must check them first
        await there.pilot.pause(0.02)
    if len(set(sent)) != len(sent):
        wrong.append(f"sent twice: {sent}")
    if any("Part of the program crashed" in one for one in there.said):
        wrong.append(f"said {there.said}")


async def leave(there: Desk) -> None:
    """Press Ctrl+Q, and answer the question if there is one."""
    await there.press("ctrl+q")
    end = time.monotonic() + SECONDS
    while there.app._exit is False and time.monotonic() < end:
        if there.dialog == "Confirm":
            await there.press("y")
        await there.pilot.pause(0.02)
    assert there.app._exit, f"Ctrl+Q does not leave\n{there.screen}"
