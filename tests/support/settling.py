"""The moment at which a test may look at an app: nothing is left to handle or to draw.

Textual's own `pilot.pause` sleeps and then guesses from processor time, which is slow, and wrong under load.
Nothing sleeps here. An event loop without a ready callback does nothing more until a thread returns a result
or a timer runs out. We wait for the threads, but not for the timers.
"""

import asyncio
import asyncio.futures
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final
from unicodedata import lookup
from weakref import WeakKeyDictionary

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key, Resize
from textual.geometry import Size
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.notifications import Notification, Notifications
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.terminal.keys import OrderedKeys
from tests.support import unseen  # noqa: F401 - its patches draw a screen only when a test reads it

PATIENCE_S: Final = 20.0
"""Seconds after which an app never settles or a thread is held: the test should use `drawn` instead."""

_owed: "WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Future[Any]]]" = WeakKeyDictionary()
"""By loop: the results of threads that it still waits for."""
_wrap = asyncio.futures.wrap_future


def _wrap_and_note(
    future: "Future[Any] | asyncio.Future[Any]", *, loop: asyncio.AbstractEventLoop | None = None
) -> "asyncio.Future[Any]":
    wrapped = _wrap(future, loop=loop)
    owed = _owed.setdefault(wrapped.get_loop(), set())
    if wrapped is not future:
        owed.add(wrapped)
        wrapped.add_done_callback(owed.discard)
    return wrapped


# All waiting for threads, including `asyncio.to_thread`, passes through here.
asyncio.wrap_future = asyncio.futures.wrap_future = _wrap_and_note


async def drawn(app: App[Any]) -> None:
    """Return when the app has handled and drawn all of its input; threads may still be at work."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while True:
        await _acted(app, end)
        if not _draw(app):
            return


async def settled(app: App[Any]) -> None:
    """As `drawn`, and all work of threads, such as that of the store, has returned its results."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while True:
        await _acted(app, end)
        if owed := _owed.get(loop):
            # Drawn once, at the end, because a frame is expensive.
            _give_up_after(end, loop)
            await asyncio.wait(set(owed), timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        elif not _draw(app):
            return


async def _acted(app: App[Any], end: float) -> None:
    """Wait until no callback is ready."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            _give_up_after(end, loop)
        elif isinstance(app, OrderedKeys) and not app.is_between_keys:
            await app.keys_settled()
        else:
            return


async def press(app: App[Any], *keys: str) -> None:
    """Press keys, named as for `Pilot.press`, at a person's pace: each is handled before the next comes."""
    for key in keys:
        send_key(app, key)
        await settled(app)


async def resize(app: App[Any], columns: int, rows: int) -> None:
    """Change the size of the window."""
    assert isinstance(app._driver, HeadlessDriver)
    size = Size(columns, rows)
    app._driver._size = size
    app.post_message(Resize(size, size))
    await settled(app)


def send_key(app: App[Any], key: str) -> None:
    """Send a key as the terminal does."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    character = key if len(key) == 1 else None
    with suppress(KeyError):
        character = lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    driver = app._driver
    assert driver is not None
    driver.send_message(Key(name, character))


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """`press` for callers with a pilot, such as `snap_compare`; the work of the start is finished first."""

    async def run(pilot: Pilot[Any]) -> None:
        await settled(pilot.app)
        await press(pilot.app, *keys)

    return run


def _draw(app: App[Any]) -> bool:
    """Do now what a screen would do at its next frame; return whether there was anything to do."""
    if not app.is_running or not app._screen_stack or app._batch_count:
        return False
    if app._resize_timer is not None:
        # Textual waits 8 ms for another size; none comes here.
        app._check_resize()
        return True
    due = [screen for screen in (*app._background_screens, app.screen) if _is_due(screen, app.screen)]
    for screen in due:
        screen._on_timer_update()
    return bool(due)


def _is_due(screen: Screen[Any], top: Screen[Any]) -> bool:
    # A screen behind another requests to be painted as long as it is there; the top one paints it.
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
        or (screen._repaint_required and screen is top)
    )


def _give_up_after(end: float, loop: asyncio.AbstractEventLoop) -> None:
    if loop.time() > end:
        busy = [task.get_name() for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
        raise AssertionError(f"never settles; {len(_owed.get(loop, ()))} answers awaited; tasks: {busy}")


def recorded(app: App[Any]) -> list[str]:
    """A list that gets the sentence of every notification of an app from now on: the screen has only one."""
    said: list[str] = []
    add = app._notifications.add

    def record(notification: Notification) -> Notifications:
        said.append(notification.message)
        return add(notification)

    app._notifications.add = record  # type: ignore[method-assign]
    return said
