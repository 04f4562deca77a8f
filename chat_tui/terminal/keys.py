"""Keys act in the order they were pressed, on any layout, and a pasted Enter is none.

Textual lets the focused widget take a letter at once, while a key with a binding travels through the
queues of all its parents: `ab<Backspace>c` in one read becomes `ab`. Here the next key waits until the
one before has passed every queue on its way. And a key right behind an Escape, which old terminals send for
Alt with that key, is Alt only where somebody has bound it: else both were pressed, quickly.

Not every terminal marks a paste. Where that is not known, what arrives together with more text was not
typed: there an Enter is a new line. Right after a paste it always is.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from textual import events
from textual.app import App, ReturnType
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from chat_tui.terminal.driver import TerminalDriver
from chat_tui.terminal.layout import TABLE, key_typing

_COMMANDING: Final = frozenset({"ctrl", "alt", "super", "hyper", "meta"})
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
_PAUSE: Final = 0.1
"""Seconds without input that end a burst."""
_DENSE: Final = 0.005
"""Seconds between keys that no hand types so fast."""
_MANY: Final = 16
"""Dense letters after which an Enter waits a moment: the rest of the paste may come in the next read."""
_MOMENT: Final = 0.03


def bind(node: DOMNode, bindings: Iterable[Binding], *, freed: Collection[str] = ()) -> None:
    """Bind keys on one node, not on its class: words and keys depend on what is chosen at start.

    A key that the class binds otherwise changes its meaning, a `freed` one loses it.
    """
    kept = {key: bound for key, bound in node._bindings.key_to_bindings.items() if key not in freed}
    node._bindings = BindingsMap.from_keys(kept | BindingsMap(bindings).key_to_bindings)


class Layout(App[ReturnType]):
    """Renames a key before bindings are looked up, so that bindings and hints stay Latin."""

    jcuken: bool = True
    """False for phonetic layouts, whose letters stand elsewhere."""

    async def on_event(self, event: events.Event) -> None:
        """Rename keys that come from the keyboard."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.rename(event)
        await super().on_event(event)

    def rename(self, event: events.Key) -> None:
        """Give the event the key that bindings know; a letter that is typed keeps its own."""
        *modifiers, base = event.key.split("+")
        if not _COMMANDING.isdisjoint(modifiers):
            # With its letter it would be typed: Alt+о arrives as a letter too.
            event.character = None
            if self.jcuken and base in TABLE:
                event.key = "+".join([*modifiers, key_typing(TABLE[base].lower())])
        elif self.jcuken and event.character in TABLE:
            focused = self.focused
            if focused is None or not focused.check_consume_key(event.key, event.character):
                event.character = TABLE[event.character]
                event.key = key_typing(event.character)


class Burst:
    """Follows the times at which keys arrive; all times are those of the events (monotonic, seconds)."""

    def __init__(self) -> None:
        self._last_paste = -_PAUSE
        self._last_in_burst = -_PAUSE
        self._last_key = -_PAUSE
        self._dense_letters = 0
        self.enters = 0
        """Enters of the latest burst that had any, taken for new lines; 0 before the first."""

    async def gather(self, held: Sequence[events.Event]) -> None:
        """Before the only key waiting is judged: give the rest of a paste the time to arrive."""
        if len(held) == 1 and _is_enter(held[0]) and self._dense_letters >= _MANY:
            await asyncio.sleep(_MOMENT)

    def is_pasted_enter(
        self, event: events.Key | events.Paste, behind: Iterable[events.Event], *, marked: bool = False
    ) -> bool:
        """Whether `event` is an Enter of a paste; `behind` are the events waiting after it.

        Where pastes are surely `marked`, only an Enter right behind one may still belong to it: a text
        may hold the mark of its own end.
        """
        if isinstance(event, events.Paste):
            self._last_paste = event.time
            return False
        in_burst = event.time - max(self._last_paste, self._last_in_burst) <= _PAUSE
        pasted = _is_enter(event) and (in_burst or (not marked and _text_follows(event, behind)))
        if pasted:
            goes_on = event.time - self._last_in_burst <= _PAUSE
            self.enters = self.enters + 1 if goes_on else 1
        if pasted or (in_burst and event.is_printable):
            self._last_in_burst = event.time
        is_dense = event.is_printable and event.time - self._last_key <= _DENSE
        self._dense_letters = self._dense_letters + 1 if is_dense else 0
        self._last_key = event.time
        return pasted


class OrderedKeys(Layout[ReturnType]):
    """Releases a key at a time to `Layout`, which judges it by the focus of that moment."""

    enter_is_pasted: bool = False
    """Whether the Enter being handled now belongs to a paste: then it is a new line, never "send"."""

    keyed_at: float = 0.0
    """When a key or a paste arrived last, acted upon or not; seconds of the clock of events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: deque[events.Key | events.Paste] = deque()
        self.burst = Burst()
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
                    await self.burst.gather(self._held)
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
        self.rename(asked)
        return asked.key in self.screen.active_bindings

    async def _release_one(self, event: events.Key | events.Paste) -> None:
        screen = self.screen
        way = [*(self.focused or screen).ancestors_with_self, self]
        self.enter_is_pasted = self.burst.is_pasted_enter(event, self._held, marked=self.marks_pastes)
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
            await _passed([self.screen, self.screen, self])


def _key(name: str, character: str | None, time: float) -> events.Key:
    key = events.Key(name, character)
    key.time = time
    return key


async def _passed(way: Iterable[DOMNode]) -> None:
    """Return when everything that stands now in the queues on this way was handled, in this order."""
    for node in way:
        done = asyncio.Event()
        if node.is_running and node.call_later(done.set):
            await done.wait()


def _is_enter(event: events.Event) -> bool:
    return isinstance(event, events.Key) and event.key == "enter"


def _text_follows(event: events.Event, behind: Iterable[events.Event]) -> bool:
    """Whether text comes with `event`; a key that commands in between shows a hand."""
    for later in behind:
        if isinstance(later, events.Key) and later.key in {"enter", "tab"}:
            continue
        is_text = isinstance(later, events.Paste) or (isinstance(later, events.Key) and later.is_printable)
        return is_text and later.time - event.time <= _PAUSE
    return False
