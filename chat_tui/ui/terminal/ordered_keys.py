"""Keys act in the order they were pressed, even when many arrive in one read.

Textual lets the focused widget take a letter at once, while a key with a binding travels through the
queues of all its parents: `ab<Backspace>c` in one read becomes `ab`. Here the next key waits until the
one before has passed every queue on its way. And a key right behind an Escape, which old terminals send for
Alt with that key, is Alt only where somebody has bound it: else both were pressed, quickly.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from textual import events
from textual.app import ReturnType
from textual.dom import DOMNode
from textual.screen import Screen

from chat_tui.ui.terminal.burst import Burst
from chat_tui.ui.terminal.driver import TerminalDriver
from chat_tui.ui.terminal.layout import Layout

_PATIENCE: Final = 1.0
"""Seconds that a key may take on its way before the order is given up for it: the next one goes its own."""
_GONE_S: Final = 10.0
"""After so many more seconds the queue that the key stands in has ended without it."""
_ALT: Final = "alt+"
_ALSO: Final = {
    "alt+b": "ctrl+left",
    "alt+f": "ctrl+right",
    "alt+backspace": "ctrl+w",
    "alt+tab": "shift+tab",
}
"""What else terminals mean by Escape and this key."""


class OrderedKeys(Layout[ReturnType]):
    """Stands before `Layout`, which judges a key by the focus of the moment of its release."""

    enter_is_pasted: bool = False
    """Whether the Enter being handled now belongs to a paste: then it is a new line, never "send"."""

    enters_at_once: int = 0
    """Enters that were taken for new lines because they came in one go with text; 0 before the first."""

    keyed_at: float = 0.0
    """When a key or a paste arrived last, acted upon or not; seconds of the clock of events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: deque[events.Key | events.Paste] = deque()
        self._burst = Burst()
        self._release: asyncio.Task[None] | None = None
        self._acting: set[asyncio.Task[None]] = set()
        """Keys on their way: the newest, and those for which the order was given up."""

    async def on_event(self, event: events.Event) -> None:
        """Keep keys and pastes in line; everything else passes."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.keyed_at = event.time
        self._held.append(event)
        if self._release is None or self._release.done():
            self._release = asyncio.create_task(self._release_held(), name="ordered keys")

    @property
    def is_between_keys(self) -> bool:
        """Whether the next key would act at once."""
        return not self._held and (self._release is None or self._release.done())

    @property
    def has_acted(self) -> bool:
        """Whether every key that arrived was acted upon, also one for which the order was given up."""
        return self.is_between_keys and not self._acting

    @property
    def marks_pastes(self) -> bool:
        """Whether the terminal is known to mark what is pasted: all else was typed then."""
        return isinstance(self._driver, TerminalDriver) and self._driver.marks_pastes

    async def keys_settled(self) -> None:
        """Return once the next key would act at once; for tests, and never from a handler."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await _passed([self])
        while self._release is not None and not self._release.done():
            await asyncio.wait({self._release})

    async def _release_held(self) -> None:
        try:
            while self._held and self.is_running and self.screen_stack:
                if not self.marks_pastes:
                    await self._burst.gather(self._held)
                event, *later = self._meant(self._held.popleft())
                self._held.extendleft(reversed(later))
                await self._release_one(event)
        except Exception as error:  # noqa: BLE001 - nobody awaits this task: the app must hear of it
            self._handle_exception(error)

    def _meant(self, event: events.Key | events.Paste) -> tuple[events.Key | events.Paste, ...]:
        """The keys that were pressed: a character tells a key behind Escape from a sure Alt."""
        if not isinstance(event, events.Key) or not event.key.startswith(_ALT) or event.character is None:
            return (event,)
        if self._is_bound(event):
            return (event,)
        also = _key(_ALSO.get(event.key, ""), None, event.time)
        if also.key and self._is_bound(also):
            return (also,)
        name = event.key.removeprefix(_ALT)
        letter = event.character if event.character.isupper() else name
        return (_key("escape", "\x1b", event.time), _key(letter, event.character, event.time))

    def _is_bound(self, event: events.Key) -> bool:
        asked = event.copy()
        self._rename(asked)
        return asked.key in self.screen.active_bindings

    async def _release_one(self, event: events.Key | events.Paste) -> None:
        screen = self.screen
        way = [*(self.focused or screen).ancestors_with_self, self]
        self.enter_is_pasted = self._burst.is_pasted_enter(event, self._held, marked=self.marks_pastes)
        self.enters_at_once = self._burst.enters
        try:
            await super().on_event(event)
            acting = asyncio.create_task(self._acted(way, screen), name="key on its way")
            self._acting.add(acting)
            acting.add_done_callback(self._acting.discard)
            await asyncio.wait({acting}, timeout=_PATIENCE)
            if acting.done():
                await acting
            else:
                asyncio.get_running_loop().call_later(_GONE_S, acting.cancel)
        finally:
            self.enter_is_pasted = False

    async def _acted(self, way: Sequence[DOMNode], screen: Screen[Any]) -> None:
        """Return when a key that was released into the queues on this way has done what it does."""
        await _passed(way)
        # The app looks up bindings last; what an action tells its parents is on the way only now.
        await _passed(way)
        # A new screen chooses its focus one message later, and tells the app of it another one later.
        if self.screen_stack and self.screen is not screen:
            await _passed(_new_way(self.screen, self))


def _key(name: str, character: str | None, time: float) -> events.Key:
    key = events.Key(name, character)
    key.time = time
    return key


def _new_way(screen: Screen[Any], app: DOMNode) -> list[DOMNode]:
    return [screen, screen, app]


async def _passed(way: Iterable[DOMNode]) -> None:
    """Return when everything that stands now in the queues on this way was handled, in this order."""
    for node in way:
        done = asyncio.Event()
        if node.is_running and node.call_later(done.set):
            await done.wait()
