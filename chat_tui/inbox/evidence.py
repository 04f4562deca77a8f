"""Whole conversations for export: gathered page by page, and kept as evidence for an arbiter.

Evidence is a new directory with documents about a chat and the files of its messages.
"""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import ParamSpec

from chat_tui.clock import wall_clock_ms
from chat_tui.files import write_new
from chat_tui.inbox.files import saved_name
from chat_tui.inbox.service import Inbox
from chat_tui.model.file import SAVED_BYTES, AttachmentRef
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.link import Work
from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.record import Missing, Record
from chat_tui.model.timeline import Entry, TimelinePage
from chat_tui.paths import downloads
from chat_tui.store import spool

_PAGE = 500
"""Entries per page when gathering."""

Documents = Callable[[Record, tuple[Missing, ...]], Mapping[str, str]]
"""Makes the documents, by file name."""

_FILES = "files"
_NOT_SENT = frozenset({OutboxState.QUEUED, OutboxState.WAITING, OutboxState.FAILED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was saved."""

    directory: Path
    record: Record
    files: int
    missing: tuple[Missing, ...]


async def whole_chat(inbox: Inbox, chat_ref: ChatRef, *, ask: bool) -> Record | Problem | None:
    """All that is known of a chat; None if it is not in the cache.

    With `ask`, everything missing is first read from the Market; a Problem says why that failed.
    """
    if ask and (problem := await inbox.fetch_whole(chat_ref)) is not None:
        return problem
    item = await inbox.chats.item(chat_ref)
    if item is None:
        return None
    page = await inbox.chats.timeline(chat_ref, limit=_PAGE)
    entries = await with_older(inbox, page)
    if trouble := inbox.link(chat_ref).unread:
        # A record must not miss messages silently.
        return Problem(ProblemKind.STORAGE, message=trouble)
    return Record(item, tuple(entries), page.is_complete, ask, wall_clock_ms())


async def with_older(inbox: Inbox, page: TimelinePage) -> list[Entry]:
    """The entries of the newest page, preceded by all older ones in the cache."""
    entries = list(page.entries)
    while page.has_older:
        oldest = next(entry.message for entry in page.entries if entry.message is not None)
        page = await inbox.chats.timeline(page.chat_ref, before=oldest.message_id, limit=_PAGE)
        entries[:0] = page.entries
    return entries


async def keep_evidence(inbox: Inbox, record: Record, directory: Path, documents: Documents) -> Evidence:
    """Make the directory, whole or not at all, readable by the owner alone; never replace another one.

    Raises FileExistsError if the name is taken, or another OSError. If the record was made without asking
    the Market, only files already on this machine are kept: our own that are not confirmed yet.
    """
    build = _Build(directory)
    try:
        await build.do(build.begin)
        files, missing = await _keep_files(inbox, record, build)
        for name, text in documents(record, missing).items():
            await build.do(build.keep, name, text.encode())
        await build.do(build.finish)
    finally:
        inbox.work_ended(Work.FILES, record.item.chat.chat_ref)
        await build.discard()
    return Evidence(directory, record, files, missing)


def free_directory(inbox: Inbox, record: Record, zone: tzinfo) -> Path:
    """A free path in the operator's downloads or, if that is not writable, beside our own data."""
    parent = downloads()
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_usable = os.access(parent, os.W_OK | os.X_OK)
    except OSError:
        is_usable = False
    if not is_usable:
        parent = inbox.data_dir / "evidence"
        parent.mkdir(mode=0o700, exist_ok=True)
    then = datetime.fromtimestamp(record.made_at / 1000, zone)
    name = f"chat-{record.item.chat.chat_ref.number}-{then:%Y-%m-%d-%H%M%S}"
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(parent / one for one in names if not os.path.lexists(parent / one))


P = ParamSpec("P")


class _Build:
    """The directory while it is being filled, beside its place. A thread of its own does all steps in order,
    so that nothing is written after `discard`, whenever the operator stops it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evidence")
        self._place: Path | None = None
        """None until it has begun."""

    async def do(self, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do a step on the thread."""
        await asyncio.wrap_future(self._thread.submit(step, *args, **kwargs))

    def begin(self) -> None:
        """Make it, empty. Raises OSError."""
        self._refuse_another()
        self._place = Path(tempfile.mkdtemp(prefix=".evidence-", dir=self._directory.absolute().parent))
        (self._place / _FILES).mkdir(mode=0o700)

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of this name. Raises OSError."""
        assert self._place is not None, "it has begun"
        write_new(self._place / name, content)

    def finish(self) -> None:
        """Put it in its place. Raises OSError."""
        assert self._place is not None, "it has begun"
        if not any((self._place / _FILES).iterdir()):
            (self._place / _FILES).rmdir()
        # A rename replaces an empty directory, and nothing else.
        self._refuse_another()
        self._place.rename(self._directory)

    async def discard(self) -> None:
        """End the thread and remove what is not in its place by then."""
        try:
            await asyncio.shield(self.do(self._remove))
        finally:
            self._thread.shutdown(wait=False)

    def _remove(self) -> None:
        # After the rename nothing is left under this name.
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)

    def _refuse_another(self) -> None:
        if os.path.lexists(self._directory):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._directory))


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an entry: the name to keep it under, and the entry for the case that it is missing."""

    name: str
    missing: Missing
    ref: AttachmentRef | None = None
    """Where the Market has it; None for a file of ours that is in no message yet."""
    outbox_id: OutboxId | None = None


async def _keep_files(inbox: Inbox, record: Record, build: _Build) -> tuple[int, tuple[Missing, ...]]:
    """The number of files kept, and those that are missing."""
    kept, missing = 0, []
    problem: Problem | None = None
    chat_ref = record.item.chat.chat_ref
    files = [file for entry in record.entries for file in _files(entry)]
    for place, file in enumerate(files):
        inbox.at_work(Work.FILES, place, len(files), chat_ref)
        content: bytes | Problem | None = await asyncio.to_thread(_spooled, inbox.data_dir, file.outbox_id)
        if content is None and file.ref is not None and record.is_asked:
            # A server that cannot be reached is not asked again for every file.
            is_vain = problem is not None and problem.is_passing
            content = problem if is_vain else await inbox.files.read(file.ref, limit=SAVED_BYTES)
        if isinstance(content, bytes):
            await build.do(build.keep, f"{_FILES}/{file.name}", content)
            kept += 1
        else:
            problem = content or problem
            missing.append(replace(file.missing, problem=content))
    return kept, tuple(missing)


def _files(entry: Entry) -> Iterator[_File]:
    message, item = entry.message, entry.item
    own = item if item is not None and item.kind is OutboxKind.FILE else None
    if message is not None:
        for index, file in enumerate(message.attachments):
            # Unique in this directory, and valid on every file system.
            name = f"{message.message_id}-{index + 1}-{saved_name(file.name)}"
            gone = Missing(file.name, file.size, file.url, message.created_at, None)
            ref = AttachmentRef(message.chat_ref, message.message_id, index)
            yield _File(name, gone, ref, own.outbox_id if own else None)
    elif own is not None and own.state not in _NOT_SENT:
        gone = Missing(own.file_name, own.file_size, None, own.created_at, None)
        yield _File(f"outbox-{own.seq}-{saved_name(own.file_name)}", gone, outbox_id=own.outbox_id)


def _spooled(data_dir: Path, outbox_id: OutboxId | None) -> bytes | None:
    """Our own copy of a file we sent; None if it is gone."""
    if outbox_id is None:
        return None
    try:
        return spool.path(data_dir, outbox_id).read_bytes()
    except FileNotFoundError:
        return None
