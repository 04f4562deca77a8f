"""The whole inbox in the hands of an operator: real store, engine and client, and the sandbox on a socket."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.context import InboxSettings
from chat_tui.model.ids import ChatRef
from chat_tui.sandbox.ledger import Accepted
from chat_tui.settings import Preferences
from chat_tui.settings.schema import QueueSettings
from chat_tui.store.database import Store
from chat_tui.ui.app import ChatTuiApp
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import History
from chat_tui.ui.queue.list import QueueList
from tests.support import ready
from tests.support.places import places
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.settling import drawn, recorded, settled
from tests.support.shop import QUICK, Shop, client_of, store_paths
from tests.support.unseen import picture
from tests.support.waiting import crowd, until

WIDE = (120, 40)
USUAL = (120, 24)
"""Columns and rows: all panes at once, in as few lines as possible, because drawing takes time."""
NARROW = (80, 24)
HAND_S = 0.12
"""An Enter that comes sooner after a paste belongs to the paste."""
STAYING = Preferences(queue=QueueSettings(auto_advance=False))
"""An answered chat stays, so that a test can look at it."""
CALM = replace(QUICK, poll_s=0.2)
"""Short waits, but not so short that polling leaves no time for the screen."""
HELD_S = 0.3
"""If an answer of a thread takes longer on an idle machine, the test holds it back."""
AGAIN_S = 0.11
"""A second Enter that comes sooner is a bounce of the first one."""


@dataclass
class Desk:
    """An operator: keys, a screen and, out of sight, the Market."""

    app: ChatTuiApp
    pilot: Pilot[None]
    market: Sandbox
    store: Store
    notices: list[str]

    # -- hands ---------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys by hand: each takes effect before the next."""
        for key in keys:
            await self.burst([key])
            await self.answered()

    async def answered(self) -> None:
        """Wait until every answer of the store is drawn, unless a test holds a thread back."""
        await self._is_soon(settled(self.app))
        await self._is_soon(drawn(self.app))

    async def _is_soon(self, moment: Awaitable[None]) -> None:
        # On a busy machine, a working engine brings more without a pause.
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_S * crowd()):
                await moment

    async def press_again(self, key: str) -> None:
        """Press a key on purpose: late enough not to be a bounce."""
        await asyncio.sleep(AGAIN_S)
        await self.press(key)

    async def write(self, text: str) -> None:
        """Type a text quickly by hand, and let the screen settle."""
        await self.burst(text)
        await self.answered()

    async def burst(self, keys: Sequence[str]) -> None:
        """Put keys into the queue all at once; an Enter before more text counts as pasted."""
        moment = time.monotonic()
        for key in keys:
            is_letter = len(key) == 1
            name = _character_to_key(key) if is_letter else key
            character = key if is_letter else "\r" if key == "enter" else None
            pressed = events.Key(name, character)
            pressed.time = moment
            self.app.post_message(pressed)
        await self.app.keys_settled()

    async def paste(self, text: str) -> None:
        """Paste in bracketed mode, and wait the moment a hand takes to reach the next key."""
        self.app.post_message(events.Paste(text))
        await self.app.keys_settled()
        await asyncio.sleep(HAND_S)

    async def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        await self.pilot.resize_terminal(columns, rows)

    async def go_to(self, chat: int | ChatRef) -> None:
        """Open a chat by hand: tab 6, down to it, Enter."""
        chat_ref = ref(chat)
        await self.press("escape", "escape", "6", "g")

        async def found() -> bool:
            await self.press("j")
            return self.highlighted == chat_ref

        if self.highlighted != chat_ref:
            await until(found, f"the highlight on {chat_ref}")
        await self.press("enter")
        await self.until(lambda: self.opened == chat_ref, f"chat {chat_ref} open")

    async def answer(self, text: str) -> None:
        """Write in the open chat and send."""
        if self.focus != "box":
            await self.press("c")
        await self.write(text)
        await self.press("enter")

    # -- eyes ----------------------------------------------------------------------------------------

    @property
    def screen(self) -> str:
        """The top screen as lines of text."""
        return "\n".join(picture(self.app.screen))

    @property
    def history(self) -> str:
        """The visible part of the open chat."""
        pane = self._main.query_one(History)
        return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.content_size.height))

    @property
    def said(self) -> list[str]:
        """The sentences of all notifications so far."""
        return self.notices

    @property
    def told(self) -> str:
        """The sentence at the caret; empty while there is none."""
        return self._main.query_one(Compose).notice.words

    @property
    def rows(self) -> list[ChatRef]:
        """The chats in the list, from the top."""
        return [item.chat.chat_ref for item in self._queue.view.window.items]

    @property
    def highlighted(self) -> ChatRef | None:
        """The highlighted chat, if the list shows it."""
        view = self._queue.view
        return view.highlighted if view.place is not None else None

    @property
    def opened(self) -> ChatRef | None:
        """The chat of the right side."""
        return self._main.query_one(History).chat_ref

    @property
    def newest_shown(self) -> int:
        """The newest message drawn in the history."""
        return self._main.query_one(History).newest_shown

    @property
    def box(self) -> str:
        """The text that is typed and not sent."""
        return self._main.query_one(Compose).text

    @property
    def caret(self) -> int:
        """The number of letters before the caret."""
        return self._main.query_one(Compose).caret

    @property
    def addressee(self) -> str:
        """The words on the frame of the box."""
        return str(self._main.query_one(Compose).border_title)

    @property
    def outcome(self) -> str:
        """The words on the lower frame of the box."""
        return str(self._main.query_one(Compose).border_subtitle or "")

    @property
    def focus(self) -> str:
        """Which pane has the focus: list, history or box."""
        focused = self.app.screen.focused
        names = {QueueList: "list", History: "history", Compose: "box"}
        return next((name for kind, name in names.items() if isinstance(focused, kind)), str(focused))

    @property
    def dialog(self) -> str:
        """The kind of the dialog on top; empty = the inbox itself."""
        top = self.app.screen
        return "" if top is self._main else type(top).__name__

    @property
    def sent(self) -> list[Accepted]:
        """The messages that the Market has accepted."""
        return self.market.ledger

    @property
    def sent_texts(self) -> list[tuple[ChatRef, str]]:
        """Chat and text of the messages that the Market has accepted, in its order."""
        return [(ref(one.chat_id), one.text or "") for one in self.sent]

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let everything work until the condition is true."""

        async def holds() -> bool:
            await self._is_soon(drawn(self.app))
            return bool(condition())

        try:
            await until(holds, what or "the condition")
        except AssertionError as gave_up:
            raise AssertionError(f"{gave_up}; said {self.said}; on the screen:\n{self.screen}") from None
        # The condition may come true before the program has finished: wait for the rest.
        await self.answered()

    async def until_shown(self, *words: str) -> None:
        """Wait until all the words are on the screen."""

        def are_shown() -> bool:
            screen = self.screen
            return all(word in screen for word in words)

        await self.until(are_shown, f"{words} on the screen")

    async def until_said(self, words: str) -> None:
        """Wait until a notification contained these words."""
        await self.until(lambda: any(words in one for one in self.said), f"“{words}” said")

    async def until_told(self, words: str) -> None:
        """Wait until the sentence at the caret contains these words."""
        await self.until(lambda: words in self.told, f"“{words}” told")

    async def synced(self) -> None:
        """Wait until the cache has every chat of the Market, and the history of every chat that matters.

        The link knows it, too: before that, what comes is part of the first list and not new.
        """
        await ready.synced(self.store, self.market)
        await self.until(lambda: self.app.inbox.link().fresh_at is not None, "a list that is fresh")
        await self.answered()

    @property
    def _main(self) -> Screen[object]:
        """The main screen, even while a dialog covers it."""
        return self.app.screen_stack[1]

    @property
    def _queue(self) -> QueueList:
        return self._main.query_one(QueueList)


@asynccontextmanager
async def desk(
    root: Path,
    market: Sandbox,
    *,
    size: tuple[int, int] = USUAL,
    settings: InboxSettings = CALM,
    key: str | None = None,
    business: int | None = None,
    url: str | None = None,
    notifications: bool = False,
    preferences: Preferences = STAYING,
    fresh: bool = False,
) -> AsyncIterator[Desk]:
    """Start the program on the files below `root`; leaving the block ends it like leaving the app.

    With `notifications` they are drawn, and not only recorded in `said`. Unless `fresh`, a first start
    finds a shop that has read this Market before, if it is one of `ready.open_market`.
    """
    is_first = not store_paths(root).cache_dir.exists()
    is_usual = (key, business, url) == (None, None, None)
    if is_first and not fresh and market.begun.start == ready.BORN_MS and is_usual:
        await ready.put(root, market)
    connect = lambda: client_of(market, key=key, business=business, url=url)  # noqa: E731
    shop = Shop.open(root, connect, settings=settings)
    app = ChatTuiApp(shop.inbox, preferences, places(root), now=wall_clock_ms, zone=UTC)
    # On any machine, a notification is still there when a test looks.
    app.NOTIFICATION_TIMEOUT = 600.0  # type: ignore[misc]
    notices = recorded(app)
    try:
        async with app.run_test(size=size, notifications=notifications) as pilot:
            await app.keys_settled()
            seen = Desk(app, pilot, market, shop.store, notices)
            yield seen
            if app.is_running:
                # The last screen of a test can be drawn, even if the test never looked at it.
                assert seen.screen
        assert not app.return_code
    finally:
        await shop.close()
