"""An operator's day on a real terminal: the operator answers buyers while others write.

python -m tests.operators_day --answers 100 --messages 500
"""

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from chat_tui.paths import locate
from chat_tui.sandbox.world import Chat
from chat_tui.ui.inbox.advancing import READ_S
from tests.faults.support.seeds import a_seed
from tests.faults.support.window import CTRL_Q, Window, settings
from tests.support.sandbox import Sandbox

FIRST = "n"
"""The key for the chat that waits longest; after an answer the next one opens by itself."""
TEMPLATES = {
    "answer": "Hello! We have read your message and will see to it today.",
    "away": "We are back on Monday.",
    "return": "About return {return}: please add a photo.",
}
LETTERS = "an"
"""The typed letters of a template's name: they fit only one."""
SIZE = (120, 40)
TEMPLATE_KEYS, TEXT_KEYS = 3, 1
"""Keys for an answer by template, without the typed letters, and for a typed one, without its text."""
LISTED = "Enter: into the box"
"""What stands on the frame of the box while a template is chosen."""


@dataclass
class Day:
    """The results of a day."""

    seed: int
    keys: Counter[int] = field(default_factory=Counter)
    """The number of answers by their keys more than needed, if no message came in the chat meanwhile."""
    asked: int = 0
    """Answers that needed one more Enter as confirmation, because the buyer had written meanwhile."""
    said: int = 0
    recipients: dict[str, str] = field(default_factory=dict)
    """By the mark of an answer: the recipient that the line above the box named when Enter was pressed."""
    wrong: list[str] = field(default_factory=list)
    """Answers that arrived elsewhere, twice or not at all."""

    @property
    def answers(self) -> int:
        """The number of sent answers."""
        return len(self.recipients)

    def table(self) -> str:
        """One line for each figure."""
        lines = {
            "seed": self.seed,
            "answers": self.answers,
            "messages meanwhile": self.said,
            "keys too many": ", ".join(f"{keys}: {count}×" for keys, count in sorted(self.keys.items())),
            "asked again, as somebody wrote": self.asked,
            "wrong recipients": len(self.wrong),
        }
        return "".join(f"{name:<40}{value!s:>20}\n" for name, value in lines.items())


class Operator:
    """Uses only the keyboard and the screen, as an operator does."""

    def __init__(self, window: Window, day: Day, messages_per_answer: float) -> None:
        self.window = window
        self.day = day
        self._chance = random.Random(day.seed)
        self._rate = messages_per_answer
        self._due = 0.0
        self._keys = 0

    def open_first(self) -> None:
        """Open the chat that waits longest."""
        self.window.feed(FIRST)
        self.window.wait_for_text("╔═ To: ")

    def answer(self, number: int) -> None:
        """Answer in the chat that opened by itself: every third time with a text, else with a template."""
        window, mark = self.window, f"a{number}z"
        self._keys = 0
        self._others_write()
        is_typed = number % 3 == 2
        if is_typed:
            self._others_write()
            window.feed(f"Hello {mark}")
        else:
            self._take_template(mark)
        window.wait_for(lambda: mark in window.box)
        self.day.recipients[mark] = recipient = self._recipient()
        self._press("\r")
        window.wait_for(lambda: mark not in window.box or "Enter again sends" in window.text)
        if mark in window.box:
            self.day.asked += 1
            # After new text a second Enter is not a bounce of the first.
            window.feed(" \x7f")
            assert self._recipient() == recipient
            window.feed("\r")
            window.wait_for(lambda: mark not in window.box)
        else:
            self.day.keys[self._keys - (TEXT_KEYS if is_typed else TEMPLATE_KEYS)] += 1
        window.wait_for(lambda: self._recipient() not in {recipient, ""})
        # A person reads the new name first: what is typed sooner goes back to the chat before.
        time.sleep(2 * READ_S)

    def _take_template(self, mark: str) -> None:
        window = self.window
        self._press("/")
        window.wait_for_text(LISTED)
        window.feed(LETTERS)
        window.wait_for(lambda: f"/{LETTERS}" in window.text and "will see to it" in window.box)
        self._others_write()
        self._press("\r")
        window.wait_for(lambda: LISTED not in window.text and "will see to it" in window.box)
        window.feed_at_once(f" {mark}")

    def _press(self, key: str) -> None:
        self.window.feed(key)
        self._keys += 1

    def _recipient(self) -> str:
        return re.split(" [─═]", self.window.box)[0].strip()

    def _others_write(self) -> None:
        """Let buyers write, in known chats and in new ones: each time the share of half an answer."""
        market = self.window.market
        self._due += self._rate / 2
        while self._due >= 1:
            self._due -= 1
            self.day.said += 1
            listed = market.world.listed("desc", None, 0, 80)
            chats = [chat for chat in listed if chat.status != "FINISHED"]
            if not chats or self._chance.random() < 0.2:
                market.open_direct(f"new {self.day.said}")
            else:
                market.say(self._chance.choice(chats).chat_id, f"news {self.day.said}")


def live(day: Day, *, answers: int, messages: int, chats: int) -> Day:
    """Run the day on a pretend Market, and compare its ledger with what was on the screen."""
    settings('[sending]\nundo_seconds = 0\n[sync]\npoll_seconds = 1\n[ui]\nnotify = "off"\n')
    shelf = locate().templates
    shelf.mkdir(parents=True, exist_ok=True)
    for name, text in TEMPLATES.items():
        (shelf / f"{name}.txt").write_text(text, encoding="utf-8")
    with Sandbox.start(chats=chats, seed=3, long_chat=60) as market:
        with Window(market, size=SIZE) as window:
            window.ready()
            operator = Operator(window, day, messages / answers)
            operator.open_first()
            for number in range(answers):
                operator.answer(number)
            window.wait_for(lambda: len(market.ledger) >= answers)
            window.feed(CTRL_Q)
            # Accepted messages may not be confirmed yet.
            window.wait_for(lambda: window.has_ended or "Quit?" in window.text)
            if not window.has_ended:
                window.feed("y")
            window.check(0)
        day.wrong = wrong(day, market)
    return day


def wrong(day: Day, market: Sandbox) -> list[str]:
    """The differences between the ledger and the screen."""
    left = dict(day.recipients)
    found = []
    for accepted in market.ledger:
        mark = accepted.text.rpartition(" ")[2]
        named = left.pop(mark, None)
        chat = market.world.chat(accepted.chat_id)
        if named is None or chat is None or not names(named, chat):
            found.append(f"{mark}: {named!r} is not chat {accepted.chat_id}")
    return found + [f"{mark}: never arrived" for mark in left]


def names(recipient: str, chat: Chat) -> bool:
    """Whether the line above the box names this chat."""
    if (chat.name or "Buyer").split("\n", 1)[0][:10].isascii() and "[" not in (chat.name or ""):
        return (chat.name or "Buyer") in recipient and _about(chat) in recipient
    return _about(chat) in recipient


def _about(chat: Chat) -> str:
    if chat.context == "DIRECT" or chat.order is None:
        return "· question"
    if chat.context == "RETURN":
        return f"return {chat.order.return_id}"
    return f"order {chat.order.order_id}"


def main() -> int:
    """Run a day and print its table; exit code 1 if an answer went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--chats", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for name in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME"):
            os.environ[f"XDG_{name}_{'DIR' if name == 'RUNTIME' else 'HOME'}"] = str(Path(place) / name)
        day = live(Day(a_seed()), answers=asked.answers, messages=asked.messages, chats=asked.chats)
    sys.stdout.write(day.table())
    sys.stdout.writelines(f"{line}\n" for line in day.wrong)
    return bool(day.wrong) or max(day.keys) > 0


if __name__ == "__main__":
    sys.exit(main())
