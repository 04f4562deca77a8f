"""Random keys and window sizes, under observation: every letter goes where the operator can see it.

python -m tests.ui.letters --steps 3000 --seeds 4
"""

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import QueueItem
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.inbox.screen import MainScreen
from chat_tui.ui.queue.list import QueueList
from chat_tui.words import glyphs
from chat_tui.words.chats import recipient
from tests.support.places import places
from tests.support.refs import ref
from tests.support.scenes import Scene, make_scene
from tests.support.settling import resize, settled

STEERING: Final = (
    *"nNcijkgGxzpmlosyfOau",
    *"rT?123456сшотТчья",
    *("escape", "escape", "enter", "tab", "shift+tab", "up", "down", "pageup", "pagedown", "home", "end"),
    *("f1", "ctrl+p", "ctrl+n", "ctrl+o", "ctrl+z", "space"),
)
"""Keys that are commands outside text; the letters among them are text in the box."""
LETTERS: Final = (*"abdhqvwDXЖжщёя/.,!7", "c", "m", "x")
SIZES: Final = (
    *((40, 12), (41, 13), (60, 12), (80, 24), (99, 30), (100, 30), (119, 30), (120, 40), (140, 30)),
    *((200, 60), (39, 12), (40, 11), (20, 5), (1, 1)),
)


@dataclass
class Walk:
    """One random operator; `trail` is what they did, to be read when a step fails."""

    scene: Scene
    pilot: Pilot[None]
    dice: random.Random
    trail: list[str] = field(default_factory=list)
    typed: dict[ChatRef, str] = field(default_factory=dict)
    """The text of each chat's box when it was last seen."""
    letters: int = 0
    """How many letters went into a box."""

    @property
    def top(self) -> Screen[object]:
        return self.scene.app.screen

    @property
    def desk(self) -> MainScreen:
        (found,) = (one for one in self.scene.app.screen_stack if isinstance(one, MainScreen))
        return found

    @property
    def box(self) -> Compose:
        return self.desk.query_one(Compose)

    @property
    def list(self) -> QueueList:
        return self.desk.query_one(QueueList)

    @property
    def opened(self) -> ChatRef | None:
        """The chat of the right side."""
        return self.desk.talk.chat_ref

    @property
    def highlighted(self) -> ChatRef | None:
        return self.list.highlighted

    @property
    def is_writing(self) -> bool:
        """Whether the caret is in the box, as far as the program knows."""
        return self.top is self.desk and self.desk.focused is self.box

    @property
    def is_choosing(self) -> bool:
        """Whether letters narrow the list of templates instead of being typed."""
        return self.box.list.has_class("-shown")

    @property
    def is_large_enough(self) -> bool:
        columns, rows = self.scene.app.size
        return columns >= 40 and rows >= 12

    async def step(self) -> None:
        """One random key or size, and a check of every promise."""
        if self.dice.random() < 0.15:
            await self.resize(*self.dice.choice(SIZES))
        elif self.is_writing and self.dice.random() < 0.6:
            await self.press(self.dice.choice(LETTERS))
        elif self.top is not self.desk and self.dice.random() < 0.5:
            await self.press("escape")
        else:
            await self.press(self.dice.choice(STEERING))

    async def press(self, key: str) -> None:
        """Press a key, and check what a letter must do and must not do."""
        was_writing, was_seen, was_choosing = self.is_writing, self.is_large_enough, self.is_choosing
        before, chat, marks = self.box.text, self.opened, await self._marks()
        dialogs = len(self.scene.app.screen_stack)
        queued = [one.text for one in await self.scene.inbox.outbox.open_items()]
        held = queued if key == "u" else []
        name = _character_to_key(key) if len(key) == 1 else key
        character = key if len(key) == 1 else {"enter": "\r", "space": " "}.get(key)
        self.trail.append(key)
        self.scene.app.post_message(events.Key(name, character))
        await self.settle()
        is_letter = character is not None and character.isprintable()
        if not was_seen:
            self._expect(self.box.text == before and self.opened == chat, "nothing acts unseen")
            self._expect(len(self.scene.app.screen_stack) == dialogs, "no dialog opens unseen")
        elif is_letter and was_writing:
            opens = key in {"/", "."} and not before
            if opens and was_choosing and not self.is_choosing:
                self._expect(self.box.text == 2 * key, "the sign typed twice is text")
            else:
                more = 0 if was_choosing or opens else 1
                self._expect(len(self.box.text) == len(before) + more, "a letter in the box is typed")
                self._expect(not opens or self.is_choosing, "or opens the templates")
            self._expect(self.opened == chat, "and opens no chat")
            self._expect(len(self.scene.app.screen_stack) == dialogs, "and no dialog")
            self.letters += 1
        elif was_choosing and self.top is self.desk and key in {"enter", "escape"}:
            now = [one.text for one in await self.scene.inbox.outbox.open_items()]
            self._expect(now == queued, "a key that ends a choice sends nothing")
            self._expect(key == "enter" or self.box.text == before, "and Esc leaves the box as it was")
        elif is_letter and chat == self.opened:
            # A dialog may bring a template, and undo brings back a text that is still held.
            is_back = self.is_writing and any(text in self.box.text for text in held)
            self._expect(
                dialogs > 2 or is_back or self.box.text == before, "outside the box nothing is typed"
            )
        if is_letter and (was_writing or not was_seen):
            self._expect(await self._marks() == marks, "no letter marks what it was not meant for")
        await self._look()

    async def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        before, was_at, chat = self.box.text, self.desk.focused, self.opened
        self.trail.append(f"{columns}x{rows}")
        await resize(self.scene.app, columns, rows)
        # Larger again, the window shows the chat that was highlighted meanwhile.
        is_another = was_at is self.list and self.opened == self.highlighted != chat
        self._expect(is_another or self.box.text == before, "a size types nothing")
        self._expect(self.desk.focused is was_at, "a size moves no caret")
        await self._look()

    async def _look(self) -> None:
        """Check what is true whenever the box takes letters."""
        if self.opened is not None:
            known = self.typed.get(self.opened)
            is_known = known is None or self.trail[-1] in {"enter", "u", "ctrl+z"} or self.is_writing
            self._expect(is_known or known == self.box.text, "a chat keeps its text")
            self.typed[self.opened] = self.box.text
        if self.desk.focused is not self.list and self.opened is not None:
            self._expect(self.highlighted == self.opened, "outside the list the highlight is what is shown")
        if not (self.is_writing and self.is_large_enough):
            return
        self._expect(self._is_box_seen(), "the box is on the screen")
        item = await self._item()
        name = (item.chat.context.customer_name or "").split(" ")[0] or "{name}"
        greeted = set(re.findall(r"Dear ([^,]*),", self.box.text))
        self._expect(greeted <= {name}, f"a template for {name} alone, not {greeted}")
        words = recipient(item).split(" · ")[0]
        named = str(self.box.border_title).split(" · ")[0].removesuffix(glyphs.CUT)
        is_enough = words == named or (words.startswith(named) and len(named) > 8)
        self._expect(is_enough, f"{words} named, not {named}")

    def _is_box_seen(self) -> bool:
        """Whether the last drawn screen shows the whole box, with nothing over its recipient."""
        region = self.box.region
        if region.height < 3 or not self.desk.region.contains_region(region):
            return False
        return self.desk.get_widget_at(region.x + 2, region.y)[0] is self.box

    async def _item(self) -> QueueItem:
        item = await self.scene.inbox.chats.item(self.opened or ref(0))
        assert item is not None
        assert item.chat.chat_ref == self.desk.talk.chat_ref
        return item

    async def _marks(self) -> object:
        item = await self.scene.inbox.chats.item(self.opened) if self.opened is not None else None
        return item and (item.hold, item.note, item.labels, item.is_pinned)

    async def settle(self) -> None:
        """Wait until everything has taken effect and is drawn."""
        await settled(self.scene.app)

    def _expect(self, holds: bool, words: str) -> None:
        if not holds:
            raise AssertionError(f"{words}; after {' '.join(self.trail[-12:])} ({len(self.trail)} steps)")


@asynccontextmanager
async def a_walk(place: Path, *, size: tuple[int, int], seed: int) -> AsyncIterator[Walk]:
    """An operator in an app with eight chats, without any traffic."""
    scene = make_scene(place, language="en")
    shelf = places(place).templates
    shelf.mkdir(parents=True, exist_ok=True)
    for name in ("ab", "дж", "another"):
        (shelf / f"{name}.txt").write_text("Dear {name}, yes.", encoding="utf-8")
    try:
        async with scene.app.run_test(size=size) as pilot:
            hands = Walk(scene, pilot, random.Random(seed))
            await hands.settle()
            yield hands
            scene.app.exit()
    finally:
        scene.close()


async def walk(place: Path, *, seed: int, steps: int) -> Walk:
    """Take random steps. Raises AssertionError with the last of them when a promise breaks."""
    async with a_walk(place, size=random.Random(seed).choice(SIZES[:10]), seed=seed) as hands:
        for _ in range(steps):
            await hands.step()
    return hands


def main() -> int:
    """Take many steps for many seeds; the exit code is 1 if a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    for seed in range(asked.first, asked.first + asked.seeds):
        with tempfile.TemporaryDirectory() as place:
            os.environ["HOME"] = place
            try:
                hands = asyncio.run(walk(Path(place), seed=seed, steps=asked.steps))
            except AssertionError as broken:
                sys.stdout.write(f"seed {seed}: {broken}\n")
                return 1
        sys.stdout.write(f"seed {seed}: {asked.steps} steps, {hands.letters} letters in a box, all seen\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
