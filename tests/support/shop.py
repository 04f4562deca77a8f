"""A shop for tests: a real store, the real client and the sandbox on a real socket."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.service import Inbox
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.ids import BusinessId, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.store.database import Store, StorePaths
from tests.support.refs import BUSINESS, ref
from tests.support.sandbox import Sandbox

QUICK = InboxSettings(
    undo_s=0.0, settle_s=0.3, poll_s=0.15, look_delays_s=(0.02,), backoff_s=0.2, scan_s=0.15
)
"""The standard settings with shorter waits."""


def store_paths(root: Path, business: BusinessId = BUSINESS) -> StorePaths:
    """The paths of the store below `root`."""
    return StorePaths(root / "cache", root / "data", business)


def open_store(root: Path, business: BusinessId = BUSINESS) -> Store:
    """Open the store below `root` as a start of the program does."""
    return Store(store_paths(root, business))


def client_of(
    sandbox: Sandbox, *, key: str | None = None, business: int | None = None, url: str | None = None
) -> MarketClient:
    """A client for the sandbox, or for the server at `url`."""
    return MarketClient(
        Access(
            base_url=url or sandbox.url,
            api_key=sandbox.api_key if key is None else key,
            business_id=BusinessId(sandbox.business_id if business is None else business),
        )
    )


async def item_of(inbox: Inbox, outbox_id: OutboxId) -> OutboxItem:
    """The current outbox item; if it has left the outbox, a placeholder with its id."""
    left = OutboxItem(outbox_id, ref(1), 1, OutboxKind.TEXT, "", "", 0, "", OutboxState.QUEUED, 0, 0)
    return await inbox.outbox.item(outbox_id) or left


@dataclass
class Shop:
    """One copy of the program without a user interface."""

    inbox: Inbox
    store: Store
    is_closed: bool = False

    @classmethod
    def open(
        cls,
        root: Path,
        connect: Callable[[], MarketClient],
        *,
        settings: InboxSettings = QUICK,
        background: bool = True,
        business: BusinessId = BUSINESS,
    ) -> "Shop":
        """Start the engine on the store below `root`."""
        store = open_store(root, business)
        inbox = Inbox(store, connect, settings=settings)
        inbox.start(background=background)
        return cls(inbox, store)

    async def close(self) -> None:
        """End this copy; a second call does nothing."""
        if not self.is_closed:
            self.is_closed = True
            await self.inbox.close()
