"""A copy of the program without a screen, as a process of its own: commands on stdin, answers on stdout.

On request it stops itself (SIGSTOP, all threads at once) at a named step of a send or a sync, so that a test
can kill it exactly there. The program has no code for that: the steps are patched in here.
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.copies import leader
from chat_tui.inbox.events import Event, TimelineChanged
from chat_tui.inbox.service import Inbox
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.market.network import Deadlines
from chat_tui.model.file import FileCard
from chat_tui.model.ids import BusinessId, ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.timeline import Draft
from chat_tui.store.database import Store, StorePaths
from chat_tui.store.errors import StoreBusy
from tests.faults.support.steps import stop_at, stop_for_good
from tests.support.refs import BUSINESS, ref
from tests.support.shop import item_of


class Child:
    """Runs the commands of its input."""

    def __init__(self, told: dict[str, Any]) -> None:
        root = Path(told["root"])
        self.ahead_ms = int(told.get("ahead_ms", 0))
        self.stop_after_answer = told.get("stop_at") == "box cleared"
        access = Access(told["url"], os.environ.pop("FAULTS_KEY"), business_id=BusinessId(told["business"]))
        deadlines = Deadlines(**told["deadlines"])
        self.store = Store(StorePaths(root / "cache", root / "data", BUSINESS))
        self.inbox = Inbox(
            self.store,
            lambda: MarketClient(access, deadlines=deadlines, wall_ms=self.wall_ms),
            settings=InboxSettings(
                **{**told["settings"], "look_delays_s": tuple(told["settings"]["look_delays_s"])}
            ),
            wall_ms=self.wall_ms,
        )
        self.heard: dict[str, int] = {}
        """When each text first appeared here, by the clock that all processes share."""
        self.looks: set[asyncio.Task[None]] = set()
        self.inbox.start(background=told.get("background", True))

    def wall_ms(self) -> int:
        """A wall clock that a test may shift."""
        return time.time_ns() // 1_000_000 + self.ahead_ms

    async def run(self) -> None:
        """Run commands until stdin ends."""
        answer({"ready": os.getpid()})
        while line := await asyncio.to_thread(sys.stdin.readline):
            told = json.loads(line)
            said = await getattr(self, told.pop("do"))(**told)
            answer(said)
            if self.stop_after_answer and "id" in said:
                stop_for_good()
        await self.inbox.close()

    async def send(self, chat: int | list[int], text: str) -> dict[str, Any]:
        return shown(await self.inbox.outbox.send_text(chat_of(chat), text))

    async def file(self, chat: int | list[int], path: str) -> dict[str, Any]:
        card = await self.inbox.files.inspect(Path(path))
        assert isinstance(card, FileCard)
        return shown(await self.inbox.outbox.send_file(chat_of(chat), card))

    async def save(self, chat: int | list[int], text: str) -> dict[str, Any]:
        return shown(await self.inbox.drafts.save(Draft(chat_of(chat), text, len(text))))

    async def draft(self, chat: int | list[int]) -> dict[str, Any]:
        found = await self.inbox.drafts.get(chat_of(chat))
        return {"text": found.text, "others": found.others}

    async def forget(self, chat: int | list[int], text: str) -> dict[str, Any]:
        return shown(await self.inbox.drafts.forget(chat_of(chat), text))

    async def resend(self, id: str) -> dict[str, Any]:
        return shown(await self.inbox.outbox.resend(await item_of(self.inbox, OutboxId(id))))

    async def discard(self, id: str) -> dict[str, Any]:
        return shown(await self.inbox.outbox.take_back(await item_of(self.inbox, OutboxId(id))))

    async def open_items(self) -> dict[str, Any]:
        return {"items": [shown(item) for item in await self.inbox.outbox.open_items()]}

    async def sync(self) -> dict[str, Any]:
        report = await self.inbox.sync_once()
        return {"problem": report.problem.kind.value if report.problem else ""}

    async def limit(self, size: int) -> dict[str, Any]:
        """Let no file grow beyond `size` bytes; -1 = lift the limit."""
        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most if size < 0 else size, most))
        return {}

    async def listen(self) -> dict[str, Any]:
        """Record from now on when each new text becomes readable."""
        loop = asyncio.get_running_loop()

        def hear(event: Event) -> None:
            if isinstance(event, TimelineChanged):
                told = event, time.monotonic_ns()
                loop.call_soon_threadsafe(lambda: self.looks.add(asyncio.create_task(self._look(*told))))

        self.inbox.subscribe(hear)
        return {}

    async def _look(self, event: TimelineChanged, at: int) -> None:
        for entry in (await self.inbox.chats.timeline(event.chat_ref, limit=200)).entries:
            if entry.message is not None:
                self.heard.setdefault(entry.message.text or "", at)

    async def told(self) -> dict[str, Any]:
        """The texts recorded so far."""
        return {"heard": self.heard}

    async def clock(self, ahead_ms: int) -> dict[str, Any]:
        self.ahead_ms = ahead_ms
        return {}


def chat_of(told: int | list[int]) -> ChatRef:
    """A chat from JSON, which has no named tuples: [business, number], or a number alone."""
    return ChatRef(BusinessId(told[0]), told[1]) if isinstance(told, list) else ref(told)


def shown(outcome: OutboxItem | Problem | None) -> dict[str, Any]:
    """The outcome of a command, for JSON."""
    if outcome is None:
        return {"problem": ""}
    if isinstance(outcome, Problem):
        return {"problem": outcome.kind.value}
    return {
        "id": outcome.outbox_id,
        "chat": outcome.chat_ref,
        "state": outcome.state.value,
        "released": outcome.is_released,
        "not_before": outcome.not_before,
        "created_at": outcome.created_at,
    }


def answer(said: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main(line: str) -> None:
    """Start with the options of a line of JSON."""
    told = json.loads(line)
    if "stop_at" in told:
        stop_at(told["stop_at"], told.get("nth", 1))
    if "beat_ms" in told:
        leader.BEAT_MS, leader.PATIENCE_MS = told["beat_ms"], 3 * told["beat_ms"]
    try:
        child = Child(told)
    except StoreBusy:
        answer({"problem": "busy"})
        return
    asyncio.run(child.run())


if __name__ == "__main__":
    main(sys.argv[1])
