"""The steps of a send and of a sync at which a child process can stop itself, patched from outside."""

import os
import signal
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NoReturn

from chat_tui import files
from chat_tui.inbox.outgoing import Writing
from chat_tui.inbox.sending.reconciler import Reconciler
from chat_tui.inbox.sending.sender import OutboxSender
from chat_tui.market.client import MarketClient
from chat_tui.market.errors import Phase
from chat_tui.market.files import Upload
from chat_tui.model.outbox import OutboxState
from chat_tui.store import chats, cursors, messages, outbox, spool

_SENDS: ContextVar[bool] = ContextVar("sends", default=False)
"""Whether the current request is a send."""

WIRE = {
    "connect": "connect_tcp.started",
    "first byte": "send_request_headers.started",
    "head sent": "send_request_headers.complete",
    "last byte": "send_request_body.complete",
    "answer begun": "receive_response_headers.complete",
    "answer read": "receive_response_body.complete",
}
SHARES = {"25 %": 0.25, "50 %": 0.5, "99 %": 0.99}
TEXT_STEPS = (
    "key",
    "insert",
    "commit",
    "box cleared",
    "attempt",
    "attempt commit",
    *WIRE,
    "sent, uncommitted",
    "sent",
    "confirmed",
)
UNSAFE_YET = frozenset({"key", "spool", "spooled", "insert"})
"""Steps before the commit: the text is still a draft, the file still in its place."""
FILE_STEPS = ("spool", "spooled", "insert", "commit", "attempt commit", *SHARES, "last byte", "answer read")
SYNC_STEPS = ("list read", "list stored", "token", "history read", "history stored")


def stop_for_good() -> NoReturn:
    """Stop all threads; this one at once, in case the kernel delivers the signal to another one first."""
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        time.sleep(3600)


def stop_at(step: str, nth: int = 1) -> None:
    """Let this process stop when it reaches a step for the n-th time."""
    left = nth

    def stop() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            stop_for_good()

    if step in WIRE:
        _on_the_wire(WIRE[step], stop)
    elif step in SHARES:
        _in_the_body(SHARES[step], stop)
    elif step != "box cleared":
        _STEPS[step](stop)


def _before(owner: Any, name: str, stop: Callable[[], None]) -> None:
    _around(owner, name, lambda *_: stop(), None)


def _after(owner: Any, name: str, stop: Callable[..., None]) -> None:
    _around(owner, name, None, stop)


def _around(
    owner: Any, name: str, before: Callable[..., None] | None, after: Callable[..., None] | None
) -> None:
    """Call `before(*args)` and `after(result, *args)` around a function, awaited or not."""
    real = getattr(owner, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            before(*args)
        result = real(*args, **kwargs)
        if hasattr(result, "__await__"):
            return awaited(result, args)
        if after is not None:
            after(result, *args)
        return result

    async def awaited(result: Any, args: tuple[Any, ...]) -> Any:
        ended = await result
        if after is not None:
            after(ended, *args)
        return ended

    setattr(owner, name, called)


def _on_the_wire(event: str, stop: Callable[[], None]) -> None:
    for name in ("send_message", "send_file"):
        _before(MarketClient, name, lambda: _SENDS.set(True) and None)
        _after(MarketClient, name, lambda *_: _SENDS.set(False) and None)
    real = Phase.hear

    async def hear(phase: Phase, step: str, info: Any) -> None:
        await real(phase, step, info)
        if _SENDS.get() and step.endswith(event):
            stop()

    Phase.hear = hear  # type: ignore[assignment]


def _in_the_body(share: float, stop: Callable[[], None]) -> None:
    real, sent = Upload._read, 0

    def read(upload: Upload, wanted: int) -> bytes:
        nonlocal sent
        piece = real(upload, wanted)
        sent += len(piece)
        if sent >= share * upload._size:
            stop()
        return piece

    Upload._read = read  # type: ignore[assignment]


def _committed(stop: Callable[[], None]) -> None:
    for name in ("enqueue_text", "enqueue_file"):
        _after(Writing, name, lambda *_: stop())


def _moved_to(state: OutboxState, stop: Callable[[], None]) -> None:
    """Stop within the transaction, before its commit."""
    _after(outbox, "move", lambda _result, *args: stop() if args[3] == state else None)


def _sent(stop: Callable[[], None]) -> None:
    _around(
        Reconciler,
        "advance",
        lambda _lookup, item: stop() if item.state == OutboxState.SENT else None,
        None,
    )


_STEPS: dict[str, Callable[[Callable[[], None]], None]] = {
    "key": lambda stop: _before(Writing, "enqueue_text", stop),
    "insert": lambda stop: _after(outbox, "enqueue", lambda *_: stop()),
    "commit": _committed,
    "attempt": lambda stop: _moved_to(OutboxState.SENDING, stop),
    "attempt commit": lambda stop: _before(OutboxSender, "_post", stop),
    "sent, uncommitted": lambda stop: _moved_to(OutboxState.SENT, stop),
    "sent": _sent,
    "confirmed": lambda stop: _after(Reconciler, "link", lambda linked, *_: stop() if linked else None),
    "spool": lambda stop: _before(files, "_sync_folder", stop),
    "spooled": lambda stop: _after(spool, "put", lambda *_: stop()),
    "list read": lambda stop: _after(MarketClient, "get_chats", lambda *_: stop()),
    "list stored": lambda stop: _after(chats, "save_page", lambda *_: stop()),
    "token": lambda stop: _before(cursors, "set_", stop),
    "history read": lambda stop: _after(MarketClient, "get_chat_history", lambda *_: stop()),
    "history stored": lambda stop: _after(messages, "save_page", lambda *_: stop()),
}
