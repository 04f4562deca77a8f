"""Texts typed and not sent. Every copy of the program keeps its own, so that none overwrites another's."""

import logging
import uuid
from collections.abc import Callable, Sequence

from chat_tui.inbox.asking import Reads, settled
from chat_tui.inbox.outbox_writes import Also
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreError

log = logging.getLogger(__name__)


class Drafts:
    """See `api.DraftsApi`."""

    def __init__(self, store: Store, reads: Reads, wall_ms: Callable[[], Millis]) -> None:
        self._store = store
        self._reads = reads
        self._wall_ms = wall_ms
        self._copy = str(uuid.uuid4())
        """The name under which this copy of the program keeps its drafts."""
        self._known: dict[ChatRef, Draft] = {}
        """What was last read or saved: shown when a read fails, so that typing on overwrites no draft."""
        self._bases: dict[ChatRef, drafts.Kept] = {}
        """By chat, the row of an earlier or another copy that was shown as the draft."""

    async def get(self, chat_ref: ChatRef) -> Draft:
        """What this copy typed, or else the latest text; in `others` what other copies typed."""
        last = self._known.get(chat_ref) or Draft(chat_ref, "", 0)
        return await self._reads.guarded(self._read(chat_ref), last)

    async def _read(self, chat_ref: ChatRef) -> Draft:
        found = await self._store.read(drafts.kept, chat_ref)
        draft = Draft(chat_ref, "", 0)
        if found:
            shown = next((row for row in found if row.copy == self._copy), found[0])
            if shown.copy != self._copy:
                self._bases[chat_ref] = shown
            others = dict.fromkeys(row.text for row in found if row.text != shown.text)
            draft = Draft(chat_ref, shown.text, shown.caret, tuple(others))
        self._known[chat_ref] = draft
        return draft

    async def save(self, draft: Draft) -> Problem | None:
        """Save the text typed for a chat; an empty text removes it. What other copies typed stays."""
        base = self._bases.get(draft.chat_ref)
        self._known[draft.chat_ref] = draft
        saved = self._store.write_state(drafts.save, draft, self._wall_ms(), copy=self._copy, base=base)
        return await settled(saved)

    def keep_aside(self, drafts_: Sequence[Draft]) -> tuple[Draft, ...]:
        """Save texts in a file beside the database; returns those that could not be kept there either."""
        try:
            drafts.keep_aside(self._store.paths.data_dir, self._copy, drafts_)
        except OSError as error:
            log.warning("texts not kept aside: %s", type(error).__name__)
            return tuple(drafts_)
        return ()

    def adopt(self) -> None:
        """Take over texts that earlier copies could only keep in a file."""
        data_dir = self._store.paths.data_dir
        for copy, found in drafts.kept_aside(data_dir, self._store.paths.business).items():
            try:
                self._store.write_state(drafts.adopt, copy, found, self._wall_ms()).result()
                drafts.keep_aside(data_dir, copy, ())
            except (StoreError, OSError) as error:
                # The file stays for the next start.
                log.warning("kept texts not taken over: %s", type(error).__name__)

    async def forget(self, chat_ref: ChatRef, text: str) -> Problem | None:
        """Remove one of a draft's `others`; see `api.DraftsApi.forget`."""
        return await settled(self._store.write_state(drafts.forget, chat_ref, text, copy=self._copy))

    # -- within a transaction on the outbox -----------------------------------------------------------

    def cleared(self, chat_ref: ChatRef) -> Also:
        """Removes the draft of a chat in the transaction that queues its text."""
        base = self._bases.get(chat_ref)
        self._known.pop(chat_ref, None)

        def clear(conn: Connection, item: OutboxItem) -> None:
            drafts.clear(conn, item.chat_ref, self._copy, base)

        return clear

    def given_back(self, caret: int | None) -> Also:
        """Puts the text of a removed item before the draft of its chat; `caret` None = behind that text.

        Both happen in one transaction, so that the text is always somewhere.
        """

        def put_before(conn: Connection, item: OutboxItem) -> None:
            if item.text:
                kept = drafts.kept(conn, item.chat_ref)
                typed = next((row.text for row in kept if row.copy == self._copy), "")
                text = f"{item.text}\n{typed}" if typed.strip() else item.text
                draft = Draft(item.chat_ref, text, len(item.text) if caret is None else caret)
                drafts.save(conn, draft, self._wall_ms(), copy=self._copy)

        return put_before
