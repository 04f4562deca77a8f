"""Keys act in the order in which they were pressed, on any layout, and a pasted Enter does not act as a key.

In Textual the focused widget handles a letter at once, while a key with a binding goes through the queues
of all parents: `ab<Backspace>c` in one read becomes `ab`. Here the next key waits until the previous one has
passed every queue on its way. Old terminals send Alt with a key as Escape and that key: the pair counts as
Alt only where Alt with that key is bound; otherwise both keys were pressed in quick succession.

Not every terminal marks a paste. If ours may not, an Enter that arrives together with more text was not typed
and is a new line. Right after a paste it is always a new line.
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
from chat_tui.terminal.layout import on_latin

_COMMANDING: Final = frozenset({"ctrl", "alt", "super", "hyper", "meta"})
"""Modifiers with which a key types nothing."""
_PATIENCE: Final = 1.0
"""Seconds that the next key waits for the one before."""
_GONE_S: Final = 10.0
"""Seconds after `_PATIENCE` until we stop watching a key: by then the queue that it is in has ended."""
_ALT: Final = "alt+"
_ALSO: Final = {
    "alt+b": "ctrl+left",
    "alt+f": "ctrl+right",
    "alt+backspace": "ctrl+w",
    "alt+tab": "shift+tab",
}
"""The key that some terminals mean when they send Escape and this key."""
_PAUSE: Final = 0.1
"""Seconds without input that end a burst."""
_DENSE: Final = 0.005
"""Seconds between two keys that are too close for typing."""
_MANY: Final = 16
"""Dense letters after which an Enter waits for `_MOMENT`: the rest of the paste may come in the next read."""
_MOMENT: Final = 0.03
"""Seconds."""


def bind(node: DOMNode, bindings: Iterable[Binding], *, freed: Collection[str] = ()) -> None:
    """Bind keys on one node, not on its class: keys and their words depend on the settings.

    A key that the class binds too gets the new meaning; a `freed` key loses its meaning.
    """
    kept = {key: bound for key, bound in node._bindings.key_to_bindings.items() if key not in freed}
    node._bindings = BindingsMap.from_keys(kept | BindingsMap(bindings).key_to_bindings)


class Burst:
    """Tracks when keys arrive; all times are those of the events (monotonic, seconds)."""

    def __init__(self) -> None:
        self._last_paste = -_PAUSE
        self._last_in_burst = -_PAUSE
        self._last_key = -_PAUSE
        self._dense_letters = 0
        self.enters = 0
        """Enters of the latest burst with any that became new lines; 0 before the first."""

    async def gather(self, held: Sequence[events.Event]) -> None:
        """Give the rest of a paste time to arrive, before the only key that waits is judged."""
        if len(held) == 1 and _is_enter(held[0]) and self._dense_letters >= _MANY:
            await asyncio.sleep(_MOMENT)

    def is_pasted_enter(
        self, event: events.Key | events.Paste, behind: Iterable[events.Event], *, marked: bool = False
    ) -> bool:
        """Whether `event` is an Enter of a paste; `behind` are the events that wait after it.

        If the terminal marks pastes (`marked`), only an Enter right after a paste may still belong to it: the
        text may contain the end mark.
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


class OrderedKeys(App[ReturnType]):
    """Releases one key at a time, so that `rename` sees the focus that the previous key has set."""

    jcuken: bool = True
    """False for phonetic layouts, whose letters are on other keys."""

    enter_is_pasted: bool = False
    """Whether the Enter being handled now belongs to a paste: then it is a new line, never "send"."""

    keyed_at: float = 0.0
    """When the last key or paste arrived, handled or not; in seconds of the clock of events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: deque[events.Key | events.Paste] = deque()
        self.burst = Burst()
        self._release: asyncio.Task[None] | None = None
        self._acting: set[asyncio.Task[None]] = set()
        """Keys on their way: the newest, and those for which no other key waits any more."""

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes; pass on everything else, also keys that a widget forwards."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.keyed_at = event.time
        self._held.append(event)
        if self._release is None or self._release.done():
            self._release = asyncio.create_task(self._release_held(), name="ordered keys")

    def rename(self, event: events.Key) -> None:
        """Turn a key of ЙЦУКЕН into the Latin one that bindings and hints use, unless it types text."""
        if not _COMMANDING.isdisjoint(event.key.split("+")):
            # With its letter it would be typed: Alt+о arrives as a letter too.
            event.character = None
        if self.jcuken and not self._is_text(event):
            key, character, screen = event.key, event.character, self.screen
            event.key, event.character = on_latin(key, character, lambda: screen.active_bindings)

    def _is_text(self, event: events.Key) -> bool:
        if event.character is None or self.focused is None:
            return False
        return self.focused.check_consume_key(event.key, event.character)

    @property
    def is_between_keys(self) -> bool:
        """Whether the next key would act at once."""
        return not self._held and (self._release is None or self._release.done())

    @property
    def has_acted(self) -> bool:
        """Whether every key that arrived has acted, also those that took longer than `_PATIENCE`."""
        return self.is_between_keys and not self._acting

    @property
    def marks_pastes(self) -> bool:
        """Whether the terminal is known to mark every paste, so that all other input was typed."""
        return isinstance(self._driver, TerminalDriver) and self._driver.marks_pastes

    async def keys_settled(self) -> None:
        """Return once the next key would act at once; a handler that awaits this waits for itself."""
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
        except Exception as error:  # noqa: BLE001 - no one awaits this task: the app must handle it
            self._handle_exception(error)

    def _meant(self, event: events.Key | events.Paste) -> tuple[events.Key | events.Paste, ...]:
        """The keys that were pressed: an Alt key with a character may have been Escape and a key."""
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
        # Read before the key acts, which may move the focus or change the screen.
        screen = self.screen
        way = [*(self.focused or screen).ancestors_with_self, self]
        self.enter_is_pasted = self.burst.is_pasted_enter(event, self._held, marked=self.marks_pastes)
        try:
            if isinstance(event, events.Key):
                self.rename(event)
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
        """Return when a key that was released into the queues on this way has acted."""
        await _passed(way)
        # The app looks up bindings last: the messages of an action are queued only now.
        await _passed(way)
        # A new screen chooses its focus one message later, and reports it to the app one more message later.
        if self.screen_stack and self.screen is not screen:
            await _passed([self.screen, self.screen, self])


def _key(name: str, character: str | None, time: float) -> events.Key:
    key = events.Key(name, character)
    key.time = time
    return key


async def _passed(way: Iterable[DOMNode]) -> None:
    """Return when all messages that are now in the queues on this way were handled, queue by queue."""
    for node in way:
        done = asyncio.Event()
        if node.is_running and node.call_later(done.set):
            await done.wait()


def _is_enter(event: events.Event) -> bool:
    return isinstance(event, events.Key) and event.key == "enter"


def _text_follows(event: events.Event, behind: Iterable[events.Event]) -> bool:
    """Whether text arrives with `event`; a command key in between means that a person pressed the keys."""
    for later in behind:
        if isinstance(later, events.Key) and later.key in {"enter", "tab"}:
            continue
        is_text = isinstance(later, events.Paste) or (isinstance(later, events.Key) and later.is_printable)
        return is_text and later.time - event.time <= _PAUSE
    return False
